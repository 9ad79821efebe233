/**
 * Holding: the leases that this thread holds: renewed while their exchanges last, given back when they are over.
 *
 * One timer for all of them, and none while there are none. Renewing goes on as long as the exchange does, however long
 * that is: a stream of hours counts for hours.
 */
import type { Ending, Follower, Leased, Leases } from "../../../../guard.ts";

/** How often a lease is renewed while it lasts: one renewal may be lost. */
const RENEWALS = 3;

export interface Place {
  readonly leases: Leases;
  readonly owner: string;
}

interface Lease extends Place {
  lease: number;
}

/** What the first place said, or the one that has no more; and the leases, where all were granted. */
export type LeasesTaken = readonly [Leased, readonly Lease[]];

/** Takes a lease at each of the places, or at none. */
export function takeLeases(places: readonly Place[], now: number): LeasesTaken | Promise<LeasesTaken> {
  const taken: Lease[] = [];
  let first: Leased | undefined;
  for (const [at, place] of places.entries()) {
    const answer = takeOr(place, now, () => release(taken, now));
    if (answer instanceof Promise) return takeLate(places.slice(at), answer, taken, first, now);
    if (!answer.granted) {
      release(taken, now);
      return [answer, []];
    }
    taken.push({ ...place, lease: answer.lease });
    first ??= answer;
  }
  return [first ?? NOTHING, taken];
}

function takeOr({ leases, owner }: Place, now: number, undo: () => void): Leased | Promise<Leased> {
  try {
    return leases.take(owner, now);
  } catch (fault) {
    undo();
    throw fault;
  }
}

async function takeLate(places: readonly Place[], asked: Promise<Leased>, before: readonly Lease[], first: Leased | undefined, now: number): Promise<LeasesTaken> {
  const late = await Promise.allSettled([asked, ...places.slice(1).map(async ({ leases, owner }) => leases.take(owner, now))]);
  const taken = [...before, ...places.flatMap((place, at) => (late[at]?.status === "fulfilled" && late[at].value.granted ? [{ ...place, lease: late[at].value.lease }] : []))];
  if (taken.length === before.length + places.length) return [first ?? (late[0]?.status === "fulfilled" ? late[0].value : NOTHING), taken];
  release(taken, now);
  for (const one of late) if (one.status === "rejected") throw one.reason;
  return [late.flatMap((one) => (one.status === "fulfilled" ? [one.value] : [])).find(({ granted }) => !granted) ?? NOTHING, []];
}

function release(leases: readonly Lease[], now: number): void {
  for (const { leases: of, owner, lease } of leases) of.release(owner, lease, now);
}

const NOTHING: Leased = { granted: false, left: Number.NaN, lease: 0 };

class Held implements Follower {
  readonly #leases: readonly Lease[];
  readonly #all: Set<Held>;
  readonly #now: number;
  readonly #since: number = performance.now();
  #over = false;

  constructor(leases: readonly Lease[], now: number, all: Set<Held>) {
    this.#leases = leases;
    this.#now = now;
    this.#all = all;
    all.add(this);
  }

  concluded({ now }: Ending): void {
    this.#over = true;
    this.#all.delete(this);
    release(this.#leases, now);
  }

  async renew(): Promise<void> {
    const now = this.#now + Math.floor(performance.now() - this.#since);
    for (const one of this.#leases) {
      const lease = await one.leases.renew(one.owner, one.lease, now);
      // It may have ended meanwhile: then the old lease was given back, and the new one must be, too.
      if (this.#over) one.leases.release(one.owner, lease, now);
      else one.lease = lease;
    }
  }
}

export class Holding {
  readonly #held = new Set<Held>();
  readonly #everyMilliseconds: number;
  #timer: NodeJS.Timeout | undefined;

  constructor(lastsMilliseconds: number) {
    this.#everyMilliseconds = lastsMilliseconds / RENEWALS;
  }

  hold(leases: readonly Lease[], now: number): Follower {
    this.#timer ??= setInterval(() => this.#renew(), this.#everyMilliseconds).unref();
    return new Held(leases, now, this.#held);
  }

  #renew(): void {
    if (this.#held.size === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
    }
    // One that cannot be renewed now may be next time, and ends by itself if not.
    for (const one of this.#held) one.renew().catch(() => undefined);
  }
}
