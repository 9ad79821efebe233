/**
 * Room: a part of a table, of fixed size, with records for the names of one kind.
 *
 * A room is a row of buckets, a bucket a row of places; the keyed hash of a name says in which bucket it may stand. The
 * first two words of every record are the moment from which on it says nothing (see moment.ts). A newcomer to a full
 * bucket takes a place whose record says nothing; else that of the smallest debt, never that of the oldest: then a
 * flood of fresh names would wash out the callers who have used up everything. What remains: whoever makes as many
 * names owe as much as he does, in his own bucket, may be forgotten himself, and he cannot know whose bucket is his.
 *
 * Threads share a room by one lock per bucket, which holds the number of the thread inside. Who waits for it in vain
 * is told so with a fault, and his request is refused; a thread that was ended inside is buried by whoever ended it.
 */
import { owedAt } from "./moment.ts";

/** Words of 32 bits in a cache line: the lock and the lower halves of all hashes share one. */
const LINE_WORDS = 16;
/** In front of each record stands the upper half of its hash: whoever comes for the one comes for the other. */
const HASH_WORDS = 1;
/** Places in a bucket. */
export const PLACES: number = LINE_WORDS - 1;
/** Looks at a lock before the thread lets others have the processor. */
const SPINS = 200;
/**
 * Longest wait for a lock. Nobody holds one for more than a microsecond, unless the system took the processor from him
 * (on a machine with more work than processors for a tenth of a second), or he is dead.
 */
export const LOCK_WAIT_MILLISECONDS_MAX = 1_000;

/** Nobody else uses the table, so no lock is taken. */
export const ALONE = 0;

export interface RoomWays {
  readonly spares?: boolean;
  readonly share?: ((words: Int32Array, record: number) => number) | undefined;
}

export class Room {
  readonly words: Int32Array;
  readonly buckets: number;
  readonly recordWords: number;
  /** Records that were given up for a newcomer though they still said something. A hint: threads may lose a count. */
  readonly #evicted: Int32Array;
  readonly #stride: number;
  readonly #thread: number;
  readonly #spares: boolean;
  readonly #share: RoomWays["share"];

  /**
   * @param evicted one word
   * @param thread who asks: a number over 0 of his own, or ALONE
   * @param spares true: a record that says something is never given up
   * @param share where the moment of a record tells more than its debt: how much of it is owed
   */
  constructor(words: Int32Array, recordWords: number, evicted: Int32Array, thread: number, { spares = false, share }: RoomWays = {}) {
    this.#stride = strideOf(recordWords);
    this.words = words;
    this.buckets = Math.floor(words.length / this.#stride);
    this.recordWords = recordWords;
    this.#evicted = evicted;
    this.#thread = thread;
    this.#spares = spares;
    this.#share = share;
  }

  /** Enters the bucket of a hash; whoever did so leaves it again. No other thread is inside meanwhile. */
  enter(high: number): number {
    const bucket = Math.floor(((high >>> 0) / 4_294_967_296) * this.buckets) * this.#stride;
    if (this.#thread !== ALONE && Atomics.compareExchange(this.words, bucket, 0, this.#thread) !== 0) this.#wait(bucket);
    return bucket;
  }

  leave(bucket: number): void {
    if (this.#thread !== ALONE) Atomics.store(this.words, bucket, 0);
  }

  /** Where the record of a name begins; -1: there is none. */
  find(bucket: number, low: number, high: number): number {
    const { words } = this;
    for (let place = 1; place <= PLACES; place++) {
      if (words[bucket + place] !== low) continue;
      const record = this.#recordAt(bucket, place);
      if (words[record - HASH_WORDS] === high) return record;
    }
    return -1;
  }

  /** Makes a record for a newcomer, all zeros, which says nothing yet; -1: there is no room. */
  admit(bucket: number, low: number, high: number, now: number): number {
    const { words } = this;
    let chosen = 0;
    let least = Number.POSITIVE_INFINITY;
    for (let place = 1; place <= PLACES && least > 0; place++) {
      const record = this.#recordAt(bucket, place);
      const owed = owedAt(words, record, now) * (this.#share?.(words, record) ?? 1);
      if (owed >= least) continue;
      least = owed;
      chosen = place;
    }
    if (least > 0) {
      if (this.#spares) return -1;
      this.#evicted[0] = (this.#evicted[0] ?? 0) + 1;
    }
    const record = this.#recordAt(bucket, chosen);
    words.fill(0, record, record + this.recordWords);
    words[bucket + chosen] = low;
    words[record - HASH_WORDS] = high;
    return record;
  }

  /** Opens the locks of a thread that has ended. What it was writing is one record, of which nothing worse than a wrong debt comes. */
  bury(thread: number): number {
    let opened = 0;
    for (let bucket = 0; bucket < this.words.length; bucket += this.#stride) {
      if (Atomics.compareExchange(this.words, bucket, thread, 0) === thread) opened++;
    }
    return opened;
  }

  /** Places, those that say something now (worked out from a sample), and how often one was given up. */
  state(now: number): RoomState {
    const step = Math.max(1, Math.floor(this.buckets / SAMPLED_BUCKETS));
    let [looked, held] = [0, 0];
    for (let number = 0; number < this.buckets; number += step) {
      for (let place = 1; place <= PLACES; place++, looked++) {
        if (owedAt(this.words, this.#recordAt(number * this.#stride, place), now) > 0) held++;
      }
    }
    const places = this.buckets * PLACES;
    return { places, held: Math.round((held * places) / Math.max(1, looked)), evicted: this.#evicted[0] ?? 0 };
  }

  #recordAt(bucket: number, place: number): number {
    return bucket + LINE_WORDS + (place - 1) * (HASH_WORDS + this.recordWords) + HASH_WORDS;
  }

  #wait(bucket: number): void {
    const { words } = this;
    const begun = performance.now();
    for (let looks = 1; ; looks++) {
      const holder = Atomics.load(words, bucket);
      if (holder === 0 && Atomics.compareExchange(words, bucket, 0, this.#thread) === 0) return;
      if (looks < SPINS) continue;
      if (performance.now() - begun > LOCK_WAIT_MILLISECONDS_MAX) throw new LockFault();
      Atomics.wait(words, bucket, holder, 1);
    }
  }
}

const SAMPLED_BUCKETS = 512;

export interface RoomState {
  readonly places: number;
  readonly held: number;
  readonly evicted: number;
}

/** A lock was not to be had: whoever needed it cannot be judged. */
export class LockFault extends Error {
  override readonly name = "LockFault";

  constructor() {
    super(`a lock of the table was held for more than ${LOCK_WAIT_MILLISECONDS_MAX} ms`);
  }
}

/** Words of a bucket: whole cache lines, so that two buckets share none. */
export function strideOf(recordWords: number): number {
  return LINE_WORDS + Math.ceil((PLACES * (HASH_WORDS + recordWords)) / LINE_WORDS) * LINE_WORDS;
}
