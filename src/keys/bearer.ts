/**
 * Bearer: reads the access token of a request, and writes challenges (RFC 6750, sections 2 and 3; RFC 9449, section 7).
 *
 * One Authorization field, one scheme, one space, one token: whatever a proxy in front and the API behind could read
 * as two different credentials is malformed.
 */
import type { Operation } from "../contract/operation.ts";
import type { Request } from "../exchange/exchange.ts";
import { type Problem, type Particulars, problem } from "../exchange/problem.ts";

/** One page for every credential that does not count: outside, the reason is nobody's business. */
export const credentialInvalid: (particulars?: Particulars) => Problem = problem("credential-invalid", 401, "The credential is not valid");
export const databaseUnavailable: (particulars?: Particulars) => Problem = problem("database-unavailable", 503, "The credential cannot be checked at the moment");
export const credentialMalformed: (particulars?: Particulars) => Problem = problem("credential-malformed", 400, "The credential is not well-formed");

/** RFC 9470: the token is good, and stands for too weak or too old a login. */
export const authenticationInsufficient: (particulars?: Particulars) => Problem = problem("authentication-insufficient", 401, "This operation needs a stronger or a fresher login");

/** `DPoP`: with a proof, in a field of its own, that its sender holds the key that the token is bound to. */
export type TokenScheme = "Bearer" | "DPoP";

export interface PresentedToken {
  readonly token: string;
  readonly scheme: TokenScheme;
}

export type Presented = PresentedToken | { readonly malformed: string };

/** RFC 9110, section 11.2; two runs of disjoint alphabets, so it reads in linear time. */
const TOKEN68 = /^[A-Za-z0-9\-._~+/]+=*$/;

/** undefined: no access token was presented, but perhaps something else. */
export function readAccessToken({ fields, query }: Request): Presented | undefined {
  // A token in the address stands in every log along the way (RFC 6750, section 5.3).
  if (query.some(([name]) => name === "access_token")) return { malformed: "token in the query" };
  const value = fields.one("authorization");
  if (value === undefined) return undefined;
  if (fields.count("authorization") > 1) return { malformed: "several Authorization fields" };
  const scheme = /^bearer(?![^ ,])/i.test(value) ? "Bearer" : /^dpop(?![^ ,])/i.test(value) ? "DPoP" : undefined;
  if (scheme === undefined) return undefined;
  const token = value.slice(scheme.length + 1);
  return value[scheme.length] === " " && TOKEN68.test(token) ? { token, scheme } : { malformed: "not the scheme, one space and one token" };
}

/** Names of the security schemes of an operation that a bearer token fulfils, each once. */
export function bearerSchemes({ security = [] }: Operation): readonly string[] {
  const schemes = security.flat().map(({ scheme }) => scheme);
  const fulfilled = schemes.filter(({ type, http }) => type === "oauth2" || type === "openIdConnect" || (type === "http" && http === "bearer"));
  return [...new Set(fulfilled.map(({ name }) => name))];
}

/**
 * The challenges as the value of one WWW-Authenticate field, each once. `error` is told where it belongs: with the
 * scheme that the token came with, or with those for tokens where callers are not asked for that one.
 */
export function writeChallenges(challenges: readonly string[], error?: string, scheme?: TokenScheme): string {
  const own = scheme !== undefined && challenges.some((challenge) => schemeOf(challenge) === scheme);
  const told = (challenge: string): string => {
    const ours = schemeOf(challenge);
    return error !== undefined && ours !== undefined && (!own || ours === scheme) ? `${challenge}, ${error}` : challenge;
  };
  return [...new Set(challenges)].map(told).join(", ");
}

/** Particulars with a WWW-Authenticate field, where there is anything to put into it. */
export function challenging(challenges: readonly string[], error?: string, scheme?: TokenScheme): { readonly headers?: { readonly "www-authenticate": string } } {
  const value = writeChallenges(challenges, error, scheme);
  return value === "" ? {} : { headers: { "www-authenticate": value } };
}

/** Those that ask for an access token. */
export function tokenChallenges(challenges: readonly string[]): readonly string[] {
  return challenges.filter((challenge) => schemeOf(challenge) !== undefined);
}

function schemeOf(challenge: string): TokenScheme | undefined {
  if (/^bearer /i.test(challenge)) return "Bearer";
  return /^dpop /i.test(challenge) ? "DPoP" : undefined;
}
