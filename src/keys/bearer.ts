/**
 * Bearer: reads the credential of a request, and writes challenges (RFC 6750, sections 2 and 3).
 *
 * One Authorization field, one scheme, one space, one token: whatever a proxy in front and the API behind could read
 * as two different credentials is malformed.
 */
import type { Operation } from "../contract/operation.ts";
import type { Request } from "../exchange/exchange.ts";
import { type Problem, type Particulars, problem } from "../exchange/problem.ts";

/** One page for every credential that does not count: outside, the reason is nobody's business. */
export const credentialInvalid: (particulars?: Particulars) => Problem = problem("credential-invalid", 401, "The credential is not valid");
export const credentialMalformed: (particulars?: Particulars) => Problem = problem("credential-malformed", 400, "The credential is not well-formed");

export type Presented = { readonly token: string } | { readonly malformed: string };

/** RFC 9110, section 11.2; two runs of disjoint alphabets, so it reads in linear time. */
const TOKEN68 = /^[A-Za-z0-9\-._~+/]+=*$/;

/** undefined: no bearer token was presented, but perhaps something else. */
export function readBearer({ fields, query }: Request): Presented | undefined {
  // A token in the address stands in every log along the way (RFC 6750, section 5.3).
  if (query.some(([name]) => name === "access_token")) return { malformed: "token in the query" };
  const value = fields.one("authorization");
  if (value === undefined) return undefined;
  if (fields.count("authorization") > 1) return { malformed: "several Authorization fields" };
  if (!/^bearer(?![^ ,])/i.test(value)) return undefined;
  const token = value.slice(7);
  return value[6] === " " && TOKEN68.test(token) ? { token } : { malformed: "not `Bearer`, one space and one token" };
}

/** Names of the security schemes of an operation that a bearer token fulfils, each once. */
export function bearerSchemes({ security = [] }: Operation): readonly string[] {
  const schemes = security.flat().map(({ scheme }) => scheme);
  const fulfilled = schemes.filter(({ type, http }) => type === "oauth2" || type === "openIdConnect" || (type === "http" && http === "bearer"));
  return [...new Set(fulfilled.map(({ name }) => name))];
}

/** The challenges as the value of one WWW-Authenticate field, each once; `error` is told where it belongs. */
export function writeChallenges(challenges: readonly string[], error?: string): string {
  const told = (challenge: string): string => (error !== undefined && isBearer(challenge) ? `${challenge}, ${error}` : challenge);
  return [...new Set(challenges)].map(told).join(", ");
}

/** Particulars with a WWW-Authenticate field, where there is anything to put into it. */
export function challenging(challenges: readonly string[], error?: string): { readonly headers?: { readonly "www-authenticate": string } } {
  const value = writeChallenges(challenges, error);
  return value === "" ? {} : { headers: { "www-authenticate": value } };
}

function isBearer(challenge: string): boolean {
  return /^bearer /i.test(challenge);
}
