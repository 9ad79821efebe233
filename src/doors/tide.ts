/**
 * Tide: lets several things that must not be told apart by their time end at the same moments.
 *
 * Who waits is let go when a whole number of steps has passed since he began: how long it took within a step does not show.
 * The moments are those of the common clock, which counts whole milliseconds; a timer that began when somebody came to wait
 * would tell by its beginning what it was to hide. One timer for all, and it runs only while somebody waits.
 */

/** Times in milliseconds; `since` since the epoch. */
export type Tide = (since: number, step: number) => Promise<void>;

interface Waiting {
  readonly due: number;
  readonly go: () => void;
}

export function openTide(now: () => number = Date.now): Tide {
  const waiting = new Set<Waiting>();
  let timer: NodeJS.Timeout | undefined;
  let next = Number.POSITIVE_INFINITY;

  const arm = (): void => {
    const due = [...waiting].reduce((least, one) => Math.min(least, one.due), Number.POSITIVE_INFINITY);
    if (due === next && timer !== undefined) return;
    clearTimeout(timer);
    next = due;
    timer = waiting.size === 0 ? undefined : setTimeout(turn, Math.max(1, due - now()));
  };

  const turn = (): void => {
    timer = undefined;
    const at = now();
    for (const one of waiting) {
      if (one.due > at) continue;
      waiting.delete(one);
      one.go();
    }
    arm();
  };

  return (since, step) =>
    new Promise((resolve) => {
      const at = now();
      // Where the clock was set back meanwhile, a step from now on is as good as any.
      const steps = Math.max(1, Math.ceil((at - since) / step));
      waiting.add({ due: Math.min(since + steps * step, at + step), go: resolve });
      arm();
    });
}
