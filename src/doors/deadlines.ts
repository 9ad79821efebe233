/**
 * Deadlines: ends exchanges that take too long, with one timer for all of them.
 *
 * A timer of its own for every exchange is made and thrown away for nothing, since nearly all end in time. So those
 * that are open are looked through a few times a second: a deadline is kept to within `TICK_MILLISECONDS`, never early.
 */

/** How late a deadline can be noticed. */
export const TICK_MILLISECONDS = 100;

/** What can be late. `due` on the clock of `performance.now()`; `before` and `behind` are this file's own. */
export interface Due {
  readonly due: number;
  readonly expire: () => void;
  before?: Due | undefined;
  behind?: Due | undefined;
}

/**
 * A list through the members themselves. A Set of them cost a seventh of the gateway's time: its tables, thrown away
 * every few dozen exchanges, kept ended ones alive from one collection of garbage to the next.
 */
export class Deadlines {
  #last: Due | undefined;
  #timer: NodeJS.Timeout | undefined;

  add(one: Due): void {
    one.before = this.#last;
    if (this.#last !== undefined) this.#last.behind = one;
    this.#last = one;
    // It ends by itself once nothing is open, so that a process without exchanges can end.
    this.#timer ??= setInterval(() => this.#look(), TICK_MILLISECONDS);
  }

  /** Nobody waits for it any more. Once is enough, twice does no harm. */
  drop(one: Due): void {
    const { before, behind } = one;
    if (behind !== undefined) behind.before = before;
    else if (this.#last === one) this.#last = before;
    if (before !== undefined) before.behind = behind;
    one.before = one.behind = undefined;
  }

  #look(): void {
    if (this.#last === undefined) {
      clearInterval(this.#timer);
      this.#timer = undefined;
      return;
    }
    const now = performance.now();
    const late: Due[] = [];
    for (let one: Due | undefined = this.#last; one !== undefined; one = one.before) if (one.due <= now) late.push(one);
    // What expires may end others, and those must not expire as well.
    for (const one of late.reverse()) {
      if (!this.#holds(one)) continue;
      this.drop(one);
      one.expire();
    }
  }

  #holds(one: Due): boolean {
    return one.before !== undefined || one.behind !== undefined || this.#last === one;
  }
}
