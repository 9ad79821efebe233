/**
 * Steps: what somebody has done, and when, in a room of the table.
 *
 * A mark is never given up for another: whoever did his steps in order must not be told that he did not.
 */
import { BEHIND_MILLISECONDS_MAX, type Stepped, type Steps } from "../store.ts";
import type { Clock } from "./clock.ts";
import { momentAt, oweAt, owedAt, UNITS_PER_MILLISECOND } from "./moment.ts";
import type { Room } from "./room.ts";
import type { SipHash, SipState } from "./sip-hash.ts";

/** The moment at which it counts no more, and the one at which it was done. */
const DONE = 2;
export const STEP_WORDS = 4;

const NEVER: Stepped = { passed: false, waitMilliseconds: Number.POSITIVE_INFINITY, at: 0 };

export class TableSteps implements Steps {
  readonly #room: Room;
  readonly #clock: Clock;
  readonly #hash: SipHash;
  readonly #name: SipState;
  readonly #lasts: number;

  /** @param room one that spares what says something */
  constructor(room: Room, clock: Clock, hash: SipHash, name: string, lasts: number) {
    if (!(lasts > 0 && lasts <= BEHIND_MILLISECONDS_MAX)) throw new RangeError("not a time that a step counts");
    this.#room = room;
    this.#clock = clock;
    this.#hash = hash;
    this.#name = hash.prefix(name);
    this.#lasts = lasts;
  }

  mark(owner: string, now: number): void {
    const time = this.#clock.read(now);
    this.#write(owner, time, time);
  }

  take(owner: string, atLeastMilliseconds: number, now: number): Stepped {
    const time = this.#clock.read(now);
    this.#hash.hash(owner, this.#name);
    const { low, high } = this.#hash;
    const { words } = this.#room;
    const bucket = this.#room.enter(high);
    const record = this.#room.find(bucket, low, high);
    const counts = record >= 0 && owedAt(words, record, time) > 0;
    const at = counts ? momentAt(words, record + DONE) : 0;
    const wait = Math.max(0, at + atLeastMilliseconds - time);
    if (counts && wait === 0) oweAt(words, record, time, 0);
    this.#room.leave(bucket);
    return counts ? { passed: wait === 0, waitMilliseconds: wait, at } : NEVER;
  }

  restore(owner: string, at: number, now: number): void {
    const time = this.#clock.read(now);
    if (time - at < this.#lasts) this.#write(owner, at, time);
  }

  /** A later mark stays: it was made since. */
  #write(owner: string, at: number, time: number): void {
    this.#hash.hash(owner, this.#name);
    const { low, high } = this.#hash;
    const { words } = this.#room;
    const bucket = this.#room.enter(high);
    const found = this.#room.find(bucket, low, high);
    const record = found < 0 ? this.#room.admit(bucket, low, high, time) : found;
    const later = record >= 0 && owedAt(words, record, time) > 0 && momentAt(words, record + DONE) > at;
    if (record >= 0 && !later) {
      oweAt(words, record, time, Math.floor((at + this.#lasts - time) * UNITS_PER_MILLISECOND));
      oweAt(words, record + DONE, at, 0);
    }
    this.#room.leave(bucket);
  }
}
