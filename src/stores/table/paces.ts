/**
 * Paces: a token bucket for each of more names than anybody could count, in a memory of fixed size, at once and without asking
 * anybody. For bounds that keep a process up; limits that somebody is promised are meters (see meters.ts).
 *
 * A bucket is kept as the one moment at which it is full again. A name has a place in each of two rows, by a keyed hash,
 * and the earlier of the two moments counts (as in a count-min sketch, Cormode and Muthukrishnan, 2005): nobody is
 * admitted more than he may be, and less only while others have both places.
 */
import { randomFillSync } from "node:crypto";
import { SipHash } from "./sip-hash.ts";

/** Places of one row. */
export const ROW_PLACES = 8_192;

export const KEY_WORDS = 4;
export const PACES_BYTES: number = 2 * ROW_PLACES * BigInt64Array.BYTES_PER_ELEMENT;

/** Where a name is counted. */
export interface Place {
  readonly first: number;
  readonly second: number;
}

/** So many at once, and as many again in so many microseconds. */
export interface Pace {
  readonly each: bigint;
  readonly window: bigint;
}

/** @param window milliseconds in which as many as `burst` may come */
export function paceOf(burst: number, window: number): Pace {
  const each = Math.max(1, Math.round((window * 1_000) / burst));
  return { each: BigInt(each), window: BigInt(each * burst) };
}

export class Paces {
  readonly #hash: SipHash;
  /** In microseconds; one row behind the other. */
  readonly #moments: BigInt64Array;

  /** @param moments memory of PACES_BYTES, which threads may share if they have the same key */
  constructor(key: Int32Array = randomFillSync(new Int32Array(KEY_WORDS)), moments: BigInt64Array = new BigInt64Array(2 * ROW_PLACES)) {
    this.#hash = new SipHash(key);
    this.#moments = moments;
  }

  placeOf(name: string): Place {
    this.#hash.hash(name);
    return { first: this.#hash.low & (ROW_PLACES - 1), second: this.#hash.high & (ROW_PLACES - 1) };
  }

  /**
   * @param now microseconds; on one clock for all who share the memory
   * @returns false: too many lately, and this one is not counted
   */
  admit({ first, second }: Place, now: bigint, { each, window }: Pace): boolean {
    const other = ROW_PLACES + second;
    for (;;) {
      const [one, two] = [Atomics.load(this.#moments, first), Atomics.load(this.#moments, other)];
      const [least, at] = one <= two ? [one, first] : [two, other];
      // Further ahead than any bucket can be: the clock has been set back.
      const begun = least > now && least - now <= window ? least : now;
      const full = begun + each;
      if (full - now > window) return false;
      // The later one first: were it raised behind the earlier one, another thread would find it the earlier one meanwhile, and
      // give out the same token again.
      this.#raise(at === first ? other : first, full);
      // Whoever was here meanwhile is asked about again.
      if (Atomics.compareExchange(this.#moments, at, least, full) === least) return true;
    }
  }

  #raise(at: number, full: bigint): void {
    for (let held = Atomics.load(this.#moments, at); held < full; ) {
      const found = Atomics.compareExchange(this.#moments, at, held, full);
      if (found === held) return;
      held = found;
    }
  }
}
