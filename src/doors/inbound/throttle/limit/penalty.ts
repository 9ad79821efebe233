/**
 * Penalty: a wait that doubles for those who keep asking.
 *
 * Some refused attempts are free: whoever has a slow clock or a busy loop is no attacker. They are counted in a bucket
 * of their own. Each one beyond doubles what the owner has to wait, up to a bound. The wait is kept as the debt of a
 * second bucket, which is asked first: it is forgotten by itself when it is over.
 */
import type { Limit, Meter, Store } from "../../../../guard.ts";
import type { AllTaken, Wanted } from "../../../../stores/take-all.ts";
import type { Bucket, Penal } from "./options.ts";

export interface Penalty {
  /** To be taken from before all others: nothing, but only from an owner who has no wait. */
  readonly wanted: (owner: string) => Wanted;
  /** Notes a refused attempt. Answers the wait that it leads to, in milliseconds. */
  readonly add: (owner: string, refused: AllTaken, now: number) => number | Promise<number>;
}

export function penaltyOf({ after, upTo }: Penal, { name, room }: Pick<Limit, "name" | "room">, { window }: Bucket, store: Store): Penalty {
  const free = store.meter({ name: `${name} free`, room, capacity: after, window });
  // A token is a millisecond of waiting.
  const waits: Meter = store.meter({ name: `${name} wait`, room, capacity: 1, window: 1, debt: upTo });

  const double = (owner: string, { at, waitMilliseconds }: AllTaken, now: number): number => {
    const longer = Math.min(2 * waitMilliseconds, upTo);
    const before = at === 0 ? waitMilliseconds : 0;
    if (longer <= waitMilliseconds) return waitMilliseconds;
    waits.charge(owner, longer - before, now);
    return longer;
  };

  return {
    wanted: (owner) => ({ meter: waits, owner, tokens: 0 }),
    add(owner, refused, now) {
      const spared = free.take(owner, 1, now);
      if (spared instanceof Promise) return spared.then(({ granted }) => (granted ? refused.waitMilliseconds : double(owner, refused, now)));
      return spared.granted ? refused.waitMilliseconds : double(owner, refused, now);
    },
  };
}
