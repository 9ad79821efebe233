/**
 * Flow: a business flow is gone through at the pace, and in the order, of somebody who means it.
 *
 * What a script does to a flow (buying up tickets, sending the same message to everybody, inventing referrals) is made of
 * requests that each are allowed. This guard stands behind the body, so that it can tell what a request is about:
 *
 * - `gap: 30s`: at least so much time between two of them.
 * - `rate: 20/1h`: at most so many, per target for example: `key: { body: /recipient }`.
 * - `once: 24h`: not the same again in that time: `key: [caller, { body: /text }]`. What the API did not accept may be
 *   sent again.
 * - `mark: cart`, and elsewhere `after: cart` with `atLeast: 3s`: a step that must have been done before, not less than
 *   that ago and no longer than it `lasts`. A mark is made when the API has accepted the step, and is used up by the next.
 *
 * One rule for each posting; a list of postings is several. While the store is down nobody passes.
 *
 * Answers API6:2023, unrestricted access to sensitive business flows. See RFC 6585, section 4, and RFC 9110, section
 * 15.5.10.
 */
import { checked, defineGuard, duration, fields, type Guard, oneOf, optional, or, text } from "../../../guard.ts";
import { rate } from "../../../policy/rate.ts";
import { readKeyShape } from "../throttle/limit/key.ts";
import { compileRule } from "./flow/rule.ts";

const RULES = ["gap", "rate", "once", "mark", "after"] as const;
const time = { min: "1s", max: "31d" };

export const flow: Guard = defineGuard({
  name: "flow",
  stage: "validate",
  risks: ["API6:2023"],

  options: checked(
    fields({
      key: readKeyShape,
      gap: optional(duration("Least time between two requests of one key.", time)),
      rate: optional(rate("Most requests of one key.")),
      once: optional(duration("Time in which one key comes once.", time)),
      mark: optional(text("The name of the step that this operation is.", { max: 100, example: "cart" })),
      after: optional(text("The name of the step that must have been done.", { max: 100, example: "cart" })),
      atLeast: or(duration("With `after`: how long ago, at least.", { min: "0s", max: "31d" }), "0s"),
      lasts: or(duration("With `mark`, and the same with `after`: how long a step counts.", time), "1h"),
      count: or(oneOf("With `gap` and `rate`: what is counted, once the API has answered.", ["all", "failures", "successes"]), "all"),
    }),
    (given) => {
      const said = RULES.filter((rule) => given[rule] !== undefined);
      if (said.length !== 1) return { wrong: said.length === 0 ? "a flow without a rule" : "two rules in one posting", allowed: `one of ${RULES.join(", ")}; a list of postings for several` };
      if (given.rate?.unit === "bytes") return { wrong: "a flow counts requests", allowed: "a rate such as 20/1h" };
      return given.atLeast >= given.lasts ? { wrong: "the step would have ended before it counts", allowed: "atLeast shorter than lasts" } : { value: given };
    },
  ),

  compile: (options, site) => compileRule(options, site),
});
