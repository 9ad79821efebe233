/**
 * Retry budget: how many requests may be asked again.
 *
 * A repeated request is one more for an API that has just failed one. So repetitions are a small part of all requests,
 * whatever happens: a budget that each request fills by a little and each repetition takes one from.
 */

/** What may be saved up: enough for the moment in which one of several targets goes down. */
export const SAVED_MAX = 20;

export class RetryBudget {
  readonly #share: number;
  #saved: number;

  /** @param percent of all requests */
  constructor(percent: number) {
    this.#share = percent / 100;
    this.#saved = percent === 0 ? 0 : SAVED_MAX / 2;
  }

  deposit(): void {
    if (this.#saved < SAVED_MAX) this.#saved += this.#share;
  }

  take(): boolean {
    if (this.#saved < 1) return false;
    this.#saved--;
    return true;
  }
}
