/**
 * Loop lag: how long this thread keeps those waiting who have something for it.
 *
 * A timer that is late shows how long everybody has waited. One late tick is a large body being read; when the least of
 * several ticks in a row is late, there is more to do than can be done (as in CoDel, RFC 8289, section 3.2).
 */

export const TICK_MILLISECONDS = 20;
/** So many ticks in a row have to be late. */
export const TICKS = 5;

export interface LoopLag {
  /** Milliseconds that everybody has waited at least, over the last ticks. */
  readonly milliseconds: () => number;
  readonly close: () => void;
}

/** @param clock milliseconds, monotonic */
export function openLoopLag(clock: () => number = () => performance.now()): LoopLag {
  const late: number[] = Array.from({ length: TICKS }, () => 0);
  let at = 0;
  let due = clock() + TICK_MILLISECONDS;
  const timer = setInterval(() => {
    const now = clock();
    late[at] = Math.max(0, now - due);
    at = (at + 1) % TICKS;
    due = now + TICK_MILLISECONDS;
  }, TICK_MILLISECONDS);
  timer.unref();
  return { milliseconds: () => Math.min(...late), close: () => clearInterval(timer) };
}
