/** Issuer: keys and tokens of a made-up authorization server, for tests. Everything in a token can be written over. */
import { constants, createHmac, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Json, JsonObject } from "../../src/contract/json-value.ts";

export const NOW = 1_800_000_000_000;
const SECONDS = NOW / 1_000;
export const ISSUER = "https://id.example";
export const AUDIENCE = "orders";

export interface Pair {
  readonly kid: string;
  readonly alg: string;
  readonly secret: KeyObject;
  readonly jwk: JsonObject;
}

export function makePair(alg: string, kid = `key-${alg}`): Pair {
  const { privateKey, publicKey } = generate(alg);
  return { kid, alg, secret: privateKey, jwk: { ...(publicKey.export({ format: "jwk" }) as JsonObject), kid, alg, use: "sig" } };
}

function generate(alg: string): { readonly privateKey: KeyObject; readonly publicKey: KeyObject } {
  if (alg.startsWith("RS") || alg.startsWith("PS")) return generateKeyPairSync("rsa", { modulusLength: 2_048 });
  if (alg.startsWith("ES")) return generateKeyPairSync("ec", { namedCurve: { ES256: "P-256", ES384: "P-384", ES512: "P-521" }[alg] ?? "" });
  return generateKeyPairSync("ed25519");
}

/** Claims of a good access token of RFC 9068. */
export function goodClaims(): JsonObject {
  return { iss: ISSUER, aud: AUDIENCE, sub: "ann", client_id: "app", iat: SECONDS - 10, exp: SECONDS + 600, jti: "token-1", scope: "orders:read orders:write" };
}

/** The bytes of a member of a key. */
export function bytesOf(jwk: JsonObject, name: string): Buffer {
  const value = jwk[name];
  return Buffer.from(typeof value === "string" ? value : "", "base64url");
}

export interface Wishes {
  /** Written over the good header; a member that is null is left out. */
  readonly header?: JsonObject;
  readonly claims?: JsonObject;
  /** The text of the header or the claims, instead. */
  readonly headerText?: string;
  readonly claimsText?: string;
}

export function token(pair: Pair, { header = {}, claims = {}, headerText, claimsText }: Wishes = {}): string {
  const head = headerText ?? JSON.stringify(without({ typ: "at+jwt", alg: pair.alg, kid: pair.kid, ...header }));
  const body = claimsText ?? JSON.stringify(without({ ...goodClaims(), ...claims }));
  const signed = `${encode(head)}.${encode(body)}`;
  return `${signed}.${signature(pair, signed).toString("base64url")}`;
}

export function signature({ alg, secret }: Pair, text: string): Buffer {
  const bytes = Buffer.from(text);
  const hash = `sha${alg.slice(2)}`;
  if (alg.startsWith("HS")) return createHmac(hash, secret).update(bytes).digest();
  if (alg.startsWith("RS")) return sign(hash, bytes, secret);
  if (alg.startsWith("PS")) return sign(hash, bytes, { key: secret, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST });
  return alg.startsWith("ES") ? sign(hash, bytes, { key: secret, dsaEncoding: "ieee-p1363" }) : sign(null, bytes, secret);
}

export function encode(text: string): string {
  return Buffer.from(text).toString("base64url");
}

/** A file with a key set in a folder of its own; answers the folder. */
export function writeKeys(keys: readonly Json[]): string {
  const folder = mkdtempSync(path.join(tmpdir(), "sallyport-keys-"));
  writeFileSync(path.join(folder, "jwks.json"), JSON.stringify({ keys }));
  return folder;
}

function without(values: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null));
}
