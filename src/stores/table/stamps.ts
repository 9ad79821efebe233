/**
 * Stamps: every request of the last window, one by one, in a room of the table.
 *
 * For small limits that must be exact: a bucket lets up to twice its burst through in one window, this never more than
 * it says. A record is a ring of moments, as milliseconds modulo 2^32 (49 days).
 */
import { BEHIND_MILLISECONDS_MAX, type Limit, type Meter, STAMPS_MAX, type Taken } from "../store.ts";
import type { Clock } from "./clock.ts";
import { oweAt, owedAt, UNITS_PER_MILLISECOND } from "./moment.ts";
import type { Room } from "./room.ts";
import type { SipHash, SipState } from "./sip-hash.ts";

/** The moment at which the last stamp is old, where the ring goes on, how many stamps count and how many there may be, and the ring. */
const NEXT = 2;
const COUNT = 3;
const CAPACITY = 4;
const RING = 5;
export const STAMP_WORDS: number = RING + STAMPS_MAX;

/** How much of what it may an owner has used: of two who came at the same time the one who has used less is forgotten. */
export function stampsShare(words: Int32Array, record: number): number {
  return (words[record + COUNT] ?? 0) / Math.max(1, words[record + CAPACITY] ?? 0);
}

export class TableStamps implements Meter {
  readonly #room: Room;
  readonly #clock: Clock;
  readonly #hash: SipHash;
  readonly #name: SipState;
  readonly #capacity: number;
  readonly #window: number;

  constructor(room: Room, clock: Clock, hash: SipHash, { name, room: whose, capacity, window }: Limit) {
    const fits = Number.isSafeInteger(capacity) && capacity > 0 && capacity <= STAMPS_MAX && window > 0 && window <= BEHIND_MILLISECONDS_MAX / 3;
    if (!fits) throw new RangeError("not a window with stamps");
    this.#room = room;
    this.#clock = clock;
    this.#hash = hash;
    this.#name = hash.prefix(`${whose} ${name}`);
    this.#capacity = capacity;
    this.#window = Math.ceil(window);
  }

  take(owner: string, cost: number, now: number): Taken {
    if (!(Number.isSafeInteger(cost) && cost >= 0 && Number.isFinite(now))) throw new RangeError("not a cost");
    const room = this.#room;
    const time = this.#clock.read(now);
    const bucket = this.#enter(owner);
    const found = room.find(bucket, this.#hash.low, this.#hash.high);
    const count = found < 0 ? 0 : this.#age(found, time);
    const over = count + cost - this.#capacity;
    const wait = over > 0 && over <= count ? this.#window - this.#ageOf(found, count - over, time) : 0;
    if (over <= 0 && cost > 0) this.#add(found < 0 ? room.admit(bucket, this.#hash.low, this.#hash.high, time) : found, cost, time);
    room.leave(bucket);
    if (over <= 0) return { granted: true, left: this.#capacity - count - cost, waitMilliseconds: 0 };
    return { granted: false, left: this.#capacity - count, waitMilliseconds: cost > this.#capacity ? Number.POSITIVE_INFINITY : wait };
  }

  /** Gives back the oldest: those that stay are never earlier than the true ones, so that nobody gets more. */
  charge(owner: string, tokens: number, now: number): void {
    if (!(Number.isSafeInteger(tokens) && Number.isFinite(now))) throw new RangeError("not a charge");
    if (tokens >= 0) return;
    const { words } = this.#room;
    const time = this.#clock.read(now);
    const bucket = this.#enter(owner);
    const record = this.#room.find(bucket, this.#hash.low, this.#hash.high);
    if (record >= 0) {
      const left = Math.max(0, this.#age(record, time) + tokens);
      words[record + COUNT] = left;
      if (left === 0) oweAt(words, record, time, 0);
    }
    this.#room.leave(bucket);
  }

  #enter(owner: string): number {
    this.#hash.hash(owner, this.#name);
    return this.#room.enter(this.#hash.high);
  }

  /** Forgets stamps that are out of the window; answers how many are in it. */
  #age(record: number, time: number): number {
    const { words } = this.#room;
    let count = owedAt(words, record, time) === 0 ? 0 : (words[record + COUNT] ?? 0);
    while (count > 0 && this.#ageOf(record, count - 1, time) >= this.#window) count--;
    words[record + COUNT] = count;
    return count;
  }

  /** Milliseconds since the stamp that has `newer` newer ones. */
  #ageOf(record: number, newer: number, time: number): number {
    const { words } = this.#room;
    const place = ((words[record + NEXT] ?? 0) - 1 - newer + 2 * STAMPS_MAX) % STAMPS_MAX;
    return ((time % 4_294_967_296) - ((words[record + RING + place] ?? 0) >>> 0)) >>> 0;
  }

  #add(record: number, cost: number, time: number): void {
    const { words } = this.#room;
    for (let stamp = 0; stamp < cost; stamp++) {
      const place = words[record + NEXT] ?? 0;
      words[record + RING + place] = time % 4_294_967_296;
      words[record + NEXT] = (place + 1) % STAMPS_MAX;
    }
    words[record + COUNT] = (words[record + COUNT] ?? 0) + cost;
    words[record + CAPACITY] = this.#capacity;
    oweAt(words, record, time, this.#window * UNITS_PER_MILLISECOND);
  }
}
