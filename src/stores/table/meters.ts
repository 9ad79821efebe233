/**
 * Meters: token buckets in a room of the table, as GCRA.
 *
 * A bucket is kept as the one moment at which it will be full again. A moment in the past says nothing, so a full
 * bucket needs no record, and forgetting it loses nothing. A token is worth a whole number of units, rounded up: no
 * error adds up, and nobody ever gets more than his limit says.
 */
import { BEHIND_MILLISECONDS_MAX, type Limit, type Meter, type Taken, TOKENS_PER_MILLISECOND_MAX } from "../store.ts";
import type { Clock } from "./clock.ts";
import { oweAt, owedAt, UNITS_PER_MILLISECOND } from "./moment.ts";
import type { Room } from "./room.ts";
import type { SipHash, SipState } from "./sip-hash.ts";

/** The moment of a bucket is a record of two words. */
export const METER_WORDS = 2;

export class TableMeter implements Meter {
  readonly #room: Room;
  readonly #clock: Clock;
  readonly #hash: SipHash;
  readonly #name: SipState;
  readonly #capacity: number;
  /** Units that a token is worth. */
  readonly #worth: number;
  /** Units owed by an empty bucket. */
  readonly #most: number;
  /** Units owed at the very most. */
  readonly #deepest: number;

  constructor(room: Room, clock: Clock, hash: SipHash, limit: Limit) {
    const { name, capacity, window, debt = 0 } = limit;
    // A negative number would hand tokens out, and NaN compares with nothing.
    const fits = Number.isSafeInteger(capacity) && capacity > 0 && capacity <= Math.ceil(window * TOKENS_PER_MILLISECOND_MAX);
    if (!(fits && debt >= 0 && window + debt <= BEHIND_MILLISECONDS_MAX)) throw new RangeError("not a token bucket");
    this.#room = room;
    this.#clock = clock;
    this.#hash = hash;
    this.#name = hash.prefix(name);
    this.#capacity = capacity;
    this.#worth = Math.ceil((window * UNITS_PER_MILLISECOND) / capacity);
    this.#most = this.#worth * capacity;
    this.#deepest = this.#most + debt * UNITS_PER_MILLISECOND;
  }

  take(owner: string, cost: number, now: number): Taken {
    if (!(Number.isSafeInteger(cost) && cost >= 0 && Number.isFinite(now))) throw new RangeError("not a cost");
    const room = this.#room;
    const hash = this.#hash;
    const time = this.#clock.read(now);
    hash.hash(owner, this.#name);
    const { low, high } = hash;
    const bucket = room.enter(high);
    const record = room.find(bucket, low, high);
    const owed = record < 0 ? 0 : owedAt(room.words, record, time);
    const total = owed + cost * this.#worth;
    const granted = total <= this.#most;
    if (granted && cost > 0) oweAt(room.words, record < 0 ? room.admit(bucket, low, high, time) : record, time, total);
    room.leave(bucket);
    if (granted) return { granted, left: (this.#most - total) / this.#worth, waitMilliseconds: 0 };
    const wait = cost > this.#capacity ? Number.POSITIVE_INFINITY : Math.ceil((total - this.#most) / UNITS_PER_MILLISECOND);
    return { granted, left: Math.max(0, this.#most - owed) / this.#worth, waitMilliseconds: wait };
  }

  charge(owner: string, tokens: number, now: number): void {
    if (!(Number.isSafeInteger(tokens) && Number.isFinite(now))) throw new RangeError("not a charge");
    const room = this.#room;
    const hash = this.#hash;
    const time = this.#clock.read(now);
    hash.hash(owner, this.#name);
    const { low, high } = hash;
    const bucket = room.enter(high);
    const record = room.find(bucket, low, high);
    const owed = record < 0 ? 0 : owedAt(room.words, record, time);
    const total = Math.min(this.#deepest, owed + tokens * this.#worth);
    if (record >= 0) oweAt(room.words, record, time, Math.max(0, total));
    else if (total > 0) oweAt(room.words, room.admit(bucket, low, high, time), time, total);
    room.leave(bucket);
  }
}
