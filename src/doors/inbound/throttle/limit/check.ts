/**
 * Check: a limit as its guard described it, compiled into a check.
 *
 * Everything that can be known at start-up is: a meter for each plan, for callers who are known and for strangers, with
 * one more for each range around an address.
 */
import { type Check, type Known, type Limit, limitName, type Meter, type Particulars, type Problem, problem, type Site, type Store, type Taken } from "../../../../guard.ts";
import { tokensOf } from "../../../../policy/rate.ts";
import { PREFIX_LEVELS } from "../../../../exchange/address.ts";
import { BEHIND_MILLISECONDS_MAX, TOKENS_PER_MILLISECOND_MAX } from "../../../../stores/store.ts";
import { takeAll, type Wanted } from "../../../../stores/take-all.ts";
import { claimPath, findClaim } from "../../../../policy/claim.ts";
import { Charge } from "./charge.ts";
import { compileKey, type Owner } from "./key.ts";
import type { Bucket, CommonOptions, Cost } from "./options.ts";
import { type Penalty, penaltyOf } from "./penalty.ts";
import { refusing, type Told, toldOf, waitsOf } from "./told.ts";

export const tooManyRequests: (particulars?: Particulars) => Problem = problem("too-many-requests", 429, "Too many requests");
const storeUnavailable = problem("store-unavailable", 503, "The limit cannot be checked");

/** What a guard makes of its options. */
export interface LimitSpec extends CommonOptions {
  readonly guard: string;
  /** What it is called in the fields of answers. */
  readonly label: string;
  readonly bucket: Bucket;
  readonly plans: ReadonlyMap<string, Bucket>;
  readonly cost: Cost;
  /** What kind of memory it is: a bucket of the store when left out. */
  readonly meter?: (store: Store, limit: Limit) => Meter;
}

/** One plan's buckets. */
interface Tier {
  readonly told: Told;
  readonly bucket: Bucket;
  readonly known: Side;
  readonly strangers: Side;
}

/** For one owner: a meter for him, then for each range around him. */
interface Side {
  readonly meters: readonly Meter[];
  readonly penalty: Penalty | undefined;
}

export function compileLimit(spec: LimitSpec, site: Site): Check<"throttle"> {
  const { cost, label, plan } = spec;
  const ownerOf = compileKey(spec.key, site);
  const base = tierOf("", spec.bucket, spec, site);
  const tiers = new Map([...spec.plans].map(([name, bucket]) => [name, tierOf(name, bucket, spec, site)]));
  const planPath = claimPath(plan);
  if ("wrong" in planPath) site.report(`plan: ${planPath.wrong}`, planPath.allowed);
  const waits = waitsOf(site.random);

  const tierFor = ({ principal }: Known): Tier => {
    if (principal === undefined || tiers.size === 0 || "wrong" in planPath) return base;
    const found = findClaim(principal.claims, planPath.value);
    return (found !== undefined && "value" in found && typeof found.value === "string" ? tiers.get(found.value) : undefined) ?? base;
  };

  const refuse = (tier: Tier, owner: Owner, waitMilliseconds: number, left: number, { reply }: Known): Problem => {
    const seconds = waits.seconds(waitMilliseconds);
    tier.told.tell(reply, left, seconds);
    return tooManyRequests(refusing(label, seconds, { by: owner.kind }));
  };

  const judge = (taken: Taken, tier: Tier, owner: Owner, wanted: readonly Wanted[], exchange: Known): Problem | undefined | Promise<Problem> => {
    const { granted, left, waitMilliseconds } = taken;
    if (!(left >= 0 && waitMilliseconds >= 0)) return unavailable(new TypeError("no answer"));
    if (granted) {
      exchange.follow(new Charge(wanted, spec));
      if (owner.own) tier.told.tell(exchange.reply, left, Math.max(1, Math.ceil(((tier.bucket.capacity - left) * tier.bucket.window) / tier.bucket.capacity / 1_000)));
      return undefined;
    }
    const punished = sideOf(tier, owner).penalty?.add(owner.name, waitMilliseconds, exchange.now) ?? waitMilliseconds;
    return punished instanceof Promise ? punished.then((wait) => refuse(tier, owner, wait, left, exchange)) : refuse(tier, owner, punished, left, exchange);
  };

  return (exchange) => {
    try {
      const owner = ownerOf(exchange);
      const tier = tierFor(exchange);
      const { meters } = sideOf(tier, owner);
      const tokens = typeof cost === "number" ? cost : aheadOf(cost.bytes, exchange.content.declared, tier.bucket.capacity);
      const wanted = wantedOf(meters, owner, tokens);
      const taken = takeAll(wanted, exchange.now);
      if (taken instanceof Promise) return taken.then((late) => judge(late, tier, owner, wanted, exchange)).catch(unavailable);
      const verdict = judge(taken, tier, owner, wanted, exchange);
      return verdict instanceof Promise ? verdict.catch(unavailable) : verdict;
    } catch (fault) {
      return unavailable(fault);
    }
  };
}

/** From the owner's bucket, then from those of the ranges around him, each from the meter of its level. */
function wantedOf(meters: readonly Meter[], { name, around }: Owner, tokens: number): readonly Wanted[] {
  const [own, ...wider] = meters;
  if (own === undefined) return [];
  if (around.length === 0 || wider.length === 0) return [{ meter: own, owner: name, tokens }];
  return [{ meter: own, owner: name, tokens }, ...around.flatMap((range, level) => (wider[level] === undefined ? [] : [{ meter: wider[level], owner: `a${range}`, tokens }]))];
}

function sideOf(tier: Tier, { room }: Owner): Side {
  return room === "strangers" ? tier.strangers : tier.known;
}

function tierOf(plan: string, bucket: Bucket, spec: LimitSpec, { store, operation }: Site): Tier {
  const { guard, share, crowd, headers, label, cost } = spec;
  const place = share === "api" ? "" : operation.id;
  const meterOf = spec.meter ?? ((given: Store, limit: Limit) => given.meter(limit));
  // Bytes are charged when they are gone: a bucket may then be behind by nine times what it holds, and no more.
  const behind = Math.max(spec.penalty?.upTo ?? 0, typeof cost === "number" ? 0 : bucket.window * DEBT_WINDOWS);
  const debt = Math.min(behind, BEHIND_MILLISECONDS_MAX - bucket.window);
  const side = (room: Limit["room"], levels: number): Side => {
    const meters = Array.from({ length: levels }, (_, level) => {
      const capacity = Math.min(bucket.capacity * crowd ** level, Math.ceil(bucket.window * TOKENS_PER_MILLISECOND_MAX));
      // Each part with its length in front, so that no two lists of parts give one name.
      return meterOf(store, { name: limitName(guard, plan, bucket.capacity, bucket.window, share, place, level), room, capacity, window: bucket.window, debt });
    });
    const strikes = { name: limitName(guard, "penalty", plan, bucket.capacity, bucket.window, share, place), room };
    return { meters, penalty: penaltyOf(spec.penalty, strikes, bucket, meters[0], store) };
  };
  return { told: toldOf(label, bucket, headers), bucket, known: side("known", 1), strangers: side("strangers", crowd === 0 ? 1 : PREFIX_LEVELS.length) };
}

const DEBT_WINDOWS = 9;

/** What a request costs as far as its head tells; never more than a bucket holds, or it could never come. */
function aheadOf(bytes: "request" | "answer" | "both", declared: number | undefined, capacity: number): number {
  return Math.min(capacity, bytes === "answer" ? 1 : tokensOf(declared ?? 0));
}

function unavailable(fault: unknown): Problem {
  return storeUnavailable({ because: { fault: fault instanceof Error ? fault.name : typeof fault } });
}
