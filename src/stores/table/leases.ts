/**
 * Leases: how many of an owner's requests are under way, in a room of the table.
 *
 * A lease is counted in the slice of time in which it was taken or last renewed. A slice that is older than a lease
 * lasts counts no more: whoever held its leases has died without giving them back. So a record has one number per slice
 * however many leases there are, and a lease lasts as long as it says or a quarter longer.
 *
 * A record is never given up for another: whoever holds leases has requests under way, and of those there are few.
 */
import { BEHIND_MILLISECONDS_MAX, type Leased, type LeaseLimit, type Leases } from "../store.ts";
import type { Clock } from "./clock.ts";
import { oweAt, UNITS_PER_MILLISECOND } from "./moment.ts";
import type { Room } from "./room.ts";
import type { SipHash, SipState } from "./sip-hash.ts";

/** Slices in the time that a lease lasts; the one that is going on comes on top. */
const SLICES = 4;
const KEPT = SLICES + 1;

/** The moment at which all have ended, the slice that was seen last, and a count for each slice. */
const SEEN = 2;
const COUNTS = 3;
export const LEASE_WORDS: number = COUNTS + KEPT;

export class TableLeases implements Leases {
  readonly #room: Room;
  readonly #clock: Clock;
  readonly #hash: SipHash;
  readonly #name: SipState;
  readonly #most: number;
  readonly #sliceMilliseconds: number;

  /** @param room one that spares what says something */
  constructor(room: Room, clock: Clock, hash: SipHash, { name, most, lasts }: LeaseLimit) {
    const fits = Number.isSafeInteger(most) && most > 0 && most < 2 ** 31 && lasts >= SLICES && lasts <= BEHIND_MILLISECONDS_MAX / 2;
    if (!fits) throw new RangeError("not a number of leases");
    this.#room = room;
    this.#clock = clock;
    this.#hash = hash;
    this.#name = hash.prefix(name);
    this.#most = most;
    this.#sliceMilliseconds = Math.ceil(lasts / SLICES);
  }

  take(owner: string, now: number): Leased {
    const time = this.#clock.read(now);
    const { low, high } = this.#hashOf(owner);
    const bucket = this.#room.enter(high);
    const found = this.#room.find(bucket, low, high);
    const slice = Math.floor(time / this.#sliceMilliseconds);
    const held = found < 0 ? 0 : this.#advance(found, slice);
    const record = held >= this.#most ? -1 : found < 0 ? this.#room.admit(bucket, low, high, time) : found;
    if (record >= 0) this.#count(record, slice, 1, time);
    this.#room.leave(bucket);
    const granted = record >= 0;
    return { granted, left: Math.max(0, this.#most - held - (granted ? 1 : 0)), lease: slice };
  }

  renew(owner: string, lease: number, now: number): number {
    const time = this.#clock.read(now);
    const { low, high } = this.#hashOf(owner);
    const bucket = this.#room.enter(high);
    const found = this.#room.find(bucket, low, high);
    const slice = Math.floor(time / this.#sliceMilliseconds);
    if (found >= 0) this.#advance(found, slice);
    const record = found < 0 ? this.#room.admit(bucket, low, high, time) : found;
    if (record >= 0) {
      this.#drop(record, slice, lease);
      this.#count(record, slice, 1, time);
    }
    this.#room.leave(bucket);
    return slice;
  }

  release(owner: string, lease: number, now: number): void {
    const time = this.#clock.read(now);
    const { low, high } = this.#hashOf(owner);
    const bucket = this.#room.enter(high);
    const record = this.#room.find(bucket, low, high);
    const slice = Math.floor(time / this.#sliceMilliseconds);
    if (record >= 0) {
      const held = this.#advance(record, slice);
      if (this.#drop(record, slice, lease) && held === 1) oweAt(this.#room.words, record, time, 0);
    }
    this.#room.leave(bucket);
  }

  #hashOf(owner: string): SipHash {
    this.#hash.hash(owner, this.#name);
    return this.#hash;
  }

  /** Empties the slices that have begun since the record was seen last; answers how many leases there are. */
  #advance(record: number, slice: number): number {
    const { words } = this.#room;
    // The number of a slice, in as many bits as a word has; what is farther apart has ended long ago.
    const passed = Math.min(KEPT, (slice - (words[record + SEEN] ?? 0)) >>> 0);
    for (let back = 0; back < passed; back++) words[record + COUNTS + ((slice - back) % KEPT)] = 0;
    words[record + SEEN] = slice;
    let held = 0;
    for (let at = 0; at < KEPT; at++) held += words[record + COUNTS + at] ?? 0;
    return held;
  }

  #count(record: number, slice: number, leases: number, time: number): void {
    const { words } = this.#room;
    const at = record + COUNTS + (slice % KEPT);
    words[record + SEEN] = slice;
    words[at] = (words[at] ?? 0) + leases;
    oweAt(words, record, time, KEPT * this.#sliceMilliseconds * UNITS_PER_MILLISECOND);
  }

  /** False: the lease has ended already. */
  #drop(record: number, slice: number, lease: number): boolean {
    const { words } = this.#room;
    const at = record + COUNTS + (lease % KEPT);
    const lives = slice - lease >= 0 && slice - lease < KEPT && (words[at] ?? 0) > 0;
    if (lives) words[at] = (words[at] ?? 0) - 1;
    return lives;
  }
}
