/**
 * Decision point: asks an outside decision point whether the caller may, over OpenID AuthZEN 1.0.
 *
 * Cerbos, OpenFGA, Topaz, Keycloak and others answer this question: may this subject do this action on this resource? The
 * policy says what is sent, as rules name values; without a word it is the principal's id, the method, and the template
 * of the path as a `route`. `resource.ids` asks about each of a list at once, and every one must be permitted.
 *
 * Only the boolean true opens. A point that is down, late, redirects, answers with another status, with no JSON, with too
 * much or with `"true"` is an outage: 503. Equal questions are asked once at a time; decisions are remembered only for
 * as long as `keep` says. Where the point names stronger classes of authentication (`acr_values`) with its no, the caller
 * is told to log in again with them (RFC 9470).
 *
 * Answers API1:2023, broken object level authorization, and API5:2023, broken function level authorization. See OpenID
 * AuthZEN Authorization API 1.0, sections 6, 7 and 10.
 */
import { hash } from "node:crypto";
import { authenticationInsufficient, challenging, tokenChallenges } from "../../../keys/bearer.ts";
import { findFault } from "../../../keys/ask.ts";
import { readSecret } from "../../../keys/secret.ts";
import { addressPrefix } from "../../../exchange/address.ts";
import { checked, count, defineGuard, duration, fields, type Guard, mapOf, optional, or, type Problem, problem, type Shape, text, url } from "../../../guard.ts";
import { openPoint } from "./decision-point/point.ts";
import { Decider } from "./decision-point/decider.ts";
import { compileQuestion } from "./decision-point/question.ts";
import type { Decision } from "./decision-point/read-decision.ts";
import { isHere, where } from "./where.ts";

const decisionRefused = problem("decision-refused", 403, "The decision point of this API does not allow the request");
const decisionUnavailable = problem("decision-unavailable", 503, "Whether the request is allowed cannot be found out at the moment", "issuer");

const value = (about: string, example: string): Shape<string> => text(about, { max: 2_000, example });
const properties = or(mapOf("Further properties, each as rules name values.", value("A value as rules name it.", "path.accountId")), {});

export const decisionPoint: Guard = defineGuard({
  name: "decision-point",
  stage: "authorize",
  risks: ["API1:2023", "API5:2023"],

  options: fields({
    url: checked(url("Where the point is; /access/v1/evaluation is put behind it."), (at) => {
      const wrong = findFault(at, "configured");
      return wrong === undefined ? { value: at } : { wrong, allowed: "https, or http to this machine" };
    }),
    credential: optional(text("Reference to the bearer token for the point: env:NAME or file:path.")),
    deadline: or(duration("Longest time that the point may take.", { min: "1ms", max: "10s" }), "500ms"),
    keep: or(duration("How long a decision counts for equal questions.", { min: "0s", max: "5m" }), "0s"),
    decisions: or(count("Decisions that are remembered.", { min: 1, max: 1_000_000 }), 10_000),
    subject: or(fields({ type: or(text("Type of the subject."), "identity"), id: or(value("Who asks.", "principal.subject"), "principal.id"), properties }, "Who would do it."), {}),
    action: optional(text("Name of the action; the method when left out.", { example: "can_read" })),
    resource: or(fields({ type: or(text("Type of the resource."), "route"), id: or(value("What it is about.", "path.accountId"), "operation.path"), ids: optional(value("In the place of id: all that it is about.", "query.ids")), properties }, "What it would be done to."), {}),
    "context": or(mapOf("What is told beside, each as rules name values.", value("A value as rules name it.", "address")), {}),
    ...where,
  }),

  compile(options, site) {
    if (!isHere(options, site)) return undefined;
    const { public: open, challenges, folder, share, report } = site;
    const question = compileQuestion({ ...options, surroundings: options["context"] }, site);
    const token = options.credential === undefined ? undefined : readSecret(options.credential, folder);
    if (token !== undefined && "wrong" in token) report(`credential: ${token.wrong}`, token.allowed);
    if (question === undefined || (token !== undefined && "wrong" in token)) return undefined;
    if (open !== undefined && question.mentions.some(({ record }) => record === "principal")) report("the point is asked about the principal where strangers may come in", "no public: <reason>");

    const { url: at, credential, deadline, keep, decisions } = options;
    // Another token in the same place is another way to the point.
    const version = token === undefined ? "" : hash("sha256", token.secret).slice(0, 16);
    const decider = share(`decision-point ${JSON.stringify({ url: at.href, credential, version, deadline, keep, decisions })}`, () => {
      const point = openPoint({ url: at, credential: token?.secret.toString("latin1"), deadlineMilliseconds: deadline });
      return { value: new Decider({ point, keepMilliseconds: keep, decisionsMax: decisions }), close: () => point.close() };
    });
    const bearer = tokenChallenges(challenges);
    // Names, never values: what a caller sent or a token says stays out of the record.
    const asked = { point: at.host, names: [...new Set(question.mentions.map(({ record, name }) => (record === "" ? name : `${record}.${name}`)))] };
    const refused = decisionRefused({ because: { ...asked, outcome: "refused" } });
    const unasked = (wrong: string): Problem => decisionRefused({ because: { ...asked, outcome: "not asked", question: wrong } });

    const answer = (decision: Decision): Problem | undefined => {
      if ("unavailable" in decision) return decisionUnavailable({ headers: { "retry-after": "1" }, because: { ...asked, outcome: "unavailable", fault: decision.unavailable } });
      if (decision.permitted) return undefined;
      if (decision.stronger === undefined || bearer.length === 0) return refused;
      return authenticationInsufficient({ ...challenging(bearer, `error="insufficient_user_authentication", acr_values="${decision.stronger}"`), because: { ...asked, outcome: "stronger" } });
    };

    return (exchange) => {
      const put = question.ask(exchange);
      if ("refusal" in put) return put.refusal;
      if ("wrong" in put) return unasked(put.wrong);
      const decision = decider.decide(put, exchange.principal?.id ?? addressPrefix(exchange.address), exchange.now);
      return decision instanceof Promise ? decision.then(answer) : answer(decision);
    };
  },
});
