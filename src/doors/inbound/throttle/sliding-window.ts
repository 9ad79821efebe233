/**
 * Sliding window: never more than so many in any stretch of time, wherever it begins.
 *
 * A token bucket, like a counter of whole minutes, lets up to twice its number through in some minute: what was saved
 * up, and what came in meanwhile. Where the number itself is the promise (codes by SMS, attempts to pay, to log in, to
 * reset a password), this guard keeps it. `keep: stamps` remembers each request of the window, 64 at most, and nobody
 * who is under the number is refused. `keep: bucket` needs hardly any memory, for any number: `burst` at once (a quarter
 * of the rate when left out), and the others spread over the window; some who are under the number are told to wait.
 *
 * Keys, plans, what is counted and what callers are told are as in token-bucket, and so is what happens while the store
 * is down: nobody passes.
 *
 * Answers API4:2023, unrestricted resource consumption, and API6:2023, unrestricted access to sensitive business flows.
 * See RFC 6585, section 4, and draft-ietf-httpapi-ratelimit-headers-11.
 */
import { checked, count, defineGuard, fields, type Guard, mapOf, oneOf, optional, or, type Read } from "../../../guard.ts";
import { rate, TOKENS_MAX } from "../../../policy/rate.ts";
import { STAMPS_MAX } from "../../../stores/store.ts";
import { compileLimit } from "./limit/check.ts";
import { type Bucket, type Buckets, bucketsOf, commonOptions, type Wrong } from "./limit/options.ts";

const words = {
  rate: rate("Most requests in any window of this length."),
  burst: optional(count("With `keep: bucket`: how many of them may come at once.", { min: 1, max: TOKENS_MAX })),
};
const numbers = fields(words);

const options = fields({
  ...words,
  keep: or(oneOf("What is remembered.", ["stamps", "bucket"]), "stamps"),
  plans: or(mapOf("Other numbers for callers whose plan is named here.", numbers), {}),
  ...commonOptions,
});

function bucketFor({ rate: { unit, tokens, milliseconds }, burst }: Read<typeof numbers>, keep: "stamps" | "bucket"): { readonly value: Bucket } | Wrong {
  if (unit === "bytes") return { wrong: "a window holds requests", allowed: "a rate such as 10/1m" };
  if (keep === "stamps") {
    if (burst !== undefined) return { wrong: "a burst is for a bucket", allowed: "keep: bucket, or no burst" };
    return tokens > STAMPS_MAX ? { wrong: "too many to remember one by one", allowed: `at most ${STAMPS_MAX}, or keep: bucket` } : { value: { unit, capacity: tokens, window: milliseconds } };
  }
  const capacity = burst ?? Math.ceil(tokens / 4);
  // In any window come at most those that were saved up and those that come in meanwhile: burst + (rate - burst).
  return capacity < tokens ? { value: { unit, capacity, window: (milliseconds * capacity) / (tokens - capacity) } } : { wrong: "a burst of the whole rate would leave nothing for the rest of the window", allowed: "a burst smaller than the rate; a rate of at least 2" };
}

export const slidingWindow: Guard = defineGuard({
  name: "sliding-window",
  stage: "throttle",
  risks: ["API4:2023", "API6:2023"],

  options: checked(options, (given): { readonly value: Omit<Read<typeof options>, "plans"> & Buckets } | Wrong => {
    const buckets = bucketsOf<Read<typeof numbers>>(given, given.plans, (one) => bucketFor(one, given.keep));
    return "wrong" in buckets ? buckets : { value: { ...given, ...buckets } };
  }),

  compile(given, site) {
    const meter = given.keep === "bucket" ? {} : { meter: (store: typeof site.store, limit: Parameters<typeof store.stamps>[0]) => store.stamps(limit) };
    return compileLimit({ ...given, ...meter, cost: 1, guard: "sliding-window", variant: given.keep, label: "window" }, site);
  },
});
