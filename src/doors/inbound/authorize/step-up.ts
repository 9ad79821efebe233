/**
 * Step-up: some operations need a user who has proven himself well enough, and lately enough.
 *
 * A token tells how its user was authenticated: `acr` the class, `amr` the methods, `auth_time` when. Where that is too
 * weak or too long ago, the caller learns what to ask his issuer for, and comes back with another token; it is not a
 * matter of what he may do, so it is 401 and never 403. A program on its own account has no user who could prove
 * anything. What is asked for can be told to callers only as classes and an age (`acr`, `ask`, `within`): a `method`
 * alone tells them nothing that they could ask an issuer for.
 *
 * Answers API2:2023, broken authentication, and API6:2023, unrestricted access to sensitive business flows. See
 * RFC 9470, section 3, and RFC 8176, section 2.
 */
import { checked, defineGuard, duration, fields, type Guard, type Json, listOf, optional, or, type Principal, text } from "../../../guard.ts";
import { authenticationInsufficient, challenging, tokenChallenges } from "../../../keys/bearer.ts";

/** What can stand in a challenge. */
const word = checked(text("A value of the claim.", { max: 200, example: "urn:example:loa:2" }), (value) => (/^[\x21\x23-\x5b\x5d-\x7e]+$/.test(value) ? { value } : { wrong: "cannot be told in a challenge", allowed: "no spaces, quotes or backslashes" }));

const options = fields({
  acr: or(listOf("Classes of authentication, of which `acr` must be one; callers are told to ask for them.", word, { max: 20 }), []),
  method: or(listOf("Methods of authentication, of which `amr` must hold one: otp, hwk, mfa, ...", word, { max: 20 }), []),
  within: optional(duration("How long ago the login may be.", { min: "1s", max: "31d" })),
  ask: or(listOf("Classes that callers are told to ask for instead of those in `acr`.", word, { max: 20 }), []),
  skew: or(duration("How far the clock of the issuer may be ahead.", { min: "0s", max: "60s" }), "30s"),
});

export const stepUp: Guard = defineGuard({
  name: "step-up",
  stage: "authorize",
  risks: ["API2:2023", "API6:2023"],

  options: checked(options, (value) => (value.acr.length + value.method.length === 0 && value.within === undefined ? { wrong: "nothing is asked for", allowed: "acr, method or within" } : { value })),

  compile({ acr, method, within, ask, skew }, { operation, public: open, challenges, report }) {
    if (operation.listed === "path" || operation.listed === "method") return undefined;
    if (open !== undefined) report("a login is asked for where strangers may come in", "no public: <reason>");
    const bearer = tokenChallenges(challenges);
    if (bearer.length === 0) report("no guard here takes access tokens, and nothing else tells how a user was authenticated", "jwt or introspection");

    const classes = ask.length > 0 ? ask : acr;
    const told = [
      'error="insufficient_user_authentication"',
      ...(classes.length === 0 ? [] : [`acr_values="${classes.join(" ")}"`]),
      ...(within === undefined ? [] : [`max_age="${Math.floor(within / 1_000)}"`]),
    ].join(", ");
    const refuse = (lacking: string): ReturnType<typeof authenticationInsufficient> => authenticationInsufficient({ ...challenging(bearer, told), because: { lacking } });
    const refusals = { acr: refuse("acr"), amr: refuse("amr"), auth_time: refuse("auth_time"), user: refuse("user") };

    return ({ principal, now }) => {
      if (principal?.party !== "user") return refusals.user;
      if (acr.length > 0 && !holdsOne([claimOf(principal, "acr") ?? null], acr)) return refusals.acr;
      if (method.length > 0 && !holdsOne(claimOf(principal, "amr"), method)) return refusals.amr;
      return within === undefined || isFresh(claimOf(principal, "auth_time"), now, within, skew) ? undefined : refusals.auth_time;
    };
  },
});

/** Own members alone: a claim named like something that every object has is not a claim. */
function claimOf({ claims }: Principal, name: string): Json | undefined {
  return Object.hasOwn(claims, name) ? claims[name] : undefined;
}

function holdsOne(amr: Json | undefined, wanted: readonly string[]): boolean {
  return Array.isArray(amr) && amr.some((one: Json) => typeof one === "string" && wanted.includes(one));
}

/** Seconds since the epoch (OpenID Connect Core, section 2). A login in the future has not been. */
function isFresh(time: Json | undefined, now: number, within: number, skew: number): boolean {
  if (typeof time !== "number" || !Number.isSafeInteger(time)) return false;
  const ago = now - time * 1_000;
  return ago < within && ago >= -skew;
}
