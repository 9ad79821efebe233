/**
 * Marks: what somebody has been given, each until its own end, in a room of the table.
 *
 * A full bucket forgets what ends soonest. That is safe: what is forgotten counts as never given, and nobody gets more by it.
 */
import { BEHIND_MILLISECONDS_MAX, type Marks } from "../store.ts";
import type { Clock } from "./clock.ts";
import { oweAt, owedAt, UNITS_PER_MILLISECOND } from "./moment.ts";
import type { Room } from "./room.ts";
import type { SipHash, SipState } from "./sip-hash.ts";

/** The moment at which a mark ends. */
export const MARK_WORDS = 2;

export class TableMarks implements Marks {
  readonly #room: Room;
  readonly #clock: Clock;
  readonly #hash: SipHash;
  readonly #name: SipState;

  constructor(room: Room, clock: Clock, hash: SipHash, name: string) {
    this.#room = room;
    this.#clock = clock;
    this.#hash = hash;
    this.#name = hash.prefix(name);
  }

  mark(name: string, lastsMilliseconds: number, now: number): void {
    if (!(lastsMilliseconds > 0 && lastsMilliseconds <= BEHIND_MILLISECONDS_MAX && Number.isFinite(now))) throw new RangeError("not a time to remember");
    const time = this.#clock.read(now);
    const owed = Math.ceil(lastsMilliseconds * UNITS_PER_MILLISECOND);
    this.#hash.hash(name, this.#name);
    const { low, high } = this.#hash;
    const { words } = this.#room;
    const bucket = this.#room.enter(high);
    const found = this.#room.find(bucket, low, high);
    const record = found < 0 ? this.#room.admit(bucket, low, high, time) : found;
    if (owedAt(words, record, time) < owed) oweAt(words, record, time, owed);
    this.#room.leave(bucket);
  }

  isMarked(name: string, now: number): boolean {
    if (!Number.isFinite(now)) throw new RangeError("not a time");
    const time = this.#clock.read(now);
    this.#hash.hash(name, this.#name);
    const { low, high } = this.#hash;
    const bucket = this.#room.enter(high);
    const record = this.#room.find(bucket, low, high);
    const marked = record >= 0 && owedAt(this.#room.words, record, time) > 0;
    this.#room.leave(bucket);
    return marked;
  }
}
