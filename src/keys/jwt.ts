/**
 * JWT: decides about one access token: who it stands for, or why it is refused.
 *
 * The order is: take it apart strictly, find out whether the issuer is ours, compare names, times and audience, and
 * only then compute. Everything is synchronous while the keys are at hand; node:crypto is used directly, since jose,
 * which this house uses elsewhere, answers with promises and took five times as long for an RSA signature.
 */
import type { JsonObject } from "../contract/json-value.ts";
import { type Algorithm, algorithmOf, isSignedBy, type Key } from "./algorithm.ts";
import { type ClaimRules, type Grant, readClaims } from "./claims.ts";
import { type CompactJws, readCompactJws, readObject, type Wrong } from "./compact-jws.ts";
import { EXHAUSTED, type Exhausted } from "./exhausted.ts";
import type { KeySet } from "./key-set.ts";
import type { KeySource, Unavailable } from "./key-source.ts";
import type { TokenCache } from "./token-cache.ts";
import { mayBeAccessToken } from "./token-kind.ts";

export interface TokenRules extends ClaimRules {
  readonly algorithms: readonly Algorithm[];
  /** Whether tokens of the type JWT, or of none, are taken beside `at+jwt`. */
  readonly untyped: boolean;
}

/** undefined: no JWT, or one of another issuer. */
export type Verified = Grant | Wrong | Unavailable | Exhausted | undefined;

/**
 * `now` in milliseconds since the epoch. The promise never rejects.
 *
 * @param mayCompute asked once everything else fits, and before a signature is computed
 */
export type Verify = (token: string, now: number, mayCompute?: () => boolean) => Verified | Promise<Verified>;

export function verifierOf(rules: TokenRules, source: KeySource, cache: TokenCache): Verify {
  return (token, now, mayCompute) => {
    const keys = source.keys(now);
    if (!(keys instanceof Promise) && !("unavailable" in keys)) {
      const known = cache.find(token, keys, now);
      if (known !== undefined) return known;
    }
    const read = readToken(token, rules, now);
    if (read === undefined || "wrong" in read) return read;
    return keys instanceof Promise ? keys.then((late) => judge(read, late)) : judge(read, keys);

    function judge(claimed: Claimed, set: KeySet | Unavailable): Verified | Promise<Verified> {
      if ("unavailable" in set) return set;
      const key = set.find(claimed.jws.kid, claimed.algorithm);
      if (key !== "unknown key") return finish(claimed, key, set);
      const renewed = source.renewed(set, now);
      return renewed instanceof Promise ? renewed.then((late) => again(claimed, late)) : again(claimed, renewed);
    }

    function again(claimed: Claimed, set: KeySet): Verified {
      return finish(claimed, set.find(claimed.jws.kid, claimed.algorithm), set);
    }

    function finish({ jws, grant }: Claimed, key: Key | string, set: KeySet): Verified {
      if (typeof key === "string") return { wrong: key };
      if (mayCompute?.() === false) return EXHAUSTED;
      if (!isSignedBy(key, jws.signed, jws.signature)) return { wrong: "signature does not fit" };
      cache.keep(token, set, grant);
      return grant;
    }
  };
}

interface Claimed {
  readonly jws: CompactJws;
  readonly algorithm: Algorithm;
  readonly grant: Grant;
}

/** Everything that can be said about a token without computing. */
function readToken(token: string, rules: TokenRules, now: number): Claimed | Wrong | undefined {
  const jws = readCompactJws(token);
  if (jws === undefined || "wrong" in jws) return jws;
  const claims = readObject(jws.payload, "claims");
  if ("wrong" in claims) return claims;
  if (claims.object["iss"] !== rules.issuer) return undefined;
  const algorithm = algorithmOf(jws.alg);
  if (algorithm === undefined || !rules.algorithms.includes(algorithm)) return { wrong: "alg: not allowed" };
  if (!isAccessToken(jws.typ, claims.object, rules.untyped)) return { wrong: "typ: not an access token" };
  const grant = readClaims(claims.object, rules, now, jws.kid === undefined ? { alg: jws.alg } : { kid: jws.kid, alg: jws.alg });
  return "wrong" in grant ? grant : { jws, algorithm, grant };
}

/** Claims that only ID tokens and logout tokens carry. */
const FOREIGN_CLAIMS = ["nonce", "at_hash", "c_hash", "events"];

/** RFC 9068, section 4: the type says that it is no other kind of token (RFC 8725, section 3.11). */
function isAccessToken(typ: string | undefined, claims: JsonObject, untyped: boolean): boolean {
  const type = typ?.toLowerCase().replace(/^application\//, "");
  if (type === "at+jwt") return true;
  return untyped && (type === undefined || type === "jwt") && !FOREIGN_CLAIMS.some((name) => Object.hasOwn(claims, name)) && mayBeAccessToken(claims);
}
