/**
 * Alone: what a process decides by itself while the servers are away, and what it knows when they are back.
 *
 * Everything that the servers grant is noted in the process's own memory, too. So while they are away a caller goes on
 * with the budget that he has left here, not with a new one, in the part of the limit that falls to one of `nodes`. For
 * as long after a failure as a limit can be behind, each question brings along what is owed here: servers that have
 * lost their memory learn it again from whoever is asked for, and nobody has his burst twice.
 */
import type { Leased, LeaseLimit, Leases, Limit, Meter, Store, Taken, WhenDown } from "../store.ts";
import { STAMPS_MAX } from "../store.ts";
import { StoreDown } from "./link.ts";

export interface AloneOptions {
  readonly memory: Store;
  /** How many processes share the limits. */
  readonly nodes: number;
  readonly whenDown: WhenDown;
  /** Told for each decision that was made without the servers. */
  readonly decided: (how: WhenDown) => void;
}

/** A meter of this process beside the one that all share. */
export interface Shadow {
  /** Notes what the servers have granted. */
  readonly note: (owner: string, tokens: number, now: number) => void;
  /** Tokens that are owed as far as this process knows. */
  readonly known: (owner: string, now: number) => number;
  /** Decides without the servers; throws StoreDown where nobody may pass. */
  readonly take: (owner: string, cost: number, now: number) => Taken;
  readonly charge: (owner: string, tokens: number, now: number) => void;
}

function partOf(whole: number, nodes: number): number {
  return Math.max(1, Math.floor(whole / nodes));
}

export function shadowMeter(limit: Limit, { memory, nodes, whenDown, decided }: AloneOptions): Shadow {
  const capacity = partOf(limit.capacity, nodes);
  const { debt = 0 } = limit;
  const window = (limit.window * capacity) / limit.capacity;
  // One name, so one bucket, filling up at one pace: the part is as if the rest were owed already.
  const whole = memory.meter(limit);
  const part = memory.meter({ ...limit, capacity, window, debt: limit.window - window + debt });
  return { ...shadowOf(whole, part, limit, whenDown, decided), note: (owner, tokens, now) => whole.charge(owner, tokens, now) };
}

export function shadowStamps(limit: Limit, { memory, nodes, whenDown, decided }: AloneOptions): Shadow {
  const whole = memory.stamps({ ...limit, capacity: Math.min(limit.capacity, STAMPS_MAX) });
  const part = memory.stamps({ ...limit, capacity: partOf(limit.capacity, nodes) });
  return { ...shadowOf(whole, part, limit, whenDown, decided), note: (owner, tokens, now) => void whole.take(owner, tokens, now) };
}

function shadowOf(whole: Meter, part: Meter, { capacity, window, whenDown: own }: Limit, general: WhenDown, decided: (how: WhenDown) => void): Omit<Shadow, "note"> {
  const how = own ?? general;
  return {
    known(owner, now) {
      const { left, waitMilliseconds } = atOnce(whole.take(owner, 0, now));
      // Whoever waits though nothing is wanted owes more than a bucket holds: bytes that have gone already, a penalty.
      return capacity - Math.floor(left) + Math.ceil((waitMilliseconds * capacity) / window);
    },
    charge: (owner, tokens, now) => whole.charge(owner, tokens, now),
    take(owner, cost, now) {
      decided(how);
      if (how === "closed") throw new StoreDown("the servers are away, and nobody may pass without them");
      if (how === "open") return { granted: true, left: capacity, waitMilliseconds: 0, alone: "open" };
      return { ...atOnce(part.take(owner, cost, now)), alone: "local" };
    },
  };
}

/** Leases of this process, for while the servers are away. */
export function aloneLeases(limit: LeaseLimit, { memory, nodes, whenDown, decided }: AloneOptions): Pick<Leases, "release"> & { readonly take: (owner: string, now: number) => Leased; readonly renew: (owner: string, lease: number, now: number) => number } {
  const part = memory.leases({ ...limit, most: partOf(limit.most, nodes) });
  const how = limit.whenDown ?? whenDown;
  return {
    release: (owner, lease, now) => part.release(owner, lease, now),
    renew: (owner, lease, now) => atOnce(part.renew(owner, lease, now)),
    take(owner, now) {
      decided(how);
      if (how === "closed") throw new StoreDown("the servers are away, and nobody may pass without them");
      const taken = atOnce(part.take(owner, now));
      if (how === "local" || taken.granted) return { ...taken, alone: how };
      // Nobody counts him, so nothing is to be given back for him.
      return { granted: true, left: 0, lease: Number.NaN, alone: "open" };
    },
  };
}

/** The process's own memory never makes anybody wait. */
export function atOnce<T>(answer: T | Promise<T>): T {
  if (answer instanceof Promise) throw new TypeError("the memory of this process answers at once");
  return answer;
}
