/**
 * Token bucket: short bursts are fine, a long rush is not.
 *
 * A bucket holds `burst` tokens and fills up again within `window`; a request costs `cost` of them. Every caller has a
 * bucket of his own at each operation, or one for the whole API. Callers that nobody identified share the bucket of
 * their address: of one IPv4 address, or of the /64 that an IPv6 subscriber gets. Only a proven identity owns a
 * bucket, or whoever invents names has as many as he likes. A greedy caller can take up to twice `burst` in one
 * `window`: what has gathered, and what comes in meanwhile.
 *
 * While its store is down nobody passes. Other numbers, after a reload, begin with full buckets.
 *
 * Answers API4:2023, unrestricted resource consumption. See RFC 6585, section 4, RFC 9110, section 10.2.3, and
 * draft-ietf-httpapi-ratelimit-headers-11.
 */
import { addressPrefix } from "../../../exchange/address.ts";
import { checked, count, defineGuard, duration, fields, type Guard, type Known, oneOf, or, type Problem, problem, type Taken } from "../../../guard.ts";

const tooManyRequests = problem("too-many-requests", 429, "Too many requests");
const storeUnavailable = problem("store-unavailable", 503, "The limit cannot be checked");

const options = fields({
  burst: count("Tokens that a bucket holds.", { min: 1, max: 1_000_000 }),
  window: duration("Time in which an empty bucket fills up.", { min: "1s", max: "31d" }),
  cost: or(count("Tokens that one request costs.", { min: 1, max: 1_000_000 }), 1),
  share: or(oneOf("What one bucket serves.", ["operation", "api"]), "operation"),
  by: or(oneOf("Who has a bucket.", ["caller", "address", "everyone"]), "caller"),
});

export const tokenBucket: Guard = defineGuard({
  name: "token-bucket",
  stage: "throttle",
  risks: ["API4:2023"],

  options: checked(options, (value) => (value.cost > value.burst ? { wrong: "no request could ever pass", allowed: "a cost of at most burst" } : { value })),

  compile({ burst, window, cost, share, by }, { operation, store }) {
    const perMillisecond = burst / window;
    // Each part with its length in front, so that no two lists of parts give one name.
    const scope = ["token-bucket", String(burst), String(window), share, share === "api" ? "" : operation.id].map((part) => `${part.length}:${part}`).join("");
    const quota = `q=${burst};w=${Math.ceil(window / 1_000)}`;

    const judge = ({ granted, left, waitMilliseconds }: Taken, { reply, principal }: Known): Problem | undefined => {
      if (!(left >= 0 && waitMilliseconds >= 0)) return unavailable(new TypeError("no answer"));
      // A stranger's bucket is shared: how full it is would tell him what the others at his address do.
      if (granted && principal === undefined) return undefined;
      const waitSeconds = Math.max(1, Math.ceil((granted ? (burst - left) / perMillisecond : waitMilliseconds) / 1_000));
      const before = reply.count("ratelimit-policy");
      const name = before === 0 ? "burst" : `burst-${before + 1}`;
      reply.append("ratelimit-policy", `"${name}";${quota}`);
      reply.append("ratelimit", `"${name}";r=${Math.floor(left)};t=${waitSeconds}`);
      return granted ? undefined : tooManyRequests({ headers: { "retry-after": String(waitSeconds) }, because: { by: ownerOf(by, principal)[0] } });
    };

    return (exchange) => {
      const { principal, address, now } = exchange;
      const [kind, name] = ownerOf(by, principal, address);
      const bucket = `${scope}${kind.length}:${kind}${name.length}:${name}`;
      try {
        const taken = store.take(bucket, { cost, capacity: burst, perMillisecond, now });
        return taken instanceof Promise ? taken.then((late) => judge(late, exchange)).catch(unavailable) : judge(taken, exchange);
      } catch (fault) {
        return unavailable(fault);
      }
    };
  },
});

/** The kind of owner is part of the name: somebody may be called "192.0.2.1". */
function ownerOf(by: "caller" | "address" | "everyone", principal: Known["principal"], address = ""): readonly [kind: string, name: string] {
  if (by === "everyone") return ["everyone", ""];
  return by === "caller" && principal !== undefined ? ["principal", principal.id] : ["address", addressPrefix(address)];
}

function unavailable(fault: unknown): Problem {
  return storeUnavailable({ because: { fault: fault instanceof Error ? fault.name : typeof fault } });
}
