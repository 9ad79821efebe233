/**
 * Adaptive limit: how many requests the API may have at once, found out from how long it takes.
 *
 * An API that gets more than it can do does less: requests wait in it until nobody wants their answers any more. So the
 * limit falls when answers take longer than they should, in proportion to by how much, and rises by one for each round
 * of answers that came in time (additive increase, multiplicative decrease). It only rises while it is used, or an idle
 * night would end with a limit that says nothing. A hard maximum and a least number stand whatever was measured.
 *
 * A few who ask for what takes long would lower the limit for everybody, and hold what is left of it. So the last places are for
 * callers who hold fewer than the others do on average.
 */

export interface AdaptiveRules {
  /** Milliseconds within which an answer should come. */
  readonly target: number;
  readonly least: number;
  readonly most: number;
}

/** The limit falls to this part of itself at most, at a time. */
const FALL_MAX = 0.5;
/** It falls to this part when answers fail instead of being late. */
const FALL_ON_FAILURE = 0.9;

/** Parts of the limit, above 0 and up to 1. */
export interface Share {
  /** What may be taken in all. */
  readonly all: number;
  /** What may be taken by those who hold as much as the others on average, or more. */
  readonly common: number;
}

export class AdaptiveLimit {
  readonly #rules: AdaptiveRules;
  #limit: number;
  #inFlight = 0;
  /** Places that callers hold, of those who hold any. */
  readonly #held = new Map<string, number>();
  /** Somebody was turned away since the limit rose last. */
  #wanted = false;
  /** Until then it does not fall again: answers of requests that were let in before are still late. */
  #settling = 0;

  constructor(rules: AdaptiveRules) {
    this.#rules = rules;
    this.#limit = Math.min(rules.most, Math.max(rules.least, Math.ceil(Math.sqrt(rules.least * rules.most))));
  }

  get limit(): number {
    return this.#limit;
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  take(share: Share, caller: string): boolean {
    const own = this.#held.get(caller) ?? 0;
    // One is always let in: else nobody would ever find out that the API is well again.
    if (this.#inFlight > 0 && !this.#hasRoom(share, own)) {
      this.#wanted = true;
      return false;
    }
    this.#held.set(caller, own + 1);
    this.#inFlight++;
    return true;
  }

  #hasRoom({ all, common }: Share, own: number): boolean {
    return this.#inFlight < this.#limit * (own * this.#held.size < this.#inFlight ? all : common);
  }

  /** The place is free again; nothing was learnt. */
  giveBack(caller: string): void {
    this.#inFlight--;
    const left = (this.#held.get(caller) ?? 0) - 1;
    if (left > 0) this.#held.set(caller, left);
    else this.#held.delete(caller);
  }

  /** An answer came. `now` and `took` in milliseconds. */
  learn(now: number, took: number, failed: boolean): void {
    const { target, least, most } = this.#rules;
    if (failed || took > target) {
      if (now < this.#settling) return;
      this.#settling = now + Math.min(Math.max(took, 1), target);
      this.#limit = Math.max(least, this.#limit * (failed ? FALL_ON_FAILURE : Math.max(FALL_MAX, target / took)));
    } else if (this.#wanted || this.#inFlight * 2 >= this.#limit) {
      this.#wanted = false;
      this.#limit = Math.min(most, this.#limit + 1 / this.#limit);
    }
  }
}
