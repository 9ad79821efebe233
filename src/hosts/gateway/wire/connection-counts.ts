/**
 * Connection counts: how many connections there are, in all and of each address, asked before anything is spent on one.
 *
 * An IPv6 caller owns a /64 and is counted by it. A proxy that stands for many callers is listed as shared, or the cap
 * of one address would be the cap of everybody behind it.
 */
import { addressPrefix } from "../../../exchange/address.ts";
import type { FrontLimits } from "./front-limits.ts";

export class ConnectionCounts {
  readonly #limits: FrontLimits;
  readonly #byPrefix = new Map<string, number>();
  #all = 0;

  constructor(limits: FrontLimits) {
    this.#limits = limits;
  }

  get all(): number {
    return this.#all;
  }

  /** Prefixes with a connection: never more than there are connections. */
  get prefixes(): number {
    return this.#byPrefix.size;
  }

  /** @returns how to give the place back, once; undefined when there is none */
  take(peer: string): (() => void) | undefined {
    const { connections, connectionsPerAddress, shared } = this.#limits;
    if (this.#all >= connections) return undefined;
    const prefix = shared?.contains(peer) === true ? undefined : addressPrefix(peer);
    const count = prefix === undefined ? 0 : (this.#byPrefix.get(prefix) ?? 0);
    if (count >= connectionsPerAddress) return undefined;
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
