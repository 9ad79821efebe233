/**
 * Concurrency: nobody has more than so many requests under way at the same moment.
 *
 * A rate says how often; this says how much at once, which is what slow requests use up: exports, searches, uploads,
 * streams that stay open. A request holds a lease from here until its answer has left or its caller has, whatever
 * happens in between. Leases end by themselves when nobody renews them, so that a thread or a node that dies takes no
 * caller's place along with it for longer than `lasts`.
 *
 * Keys, plans and what callers are told are as in token-bucket; strangers share the leases of their address, and wider
 * ones with the ranges around it. While the store is down, or its memory for leases is full, nobody passes.
 *
 * Answers API4:2023, unrestricted resource consumption. See RFC 6585, section 4, and
 * draft-ietf-httpapi-ratelimit-headers-11.
 */
import { count, defineGuard, duration, fields, type Guard, type Known, type Leases, limitName, mapOf, or, type Problem, problem } from "../../../guard.ts";
import { PREFIX_LEVELS } from "../../../exchange/address.ts";
import { TOKENS_MAX } from "../../../policy/rate.ts";
import { Holding, type LeasesTaken, takeLeases } from "./concurrency/holding.ts";
import { decidedAlone, unavailable } from "./limit/check.ts";
import { compileKey, keyText, type Owner } from "./limit/key.ts";
import { commonOptions } from "./limit/options.ts";
import { planOf } from "./limit/tier.ts";
import { refusing } from "./limit/told.ts";

const tooManyAtOnce = problem("too-many-at-once", 429, "Too many requests at once");

const most = count("Requests that may be under way at once.", { min: 1, max: TOKENS_MAX });
const { key, share, crowd, plan, headers, whenDown } = commonOptions;

interface Tier {
  readonly most: number;
  /** The owner's own, then those of the ranges around him. */
  readonly levels: readonly Leases[];
}

export const concurrency: Guard = defineGuard({
  name: "concurrency",
  stage: "throttle",
  risks: ["API4:2023"],

  options: fields({
    most,
    lasts: or(duration("How long a lease outlives whoever held it.", { min: "10s", max: "1h" }), "1m"),
    plans: or(mapOf("Other numbers for callers whose plan is named here.", most), {}),
    key,
    share,
    crowd,
    plan,
    headers,
    whenDown,
  }),

  compile(options, site) {
    const { store, operation, report } = site;
    const ownerOf = compileKey(options.key, site);
    const place = options.share === "api" ? "" : operation.id;
    const tell = options.headers === "standard" || options.headers === "both";
    const identity = keyText(options.key);
    const down = options.whenDown === undefined ? {} : { whenDown: options.whenDown };
    const tierFor = (name: string, number: number): Tier => {
      const leasesAt = (level: number): Leases => {
        const limit = limitName("concurrency", name, number, options.lasts, options.share, place, identity, level);
        return store.leases({ name: limit, most: Math.min(number * options.crowd ** level, TOKENS_MAX), lasts: options.lasts, ...down });
      };
      return { most: number, levels: Array.from({ length: options.crowd === 0 ? 1 : PREFIX_LEVELS.length }, (_, level) => leasesAt(level)) };
    };
    const tierOf = planOf(options.plan, new Map([...options.plans].map(([name, number]) => [name, tierFor(name, number)])), tierFor("", options.most), report);
    const holding = new Holding(options.lasts);

    const judge = ([{ granted, left, alone }, leases]: LeasesTaken, { most }: Tier, owner: Owner, exchange: Known): Problem | undefined => {
      if (!(left >= 0)) return unavailable(new TypeError("no answer"));
      if (alone !== undefined) exchange.witness("concurrency", "throttle", decidedAlone(alone));
      if (tell && (owner.own || !granted)) {
        exchange.reply.append("ratelimit-policy", `"concurrency";q=${most};qu="concurrent-requests"`);
        exchange.reply.append("ratelimit", `"concurrency";r=${left}`);
      }
      // Nobody can say when one of them will end.
      if (!granted) return tooManyAtOnce(refusing("concurrency", 1, { by: owner.kind }));
      exchange.follow(holding.hold(leases, exchange.now));
      return undefined;
    };

    return (exchange) => {
      try {
        const owner = ownerOf(exchange);
        const tier = tierOf(exchange);
        const names = [owner.name, ...owner.around];
        const taken = takeLeases(tier.levels.slice(0, names.length).map((leases, level) => ({ leases, owner: names[level] ?? "" })), exchange.now);
        return taken instanceof Promise ? taken.then((late) => judge(late, tier, owner, exchange)).catch(unavailable) : judge(taken, tier, owner, exchange);
      } catch (fault) {
        return unavailable(fault);
      }
    };
  },
});
