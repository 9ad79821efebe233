/**
 * Connection table: how many connections there are, in all and of each prefix (an address, and ranges around it), and how
 * fast each prefix opens new ones; in memory that all threads of a process share, and that no caller can make larger.
 *
 * A prefix has a place in each of two rows, and the smaller of the two numbers counts (see stores/table/paces.ts): never less
 * than the truth, and more only where others have both places; with 10,000 connections of as many addresses in a thousand
 * ranges a stranger to all of them is counted as a few dozen at most. Each thread counts on a sheet of its own, and sheets
 * are added up: what a thread held that has ended is taken back with its sheet.
 */
import { randomFillSync } from "node:crypto";
import { KEY_WORDS, type Pace, Paces, PACES_BYTES, type Place, ROW_PLACES } from "../../../stores/table/paces.ts";

/** One number in all, and two rows; even, so that what stands behind is aligned. */
const SHEET_WORDS = 2 + 2 * ROW_PLACES;
const WORD_BYTES = Int32Array.BYTES_PER_ELEMENT;

export class ConnectionTable {
  readonly #words: Int32Array;
  /** How fast new ones come, for all threads. */
  readonly #paces: Paces;
  /** The place of all together, which is no prefix's. */
  readonly everybody: Place;
  readonly #sheets: number;
  readonly #own: number;

  /** The memory for so many threads. */
  static memoryFor(threads: number): SharedArrayBuffer {
    const memory = new SharedArrayBuffer((KEY_WORDS + threads * SHEET_WORDS) * WORD_BYTES + PACES_BYTES);
    randomFillSync(new Int32Array(memory, 0, KEY_WORDS));
    return memory;
  }

  /** @param thread which of the sheets is this one's, from 0 */
  constructor(memory: SharedArrayBuffer, thread: number) {
    const wordBytes = memory.byteLength - PACES_BYTES;
    this.#words = new Int32Array(memory, 0, wordBytes / WORD_BYTES);
    this.#paces = new Paces(this.#words.slice(0, KEY_WORDS), new BigInt64Array(memory, wordBytes));
    this.#sheets = (this.#words.length - KEY_WORDS) / SHEET_WORDS;
    if (!(thread < this.#sheets)) throw new RangeError(`${this.#sheets} threads have a sheet, and ${thread} is none of them`);
    this.#own = KEY_WORDS + thread * SHEET_WORDS;
    this.everybody = this.placeOf("everybody");
  }

  /** Connections of all threads. */
  get all(): number {
    return this.#sum(0);
  }

  placeOf(prefix: string): Place {
    return this.#paces.placeOf(prefix);
  }

  /** Counts one more at all these places, so that it sees itself: of two that come at once for the last place, none or one gets it. */
  enter(places: readonly Place[]): void {
    this.#add(places, 1);
  }

  leave(places: readonly Place[]): void {
    this.#add(places, -1);
  }

  /** Connections of a prefix, in all threads. */
  of({ first, second }: Place): number {
    return Math.min(this.#sum(1 + first), this.#sum(1 + ROW_PLACES + second));
  }

  /** Whatever its thread held is free. */
  clear(): void {
    for (let at = this.#own; at < this.#own + SHEET_WORDS; at++) Atomics.store(this.#words, at, 0);
  }

  /** @returns false: too many new ones of this prefix lately, and this one is not counted */
  admit(place: Place, now: bigint, pace: Pace): boolean {
    return this.#paces.admit(place, now, pace);
  }

  #add(places: readonly Place[], count: number): void {
    Atomics.add(this.#words, this.#own, count);
    for (const { first, second } of places) {
      Atomics.add(this.#words, this.#own + 1 + first, count);
      Atomics.add(this.#words, this.#own + 1 + ROW_PLACES + second, count);
    }
  }

  #sum(word: number): number {
    let sum = 0;
    for (let sheet = 0; sheet < this.#sheets; sheet++) sum += Atomics.load(this.#words, KEY_WORDS + sheet * SHEET_WORDS + word);
    return sum;
  }
}
