/**
 * Key set: the keys of one issuer, found by key id (RFC 7517, section 5).
 *
 * Two keys with one id are both left out: which of them would decide? A set that mixes secrets with public keys is
 * refused as a whole, since whoever confuses the two kinds makes a public key into a secret.
 */
import { isJsonObject, type Json } from "../contract/json-value.ts";
import type { Algorithm, Key } from "./algorithm.ts";
import { readJwk } from "./jwk.ts";

/** Most keys in one set. Issuers publish two to ten. */
export const KEYS_MAX = 100;

/** Why no key: another set may have it, this set has it for another algorithm, or several could be meant. */
export type NoKey = "unknown key" | "algorithm is not the key's own" | "no kid, and several keys";

export interface KeySet {
  readonly keys: readonly Key[];
  /** A token without a key id is taken while exactly one key fits its algorithm. */
  readonly find: (kid: string | undefined, algorithm: Algorithm) => Key | NoKey;
}

export interface KeySetReading {
  readonly set: KeySet;
  /** Keys that are dangerous, with the reason. They are not in the set. */
  readonly wrong: readonly string[];
}

export function keySetOf(keys: readonly Key[]): KeySet {
  const byKid = new Map(keys.flatMap((key) => (key.kid === undefined ? [] : [[key.kid, key] as const])));
  const find = (kid: string | undefined, algorithm: Algorithm): Key | NoKey => {
    if (kid !== undefined) {
      const key = byKid.get(kid);
      if (key === undefined) return "unknown key";
      return key.algorithm === algorithm ? key : "algorithm is not the key's own";
    }
    const [key, another] = keys.filter((one) => one.algorithm === algorithm);
    if (key === undefined) return "unknown key";
    return another === undefined ? key : "no kid, and several keys";
  };
  return { keys, find };
}

/** @param allowed algorithms of the issuer, the preferred first */
export function readKeySet(value: Json, allowed: readonly Algorithm[]): KeySetReading | { readonly wrong: string } {
  const listed = isJsonObject(value) ? value["keys"] : undefined;
  if (!Array.isArray(listed)) return { wrong: "not a JWK set: no list `keys`" };
  if (listed.length > KEYS_MAX) return { wrong: `more than ${KEYS_MAX} keys` };
  const secrets = listed.filter((jwk: Json) => isJsonObject(jwk) && jwk["kty"] === "oct").length;
  if (secrets > 0 && secrets < listed.length) return { wrong: "secrets among public keys" };
  const wrong: string[] = [];
  const left: string[] = [];
  const keys: Key[] = [];
  for (const [index, jwk] of listed.entries()) {
    const reading = readJwk(jwk, allowed);
    if ("key" in reading) keys.push(reading.key);
    else if ("wrong" in reading) wrong.push(`key ${index}: ${reading.wrong}`);
    else left.push(`key ${index}: ${reading.ignored}`);
  }
  const repeated = repeatedKids(listed);
  if (repeated.size > 0) wrong.push("several keys with one kid");
  const sound = keys.filter(({ kid }) => kid === undefined || !repeated.has(kid));
  if (sound.length === 0) return { wrong: ["no usable key", ...wrong, ...left].slice(0, 5).join("; ") };
  return { set: keySetOf(sound), wrong };
}

function repeatedKids(listed: readonly Json[]): ReadonlySet<string> {
  const seen = new Set<string>();
  const repeated = new Set<string>();
  for (const jwk of listed) {
    const kid = isJsonObject(jwk) ? jwk["kid"] : undefined;
    if (typeof kid !== "string") continue;
    if (seen.has(kid)) repeated.add(kid);
    seen.add(kid);
  }
  return repeated;
}
