/**
 * Penalty: a wait that doubles for those who keep asking.
 *
 * Some refused attempts are free: whoever has a slow clock or a busy loop is no attacker. They are counted in a bucket
 * of their own. Each one beyond doubles what the owner has to wait, up to a bound, by driving his bucket further below
 * empty: nothing else has to be remembered, and it is over when the wait is.
 */
import type { Limit, Meter, Store } from "../../../../guard.ts";
import type { Bucket } from "./options.ts";

export interface Penalty {
  /** Notes a refused attempt. Answers the wait that it leads to, in milliseconds. */
  readonly add: (owner: string, waitMilliseconds: number, now: number) => number | Promise<number>;
}

export function penaltyOf(wanted: { readonly after: number; readonly upTo: number } | undefined, strikes: Pick<Limit, "name" | "room">, bucket: Bucket, meter: Meter | undefined, store: Store): Penalty | undefined {
  if (wanted === undefined || meter === undefined) return undefined;
  const { after, upTo } = wanted;
  const counted = store.meter({ ...strikes, capacity: after, window: bucket.window });
  const tokenMilliseconds = bucket.window / bucket.capacity;

  const double = (owner: string, wait: number, now: number): number => {
    const longer = Math.min(2 * wait, upTo);
    const tokens = Math.ceil((longer - wait) / tokenMilliseconds);
    if (tokens <= 0) return wait;
    meter.charge(owner, tokens, now);
    return wait + Math.ceil(tokens * tokenMilliseconds);
  };

  return {
    add(owner, wait, now) {
      const free = counted.take(owner, 1, now);
      if (free instanceof Promise) return free.then(({ granted }) => (granted ? wait : double(owner, wait, now)));
      return free.granted ? wait : double(owner, wait, now);
    },
  };
}
