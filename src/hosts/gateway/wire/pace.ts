/**
 * Pace: whether bytes keep moving fast enough.
 *
 * A bucket of time that empties by the clock and is filled by bytes. It never holds more than the grace, so that a
 * quick start does not buy a long silence.
 */
export class Pace {
  readonly #bytesPerSecond: number;
  readonly #most: number;
  #credit: number;

  constructor(bytesPerSecond: number, graceMilliseconds: number) {
    this.#bytesPerSecond = bytesPerSecond;
    this.#most = (bytesPerSecond * graceMilliseconds) / 1_000;
    this.#credit = this.#most;
  }

  /** @returns false when the bytes have been too slow for too long */
  keep(bytes: number, elapsedMilliseconds: number): boolean {
    this.#credit = Math.min(this.#most, this.#credit + bytes) - (this.#bytesPerSecond * elapsedMilliseconds) / 1_000;
    return this.#credit >= 0;
  }
}
