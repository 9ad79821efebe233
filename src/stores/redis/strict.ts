/** Strict: a question to the servers for every request, one script each. */
import type { Leased, LeaseLimit, Leases, Limit, Meter, Taken } from "../store.ts";
import { aloneLeases, type AloneOptions, type Shadow, shadowMeter, shadowStamps } from "./alone.ts";
import { type Link, StoreDown } from "./link.ts";
import { askTwo, charge, type Grant, keyOf, scaleOf, stamp, take } from "./remote.ts";

/** What is brought along while the servers may have forgotten. */
export function broughtTo(link: Link, key: string, shadow: Shadow, owner: string, now: number, behindMilliseconds: number): number {
  return link.sinceFailure(key) < behindMilliseconds ? shadow.known(owner, now) : 0;
}

/** Asks the servers, or decides alone where they do not answer. */
export async function askOr<T>(asking: Promise<T>, alone: () => T): Promise<T> {
  try {
    return await asking;
  } catch (fault) {
    if (fault instanceof StoreDown) return alone();
    throw fault;
  }
}

export function strictMeter(limit: Limit, link: Link, options: AloneOptions): Meter {
  const scale = scaleOf(limit);
  const shadow = shadowMeter(limit, options);
  const behind = limit.window + (limit.debt ?? 0);

  const ask = async (key: string, owner: string, cost: number, now: number): Promise<Taken> => {
    const brought = broughtTo(link, key, shadow, owner, now, behind) * scale.worth;
    // Nothing is wanted, and asked for the no alone: then a debt is one.
    const grant = await take(link, key, scale, cost, cost, brought);
    const granted = cost === 0 ? grant.waitMilliseconds === 0 : grant.granted === cost;
    if (granted && cost > 0) shadow.note(owner, cost, now);
    return { granted, left: grant.left, waitMilliseconds: cost > limit.capacity ? Number.POSITIVE_INFINITY : grant.waitMilliseconds };
  };

  return {
    take(owner, cost, now) {
      checkCost(cost, now);
      const key = keyOf("meter", limit.name, `${limit.room} ${owner}`);
      return link.up(key) ? askOr(ask(key, owner, cost, now), () => shadow.take(owner, cost, now)) : shadow.take(owner, cost, now);
    },
    charge(owner, tokens, now) {
      checkCost(Math.abs(tokens), now);
      shadow.charge(owner, tokens, now);
      const key = keyOf("meter", limit.name, `${limit.room} ${owner}`);
      // What does not arrive is known here, and brought along with the next question.
      charge(link, key, scale, tokens).catch(() => undefined);
    },
  };
}

export function strictStamps(limit: Limit, link: Link, options: AloneOptions): Meter {
  const shadow = shadowStamps(limit, options);
  const { capacity, window } = limit;

  const judge = ({ granted, left, waitMilliseconds }: Grant, owner: string, cost: number, now: number): Taken => {
    if (granted === 1) shadow.note(owner, cost, now);
    return { granted: granted === 1, left, waitMilliseconds: cost > capacity ? Number.POSITIVE_INFINITY : waitMilliseconds };
  };

  return {
    take(owner, cost, now) {
      checkCost(cost, now);
      const key = keyOf("stamps", limit.name, `${limit.room} ${owner}`);
      if (!link.up(key)) return shadow.take(owner, cost, now);
      const brought = broughtTo(link, key, shadow, owner, now, window);
      return askOr(stamp(link, key, capacity, window, cost, brought).then((grant) => judge(grant, owner, cost, now)), () => shadow.take(owner, cost, now));
    },
    charge(owner, tokens, now) {
      checkCost(Math.abs(tokens), now);
      if (tokens >= 0) return;
      shadow.charge(owner, tokens, now);
      link.call(keyOf("stamps", limit.name, `${limit.room} ${owner}`), ["unstamp", String(-tokens)]).catch(() => undefined);
    },
  };
}

/**
 * Leases of the servers have numbers below zero, those of this process from zero on: whoever gives one back gives it to
 * whom it came from.
 */
export function strictLeases(limit: LeaseLimit, link: Link, options: AloneOptions, random: (bytes: number) => Uint8Array): Leases {
  const { name, most, lasts } = limit;
  const alone = aloneLeases(limit, options);
  const fresh = (): number => -1 - Buffer.from(random(6)).readUIntBE(0, 6);
  const keyFor = (owner: string): string => keyOf("leases", name, owner);

  const ask = async (key: string): Promise<Leased> => {
    const lease = fresh();
    const [granted, left] = await askTwo(link, key, "lease", most, Math.ceil(lasts), lease);
    return { granted: granted === 1, left, lease };
  };

  return {
    take(owner, now) {
      const key = keyFor(owner);
      return link.up(key) ? askOr(ask(key), () => alone.take(owner, now)) : alone.take(owner, now);
    },
    async renew(owner, lease, now) {
      if (!(lease < 0)) return alone.renew(owner, lease, now);
      await askTwo(link, keyFor(owner), "renew", most, Math.ceil(lasts), lease);
      return lease;
    },
    release(owner, lease, now) {
      if (!(lease < 0)) alone.release(owner, lease, now);
      // What does not arrive ends by itself.
      else link.call(keyFor(owner), ["release", String(lease)]).catch(() => undefined);
    },
  };
}

export function checkCost(cost: number, now: number): void {
  if (!(Number.isSafeInteger(cost) && cost >= 0 && Number.isFinite(now))) throw new RangeError("not a cost");
}
