/**
 * Newcomer rates: how fast each address opens connections.
 *
 * A token bucket for each, kept as the one moment at which it is full again. A bucket that is full says nothing, and after
 * `burst / perSecond` seconds each is; so there are two generations of buckets, and the older one is forgotten when the
 * younger one is that old. Also when it is full: whoever comes from as many addresses as that may forget one of them.
 */
export const PREFIXES_MAX = 32_768;

export class NewcomerRates {
  readonly #milliseconds: number;
  readonly #window: number;
  #young = new Map<string, number>();
  #old = new Map<string, number>();
  #since = Number.NEGATIVE_INFINITY;

  constructor(perSecond: number, burst: number) {
    this.#milliseconds = 1_000 / perSecond;
    this.#window = burst * this.#milliseconds;
  }

  /** Buckets that are kept, for whoever doubts the bound. */
  get size(): number {
    return this.#young.size + this.#old.size;
  }

  /** @param now milliseconds on a clock that only goes on. @returns false: too many of this one lately, and this one is not counted */
  admit(prefix: string, now: number): boolean {
    if (now - this.#since >= this.#window || this.#young.size >= PREFIXES_MAX) this.#turn(now);
    const full = Math.max(now, this.#young.get(prefix) ?? this.#old.get(prefix) ?? now) + this.#milliseconds;
    // Far less than one connection, and more than all roundings.
    if (full - now > this.#window + this.#milliseconds / 1_000) return false;
    this.#young.set(prefix, full);
    return true;
  }

  #turn(now: number): void {
    this.#old = this.#young;
    this.#young = new Map();
    this.#since = now;
  }
}
