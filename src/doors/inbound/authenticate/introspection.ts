/**
 * Introspection: the issuer is asked whether a token is good, and whose it is.
 *
 * For tokens that say nothing by themselves, or of which the issuer shall say each time that they still count. What it
 * says is held to the same rules as a token that says it itself: issuer, audience, times, and the key that the token is
 * bound to. A good answer is believed for a while, also for what streams on behind it, a bad one for a shorter while; equal
 * tokens at once are one question, and there are never more than so many, neither in all nor for one address: a stranger with
 * made-up tokens would take the place of everybody else's. While the issuer does not answer nobody passes. Tokens that look like
 * JWTs are left to the guard jwt unless `tokens` says otherwise; where several issuers are asked, `prefix` tells whose a token is,
 * so that none of them sees the tokens of another.
 *
 * Answers API2:2023, broken authentication. See RFC 7662, RFC 9701, section 5, and RFC 7523, section 2.2.
 */
import { count, defineGuard, duration, fields, type Guard, type Known, listOf, oneOf, optional, or, type Problem, problem, reason, text } from "../../../guard.ts";
import { type Introspect, introspector } from "../../../keys/introspection/introspect.ts";
import { checkToken } from "./access-token/check-token.ts";
import { issuerName } from "./access-token/issuer-name.ts";
import { openPossession } from "./access-token/possession.ts";
import { establishesTokens, possessionOptions } from "./access-token/possession-options.ts";
import { openRevocation, revocationOptions } from "./access-token/revocation.ts";
import { type MayWork, strangerBound, strangersOption } from "./access-token/stranger-bound.ts";
import { askingClient, signedAnswers } from "./introspection/asking-options.ts";
import { openIssuer } from "./introspection/open-issuer.ts";

const introspectionUnavailable = problem("introspection-unavailable", 503, "The credential cannot be checked at the moment", "issuer");

/** What all operations with the same options share. */
interface Bench {
  readonly introspect: Introspect;
  readonly mayAsk: MayWork;
}

export const introspection: Guard = defineGuard({
  name: "introspection",
  stage: "authenticate",
  risks: ["API2:2023"],

  options: fields({
    issuer: issuerName,
    audience: listOf("Names of this API; a token must be for one of them.", text("As in `aud`."), { min: 1, max: 20 }),
    endpoint: or(text("Where the issuer is asked: `discovery`, or an https address."), "discovery"),
    client: askingClient,
    signed: optional(signedAnswers),
    tokens: or(oneOf("Which tokens are asked about: those that are no JWTs, or all.", ["opaque", "all"]), "opaque"),
    prefix: optional(text("How the issuer's tokens begin: others are not asked about.", { max: 100 })),
    good: or(duration("How long a good answer is believed.", { min: "0s", max: "1h" }), "30s"),
    bad: or(duration("How long a bad one is.", { min: "0s", max: "5m" }), "5s"),
    cache: or(count("Answers of each kind that are remembered.", { min: 1, max: 1_000_000 }), 10_000),
    timeout: or(duration("Longest time for an answer.", { min: "100ms", max: "10s" }), "2s"),
    concurrent: or(count("Questions at once.", { min: 1, max: 1_000 }), 64),
    questions: strangersOption("Questions", "Questions that are asked for one address, whatever is answered: a token that is remembered costs none.", 300),
    skew: or(duration("How far the clocks of the issuer and of this door may differ.", { min: "0s", max: "60s" }), "30s"),
    incomplete: optional(reason("Why answers without exp or aud are taken.")),
    ...revocationOptions,
    ...possessionOptions,
  }),

  establishes: establishesTokens,

  compile(options, site) {
    const { operation, share, report } = site;
    if (operation.listed === "path" || operation.listed === "method") return undefined;
    const opened = openIssuer(options, site);
    if ("wrong" in opened) {
      report(opened.wrong, opened.allowed);
      return undefined;
    }
    const { good, bad, cache, concurrent, skew, audience, incomplete, issuer, tokens, prefix = "" } = options;
    const rules = { issuer, audiences: audience, skewMilliseconds: skew, incomplete: incomplete !== undefined, goodMilliseconds: good, badMilliseconds: bad, entriesMax: cache, questionsMax: concurrent };
    const { bound: _bound, dpop: _dpop, realm: _realm, unconfirmed: _unconfirmed, ...about } = options;
    const make = (): { readonly value: Bench } => ({ value: { introspect: introspector(rules, opened.open()), mayAsk: strangerBound(options.questions) } });
    const { introspect, mayAsk } = share(`introspection ${JSON.stringify(about)} ${opened.version}`, make);
    const possession = openPossession(options, site);
    if (possession === undefined) return undefined;
    const unavailable = (why: string): Problem => introspectionUnavailable({ headers: { "retry-after": "2" }, because: { issuer, introspection: why } });
    const isOurs = (token: string): boolean => token.startsWith(prefix) && (tokens === "all" || !looksSigned(token));
    const judge = (token: string, { now, address }: Known): ReturnType<Introspect> | undefined => (isOurs(token) ? introspect(token, now, () => mayAsk(address, now)) : undefined);
    const check = checkToken({ possession, revocation: openRevocation(options, site), unavailable, judge, again: (token, now) => introspect(token, now) }, site);
    // Somebody has judged the token already: two opinions would be two credentials.
    return (exchange) => (exchange.principal?.field === "authorization" || exchange.principal?.also?.some(({ field }) => field === "authorization") === true ? undefined : check(exchange));
  },
});

function looksSigned(token: string): boolean {
  const first = token.indexOf(".");
  return first !== -1 && token.includes(".", first + 1);
}
