/**
 * Options: what limits of all kinds may be told, in one wording, and what is told of them to the caller.
 */
import { count, duration, either, fields, oneOf, or, optional, type Shape, text } from "../../../../guard.ts";
import { type Amount, amount, type Rate, rate, TOKENS_MAX } from "../../../../policy/rate.ts";
import { whenDownShape } from "../../../../policy/limits.ts";
import type { WhenDown } from "../../../../stores/store.ts";
import { keyShape, type Part } from "./key.ts";

/** How often a wider range of addresses may hold what a narrower one may. */
export const CROWD_MAX = 1_000;

const BYTES = ["request", "answer", "both"] as const;

/** What one request costs: tokens, or the bytes of its bodies. */
export type Cost = number | { readonly bytes: (typeof BYTES)[number] };

export interface Penal {
  readonly after: number;
  readonly upTo: number;
}

/** How much, where a limit is a rate with a burst. `burst` and `window` without `rate`: as many as fill up in that time. */
interface BucketWords {
  readonly rate: Rate | undefined;
  readonly burst: Amount | undefined;
  readonly window: number | undefined;
}

export interface CommonOptions {
  readonly key: readonly Part[];
  readonly share: "operation" | "api";
  readonly crowd: number;
  readonly plan: string;
  readonly count: "all" | "failures" | "successes";
  readonly penalty: Penal | undefined;
  readonly headers: "standard" | "legacy" | "both" | "none";
  readonly whenDown: WhenDown | undefined;
}

type Shapes<T> = { readonly [K in keyof T]: Shape<T[K]> };

export const costShape: Shape<Cost> = or(
  either(
    count("Tokens that one request costs.", { min: 1, max: TOKENS_MAX }),
    fields({ bytes: oneOf("Whose body counts. What is not known ahead is charged afterwards.", BYTES) }),
    (tokens): Cost => tokens,
    "Tokens that one request costs; or, where the rate is in bytes, whose body counts.",
  ),
  1,
);

export const bucketOptions: Shapes<BucketWords> = {
  rate: optional(rate("How much may come in the long run.")),
  burst: optional(amount("How much may come at once; as much as the rate says when left out.")),
  window: optional(duration("Without a rate: the time in which `burst` comes anew.", { min: "1s", max: "31d" })),
};

export const commonOptions: Shapes<CommonOptions> = {
  key: keyShape,
  share: or(oneOf("What one bucket serves.", ["operation", "api"]), "operation"),
  crowd: or(count("Of strangers: how many times as much the next wider range around an address may use (IPv4: /24; IPv6: /56, then /48). 0: there is no such bucket.", { min: 0, max: CROWD_MAX }), 16),
  plan: or(text("The claim of a credential that names its plan.", { max: 300 }), "plan"),
  count: or(oneOf("What is counted. What turns out not to count, once the API has answered, is given back.", ["all", "failures", "successes"]), "all"),
  penalty: optional(
    fields(
      {
        after: count("Refused attempts, within the time in which the bucket fills up, that are free.", { min: 1, max: 1_000 }),
        upTo: duration("Longest wait that further ones lead to: each doubles it.", { min: "1s", max: "31d" }),
      },
      "What those get who keep asking when they have been told to wait.",
    ),
  ),
  headers: or(oneOf("Which fields tell a caller of his own limit: RateLimit, the older X-RateLimit, both or none.", ["standard", "legacy", "both", "none"]), "standard"),
  whenDown: optional(whenDownShape),
};

/** A bucket, in whole tokens and milliseconds. */
export interface Bucket {
  readonly unit: Amount["unit"];
  readonly capacity: number;
  /** Milliseconds in which it fills up; may be broken. */
  readonly window: number;
}

export interface Wrong {
  readonly wrong: string;
  readonly allowed: string;
}

export interface Buckets {
  readonly bucket: Bucket;
  /** By the name of the plan. */
  readonly tiers: ReadonlyMap<string, Bucket>;
}

/** The bucket of everybody, and those of the plans. */
export function bucketsOf<Numbers>(base: Numbers, plans: ReadonlyMap<string, Numbers>, read: (numbers: Numbers) => { readonly value: Bucket } | Wrong): Buckets | Wrong {
  const bucket = read(base);
  if ("wrong" in bucket) return bucket;
  const tiers = new Map<string, Bucket>();
  for (const [name, numbers] of plans) {
    const tier = read(numbers);
    if ("wrong" in tier) return { ...tier, wrong: `plan ${JSON.stringify(name)}: ${tier.wrong}` };
    tiers.set(name, tier.value);
  }
  return { bucket: bucket.value, tiers };
}

/** Reads rate, burst and window together. */
export function bucketOf({ rate, burst, window }: BucketWords): { readonly value: Bucket } | Wrong {
  if ((rate === undefined) === (window === undefined)) return { wrong: "how much in how long is said once", allowed: "rate (and burst), or burst and window" };
  const held = burst ?? rate;
  if (held === undefined) return { wrong: "burst is missing", allowed: "burst and window, or rate" };
  if (rate !== undefined && rate.unit !== held.unit) return { wrong: "rate and burst count different things", allowed: "both in requests, or both in bytes" };
  const milliseconds = rate === undefined ? (window ?? 0) : (rate.milliseconds * held.tokens) / rate.tokens;
  return milliseconds <= WINDOW_MILLISECONDS_MAX ? { value: { unit: held.unit, capacity: held.tokens, window: milliseconds } } : { wrong: "the bucket would take more than 31d to fill up", allowed: "a smaller burst" };
}

const WINDOW_MILLISECONDS_MAX = 31 * 86_400_000;
