/**
 * Clock: the table's own time, which never goes back, the same for all threads.
 *
 * Were it to go back, a caller would be granted the same stretch of time twice. A wall clock that falls back a little
 * stands still until it has caught up; by more, it was set anew, and time goes on from where it was.
 */

/** Milliseconds by which a clock may fall back without being a new clock. */
export const FALL_BACK_MILLISECONDS_MAX = 60_000;

/** Where the clock stands in memory: the latest time that was read, and what is added to the wall clock. */
const LATEST = 0;
const SHIFT = 1;
export const CLOCK_NUMBERS = 2;

export class Clock {
  readonly #numbers: Float64Array;
  readonly #locked: <T>(work: () => T) => T;

  /** @param locked runs one such work at a time, in all threads */
  constructor(numbers: Float64Array, locked: <T>(work: () => T) => T) {
    this.#numbers = numbers;
    this.#locked = locked;
  }

  /** @param now milliseconds since the epoch, as the wall clock has it */
  read(now: number): number {
    const numbers = this.#numbers;
    const time = Math.floor(now) + (numbers[SHIFT] ?? 0);
    const latest = numbers[LATEST] ?? 0;
    // Two threads may write at the same moment: then it is a millisecond behind until the next one comes.
    if (time > latest) numbers[LATEST] = time;
    else if (latest - time > FALL_BACK_MILLISECONDS_MAX) return this.#locked(() => this.#goOn(now));
    else return latest;
    return time;
  }

  /** Under the lock: another thread may have seen the new clock first. */
  #goOn(now: number): number {
    const numbers = this.#numbers;
    const latest = numbers[LATEST] ?? 0;
    const behind = latest - now - (numbers[SHIFT] ?? 0);
    if (behind > FALL_BACK_MILLISECONDS_MAX) numbers[SHIFT] = latest - Math.floor(now);
    return latest;
  }
}
