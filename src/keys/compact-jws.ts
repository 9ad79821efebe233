/**
 * Compact JWS: takes a token apart, strictly, before anything is computed with it (RFC 7515, section 7.1).
 *
 * Whatever two readers could read differently is refused here: other alphabets, spare bits, names that stand twice,
 * depth. Of a token's header only `alg`, `kid` and `typ` are ever looked at. `jku`, `x5u`, `jwk` and `x5c` name keys
 * that the sender chose; issuers may put them there, and nobody here reads them (RFC 8725, section 3.10).
 */
import { JSON_BOUNDS, type JsonBounds, readJson } from "../contract/json.ts";
import { isJsonObject, type Json, type JsonObject } from "../contract/json-value.ts";
import { remember } from "../exchange/remember.ts";
import { readBase64url } from "./base64url.ts";

/** Longest token that is looked at, in characters. */
export const TOKEN_CHARACTERS_MAX = 8_192;
/** Longest key id, in characters. */
export const KID_CHARACTERS_MAX = 256;
/** A header or claims: deeper than any issuer writes. The length of the token bounds the rest. */
export const TOKEN_BOUNDS: JsonBounds = { ...JSON_BOUNDS, depth: 16 };

export interface CompactJws {
  readonly alg: string;
  readonly kid: string | undefined;
  readonly typ: string | undefined;
  readonly payload: Buffer;
  readonly signature: Buffer;
  /** What the signature is over. */
  readonly signed: Buffer;
}

export interface Wrong {
  /** For the operator: a few words, never a part of the token. */
  readonly wrong: string;
}

/** undefined: not three parts, so no compact JWS at all (an opaque token, for example). */
export function readCompactJws(token: string, charactersMax: number = TOKEN_CHARACTERS_MAX): CompactJws | Wrong | undefined {
  if (token.length > charactersMax) return { wrong: "token too long" };
  const first = token.indexOf(".");
  const second = token.indexOf(".", first + 1);
  if (first === -1 || second === -1 || token.includes(".", second + 1)) return undefined;
  const header = readHeaderText(token.slice(0, first));
  const payload = readBase64url(token.slice(first + 1, second));
  const signature = readBase64url(token.slice(second + 1));
  if (payload === undefined || signature === undefined) return { wrong: "not canonical base64url" };
  if ("wrong" in header) return header;
  const { alg, kid, typ } = header;
  return { alg, kid, typ, payload, signature, signed: Buffer.from(token.slice(0, second), "latin1") };
}

/** A JSON object without names that stand twice (RFC 7515, section 4; RFC 7519, section 4). */
export function readObject(bytes: Buffer, what: string): { readonly object: JsonObject } | Wrong {
  const read = readJson(bytes, TOKEN_BOUNDS);
  if ("wrong" in read) return { wrong: `${what}: ${read.wrong.reason}` };
  return isJsonObject(read.value) ? { object: read.value } : { wrong: `${what}: not an object` };
}

/** The members that are ever looked at, and in `members` all of them, for readers of proofs that bring their key. */
export interface Header {
  readonly alg: string;
  readonly kid: string | undefined;
  readonly typ: string | undefined;
  readonly members: JsonObject;
}

/** An issuer writes the same header into all of its tokens, and a client into all of its proofs. */
const readHeaderText = remember((text): Header | Wrong => {
  const bytes = readBase64url(text);
  return bytes === undefined ? { wrong: "not canonical base64url" } : readHeader(bytes);
});

export function readHeader(bytes: Buffer): Header | Wrong {
  const read = readObject(bytes, "header");
  if ("wrong" in read) return read;
  // No extension is understood here: an unknown `crit` must be refused, and an unencoded payload is one (RFC 7797).
  if (Object.hasOwn(read.object, "crit")) return { wrong: "header: critical extension" };
  if (Object.hasOwn(read.object, "b64")) return { wrong: "header: unencoded payload" };
  const { alg, kid, typ } = read.object;
  if (typeof alg !== "string") return { wrong: "header: no algorithm" };
  if (!isAbsentOrText(kid) || (kid !== undefined && kid.length > KID_CHARACTERS_MAX)) return { wrong: "header: kid" };
  if (!isAbsentOrText(typ)) return { wrong: "header: typ" };
  return { alg, kid, typ, members: read.object };
}

function isAbsentOrText(value: Json | undefined): value is string | undefined {
  return value === undefined || typeof value === "string";
}
