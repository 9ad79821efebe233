/**
 * Connection counts: who gets a connection, asked before anything is spent on one: there are so many in all and of each
 * address, and new ones come so fast. All threads of a process count together.
 *
 * An IPv6 caller owns a /64 and is counted by it. A proxy that stands for many callers is listed as shared, or the cap
 * of one address would be the cap of everybody behind it.
 */
import { addressPrefix } from "../../../exchange/address.ts";
import { type Pace, paceOf } from "../../../stores/table/paces.ts";
import { ConnectionTable } from "./connection-table.ts";
import type { FrontLimits } from "./front-limits.ts";

/** Why there is no place: there are too many in all, or of this address, or too many new ones of this address. */
export type NoPlace = "connections" | "connectionsPerAddress" | "newConnectionsPerSecond";

type Caps = Pick<FrontLimits, "connections" | "connectionsPerAddress" | "newConnectionsPerSecond" | "newConnectionsBurst" | "shared">;

const SECOND_MILLISECONDS = 1_000;

export class ConnectionCounts {
  #limits: Caps;
  readonly #table: ConnectionTable;
  #pace: Pace = paceOf(1, 1);
  #own = 0;

  /** @param table what other threads count in, too; one of its own when left out */
  constructor(limits: Caps, table: ConnectionTable = new ConnectionTable(ConnectionTable.memoryFor(1), 0)) {
    this.#limits = limits;
    this.#table = table;
    this.relimit(limits);
  }

  /** From now on. Who has a place keeps it. */
  relimit(limits: Caps): void {
    this.#limits = limits;
    this.#pace = paceOf(limits.newConnectionsBurst, (limits.newConnectionsBurst * SECOND_MILLISECONDS) / limits.newConnectionsPerSecond);
  }

  /** Connections of this thread. */
  get own(): number {
    return this.#own;
  }

  /**
   * @param now microseconds on a clock that only goes on, and is the same for all threads
   * @param many it stands for many callers, whatever the list says
   * @returns how to give the place back, once; or why there is none
   */
  take(peer: string, now: bigint = process.hrtime.bigint() / 1_000n, many: boolean = false): (() => void) | NoPlace {
    const { connections, connectionsPerAddress, shared } = this.#limits;
    const table = this.#table;
    const place = many || shared?.contains(peer) === true ? undefined : table.placeOf(addressPrefix(peer));
    table.enter(place);
    const why = table.all > connections ? "connections" : place === undefined ? undefined : table.of(place) > connectionsPerAddress ? "connectionsPerAddress" : table.admit(place, now, this.#pace) ? undefined : "newConnectionsPerSecond";
    if (why !== undefined) {
      table.leave(place);
      return why;
    }
    this.#own++;
    return () => {
      this.#own--;
      table.leave(place);
    };
  }
}
