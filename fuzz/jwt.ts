/**
 * Fuzz JWT: altered tokens, fields and keys never break the reading and never get in.
 *
 * One token is good; whatever differs from it in a single character must not say who is asking.
 */
import { createSecretKey, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { isJsonObject, type Json, type JsonObject } from "../src/contract/json-value.ts";
import { fieldsOf } from "../src/exchange/fields.ts";
import type { Request } from "../src/exchange/exchange.ts";
import { type Algorithm, algorithmOf, ASYMMETRIC_NAMES, keyOf } from "../src/keys/algorithm.ts";
import { readAccessToken } from "../src/keys/bearer.ts";
import { fixedKeys } from "../src/keys/key-source.ts";
import { keySetOf, readKeySet } from "../src/keys/key-set.ts";
import { type Verify, verifierOf } from "../src/keys/jwt.ts";
import { TokenCache } from "../src/keys/token-cache.ts";

const NOW = 1_800_000_000_000;
const algorithms = [...new Set(ASYMMETRIC_NAMES.flatMap((name) => algorithmOf(name) ?? []))];
const pairs = (["ES256", "RS256", "EdDSA"] as const).map((name) => ({ name, ...generate(name) }));
const jwks = pairs.map(({ name, publicKey }) => ({ ...(publicKey.export({ format: "jwk" }) as JsonObject), kid: name, alg: name }));
const good = pairs.map(({ name, privateKey }) => makeToken(name, privateKey));
const verify = open();

type Dice = (sides: number) => number;

export function run(iterations: number, seed: number): void {
  const dice = diceOf(seed);
  for (const token of good) if (!isSomebody(verify, token)) throw new Error("the good token does not pass: nothing would be proved");
  for (let round = 0; round < iterations; round++) {
    const token = good[dice(good.length)] ?? "";
    tryToken(mutate(token, dice), token);
    tryToken(mutateParts(token, dice), token);
    tryField(mutate(`Bearer ${token}`, dice), token);
    tryKeys(dice);
  }
}

function tryToken(altered: string, token: string): void {
  if (altered !== token && isSomebody(verify, altered)) throw new Error(`taken: ${JSON.stringify(altered)} for ${token}`);
}

/** Whatever is read out of an altered field is either the good token itself, or refused. */
function tryField(value: string, token: string): void {
  const request: Request = { method: "GET", target: "/", path: "/", search: undefined, query: [], fields: fieldsOf(["authorization", value]), version: "1.1", wrong: undefined };
  const presented = readAccessToken(request);
  if (presented !== undefined && "token" in presented) tryToken(presented.token, token);
}

function tryKeys(dice: Dice): void {
  const text = mutate(JSON.stringify({ keys: jwks }), dice);
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch {
    return;
  }
  readKeySet(value, algorithms);
}

function isSomebody(check: Verify, token: string): boolean {
  const verified = check(token, NOW);
  if (verified instanceof Promise) throw new Error("keys at hand need no promise");
  return verified !== undefined && "principal" in verified;
}

/** One to three characters changed, put in, taken out or doubled. */
function mutate(text: string, dice: Dice): string {
  let altered = text;
  for (let times = dice(3) + 1; times > 0; times--) {
    const at = dice(altered.length + 1);
    const one = dice(4) === 0 ? String.fromCharCode(dice(256)) : (ALPHABET[dice(ALPHABET.length)] ?? "");
    const ways = [altered.slice(0, at) + one + altered.slice(at + 1), altered.slice(0, at) + one + altered.slice(at), altered.slice(0, at) + altered.slice(at + 1), altered.slice(0, at) + altered.slice(dice(altered.length + 1))];
    altered = ways[dice(ways.length)] ?? altered;
  }
  return altered;
}

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+/ ,{}[]\":\\\u{0}";

/** The header or the claims changed as values, with parts of other tokens around them. */
function mutateParts(token: string, dice: Dice): string {
  const parts = token.split(".");
  const other = (good[dice(good.length)] ?? "").split(".");
  const at = dice(2);
  const value = JSON.parse(Buffer.from(parts[at] ?? "", "base64url").toString()) as Json;
  if (!isJsonObject(value)) return token;
  const names = [...Object.keys(value), "crit", "b64", "jwk", "kid", "alg", "typ", "cnf", "nbf"];
  const odd: readonly Json[] = [null, 0, -1, 1e308, "", "none", "HS256", "ES256", "at+jwt", [], {}, ["exp"], false, jwks[0] ?? null, NOW];
  parts[at] = Buffer.from(JSON.stringify({ ...value, [names[dice(names.length)] ?? ""]: odd[dice(odd.length)] ?? null })).toString("base64url");
  if (dice(3) === 0) parts[2] = other[2] ?? "";
  if (dice(9) === 0) parts[2] = "";
  return parts.join(".");
}

function open(): Verify {
  const reading = readKeySet({ keys: jwks }, algorithms);
  if (!("set" in reading)) throw new Error(reading.wrong);
  // A secret beside public keys, as no policy can have it: nothing may be checked with it all the same.
  const secret: Algorithm | undefined = algorithmOf("HS256");
  const keys = secret === undefined ? reading.set.keys : [...reading.set.keys, keyOf("secret", secret, createSecretKey(Buffer.alloc(32)))];
  const rules = { issuer: "https://id.example", audiences: ["orders"], algorithms, skewMilliseconds: 30_000, lifetimeMilliseconds: 3_600_000, untyped: false, incomplete: false, method: "jwt" };
  return verifierOf(rules, fixedKeys(keySetOf(keys)), new TokenCache(100));
}

function makeToken(name: string, key: KeyObject): string {
  const seconds = NOW / 1_000;
  const claims = { iss: "https://id.example", aud: "orders", sub: "ann", client_id: "app", iat: seconds, exp: seconds + 600, jti: "1" };
  const signed = [{ alg: name, typ: "at+jwt", kid: name }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")).join(".");
  return `${signed}.${sign(name === "EdDSA" ? null : "sha256", Buffer.from(signed), { key, dsaEncoding: "ieee-p1363" }).toString("base64url")}`;
}

function generate(name: "ES256" | "RS256" | "EdDSA"): { readonly privateKey: KeyObject; readonly publicKey: KeyObject } {
  if (name === "RS256") return generateKeyPairSync("rsa", { modulusLength: 2_048 });
  return name === "ES256" ? generateKeyPairSync("ec", { namedCurve: "P-256" }) : generateKeyPairSync("ed25519");
}

/** mulberry32: small, and the same for the same seed. */
function diceOf(seed: number): Dice {
  let state = seed >>> 0;
  return (sides) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % sides;
  };
}
