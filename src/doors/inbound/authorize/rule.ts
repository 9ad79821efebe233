/**
 * Rule: a condition in the Common Expression Language (CEL) that must be true.
 *
 * A rule names what is known before the body is read: `principal` (id, issuer, party, subject, client, scopes, roles, methods, and
 * the claims that the policy declares), `operation` (id, method, path, tags), `path`, `query` and `header` with the
 * parameters that the contract declares, `address` and `time`. Names and types are checked at start-up, against the
 * contract and the policy: `principal.tenant == path.tenantId` does not start where either is missing.
 *
 * What is no clear yes is a no. A rule whose evaluation fails (a claim that this token lacks, a list that is longer than
 * 256) refuses; a parameter that does not fit the contract is refused as such. `has(query.limit)` asks whether something
 * was sent; a name that is no identifier is written `header["x-branch"]` or `header.x_branch`. `text.matches("^acc-")` takes patterns as the contract does and runs in linear time;
 * `address.within("10.0.0.0/8")` knows addresses; `time.getHours("Europe/Vienna")` knows zones.
 *
 * Answers API5:2023, broken function level authorization, and API1:2023, broken object level authorization, where the
 * rule compares the caller with what the path names. See https://cel.dev and the CEL specification.
 */
import { compileCondition } from "../../../policy/expression/compile-expression.ts";
import { defineGuard, fields, type Guard, optional, type Problem, problem, text } from "../../../guard.ts";
import { isReadable, valuesReader, vocabularyOf } from "./known-values.ts";
import { isHere, where } from "./where.ts";

const ruleRefused = problem("rule-refused", 403, "A rule of this API does not allow the request");
const NAME_CHARACTERS_MAX = 100;

export const rule: Guard = defineGuard({
  name: "rule",
  stage: "authorize",
  risks: ["API1:2023", "API5:2023"],
  short: "allow",

  options: fields({
    allow: text("The condition. A rule that is only a text is this.", { max: 2_000, example: "principal.tenant == path.tenantId" }),
    name: optional(text("Name of the rule in the audit record; its condition when left out.", { max: NAME_CHARACTERS_MAX, example: "own tenant only" })),
    message: optional(text("What the caller is told.", { max: 300 })),
    ...where,
  }),

  compile({ allow, name, message, tags, methods }, site) {
    if (!isHere({ tags, methods }, site)) return undefined;
    const { public: open, report } = site;
    const expression = compileCondition(allow, vocabularyOf(site));
    if ("wrong" in expression) {
      report(`${JSON.stringify(name ?? allow)}: ${expression.wrong}`, expression.allowed);
      return undefined;
    }
    const { mentions, evaluate } = expression;
    if (open !== undefined && mentions.some(({ record }) => record === "principal")) report("a rule names the principal where strangers may come in", "a rule without principal, or no public: <reason>");

    const read = valuesReader(mentions, site);
    const title = name ?? (allow.length > NAME_CHARACTERS_MAX ? `${allow.slice(0, NAME_CHARACTERS_MAX)}...` : allow);
    const names = mentions.map(({ record, name: own }) => (record === "" ? own : `${record}.${own}`));
    // Names, never values: what a caller sent or a token says stays out of the record.
    const refuse = (outcome: string): Problem => ruleRefused({ ...(message === undefined ? {} : { detail: message }), because: { rule: title, names, outcome } });
    const refused = refuse("false");

    return (exchange) => {
      const values = read(exchange);
      if (!isReadable(values)) return "refusal" in values ? values.refusal : refuse(`unreadable: ${values.unreadable}`);
      const outcome = evaluate(values);
      if (outcome === true) return undefined;
      return outcome === false ? refused : refuse(`failed: ${outcome.failed}`);
    };
  },
});
