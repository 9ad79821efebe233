/**
 * Leaky bucket: what comes in bursts goes on evenly.
 *
 * A bucket leaks at its `rate` and holds `capacity` requests; what would make it run over is refused. With a capacity of
 * 1, the default, requests are let through one by one, at least a turn apart, which is what a weak API behind needs.
 * With `queue` a request that comes too early waits for its turn instead: at most `wait`, at most `most` of one caller,
 * and no more `inAll`, in number and bytes. Whoever leaves while he waits has used up nothing. Without a queue this is
 * the token bucket seen from the other side.
 *
 * Keys, plans, what is counted and what callers are told are as in token-bucket, and so is what happens while the store
 * is down: nobody passes.
 *
 * Answers API4:2023, unrestricted resource consumption. See RFC 6585, section 4, and
 * draft-ietf-httpapi-ratelimit-headers-11.
 */
import { checked, count, defineGuard, duration, fields, type Guard, mapOf, optional, or, type Read, size } from "../../../guard.ts";
import { rate, TOKENS_MAX } from "../../../policy/rate.ts";
import { Queues } from "./leaky-bucket/queues.ts";
import { compileLimit } from "./limit/check.ts";
import { type Bucket, bucketOf, type Buckets, bucketsOf, commonOptions, type Wrong } from "./limit/options.ts";

const numbers = {
  rate: rate("How fast the bucket leaks."),
  capacity: or(count("Requests that it holds.", { min: 1, max: TOKENS_MAX }), 1),
};
const plan = fields(numbers);

const queue = fields(
  {
    wait: or(duration("Longest wait.", { min: "1ms", max: "5m" }), "2s"),
    most: or(count("Requests of one caller that may wait.", { min: 1, max: 10_000 }), 20),
    inAll: or(count("Requests of all callers, at all operations, that may wait.", { min: 1, max: 100_000 }), 1_000),
    bytes: or(size("Bodies of all of them together.", { min: "64KiB", max: "1GiB" }), "16MiB"),
  },
  "Lets requests wait for their turn. Left out: they are refused.",
);

const options = fields({ ...numbers, queue: optional(queue), plans: or(mapOf("Other numbers for callers whose plan is named here.", plan), {}), ...commonOptions });

type Numbers = Read<typeof plan>;
function bucketFor({ rate, capacity }: Numbers): { readonly value: Bucket } | Wrong {
  if (rate.unit === "bytes") return { wrong: "a leaky bucket holds requests", allowed: "a rate such as 10/1s; token-bucket counts bytes" };
  return bucketOf({ rate, burst: { unit: "requests", tokens: capacity }, window: undefined });
}

export const leakyBucket: Guard = defineGuard({
  name: "leaky-bucket",
  stage: "throttle",
  risks: ["API4:2023"],

  options: checked(options, (given): { readonly value: Omit<Read<typeof options>, "plans"> & Buckets } | Wrong => {
    const buckets = bucketsOf<Numbers>(given, given.plans, bucketFor);
    return "wrong" in buckets ? buckets : { value: { ...given, ...buckets } };
  }),

  compile({ queue, ...given }, site) {
    const waiting = site.share("leaky-bucket: what waits", () => ({ value: { requests: 0, bytes: 0 } }));
    const queues = (bucket: Bucket): Queues | undefined => (queue === undefined ? undefined : new Queues(queue, waiting, bucket.window / bucket.capacity));
    return compileLimit({ ...given, cost: 1, guard: "leaky-bucket", label: "leak", queues }, site);
  },
});
