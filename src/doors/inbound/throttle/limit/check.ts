/**
 * Check: a limit as its guard described it, compiled into a check.
 *
 * Everything that can be known at start-up is: a meter for each plan, for callers who are known and for strangers, with
 * one more for each range around an address.
 */
import { type Known, type Limit, limitName, type Meter, type Particulars, type Problem, problem, type Site, type Store } from "../../../../guard.ts";
import { tokensOf } from "../../../../policy/rate.ts";
import { PREFIX_LEVELS } from "../../../../exchange/address.ts";
import { BEHIND_MILLISECONDS_MAX, TOKENS_PER_MILLISECOND_MAX } from "../../../../stores/store.ts";
import { type AllTaken, takeAll, type Wanted } from "../../../../stores/take-all.ts";
import { Charge, type Terms } from "./charge.ts";
import { compileKey, keyText, type Owner } from "./key.ts";
import type { Bucket, Buckets, CommonOptions, Cost } from "./options.ts";
import { planOf } from "./tier.ts";
import { type Penalty, penaltyOf } from "./penalty.ts";
import { refusing, type Told, toldOf, waitsOf } from "./told.ts";

export const tooManyRequests: (particulars?: Particulars) => Problem = problem("too-many-requests", 429, "Too many requests");
const storeUnavailable = problem("store-unavailable", 503, "The limit cannot be checked");

/** What a guard makes of its options. */
export interface LimitSpec extends CommonOptions, Buckets {
  readonly guard: string;
  /** What sets limits of one guard with the same numbers apart. */
  readonly variant?: string;
  /** What it is called in the fields of answers. */
  readonly label: string;
  readonly cost: Cost;
  /** As in Terms; `throttle` when left out. */
  readonly stage?: "validate";
  /** What kind of memory it is: a bucket of the store when left out. */
  readonly meter?: (store: Store, limit: Limit) => Meter;
  /** Where those wait who come too early; they are refused when left out. */
  readonly queues?: (bucket: Bucket) => Line | undefined;
}

/** A place to wait: asks now, or when it is the owner's turn. */
export interface Line {
  readonly pass: (owner: string, exchange: Known, take: (now: number) => AllTaken | Promise<AllTaken>) => AllTaken | Promise<AllTaken>;
}

/** One plan's buckets. */
interface Tier {
  readonly told: Told;
  readonly bucket: Bucket;
  readonly line: Line | undefined;
  readonly known: Side;
  readonly strangers: Side;
}

/** For one owner: a meter for him, and one for each range around him. */
interface Side {
  readonly own: Meter;
  readonly wider: readonly Meter[];
  readonly penalty: Penalty | undefined;
}

/** For throttle, and for stages behind it. */
export function compileLimit(spec: LimitSpec, site: Site): (exchange: Known) => Problem | undefined | Promise<Problem | undefined> {
  const { cost, count, label, plan, stage = "throttle" } = spec;
  const terms: Terms = { cost, count, stage };
  const ownerOf = compileKey(spec.key, site);
  const base = tierOf("", spec.bucket, spec, site);
  const tiers = new Map([...spec.tiers].map(([name, bucket]) => [name, tierOf(name, bucket, spec, site)]));
  const tierFor = planOf(plan, tiers, base, site.report);
  const waits = waitsOf(site.random);

  const refuse = (tier: Tier, owner: Owner, waitMilliseconds: number, left: number, { reply }: Known): Problem => {
    const seconds = waits.seconds(waitMilliseconds);
    tier.told.tell(reply, left, seconds);
    return tooManyRequests(refusing(label, seconds, { by: owner.kind }));
  };

  const judge = (taken: AllTaken, tier: Tier, owner: Owner, wanted: readonly Wanted[], exchange: Known): Problem | undefined | Promise<Problem> => {
    const { granted, left, waitMilliseconds, alone } = taken;
    if (!(left >= 0 && waitMilliseconds >= 0)) return unavailable(new TypeError("no answer"));
    if (alone !== undefined) exchange.witness(spec.guard, stage, decidedAlone(alone));
    if (granted) {
      exchange.follow(new Charge(wanted, terms));
      if (owner.own) tier.told.tell(exchange.reply, left, Math.max(1, Math.ceil(((tier.bucket.capacity - left) * tier.bucket.window) / tier.bucket.capacity / 1_000)));
      return undefined;
    }
    const punished = sideOf(tier, owner).penalty?.add(owner.name, taken, exchange.now) ?? waitMilliseconds;
    return punished instanceof Promise ? punished.then((wait) => refuse(tier, owner, wait, left, exchange)) : refuse(tier, owner, punished, left, exchange);
  };

  return (exchange) => {
    try {
      const owner = ownerOf(exchange);
      const tier = tierFor(exchange);
      const tokens = typeof cost === "number" ? cost : aheadOf(cost.bytes, exchange.content.declared, tier.bucket.capacity);
      const wanted = wantedOf(sideOf(tier, owner), owner, tokens);
      const take = (now: number): AllTaken | Promise<AllTaken> => takeAll(wanted, now);
      const taken = tier.line === undefined ? take(exchange.now) : tier.line.pass(owner.name, exchange, take);
      if (taken instanceof Promise) return taken.then((late) => judge(late, tier, owner, wanted, exchange)).catch(unavailable);
      const verdict = judge(taken, tier, owner, wanted, exchange);
      return verdict instanceof Promise ? verdict.catch(unavailable) : verdict;
    } catch (fault) {
      return unavailable(fault);
    }
  };
}

/** From the owner's bucket, then from those of the ranges around him, each from the meter of its level. */
function wantedOf({ own, wider, penalty }: Side, { name, around }: Owner, tokens: number): readonly Wanted[] {
  const wanted: Wanted[] = penalty === undefined ? [] : [penalty.wanted(name)];
  wanted.push({ meter: own, owner: name, tokens });
  for (let level = 0; level < around.length; level++) {
    const meter = wider[level];
    const owner = around[level];
    if (meter !== undefined && owner !== undefined) wanted.push({ meter, owner, tokens });
  }
  return wanted;
}

function sideOf(tier: Tier, { room }: Owner): Side {
  return room === "strangers" ? tier.strangers : tier.known;
}

function tierOf(plan: string, bucket: Bucket, spec: LimitSpec, { store, operation }: Site): Tier {
  const { guard, variant = "", share, crowd, headers, label, cost, key, penalty, whenDown } = spec;
  const place = share === "api" ? "" : operation.id;
  const meterOf = spec.meter ?? ((given: Store, limit: Limit) => given.meter(limit));
  // Bytes are charged when they are gone: a bucket may then be behind by nine times what it holds, and no more.
  const debt = typeof cost === "number" ? 0 : Math.min(bucket.window * DEBT_WINDOWS, BEHIND_MILLISECONDS_MAX - bucket.window);
  const side = (room: Limit["room"], levels: number): Side => {
    const limitAt = (level: number): Limit => {
      const capacity = Math.min(bucket.capacity * crowd ** level, Math.ceil(bucket.window * TOKENS_PER_MILLISECOND_MAX));
      // Each part with its length in front, so that no two lists of parts give one name.
      const down = whenDown === undefined ? {} : { whenDown };
      return { ...down, name: limitName(guard, variant, plan, bucket.capacity, bucket.window, share, place, keyText(key), level), room, capacity, window: bucket.window, debt };
    };
    const own = limitAt(0);
    const wider = Array.from({ length: levels }, (_, level) => store.meter(limitAt(level + 1)));
    return { own: meterOf(store, own), wider, penalty: penalty === undefined ? undefined : penaltyOf(penalty, own, bucket, store) };
  };
  return { told: toldOf(label, bucket, headers), bucket, line: spec.queues?.(bucket), known: side("known", 0), strangers: side("strangers", crowd === 0 ? 0 : PREFIX_LEVELS.length - 1) };
}

const DEBT_WINDOWS = 9;

/** What a request costs as far as its head tells; never more than a bucket holds, or it could never come. */
function aheadOf(bytes: "request" | "answer" | "both", declared: number | undefined, capacity: number): number {
  return Math.min(capacity, bytes === "answer" ? 1 : tokensOf(declared ?? 0));
}

/** For the record alone: this limit was decided by this process, without the servers that keep it. */
export function decidedAlone(how: "local" | "open"): Problem {
  return storeUnavailable({ because: { decided: how } });
}

/** A store that does not answer lets nobody pass. What its fault says stays inside: it may hold addresses and passwords. */
export function unavailable(fault: unknown): Problem {
  return storeUnavailable({ because: { fault: fault instanceof Error ? fault.name : typeof fault } });
}
