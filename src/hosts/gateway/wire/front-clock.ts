/**
 * Front clock: one timer for all connections of a front.
 *
 * A timer per connection and per request costs more than the parser. Here every connection is looked at four times a
 * second, and the time of day is written once a second.
 */

export const TICK_MILLISECONDS = 250;

/** What wants to be looked at. */
export interface Ticked {
  readonly tick: (now: number, elapsedMilliseconds: number) => void;
}

export class FrontClock {
  /** Milliseconds on this clock, as of the last tick. */
  now = 0;
  /** `date: ...` with its line end (RFC 9110, section 6.6.1). */
  dateLine: string;
  readonly #members = new Set<Ticked>();
  readonly #timer: NodeJS.Timeout;
  #last: number = performance.now();
  #second = 0;

  constructor() {
    this.dateLine = this.#writeDate();
    this.#timer = setInterval(() => this.#tick(), TICK_MILLISECONDS);
    this.#timer.unref();
  }

  /** When something that begins now and may take `milliseconds` is late. Never early, though the clock is coarse. */
  after(milliseconds: number): number {
    return this.now + milliseconds + TICK_MILLISECONDS;
  }

  add(member: Ticked): void {
    this.#members.add(member);
  }

  delete(member: Ticked): void {
    this.#members.delete(member);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #tick(): void {
    const real = performance.now();
    // Time in which this process itself stood still is not the callers': their bytes may be waiting unread.
    const elapsed = Math.min(real - this.#last, 2 * TICK_MILLISECONDS);
    this.#last = real;
    this.now += elapsed;
    if (Math.floor(Date.now() / 1_000) !== this.#second) this.dateLine = this.#writeDate();
    for (const member of this.#members) member.tick(this.now, elapsed);
  }

  #writeDate(): string {
    const now = new Date();
    this.#second = Math.floor(now.getTime() / 1_000);
    return `date: ${now.toUTCString()}\r\n`;
  }
}
