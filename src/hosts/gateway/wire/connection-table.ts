/**
 * Connection table: how many connections there are, in all and of each prefix, and how fast each prefix opens new ones; in
 * memory that all threads of a process share, and that no caller can make larger.
 *
 * A prefix has a place in each of two rows, by a keyed hash, and the smaller of the two numbers counts (a count-min sketch,
 * Cormode and Muthukrishnan, 2005): never less than the truth, and more only where others have both places. Each thread
 * counts on a sheet of its own, and sheets are added up: what a thread held that has ended is taken back with its sheet.
 */
import { randomFillSync } from "node:crypto";
import { SipHash } from "../../../stores/table/sip-hash.ts";

/** Places of one row. With 10,000 connections of as many prefixes a place is shared by one or two. */
export const ROW_PLACES = 8_192;

const KEY_WORDS = 4;
/** One number in all, and two rows; even, so that what stands behind is aligned. */
const SHEET_WORDS = 2 + 2 * ROW_PLACES;
const WORD_BYTES = Int32Array.BYTES_PER_ELEMENT;
const MOMENT_BYTES = BigInt64Array.BYTES_PER_ELEMENT;

/** Where a prefix is counted. */
export interface Place {
  readonly first: number;
  readonly second: number;
}

export class ConnectionTable {
  readonly #words: Int32Array;
  /** When each bucket is full again, in microseconds; one row behind the other, for all threads. */
  readonly #moments: BigInt64Array;
  readonly #hash: SipHash;
  readonly #sheets: number;
  readonly #own: number;

  /** The memory for so many threads. */
  static memoryFor(threads: number): SharedArrayBuffer {
    const memory = new SharedArrayBuffer((KEY_WORDS + threads * SHEET_WORDS) * WORD_BYTES + 2 * ROW_PLACES * MOMENT_BYTES);
    randomFillSync(new Int32Array(memory, 0, KEY_WORDS));
    return memory;
  }

  /** @param thread which of the sheets is this one's, from 0 */
  constructor(memory: SharedArrayBuffer, thread: number) {
    const wordBytes = memory.byteLength - 2 * ROW_PLACES * MOMENT_BYTES;
    this.#words = new Int32Array(memory, 0, wordBytes / WORD_BYTES);
    this.#moments = new BigInt64Array(memory, wordBytes);
    this.#hash = new SipHash(this.#words.slice(0, KEY_WORDS));
    this.#sheets = (this.#words.length - KEY_WORDS) / SHEET_WORDS;
    if (!(thread < this.#sheets)) throw new RangeError(`${this.#sheets} threads have a sheet, and ${thread} is none of them`);
    this.#own = KEY_WORDS + thread * SHEET_WORDS;
  }

  /** Connections of all threads. */
  get all(): number {
    return this.#sum(0);
  }

  placeOf(prefix: string): Place {
    this.#hash.hash(prefix);
    return { first: this.#hash.low & (ROW_PLACES - 1), second: this.#hash.high & (ROW_PLACES - 1) };
  }

  /** Counts one more, so that it sees itself: of two that come at once for the last place, none or one gets it. */
  enter(place: Place | undefined): void {
    this.#add(place, 1);
  }

  leave(place: Place | undefined): void {
    this.#add(place, -1);
  }

  /** Connections of a prefix, in all threads. */
  of({ first, second }: Place): number {
    return Math.min(this.#sum(1 + first), this.#sum(1 + ROW_PLACES + second));
  }

  /** Whatever its thread held is free. */
  clear(): void {
    for (let at = this.#own; at < this.#own + SHEET_WORDS; at++) Atomics.store(this.#words, at, 0);
  }

  /**
   * A token bucket for each prefix, kept as the one moment at which it is full again.
   *
   * @param now microseconds on a clock that only goes on, and is the same for all threads
   * @param each microseconds that one connection takes from the bucket
   * @param window microseconds that a whole bucket is
   * @returns false: too many lately, and this one is not counted
   */
  admit({ first, second }: Place, now: bigint, each: bigint, window: bigint): boolean {
    const other = ROW_PLACES + second;
    for (;;) {
      const [one, two] = [Atomics.load(this.#moments, first), Atomics.load(this.#moments, other)];
      const [least, at] = one <= two ? [one, first] : [two, other];
      const full = (least > now ? least : now) + each;
      if (full - now > window) return false;
      // Whoever was here meanwhile is asked about again.
      if (Atomics.compareExchange(this.#moments, at, least, full) !== least) continue;
      this.#raise(at === first ? other : first, full);
      return true;
    }
  }

  #raise(at: number, full: bigint): void {
    for (let held = Atomics.load(this.#moments, at); held < full; ) {
      const found = Atomics.compareExchange(this.#moments, at, held, full);
      if (found === held) return;
      held = found;
    }
  }

  #add(place: Place | undefined, count: number): void {
    Atomics.add(this.#words, this.#own, count);
    if (place === undefined) return;
    Atomics.add(this.#words, this.#own + 1 + place.first, count);
    Atomics.add(this.#words, this.#own + 1 + ROW_PLACES + place.second, count);
  }

  #sum(word: number): number {
    let sum = 0;
    for (let sheet = 0; sheet < this.#sheets; sheet++) sum += Atomics.load(this.#words, KEY_WORDS + sheet * SHEET_WORDS + word);
    return sum;
  }
}
