/**
 * Claims: what an access token must say, and what it says about the caller (RFC 9068, sections 2.2 and 4).
 *
 * Users and clients are kept apart: a client that obtained a token for itself is never equal to a user of the same
 * name (RFC 9700, section 4.15).
 */
import { hash } from "node:crypto";
import type { Json, JsonObject } from "../contract/json-value.ts";
import type { Evidence, Principal } from "../exchange/principal.ts";
import { type Binding, readBinding } from "./binding.ts";
import type { Wrong } from "./compact-jws.ts";
import type { TokenFacts } from "./revocation/revocation.ts";

/** Longest subject, client id or token id, in characters. */
export const NAME_CHARACTERS_MAX = 255;

export interface ClaimRules {
  readonly issuer: string;
  readonly audiences: readonly string[];
  readonly skewMilliseconds: number;
  readonly lifetimeMilliseconds: number;
  /** Whether `sub`, `client_id`, `iat` and `jti` may be missing. */
  readonly incomplete: boolean;
  /** Name of the guard that asks. */
  readonly method: string;
}

/** Who is asking, and from when to when that holds: milliseconds since the epoch, the skew included. */
export interface Grant {
  readonly principal: Principal;
  /** The key that the sender must hold as well; undefined: whoever has the token may use it. */
  readonly bound: Binding | undefined;
  /** What a revocation can be about. */
  readonly facts: TokenFacts;
  readonly from: number;
  /** No longer at this moment (RFC 7519, section 4.1.4). */
  readonly end: number;
}

/**
 * The issuer has been compared already: other issuers are other guards' business.
 *
 * @param signature how the token was signed, where it was
 */
export function readClaims(claims: JsonObject, rules: ClaimRules, now: number, signature?: Pick<Evidence, "kid" | "alg">): Grant | Wrong {
  if (!isFor(claims["aud"], rules.audiences)) return { wrong: "aud: not for this API" };
  const bound = claims["cnf"] === undefined ? undefined : readBinding(claims["cnf"]);
  if (bound !== undefined && "wrong" in bound) return bound;
  const times = readTimes(claims, rules, now);
  if ("wrong" in times) return times;
  const names = readNames(claims, rules.incomplete);
  if ("wrong" in names) return names;
  const scopes = readScopes(claims["scope"] ?? claims["scp"]);
  if (scopes === undefined) return { wrong: "scope: malformed" };
  const { subject, client, token } = names;
  const session = readName(claims["sid"]);
  // What no revocation can name could not be taken back.
  if (session === null) return { wrong: "sid: malformed" };
  // In tokens that a client got for itself the subject is the client (RFC 9068, section 5); nobody has logged in there.
  const alone = subject === undefined || (subject === client && claims["auth_time"] === undefined);
  const name = subject ?? client ?? "";
  const principal: Principal = {
    kind: "principal",
    id: `${rules.issuer}#${alone ? "client" : "user"}:${name}`,
    issuer: rules.issuer,
    party: alone ? "client" : "user",
    subject: name,
    client,
    scopes,
    claims,
    schemes: [],
    field: "authorization",
    methods: [rules.method],
    until: times.expires,
    credential: token === undefined ? undefined : `jti:${hashOfTokenId(token)}`,
    evidence: evidenceOf(claims["acr"], bound, signature),
  };
  const facts: TokenFacts = { issuer: rules.issuer, token: token === undefined ? undefined : hashOfTokenId(token), subject: alone ? undefined : subject, client, session, issued: times.issued };
  return { principal, bound, facts, from: times.from, end: times.end };
}

function evidenceOf(acr: Json | undefined, bound: Binding | undefined, signature: Pick<Evidence, "kid" | "alg"> | undefined): Evidence | undefined {
  const level = readName(acr);
  if (signature === undefined && level === undefined && bound === undefined) return undefined;
  return {
    ...signature,
    ...(typeof level === "string" ? { acr: level } : {}),
    ...(bound === undefined ? {} : { bound: bound.key === undefined ? "mtls" : bound.certificate === undefined ? "dpop" : "both" }),
  };
}

/** What the audit log holds of a token's id, and what finds it again: 128 bits of its SHA-256. */
export function hashOfTokenId(id: string): string {
  return hash("sha256", id).slice(0, 32);
}

function isFor(audience: Json | undefined, ours: readonly string[]): boolean {
  if (typeof audience === "string") return ours.includes(audience);
  return Array.isArray(audience) && audience.every((one) => typeof one === "string") && audience.some((one) => ours.includes(one));
}

function readTimes(claims: JsonObject, { skewMilliseconds: skew, lifetimeMilliseconds, incomplete }: ClaimRules, now: number): { readonly expires: number; readonly issued: number | undefined; readonly from: number; readonly end: number } | Wrong {
  const { exp, nbf, iat } = claims;
  if (!isTime(exp)) return { wrong: "exp: missing or not a time" };
  if (nbf !== undefined && !isTime(nbf)) return { wrong: "nbf: not a time" };
  if (iat === undefined ? !incomplete : !isTime(iat)) return { wrong: "iat: missing or not a time" };
  const expires = exp * 1_000;
  const issued = isTime(iat) ? iat * 1_000 : undefined;
  const end = expires + skew;
  const from = Math.max(issued ?? 0, isTime(nbf) ? nbf * 1_000 : 0) - skew;
  if (now >= end) return { wrong: "exp: expired" };
  if (now < from) return { wrong: "iat or nbf: not valid yet" };
  if (expires - (issued ?? now) > lifetimeMilliseconds) return { wrong: "exp: lives longer than allowed" };
  return { expires, issued, from, end };
}

/** Whole seconds since the epoch. */
function isTime(value: Json | undefined): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

/** What only tokens say for which somebody has logged in, unless it is the client's own name. */
const USER_CLAIMS = ["username", "preferred_username", "email", "sid", "auth_time", "amr"];

function readNames(claims: JsonObject, incomplete: boolean): { readonly subject: string | undefined; readonly client: string | undefined; readonly token: string | undefined } | Wrong {
  const subject = readName(claims["sub"]);
  const client = readName(claims["client_id"] ?? (incomplete ? claims["azp"] : undefined));
  const token = readName(claims["jti"]);
  if (subject === null || (subject === undefined && !incomplete)) return { wrong: "sub: missing or malformed" };
  if (client === null || (client === undefined && !incomplete)) return { wrong: "client_id: missing or malformed" };
  if (token === null || (token === undefined && !incomplete)) return { wrong: "jti: missing or malformed" };
  if (subject === undefined && client === undefined) return { wrong: "sub: nobody is named" };
  // Else what a user has granted, or may, would be the client's own.
  if (subject === undefined && USER_CLAIMS.some((name) => claims[name] !== undefined && claims[name] !== client)) return { wrong: "sub: missing, although a user is named" };
  return { subject, client, token };
}

/** null: there, but no name. Control characters would forge lines further on; broken surrogates are no JSON here. */
function readName(value: Json | undefined): string | undefined | null {
  if (value === undefined) return undefined;
  const good = typeof value === "string" && value.length > 0 && value.length <= NAME_CHARACTERS_MAX && !/[\0-\x1f\x7f-\x9f]/.test(value);
  return good ? value : null;
}

/** Separated by spaces (RFC 8693, section 4.2), or a list, as some issuers write it. undefined: malformed. */
function readScopes(value: Json | undefined): ReadonlySet<string> | undefined {
  const listed = typeof value === "string" ? value.split(" ").filter((one) => one !== "") : (value ?? []);
  if (!Array.isArray(listed)) return undefined;
  // The alphabet of RFC 6749, section 3.3: neither spaces nor quotes may come back in a challenge.
  return listed.every((one: Json) => typeof one === "string" && /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(one)) ? new Set(listed as string[]) : undefined;
}
