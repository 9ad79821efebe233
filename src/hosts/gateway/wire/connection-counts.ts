/**
 * Connection counts: who gets a connection, asked before anything is spent on one: there are so many in all and of each
 * address, and new ones come so fast. All threads of a process count together.
 *
 * An IPv6 caller owns a /64 and is counted by it. A proxy that stands for many callers is listed as shared, or the cap
 * of one address would be the cap of everybody behind it.
 */
import { addressPrefix } from "../../../exchange/address.ts";
import { type Pace, paceOf, type Place } from "../../../stores/table/paces.ts";
import { ConnectionTable } from "./connection-table.ts";
import type { FrontLimits } from "./front-limits.ts";

/** Why there is no place: the limit that would be exceeded. */
export type NoPlace = Extract<keyof FrontLimits, "connections" | "connectionsPerAddress" | "newConnectionsPerSecond" | "newConnectionsInAllPerSecond" | "handshakes">;

type Caps = Pick<FrontLimits, "connections" | "connectionsPerAddress" | "newConnectionsPerSecond" | "newConnectionsBurst" | "newConnectionsInAllPerSecond" | "newConnectionsInAllBurst" | "shared">;

export interface Standing {
  readonly many?: boolean;
  readonly known?: boolean;
}

const SECOND_MILLISECONDS = 1_000;

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
    const place = many || this.#limits.shared?.contains(peer) === true ? undefined : this.#table.placeOf(addressPrefix(peer));
    this.#table.enter(place);
    const why = this.#findExcess(place, now, known);
    if (why !== undefined) {
      this.#table.leave(place);
      return why;
    }
    this.#own++;
    return () => {
      this.#own--;
      this.#table.leave(place);
    };
  }

  /** Whoever is over his own pace takes nothing from the pace of all. */
  #findExcess(place: Place | undefined, now: bigint, known: boolean): NoPlace | undefined {
    const table = this.#table;
    if (table.all > this.#limits.connections) return "connections";
    if (place !== undefined && table.of(place) > this.#limits.connectionsPerAddress) return "connectionsPerAddress";
    if (place !== undefined && !table.admit(place, now, this.#pace)) return "newConnectionsPerSecond";
    return known || table.admit(table.everybody, now, this.#paceInAll) ? undefined : "newConnectionsInAllPerSecond";
  }
}
