/**
 * Proof: decides about one DPoP proof: whether the sender of this request holds the key that his token is bound to.
 *
 * The twelve checks of RFC 9449, section 4.3, those that cost least first: the key is compared with the token's before
 * it is read, the claims before the signature is computed. Whether the proof has been here before is asked last, by
 * whoever has a store: else strangers could use up the names of good proofs.
 */
import { hash } from "node:crypto";
import type { Json, JsonObject } from "../../contract/json-value.ts";
import { canonicalUrl } from "../../exchange/http-url.ts";
import { type Algorithm, isSignedBy } from "../algorithm.ts";
import { readBase64url } from "../base64url.ts";
import { readObject, type Wrong } from "../compact-jws.ts";
import type { Nonces } from "./nonces.ts";
import { ProofKeys } from "./proof-keys.ts";

/** Longest proof, and longest name of one, in characters. */
export const PROOF_CHARACTERS_MAX = 4_096;
export const PROOF_ID_CHARACTERS_MAX = 255;

export interface ProofRules {
  readonly algorithms: readonly Algorithm[];
  /** How old a proof may be, and how far its clock may be ahead. */
  readonly windowMilliseconds: number;
  readonly skewMilliseconds: number;
  readonly nonces: Nonces | undefined;
  /** Where callers find this door: each with the path that proxies in front take away, without a slash at the end. */
  readonly external: readonly string[];
}

/** What the proof must be about. */
export interface Proven {
  readonly token: string;
  /** Of the key that the token is bound to. */
  readonly thumbprint: string;
  readonly method: string;
  /** Canonical. */
  readonly path: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

export interface Proof {
  /** With the thumbprint, a name that must not come twice. */
  readonly id: string;
  /** From this moment on the proof is refused for its age. */
  readonly end: number;
  /** The nonce is good for a while yet, and there is a newer one. */
  readonly renew: boolean;
}

/** `nonce`: a proof with the nonce of now would do. */
export type ProofVerdict = Proof | Wrong | "nonce";

export type CheckProof = (proof: string, proven: Proven) => ProofVerdict;

export function proofChecker(rules: ProofRules): CheckProof {
  const keys = new ProofKeys(rules.algorithms);
  return (proof, proven) => {
    if (proof.length > PROOF_CHARACTERS_MAX) return { wrong: "too long" };
    const first = proof.indexOf(".");
    const second = proof.indexOf(".", first + 1);
    if (first === -1 || second === -1) return { wrong: "not a JWT" };
    const key = keys.find(proof.slice(0, first), proven.thumbprint);
    if ("wrong" in key) return key;
    const payload = readBase64url(proof.slice(first + 1, second));
    const signature = readBase64url(proof.slice(second + 1));
    if (payload === undefined || signature === undefined) return { wrong: "not canonical base64url" };
    const claims = readObject(payload, "claims");
    if ("wrong" in claims) return claims;
    const verdict = readClaims(claims.object, proven, rules);
    // Whoever asks for a nonce learns one anyway; that he holds the key need not be known.
    if (verdict === "nonce" || "wrong" in verdict) return verdict;
    return isSignedBy(key, Buffer.from(proof.slice(0, second), "latin1"), signature) ? verdict : { wrong: "signature does not fit" };
  };
}

function readClaims(claims: JsonObject, { token, method, path, now }: Proven, rules: ProofRules): ProofVerdict {
  const { jti, htm, htu, iat, ath, nonce } = claims;
  if (typeof jti !== "string" || jti === "" || jti.length > PROOF_ID_CHARACTERS_MAX) return { wrong: "jti: missing or malformed" };
  if (htm !== method) return { wrong: "htm: another method" };
  if (typeof htu !== "string" || !rules.external.some((base) => isAt(htu, base, path))) return { wrong: "htu: another address" };
  if (ath !== hash("sha256", token, "base64url")) return { wrong: "ath: another token" };
  if (typeof iat !== "number" || !Number.isSafeInteger(iat) || iat < 0) return { wrong: "iat: missing or not a time" };
  if (rules.nonces !== undefined) return judgeNonce(jti, nonce, rules.nonces, now);
  const end = iat * 1_000 + rules.windowMilliseconds;
  if (now >= end) return { wrong: "iat: too old" };
  if (iat * 1_000 - rules.skewMilliseconds > now) return { wrong: "iat: in the future" };
  return { id: jti, end, renew: false };
}

/** The nonce says when the proof was made, by this door's own clock; the client's may be wrong (section 8). */
function judgeNonce(id: string, nonce: Json | undefined, nonces: Nonces, now: number): ProofVerdict {
  const judged = typeof nonce === "string" ? nonces.judge(nonce, now) : "unknown";
  return judged === "unknown" ? "nonce" : { id, end: nonces.endAfter(now), renew: judged === "old" };
}

/** Whether `htu` is the address of this request: its scheme, authority and path, in any spelling (section 4.3). */
function isAt(htu: string, base: string, path: string): boolean {
  return (htu.length === base.length + path.length && htu.startsWith(base) && htu.endsWith(path)) || canonicalUrl(htu) === base + path;
}
