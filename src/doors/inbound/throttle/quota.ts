/**
 * Quota: so many requests in each hour, day, week, month or year of the calendar.
 *
 * What a plan has been sold with, rather than what a server can bear: it survives restarts, is the same for all nodes, and
 * can be looked up and billed, because it is kept in the policy's `database`, in the table `sallyport_quotas`. Periods
 * are those of UTC. A thread takes a hundredth of a quota ahead and puts back what it has not used, so all together never
 * give out more than it says, and a node that dies loses the caller at most that hundredth.
 *
 * Keys and plans are as in token-bucket, and so is what is counted. Each owner is a row, which is removed once he has stayed
 * away for 35 days and for the whole of the last period; ranges around a stranger have no quota: whoever has a /48 has 65,536 of them. Where strangers may come in, or a key says what callers
 * write, a token-bucket belongs beside this, which bounds both. While the database is away, a caller passes as long
 * as something is left of what was taken ahead for him, and then nobody does.
 *
 * Answers API4:2023, unrestricted resource consumption. See RFC 6585, section 4, and
 * draft-ietf-httpapi-ratelimit-headers-11.
 */
import { hash } from "node:crypto";
import { count, type Database, defineGuard, fields, type Guard, type Known, limitName, mapOf, oneOf, or, type Problem, problem } from "../../../guard.ts";
import { isFree } from "./limit/charge.ts";
import { unavailable } from "./limit/check.ts";
import { compileKey, keyText, type Owner } from "./limit/key.ts";
import { commonOptions } from "./limit/options.ts";
import { planOf } from "./limit/tier.ts";
import { refusing, type Told, toldOf, waitsOf } from "./limit/told.ts";
import { type Allowance, Ledger, type Spent } from "./quota/ledger.ts";
import { type Period, periodAt, PERIODS } from "./quota/period.ts";

const quotaExceeded = problem("quota-exceeded", 429, "The quota of this period is used up");

const requests = count("Requests in one period.", { min: 1, max: 1_000_000_000 });
const { key, plan, count: counted, headers } = commonOptions;

interface Tier {
  readonly ledger: Ledger;
  readonly told: Told;
}

export const quota: Guard = defineGuard({
  name: "quota",
  stage: "throttle",
  risks: ["API4:2023"],

  options: fields({
    of: requests,
    per: oneOf("The period, of UTC.", PERIODS),
    plans: or(mapOf("Other numbers for callers whose plan is named here.", requests), {}),
    share: or(oneOf("What one quota is for.", ["operation", "api"]), "api"),
    key,
    plan,
    count: counted,
    headers,
  }),

  compile(options, site) {
    const { database, operation, random, report } = site;
    if (database === undefined) report("a quota is kept in a database", "database: { sqlite: <file> } or { postgres: <reference> }");
    if (database === undefined) return undefined;
    const { per, share, headers } = options;
    const { begins, ends } = periodAt(per, 0);
    const terms = { count: options.count, stage: "throttle" } as const;
    const name = limitName(per, share === "api" ? "" : operation.id, keyText(options.key));
    const tierFor = (plan: string, allowed: number): Tier => ({
      ledger: site.share(`quota ${name} ${plan} ${allowed}`, () => openLedger(database, { name: limitName(name, plan), of: allowed, per })),
      told: toldOf("quota", { unit: "requests", capacity: allowed, window: ends - begins }, headers),
    });
    const tierOf = planOf(options.plan, new Map([...options.plans].map(([plan, allowed]) => [plan, tierFor(plan, allowed)])), tierFor("", options.of), report);
    const ownerOf = compileKey(options.key, site);
    const waits = waitsOf(random);

    const judge = ({ granted, left }: Spent, tier: Tier, owner: Owner, period: Period, exchange: Known): Problem | undefined => {
      const remaining = period.ends - exchange.now;
      const seconds = granted ? Math.max(1, Math.ceil(remaining / 1_000)) : waits.seconds(remaining);
      if (owner.own || !granted) tier.told.tell(exchange.reply, left, seconds);
      if (!granted) return quotaExceeded(refusing("quota", seconds, { by: owner.kind }));
      exchange.follow({ answered: (ending) => void (isFree(terms, ending) && tier.ledger.putBack(accountOf(owner), period)) });
      return undefined;
    };

    return (exchange) => {
      const owner = ownerOf(exchange);
      const tier = tierOf(exchange);
      const period = periodAt(per, exchange.now);
      const spent = tier.ledger.spend(accountOf(owner), period, exchange.now);
      return spent instanceof Promise ? spent.then((late) => judge(late, tier, owner, period, exchange)).catch(unavailable) : judge(spent, tier, owner, period, exchange);
    };
  },
});

function openLedger(database: Database, allowance: Allowance): { readonly value: Ledger; readonly close: () => void } {
  const value = new Ledger(database, allowance);
  return { value, close: () => value.close() };
}

/** Who it is stands in the table as it is, to be looked up; what no index takes stands there as its hash. */
function accountOf({ name }: Owner): string {
  return name.length > OWNER_CHARACTERS_MAX ? `sha256 ${hash("sha256", name, "base64url")}` : name;
}

const OWNER_CHARACTERS_MAX = 500;
