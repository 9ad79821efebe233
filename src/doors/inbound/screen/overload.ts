/**
 * Overload: when there is more to do than can be done, what matters less waits outside.
 *
 * Two things can be too little. The API may not keep up: then it gets only as many requests at once as it answers within
 * `target`, a number that is found out from its answers (only of requests whose body was here already, so that slow
 * callers cannot lower it). Or this thread may not: then requests are turned away before anything is spent on them, while its own
 * work is late by more than `lag`. In both cases operations that are `low` are turned away first, at half of the limit, then the
 * others at four fifths; what is left is kept for those that are `critical`. The last of what an operation may take is for callers
 * who hold fewer places than the others on average: nobody keeps everybody out with requests that take long. The answer is 503, and says when to try again, each caller a little differently. Streams and tunnels count until their answer begins.
 *
 * Answers API4:2023, unrestricted resource consumption. See RFC 9110, sections 10.2.3 and 15.6.4.
 */
import { addressPrefix } from "../../../exchange/address.ts";
import { checked, count, defineGuard, duration, fields, type Guard, listOf, or, type Problem, problem, text } from "../../../guard.ts";
import { AdaptiveLimit, type Share } from "./overload/adaptive-limit.ts";
import { openLoopLag } from "./overload/loop-lag.ts";

const reducedCapacity = problem("reduced-capacity", 503, "There is more to do than can be done at the moment");

type Priority = "critical" | "normal" | "low";

/** What part of the limit may be taken. */
const SHARES: Readonly<Record<Priority, Share>> = { critical: { all: 1, common: 0.9 }, normal: { all: 0.8, common: 0.6 }, low: { all: 0.5, common: 0.4 } };
/** How many times `lag` this thread may be late. */
const PATIENCE: Readonly<Record<Priority, number>> = { critical: 8, normal: 2, low: 1 };
const RETRY_SECONDS_SPREAD = 4;

const names = (about: string): ReturnType<typeof or<readonly string[]>> => or(listOf(about, text("An operationId or a tag.", { max: 200 }), { max: 1_000 }), []);

const options = fields({
  target: or(duration("Time within which the API should answer.", { min: "10ms", max: "1m" }), "1s"),
  most: or(count("Requests that the API may have at once, whatever was found out.", { min: 1, max: 100_000 }), 1_000),
  least: or(count("Requests that it may have at once in any case.", { min: 1, max: 10_000 }), 4),
  lag: or(duration("How late this thread's own work may be.", { min: "10ms", max: "10s" }), "100ms"),
  critical: names("Operations, or tags of operations, for which a place is kept."),
  low: names("Operations, or tags of operations, that are turned away first."),
});

export const overload: Guard = defineGuard({
  name: "overload",
  stage: "screen",
  risks: ["API4:2023"],

  options: checked(options, (value) => (value.least > value.most ? { wrong: "the least is more than the most" } : { value })),

  compile({ lag, critical, low, ...rules }, { operation, contract, share, report }) {
    const known = new Set(contract.operations.flatMap(({ id, tags }) => [id, ...tags]));
    for (const name of [...critical, ...low]) if (!known.has(name)) report(`the contract has no operation and no tag ${JSON.stringify(name)}`);
    const patience = lag * PATIENCE[priorityOf(operation, critical, low)];
    share(`overload ${JSON.stringify(rules)}`, () => ({ value: new AdaptiveLimit(rules) }));
    const loop = share("loop-lag", () => {
      const value = openLoopLag();
      return { value, close: value.close };
    });
    return ({ id }) => {
      const late = loop.milliseconds();
      return late > patience ? refuse(id, { lateMilliseconds: Math.round(late) }) : undefined;
    };
  },

  elsewhere: {
    prepare({ lag: _lag, critical, low, ...rules }, { operation, share }) {
      const part = SHARES[priorityOf(operation, critical, low)];
      const limit = share(`overload ${JSON.stringify(rules)}`, () => ({ value: new AdaptiveLimit(rules) }));
      return (exchange) => {
        const { id, content } = exchange;
        const caller = exchange.principal?.id ?? addressPrefix(exchange.address);
        if (!limit.take(part, caller)) return refuse(id, { inFlight: limit.inFlight, limit: Math.floor(limit.limit) });
        // How long a body takes that is still on its way is up to its sender.
        const tells = content.declared === 0 || content.understood;
        let open = true;
        const giveBack = (): void => {
          if (open) limit.giveBack(caller);
          open = false;
        };
        exchange.follow({
          answered({ now, apiMilliseconds, status, refusedAt }) {
            // What a guard of the second door refuses says nothing of how fast the API is.
            if (open && tells && apiMilliseconds !== undefined && (refusedAt === undefined || refusedAt === "host")) limit.learn(now, apiMilliseconds, status === 503 || status === 504);
            giveBack();
          },
          concluded: giveBack,
        });
        return undefined;
      };
    },
  },
});

function priorityOf({ id, tags }: { readonly id: string; readonly tags: readonly string[] }, critical: readonly string[], low: readonly string[]): Priority {
  const named = (list: readonly string[]): boolean => list.includes(id) || tags.some((tag) => list.includes(tag));
  return named(critical) ? "critical" : named(low) ? "low" : "normal";
}

/** All who are turned away at once should not come back at once: where in the span is up to the exchange's random name. */
function refuse(id: string, because: Readonly<Record<string, number>>): Problem {
  const spread = Number.parseInt(id.slice(0, 4), 16) % RETRY_SECONDS_SPREAD;
  return reducedCapacity({ headers: { "retry-after": String(1 + (Number.isNaN(spread) ? 0 : spread)) }, because });
}
