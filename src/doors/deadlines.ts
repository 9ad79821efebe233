/**
 * Deadlines: ends exchanges that take too long, with one timer for all of them.
 *
 * A timer of its own for every exchange is made and thrown away for nothing, since nearly all end in time. So those
 * that are open are looked through a few times a second: a deadline is kept to within `TICK_MILLISECONDS`, never early.
 */

/** How late a deadline can be noticed. */
export const TICK_MILLISECONDS = 100;

/** What can be late. `due` on the clock of `performance.now()`. */
export interface Due {
  readonly due: number;
  readonly expire: () => void;
}

export class Deadlines {
  readonly #open = new Set<Due>();
  #timer: NodeJS.Timeout | undefined;

  add(one: Due): void {
    this.#open.add(one);
    // It ends by itself once nothing is open, so that a process without exchanges can end.
    this.#timer ??= setInterval(() => this.#look(), TICK_MILLISECONDS);
  }

  /** Nobody waits for it any more. */
  drop(one: Due): void {
    this.#open.delete(one);
  }

  #look(): void {
    if (this.#open.size === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
      return;
    }
    const now = performance.now();
    for (const one of this.#open) {
      if (one.due > now) continue;
      this.#open.delete(one);
      one.expire();
    }
  }
}
