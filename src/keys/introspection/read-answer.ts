/**
 * Read answer: what an issuer says of a token (RFC 7662, section 2.2), plain or signed (RFC 9701, section 5).
 *
 * `active` is exactly true or exactly false; whatever else comes is no answer. Where signed answers are asked for, plain
 * ones are none: else whoever sits in between could leave the signature off.
 */
import { isJsonObject, type JsonObject } from "../../contract/json-value.ts";
import { type Algorithm, algorithmOf, isSignedBy, type Key } from "../algorithm.ts";
import { type CompactJws, readCompactJws, readObject } from "../compact-jws.ts";
import type { KeySource } from "../key-source.ts";

/** Longest signed answer, in characters. */
export const SIGNED_CHARACTERS_MAX = 65_536;

export const PLAIN_TYPE = "application/json";
export const SIGNED_TYPE = "application/token-introspection+jwt";

/** How answers are signed. */
export interface SignedAnswers {
  readonly issuer: string;
  /** The name of this door at the issuer: the answer must be for it. */
  readonly client: string;
  readonly algorithms: readonly Algorithm[];
  readonly source: KeySource;
  /** How far the time of the answer may be from now. */
  readonly skewMilliseconds: number;
}

export type Answer = { readonly claims: JsonObject } | "inactive" | { readonly wrong: string };

export async function readAnswer(type: string, bytes: Buffer, signed: SignedAnswers | undefined, now: number): Promise<Answer> {
  if (type !== (signed === undefined ? PLAIN_TYPE : SIGNED_TYPE)) return { wrong: "answered with another media type" };
  return signed === undefined ? readPlain(bytes) : readSigned(bytes, signed, now);
}

function readPlain(bytes: Buffer): Answer {
  const read = readObject(bytes, "answer");
  return "wrong" in read ? read : judge(read.object);
}

function judge({ active, ...claims }: JsonObject): Answer {
  if (typeof active !== "boolean") return { wrong: "answer: active is neither true nor false" };
  return active ? { claims } : "inactive";
}

async function readSigned(bytes: Buffer, signed: SignedAnswers, now: number): Promise<Answer> {
  const jws = readCompactJws(bytes.toString("latin1"), SIGNED_CHARACTERS_MAX);
  if (jws === undefined) return { wrong: "answer: not a JWT" };
  if ("wrong" in jws) return { wrong: `answer: ${jws.wrong}` };
  if (jws.typ?.toLowerCase() !== "token-introspection+jwt") return { wrong: "answer: typ: another kind of JWT" };
  const algorithm = algorithmOf(jws.alg);
  if (algorithm === undefined || !signed.algorithms.includes(algorithm)) return { wrong: "answer: alg: not allowed" };
  const key = await findKey(jws, algorithm, signed.source, now);
  if (typeof key === "string") return { wrong: `answer: ${key}` };
  if (!isSignedBy(key, jws.signed, jws.signature)) return { wrong: "answer: signature does not fit" };
  const read = readObject(jws.payload, "answer");
  return "wrong" in read ? read : readEnvelope(read.object, signed, now);
}

async function findKey({ kid }: CompactJws, algorithm: Algorithm, source: KeySource, now: number): Promise<Key | string> {
  const keys = await source.keys(now);
  if ("unavailable" in keys) return keys.unavailable;
  const key = keys.find(kid, algorithm);
  return key === "unknown key" ? (await source.renewed(keys, now)).find(kid, algorithm) : key;
}

function readEnvelope({ iss, aud, iat, token_introspection: inner }: JsonObject, { issuer, client, skewMilliseconds }: SignedAnswers, now: number): Answer {
  if (iss !== issuer) return { wrong: "answer: iss: another issuer" };
  if (aud !== client && !(Array.isArray(aud) && aud.includes(client))) return { wrong: "answer: aud: for somebody else" };
  if (typeof iat !== "number" || !(Math.abs(now - iat * 1_000) <= skewMilliseconds)) return { wrong: "answer: iat: not of now" };
  return isJsonObject(inner) ? judge(inner) : { wrong: "answer: nothing in it" };
}
