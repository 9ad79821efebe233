/** Rule: the one thing that a posting of flow asks for, as a check. */
import { type Check, type Ending, type Follower, type Inspected, limitName, type Particulars, type Problem, problem, type Site, type Stepped } from "../../../../guard.ts";
import type { Rate } from "../../../../policy/rate.ts";
import type { Once, Steps } from "../../../../stores/store.ts";
import { compileLimit, unavailable } from "../../throttle/limit/check.ts";
import { compileKey, keyText, type OwnerOf, type Part } from "../../throttle/limit/key.ts";
import { refusing } from "../../throttle/limit/told.ts";

const alreadyDone = problem("already-done", 409, "This has been done already");
const stepMissing = problem("step-missing", 409, "A step before this one has not been done");
const stepTooEarly = problem("step-too-early", 429, "Too early for this step");

export interface FlowOptions {
  readonly key: readonly Part[];
  readonly gap: number | undefined;
  readonly rate: Rate | undefined;
  readonly once: number | undefined;
  readonly mark: string | undefined;
  readonly after: string | undefined;
  readonly atLeast: number;
  readonly lasts: number;
  readonly count: "all" | "failures" | "successes";
}

export function compileRule(options: FlowOptions, site: Site): Check<"validate"> {
  const { gap, rate, once, mark, after } = options;
  if (gap !== undefined) return limit(options, { unit: "requests", tokens: 1, milliseconds: gap }, site);
  if (rate !== undefined) return limit(options, rate, site);
  const ownerOf = compileKey(options.key, site);
  if (once !== undefined) return guarded(notTwice(options.key, once, ownerOf, site));
  const steps = site.store.steps(limitName("flow", mark ?? after ?? ""), options.lasts);
  return mark === undefined ? guarded(inOrder(options, steps, ownerOf)) : marking(steps, ownerOf);
}

function limit({ key, count }: FlowOptions, { unit, tokens, milliseconds }: Rate, site: Site): Check<"validate"> {
  const numbers = { bucket: { unit, capacity: tokens, window: milliseconds }, tiers: new Map<string, never>(), cost: 1, crowd: 0, plan: "plan", penalty: undefined, headers: "standard", whenDown: undefined } as const;
  return compileLimit({ ...numbers, key, count, share: "operation", guard: "flow", label: "flow", stage: "validate" }, site);
}

/** A store that throws or rejects lets nobody pass. */
function guarded(check: (exchange: Inspected) => Problem | undefined | Promise<Problem | undefined>): Check<"validate"> {
  return (exchange) => {
    try {
      const verdict = check(exchange);
      return verdict instanceof Promise ? verdict.catch(unavailable) : verdict;
    } catch (fault) {
      return unavailable(fault);
    }
  };
}

/** What was not accepted has not been done. A caller who leaves before the answer cannot know, and nor can anybody. */
function unlessAccepted(undo: (now: number) => void): Follower {
  return { answered: ({ status, now }) => void (status >= 400 && undo(now)) };
}

function notTwice(key: readonly Part[], time: number, ownerOf: OwnerOf, { store, operation }: Site): (exchange: Inspected) => Problem | undefined | Promise<Problem | undefined> {
  const prefix = limitName("flow", operation.id, keyText(key), time);
  const judge = (once: Once, name: string, exchange: Inspected): Problem | undefined => {
    if (once === "again") return alreadyDone({ because: { rule: "once" } });
    if (once !== "first") return unavailable(new TypeError(once === "full" ? "full" : "no answer"));
    exchange.follow(unlessAccepted((now) => store.forget(name, now)));
    return undefined;
  };
  return (exchange) => {
    const name = `${prefix}${ownerOf(exchange).name}`;
    const once = store.once(name, exchange.now + time, exchange.now);
    return once instanceof Promise ? once.then((late) => judge(late, name, exchange)) : judge(once, name, exchange);
  };
}

/** Marks when the API has accepted the step: what it refused was not done. */
function marking(steps: Steps, ownerOf: OwnerOf): Check<"validate"> {
  return (exchange) => {
    const { name } = ownerOf(exchange);
    exchange.follow({ answered: ({ status, now }: Ending) => void (status < 400 && steps.mark(name, now)) });
    return undefined;
  };
}

function inOrder({ after = "", atLeast }: FlowOptions, steps: Steps, ownerOf: OwnerOf): (exchange: Inspected) => Problem | undefined | Promise<Problem | undefined> {
  const because: Particulars = { because: { rule: "after", step: after } };
  const judge = ({ passed, waitMilliseconds, at }: Stepped, name: string, exchange: Inspected): Problem | undefined => {
    if (passed && waitMilliseconds === 0) {
      exchange.follow(unlessAccepted((now) => steps.restore(name, at, now)));
      return undefined;
    }
    if (!(waitMilliseconds > 0)) return unavailable(new TypeError("no answer"));
    if (!Number.isFinite(waitMilliseconds)) return stepMissing(because);
    return stepTooEarly(refusing("flow", Math.ceil(waitMilliseconds / 1_000), { rule: "after", step: after }));
  };
  return (exchange) => {
    const { name } = ownerOf(exchange);
    const taken = steps.take(name, atLeast, exchange.now);
    return taken instanceof Promise ? taken.then((late) => judge(late, name, exchange)) : judge(taken, name, exchange);
  };
}
