/**
 * Clock: the table's own time, which never goes back, the same for all threads.
 *
 * Were it to go back, a caller would be granted the same stretch of time twice. A wall clock that falls back a little
 * stands still until it has caught up; by more, it was set anew, and time goes on from where it was. Who asks says when his
 * request came, and that may be long ago: whether the clock was set anew only the clock itself can say, or whoever lets
 * his body come slowly would make time go faster for everybody's limits.
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
  readonly #wall: () => number;

  /**
   * @param locked runs one such work at a time, in all threads
   * @param wall the wall clock, asked only where time seems to have gone back
   */
  constructor(numbers: Float64Array, locked: <T>(work: () => T) => T, wall: () => number) {
    this.#numbers = numbers;
    this.#locked = locked;
    this.#wall = wall;
  }

  /** @param now milliseconds since the epoch, as the wall clock has it, or had it when the request came */
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
    const wall = Math.floor(Math.max(now, this.#wall()));
    const behind = latest - wall - (numbers[SHIFT] ?? 0);
    if (behind > FALL_BACK_MILLISECONDS_MAX) numbers[SHIFT] = latest - wall;
    return latest;
  }
}
