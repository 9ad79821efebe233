/**
 * Connection counts: who gets a connection, asked before anything is spent on one: there are so many in all and of each
 * address, and new ones come so fast. All threads of a process count together.
 *
 * An IPv6 caller owns a /64 and is counted by it. The ranges around an address hold a few times as much: else whoever has a
 * /56 would have all connections that there are, with so few of each /64 that nobody minds. A proxy that stands for many callers is listed as shared, or the cap
 * of one address would be the cap of everybody behind it.
 */
import { addressPrefix, addressPrefixes, readRanges } from "../../../exchange/address.ts";
import { type Pace, paceOf, type Place } from "../../../stores/table/paces.ts";
import { ConnectionTable } from "./connection-table.ts";
import type { FrontLimits } from "./front-limits.ts";

/** Why there is no place: the limit that would be exceeded. */
export type NoPlace = Extract<keyof FrontLimits, "connections" | "connectionsPerAddress" | "connectionsCrowd" | "newConnectionsPerSecond" | "newConnectionsInAllPerSecond" | "handshakes">;

type Caps = Pick<FrontLimits, "connections" | "connectionsPerAddress" | "connectionsCrowd" | "newConnectionsPerSecond" | "newConnectionsBurst" | "newConnectionsInAllPerSecond" | "newConnectionsInAllBurst" | "shared">;

export interface Standing {
  readonly many?: boolean;
  readonly known?: boolean;
}

const SECOND_MILLISECONDS = 1_000;
const NOWHERE: readonly Place[] = [];
/** Networks of one's own, where neighbours are other machines and no other addresses of the same caller (RFC 1918, 4193, 6598). */
const INSIDE = readRanges(["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "127.0.0.0/8", "::1", "fc00::/7", "fe80::/10"]);

export class ConnectionCounts {
  #limits: Caps;
  readonly #table: ConnectionTable;
  #pace: Pace = paceOf(1, 1);
  #paceInAll: Pace = paceOf(1, 1);
  #own = 0;

  /** @param table what other threads count in, too; one of its own when left out */
  constructor(limits: Caps, table: ConnectionTable = new ConnectionTable(ConnectionTable.memoryFor(1), 0)) {
    this.#limits = limits;
    this.#table = table;
    this.relimit(limits);
  }

  /** From now on. Who has a place keeps it. */
  relimit(limits: Caps): void {
    const { newConnectionsBurst, newConnectionsPerSecond, newConnectionsInAllBurst, newConnectionsInAllPerSecond } = limits;
    this.#limits = limits;
    this.#pace = paceOf(newConnectionsBurst, (newConnectionsBurst * SECOND_MILLISECONDS) / newConnectionsPerSecond);
    this.#paceInAll = paceOf(newConnectionsInAllBurst, (newConnectionsInAllBurst * SECOND_MILLISECONDS) / newConnectionsInAllPerSecond);
  }

  /** Connections of this thread. */
  get own(): number {
    return this.#own;
  }

  /**
   * @param now microseconds on a clock that only goes on, and is the same for all threads
   * @param standing many: it stands for many callers, whatever the list says; known: it is no new one of all
   * @returns how to give the place back, once; or why there is none
   */
  take(peer: string, now: bigint = process.hrtime.bigint() / 1_000n, { many = false, known = false }: Standing = {}): (() => void) | NoPlace {
    const places = many || this.#limits.shared?.contains(peer) === true ? NOWHERE : rangesOf(peer).map((range) => this.#table.placeOf(range));
    this.#table.enter(places);
    const why = this.#findExcess(places, now, known);
    if (why !== undefined) {
      this.#table.leave(places);
      return why;
    }
    this.#own++;
    return () => {
      this.#own--;
      this.#table.leave(places);
    };
  }

  /** Whoever is over his own pace takes nothing from the pace of all. */
  #findExcess(places: readonly Place[], now: bigint, known: boolean): NoPlace | undefined {
    const table = this.#table;
    const { connections, connectionsPerAddress: most, connectionsCrowd: crowd } = this.#limits;
    const [place, ...around] = places;
    if (table.all > connections) return "connections";
    if (place !== undefined && table.of(place) > most) return "connectionsPerAddress";
    if (around.some((range, level) => table.of(range) > most * crowd ** (level + 1))) return "connectionsCrowd";
    if (place !== undefined && !table.admit(place, now, this.#pace)) return "newConnectionsPerSecond";
    return known || table.admit(table.everybody, now, this.#paceInAll) ? undefined : "newConnectionsInAllPerSecond";
  }
}

/** The caller's own range, and those around it that may be his as well. */
function rangesOf(peer: string): readonly string[] {
  return "contains" in INSIDE && INSIDE.contains(peer) ? [addressPrefix(peer)] : addressPrefixes(peer);
}
