/**
 * Breaker: leaves a target alone that fails more often than not.
 *
 * Every request to a target that is down costs its caller a wait and this house a place. So once enough of the last ten
 * seconds' requests have failed, the rest is refused at once for a while; then one request finds out whether it is well
 * again. One that finds nothing out, because its caller takes his time or leaves, makes way for the next.
 */
import type { BreakerRules } from "../../../policy/upstream.ts";

export const WINDOW_SECONDS = 10;
export const PAUSE_MILLISECONDS_MAX = 60_000;

export class Breaker {
  readonly #rules: BreakerRules;
  readonly #fine: number[] = Array.from({ length: WINDOW_SECONDS }, () => 0);
  readonly #failed: number[] = Array.from({ length: WINDOW_SECONDS }, () => 0);
  #second = 0;
  #pause: number;
  /** Until then nobody is let through. 0: the target is well. */
  #until = 0;
  /** Whether somebody is finding out. */
  #trial = false;

  constructor(rules: BreakerRules) {
    this.#rules = rules;
    this.#pause = rules.pause;
  }

  /** Whether the target is left alone now. @param now milliseconds on a clock of the caller's */
  isOpen(now: number): boolean {
    return now < this.#until;
  }

  /** A request is on its way: the first one after each pause is a trial. */
  begin(now: number): void {
    if (this.#until === 0 || now < this.#until) return;
    this.#trial = true;
    this.#until = now + this.#pause;
  }

  /** How a request went; undefined: nobody knows, its caller left. */
  end(now: number, fine: boolean | undefined): void {
    if (this.#until > 0) {
      if (this.#trial) this.#judgeTrial(now, fine);
      return;
    }
    if (fine === undefined) return;
    this.#forget(now);
    const counts = fine ? this.#fine : this.#failed;
    const at = this.#second % WINDOW_SECONDS;
    counts[at] = (counts[at] ?? 0) + 1;
    if (fine) return;
    const failed = sum(this.#failed);
    const all = failed + sum(this.#fine);
    if (all >= this.#rules.least && failed * 100 >= all * this.#rules.percent) this.#open(now);
  }

  #judgeTrial(now: number, fine: boolean | undefined): void {
    this.#trial = false;
    if (fine === undefined) {
      this.#until = now;
      return;
    }
    if (!fine) {
      this.#pause = Math.min(this.#pause * 2, PAUSE_MILLISECONDS_MAX);
      return this.#open(now);
    }
    this.#until = 0;
    this.#pause = this.#rules.pause;
  }

  #open(now: number): void {
    this.#until = now + this.#pause;
    this.#trial = false;
    this.#fine.fill(0);
    this.#failed.fill(0);
  }

  /** Seconds that have passed count no more. */
  #forget(now: number): void {
    const second = Math.floor(now / 1_000);
    for (let steps = Math.min(second - this.#second, WINDOW_SECONDS); steps > 0; steps--) {
      const at = (second - steps + 1) % WINDOW_SECONDS;
      this.#fine[at] = 0;
      this.#failed[at] = 0;
    }
    this.#second = second;
  }
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
