/**
 * JWT: a bearer token that the issuer signed says who is asking.
 *
 * Access tokens of the form of RFC 9068 are checked here, without asking the issuer: taken apart strictly, for this
 * issuer, this audience and this time, signed by a key of the issuer with the algorithm of that key. Keys are found by
 * the issuer's metadata unless the policy says where they are. A token that was found good is remembered until it ends
 * or the keys change. A token of another issuer is left to another posting of this guard; a bad one stops at once,
 * even where strangers may come in. A token that is bound to a key or a certificate counts only with the proof that its
 * sender holds it; `bound` asks that of every token. For one address, and for the ranges around it, so many signatures are
 * computed and no more, since a flood of made-up tokens would cost more than the requests that it pretends to be.
 *
 * Answers API2:2023, broken authentication. See RFC 6750, RFC 7519, RFC 8725, RFC 9068, section 4, RFC 9449, section 7,
 * and RFC 8705, section 3.
 */
import { count, defineGuard, duration, fields, type Guard, type Known, listOf, oneOf, optional, or, type Problem, problem, reason, text } from "../../../guard.ts";
import { algorithmOf, ASYMMETRIC_NAMES, SYMMETRIC_NAMES } from "../../../keys/algorithm.ts";
import { fetchDocument } from "../../../keys/fetch-document.ts";
import { type Verify, verifierOf } from "../../../keys/jwt.ts";
import { openKeys } from "../../../keys/open-keys.ts";
import { TokenCache } from "../../../keys/token-cache.ts";
import { checkToken } from "./access-token/check-token.ts";
import { issuerName } from "./access-token/issuer-name.ts";
import { openPossession } from "./access-token/possession.ts";
import { establishesTokens, possessionOptions } from "./access-token/possession-options.ts";
import { openRevocation, revocationOptions } from "./access-token/revocation.ts";
import { type MayWork, strangerBound, strangersOption } from "./access-token/stranger-bound.ts";

const keysUnavailable = problem("keys-unavailable", 503, "The credential cannot be checked at the moment", "issuer");

/** What all operations with the same options share. */
interface Bench {
  readonly verify: Verify;
  readonly mayCompute: MayWork;
}

export const jwt: Guard = defineGuard({
  name: "jwt",
  stage: "authenticate",
  risks: ["API2:2023"],

  options: fields({
    issuer: issuerName,
    audience: listOf("Names of this API; a token must be for one of them.", text("As in the claim `aud`."), { min: 1, max: 20 }),
    keys: or(text("Where the issuer's keys are: `discovery`, an https address, or file:path."), "discovery"),
    secret: optional(text("Reference to the secret of an HMAC algorithm: env:NAME or file:path.")),
    algorithms: or(listOf("Signature algorithms, the preferred first.", oneOf("Name of the algorithm.", [...ASYMMETRIC_NAMES, ...SYMMETRIC_NAMES]), { min: 1, max: 14 }), ["ES256", "RS256", "PS256", "EdDSA"]),
    skew: or(duration("How far the clocks of the issuer and of this door may differ.", { min: "0s", max: "60s" }), "30s"),
    lifetime: or(duration("Longest life of a token.", { min: "1s", max: "31d" }), "1h"),
    refresh: or(duration("Time after which keys are fetched again.", { min: "1s", max: "1d" }), "10m"),
    stale: or(duration("Longest time that keys count while the issuer cannot be reached.", { min: "1s", max: "7d" }), "1h"),
    signatures: strangersOption("Signatures", "Signatures that are computed for one address, good or bad: a token that is remembered costs none.", 5_000),
    cache: or(count("Good tokens that are remembered.", { min: 0, max: 1_000_000 }), 10_000),
    ...revocationOptions,
    ...possessionOptions,
    untyped: optional(reason("Why tokens of the type JWT, or of none, are taken beside at+jwt.")),
    incomplete: optional(reason("Why tokens without sub, client_id, iat or jti are taken.")),
  }),

  establishes: establishesTokens,

  compile(options, site) {
    const { operation, folder, share, report } = site;
    if (operation.listed === "path" || operation.listed === "method") return undefined;
    const algorithms = [...new Set(options.algorithms.flatMap((name) => algorithmOf(name) ?? []))];
    const times = { refreshMilliseconds: options.refresh, staleMilliseconds: options.stale };
    const opened = openKeys({ ...options, algorithms, times, folder }, fetchDocument);
    if ("wrong" in opened) {
      report(opened.wrong, opened.allowed);
      return undefined;
    }
    const rules = { ...options, audiences: options.audience, algorithms, skewMilliseconds: options.skew, lifetimeMilliseconds: options.lifetime, untyped: options.untyped !== undefined, incomplete: options.incomplete !== undefined, method: "jwt" };
    const make = (): { readonly value: Bench } => ({ value: { verify: verifierOf(rules, opened.open(), new TokenCache(options.cache)), mayCompute: strangerBound(options.signatures) } });
    const { bound: _bound, dpop: _dpop, realm: _realm, unconfirmed: _unconfirmed, ...about } = options;
    const { verify, mayCompute } = share(`jwt ${JSON.stringify(about)} ${opened.version}`, make);
    const possession = openPossession(options, site);
    if (possession === undefined) return undefined;
    const judge = (token: string, { now, address }: Known): ReturnType<Verify> => verify(token, now, () => mayCompute(address, now));
    const unavailable = (why: string): Problem => keysUnavailable({ headers: { "retry-after": "2" }, because: { issuer: options.issuer, keys: why } });
    return checkToken({ possession, revocation: openRevocation(options, site), judge, unavailable }, site);
  },
});
