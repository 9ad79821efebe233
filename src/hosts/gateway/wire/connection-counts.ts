/**
 * Connection counts: how many connections there are, in all and of each address, and how fast new ones come, asked before
 * anything is spent on one.
 *
 * An IPv6 caller owns a /64 and is counted by it. A proxy that stands for many callers is listed as shared, or the cap
 * of one address would be the cap of everybody behind it.
 */
import { addressPrefix } from "../../../exchange/address.ts";
import type { FrontLimits } from "./front-limits.ts";
import { NewcomerRates } from "./newcomer-rates.ts";

/** Why there is no place: there are too many in all, or of this address, or too many new ones of this address. */
export type NoPlace = "connections" | "connectionsPerAddress" | "newConnectionsPerSecond";

export class ConnectionCounts {
  readonly #limits: FrontLimits;
  readonly #byPrefix = new Map<string, number>();
  readonly #rates: NewcomerRates;
  #all = 0;

  constructor(limits: FrontLimits) {
    this.#limits = limits;
    this.#rates = new NewcomerRates(limits.newConnectionsPerSecond, limits.newConnectionsBurst);
  }

  get all(): number {
    return this.#all;
  }

  /** Prefixes with a connection: never more than there are connections. */
  get prefixes(): number {
    return this.#byPrefix.size;
  }

  /**
   * @param now milliseconds on a clock that only goes on
   * @param many it stands for many callers, whatever the list says
   * @returns how to give the place back, once; or why there is none
   */
  take(peer: string, now: number, many: boolean = false): (() => void) | NoPlace {
    const { connections, connectionsPerAddress, shared } = this.#limits;
    if (this.#all >= connections) return "connections";
    const prefix = many || shared?.contains(peer) === true ? undefined : addressPrefix(peer);
    const count = prefix === undefined ? 0 : (this.#byPrefix.get(prefix) ?? 0);
    if (count >= connectionsPerAddress) return "connectionsPerAddress";
    if (prefix !== undefined && !this.#rates.admit(prefix, now)) return "newConnectionsPerSecond";
    if (prefix !== undefined) this.#byPrefix.set(prefix, count + 1);
    this.#all++;
    return () => this.#release(prefix);
  }

  #release(prefix: string | undefined): void {
    this.#all--;
    if (prefix === undefined) return;
    const count = this.#byPrefix.get(prefix) ?? 0;
    if (count > 1) this.#byPrefix.set(prefix, count - 1);
    else this.#byPrefix.delete(prefix);
  }
}
