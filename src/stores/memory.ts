/**
 * Memory: the store of one process, bounded, exact, and without timers.
 *
 * A token bucket is kept as the one moment at which it will be full again (GCRA). A moment in the past says nothing,
 * so a full bucket needs no entry, and forgetting it loses nothing.
 *
 * Exact: the moment is a whole number of milliseconds and a rest in parts of `1 / capacity` milliseconds. A token is
 * then worth `window` such parts, a whole number, where the window is the time in which the bucket fills up, in
 * milliseconds, rounded up. No error adds up while `capacity x window` stays below 2^53 (a million tokens over 104
 * days); beyond, each step may be off by one part in 2^53.
 *
 * Bounded: at most `keysMax` entries. A newcomer to a full store first takes the place of an entry that says nothing;
 * else, of a few entries drawn at random, that of the one with the smallest debt. Never of the oldest: then a flood of
 * fresh names would wash out the callers who have used up their tokens. What remains: whoever makes `keysMax` names
 * owe as much as he does may be forgotten himself.
 */
import { createHash, randomBytes } from "node:crypto";
import { ONCE_NAMES_MAX, OnceNames } from "./once-names.ts";
import type { Once, Store, Taken, Want } from "./store.ts";

export const KEYS_MAX = 1_000_000;
/** Longer names are kept as their SHA-256, so that the bound on entries is one on bytes. */
export const NAME_CHARACTERS_MAX = 256;
/** A clock that falls back by less stands still until it has caught up; by more, it is a new clock. */
export const FALL_BACK_MILLISECONDS_MAX = 60_000;
/** Entries that are compared when one has to go. */
const DRAWN = 8;
/** Entries that a newcomer looks at to clear away those that say nothing. */
const SWEPT = 2;

export interface MemoryStoreOptions {
  readonly keysMax?: number;
  readonly namesMax?: number;
  readonly random?: (bytes: number) => Uint8Array;
}

export interface MemoryStore extends Store {
  /** Entries that are held now. */
  readonly size: number;
}

interface Entry {
  readonly name: string;
  /** Where it stands in the list. */
  at: number;
  /** The moment at which the bucket is full: milliseconds of the store's own clock, and parts of a millisecond. */
  full: number;
  rest: number;
}

/** A store in this process's memory. Every verb answers at once. */
export function memoryStore({ keysMax = KEYS_MAX, namesMax = ONCE_NAMES_MAX, random = randomBytes }: MemoryStoreOptions = {}): MemoryStore {
  return new Memory(keysMax, namesMax, random);
}

class Memory implements MemoryStore {
  readonly #keysMax: number;
  readonly #entries = new Map<string, Entry>();
  /** The same entries, to draw from. */
  readonly #list: Entry[] = [];
  readonly #names: OnceNames;
  #sweep = 0;
  #latest = Number.NEGATIVE_INFINITY;
  #shift = 0;
  #dice: number;

  constructor(keysMax: number, namesMax: number, random: (bytes: number) => Uint8Array) {
    this.#keysMax = keysMax;
    this.#names = new OnceNames(namesMax);
    this.#dice = random(4).reduce((seed, byte) => (seed << 8) | byte, 0) || 1;
  }

  get size(): number {
    return this.#entries.size;
  }

  take(bucket: string, { cost, capacity, perMillisecond, now }: Want): Taken {
    // A negative cost would hand tokens out, and NaN compares with nothing.
    if (!(cost >= 0 && capacity > 0 && perMillisecond > 0 && Number.isFinite(cost + capacity + perMillisecond + now))) throw new RangeError("not a token bucket");
    const name = shorten(bucket);
    const time = this.#read(now);
    const window = windowOf(capacity, perMillisecond);
    const entry = this.#entries.get(name);
    const owed = entry === undefined ? 0 : Math.max(0, (entry.full - time) * capacity + entry.rest);
    const total = owed + cost * window;
    const most = capacity * window;
    if (total > most) return { granted: false, left: (most - owed) / window, waitMilliseconds: cost > capacity ? Number.POSITIVE_INFINITY : Math.ceil((total - most) / capacity) };
    if (cost > 0) this.#owe(entry ?? this.#admit(name, time), time, total, capacity);
    return { granted: true, left: (most - total) / window, waitMilliseconds: 0 };
  }

  once(name: string, until: number, now: number): Once {
    // What has ended already, or never ends, cannot be remembered until its end.
    if (!(Number.isFinite(now) && Number.isFinite(until) && until > now)) throw new RangeError("not a time to remember");
    const time = this.#read(now);
    // The span, not the moment: on a clock that has fallen back a little, the moment may be over already.
    return this.#names.take(shorten(name), time + (until - now), time);
  }

  close(): void {
    this.#names.clear();
    this.#entries.clear();
    this.#list.length = 0;
  }

  #owe(entry: Entry, time: number, parts: number, capacity: number): void {
    const whole = Math.floor(parts / capacity);
    entry.full = time + whole;
    entry.rest = parts - whole * capacity;
  }

  /**
   * The store's own clock, which never goes back: else a caller would be granted the same stretch of time twice. When
   * the wall clock was set back by more than a moment, time goes on from where it was instead of standing still.
   */
  #read(now: number): number {
    const time = now + this.#shift;
    if (time >= this.#latest) this.#latest = time;
    else if (this.#latest - time > FALL_BACK_MILLISECONDS_MAX) this.#shift += this.#latest - time;
    return this.#latest;
  }

  #admit(name: string, time: number): Entry {
    this.#clear(time);
    if (this.#list.length >= this.#keysMax) this.#drop(this.#leastOf(DRAWN));
    const entry: Entry = { name, at: this.#list.length, full: time, rest: 0 };
    this.#list.push(entry);
    this.#entries.set(name, entry);
    return entry;
  }

  /** Two looks for one newcomer: entries that say nothing go faster than new ones come, without a timer. */
  #clear(time: number): void {
    for (let looks = 0; looks < SWEPT && this.#list.length > 0; looks++) {
      if (this.#sweep >= this.#list.length) this.#sweep = 0;
      const entry = this.#list[this.#sweep];
      if (entry !== undefined && entry.full < time) this.#drop(entry);
      else this.#sweep++;
    }
  }

  /** Entries that say nothing have the smallest debt of all. */
  #leastOf(drawn: number): Entry | undefined {
    let least: Entry | undefined;
    for (let draw = 0; draw < drawn; draw++) {
      const entry = this.#list[this.#roll() % this.#list.length];
      if (entry !== undefined && (least === undefined || entry.full < least.full)) least = entry;
    }
    return least;
  }

  #drop(entry: Entry | undefined): void {
    if (entry === undefined) return;
    this.#entries.delete(entry.name);
    const last = this.#list.pop();
    if (last === undefined || last === entry) return;
    last.at = entry.at;
    this.#list[entry.at] = last;
  }

  /** Xorshift (Marsaglia): not secret, only not known ahead. */
  #roll(): number {
    let dice = this.#dice;
    dice ^= dice << 13;
    dice ^= dice >>> 17;
    dice ^= dice << 5;
    this.#dice = dice;
    return dice >>> 0;
  }
}

function shorten(name: string): string {
  return name.length > NAME_CHARACTERS_MAX ? `sha256 ${createHash("sha256").update(name).digest("base64url")}` : name;
}

/** Far more than a division can be off by, far less than anybody can use. */
const NOISE = 1e-12;

/** Milliseconds in which the bucket fills up, rounded up; noise of the division is no reason to round. */
function windowOf(capacity: number, perMillisecond: number): number {
  const window = capacity / perMillisecond;
  const nearest = Math.round(window);
  return nearest >= 1 && Math.abs(window - nearest) <= nearest * NOISE ? nearest : Math.ceil(window);
}
