/**
 * Token bucket: short bursts are fine, a long rush is not.
 *
 * A bucket holds `burst` tokens and fills up at its `rate`; a request costs `cost` of them, or the bytes of its bodies.
 * `{ burst: 60, window: 1m }` says the same as `{ rate: 60/1m }`: sixty at once, and sixty more in each minute. Every
 * caller has a bucket of his own at each operation, or one for the whole API. Callers that nobody identified share the
 * bucket of their address: of one IPv4 address, or of the /64 that an IPv6 subscriber gets; wider ranges around it have
 * buckets too, so that a whole /48 brings no 65,536 of them. Only a proven identity owns a bucket, or whoever invents
 * names has as many as he likes. A greedy caller can take up to `burst` and what comes in meanwhile.
 *
 * Several limits charge all or nothing: what one refuses costs nothing at the others. `count: failures` charges first
 * and gives back when the API answers below 400, so that a hundred guesses at the same moment are a hundred guesses.
 * While its store is down nobody passes. Other numbers, after a reload, begin with full buckets.
 *
 * Answers API4:2023, unrestricted resource consumption. See RFC 6585, section 4, RFC 9110, section 10.2.3, and
 * draft-ietf-httpapi-ratelimit-headers-11.
 */
import { checked, defineGuard, fields, type Guard, mapOf, or } from "../../../guard.ts";
import { compileLimit } from "./limit/check.ts";
import { type Bucket, bucketOf, bucketOptions, bucketsOf, commonOptions, type Cost, costShape, type Wrong } from "./limit/options.ts";

const plan = fields(bucketOptions);

const options = checked(fields({ ...bucketOptions, cost: costShape, ...commonOptions, plans: or(mapOf("Other numbers for callers whose plan is named here.", plan), {}) }), (given) => {
  const buckets = bucketsOf(given, given.plans, bucketOf);
  if ("wrong" in buckets) return buckets;
  const wrong = [buckets.bucket, ...buckets.tiers.values()].map((one) => misfit(one, given.cost)).find((one) => one !== undefined);
  return wrong ?? { value: { ...given, ...buckets } };
});

function misfit({ unit, capacity }: Bucket, cost: Cost): Wrong | undefined {
  if ((unit === "bytes") !== (typeof cost === "object")) return { wrong: "rate and cost count different things", allowed: "a rate in bytes with cost: { bytes: ... }, or both in requests" };
  return typeof cost === "number" && cost > capacity ? { wrong: "no request could ever pass", allowed: "a cost of at most burst" } : undefined;
}

export const tokenBucket: Guard = defineGuard({
  name: "token-bucket",
  stage: "throttle",
  risks: ["API4:2023"],
  options,
  compile: (given, site) => compileLimit({ ...given, guard: "token-bucket", label: "burst" }, site),
});
