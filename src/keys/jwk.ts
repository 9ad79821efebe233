/**
 * JWK: one JSON Web Key becomes a key that can check signatures, or a reason why not (RFC 7517, RFC 7518 section 6).
 *
 * A key serves one algorithm: its own `alg`, or else the first of the issuer's algorithms that fits its type. Keys
 * for other uses and of unknown types are left out, as RFC 7517 asks (section 5); weak keys, and keys whose private
 * part was published, are wrong.
 */
import { createPublicKey, createSecretKey, type JsonWebKey, type KeyObject } from "node:crypto";
import { isJsonObject, type Json, type JsonObject } from "../contract/json-value.ts";
import { type Algorithm, algorithmOf, type Key, keyOf } from "./algorithm.ts";
import { readBase64url } from "./base64url.ts";
import { KID_CHARACTERS_MAX } from "./compact-jws.ts";
import { isRocaModulus } from "./roca.ts";

/** RFC 8725, section 3.5. */
export const MODULUS_BITS_MIN = 2_048;
/** Checking a signature grows with the square of it: a huge key would be a way to slow the door down. */
export const MODULUS_BITS_MAX = 8_192;
const EXPONENT_BYTES_MAX = 4;

export type JwkReading = { readonly key: Key } | { readonly ignored: string } | { readonly wrong: string };

const PRIVATE_MEMBERS = ["d", "p", "q", "dp", "dq", "qi", "oth"];

/**
 * @param allowed algorithms of the issuer, the preferred first
 * @param bitsMax of an RSA modulus
 */
export function readJwk(jwk: Json, allowed: readonly Algorithm[], bitsMax: number = MODULUS_BITS_MAX): JwkReading {
  if (!isJsonObject(jwk)) return { wrong: "not an object" };
  const { kty, kid, use, key_ops: operations, alg } = jwk;
  if (kid !== undefined && (typeof kid !== "string" || kid === "" || kid.length > KID_CHARACTERS_MAX)) return { wrong: "bad kid" };
  if (kty !== "RSA" && kty !== "EC" && kty !== "OKP" && kty !== "oct") return { ignored: "unknown key type" };
  if (use !== undefined && use !== "sig") return { ignored: "not for signatures (use)" };
  if (operations !== undefined && !(Array.isArray(operations) && operations.includes("verify"))) return { ignored: "not for checking signatures (key_ops)" };
  const algorithm = chooseAlgorithm(jwk, allowed);
  if (algorithm === undefined) return { ignored: alg === undefined ? "no allowed algorithm fits" : "its algorithm is not allowed, or does not fit its type" };
  if (PRIVATE_MEMBERS.some((name) => Object.hasOwn(jwk, name))) return { wrong: "private part published" };
  const made = make(jwk, algorithm, bitsMax);
  return "wrong" in made ? made : { key: keyOf(kid, algorithm, made.object) };
}

function chooseAlgorithm({ kty, crv, alg }: JsonObject, allowed: readonly Algorithm[]): Algorithm | undefined {
  const fits = ({ type, curve }: Algorithm): boolean => type === kty && (curve === undefined || curve === crv);
  if (alg === undefined) return allowed.find(fits);
  const own = typeof alg === "string" ? algorithmOf(alg) : undefined;
  return own !== undefined && allowed.includes(own) && fits(own) ? own : undefined;
}

type Made = { readonly object: KeyObject } | { readonly wrong: string };

function make(jwk: JsonObject, algorithm: Algorithm, bitsMax: number): Made {
  switch (algorithm.type) {
    case "RSA":
      return makeRsa(jwk, bitsMax);
    case "EC":
      return makeCurve(jwk, algorithm, ["x", "y"]);
    case "OKP":
      return makeCurve(jwk, algorithm, ["x"]);
    case "oct":
      return makeSecret(jwk, algorithm);
  }
}

function makeRsa({ n, e }: JsonObject, bitsMax: number): Made {
  const modulus = readBytes(n);
  const exponent = readBytes(e);
  if (modulus === undefined || exponent === undefined) return { wrong: "bad RSA numbers" };
  // e = 1 makes every padded text its own signature; even numbers are no RSA key at all.
  const odd = ((modulus.at(-1) ?? 0) & (exponent.at(-1) ?? 0) & 1) === 1;
  if (!odd || exponent.byteLength > EXPONENT_BYTES_MAX || exponent.readUIntBE(0, exponent.byteLength) < 3) return { wrong: "bad RSA exponent or modulus" };
  const number = BigInt(`0x${modulus.toString("hex")}`);
  const bits = number.toString(2).length;
  if (bits < MODULUS_BITS_MIN) return { wrong: `RSA key of ${bits} bits, fewer than ${MODULUS_BITS_MIN}` };
  if (bits > bitsMax) return { wrong: `RSA key of ${bits} bits, more than ${bitsMax}` };
  if (isRocaModulus(number)) return { wrong: "RSA key with the ROCA weakness" };
  return importPublic({ kty: "RSA", n: modulus.toString("base64url"), e: exponent.toString("base64url") });
}

/** Coordinates have the full length of their curve (RFC 7518, section 6.2.1.2); node:crypto refuses points beside it. */
function makeCurve(jwk: JsonObject, { type, curve = "", coordinateBytes = 0 }: Algorithm, names: readonly string[]): Made {
  const coordinates = names.map((name) => [name, readBytes(jwk[name])] as const);
  if (coordinates.some(([, bytes]) => bytes?.byteLength !== coordinateBytes)) return { wrong: "bad coordinate" };
  return importPublic({ kty: type, crv: curve, ...Object.fromEntries(coordinates.map(([name, bytes]) => [name, bytes?.toString("base64url") ?? ""])) });
}

/** At least as long as the hash (RFC 7518, section 3.2). */
function makeSecret({ k }: JsonObject, { hashBytes }: Algorithm): Made {
  const bytes = readBytes(k);
  if (bytes === undefined || bytes.byteLength < hashBytes) return { wrong: `secret shorter than ${hashBytes} bytes` };
  return { object: createSecretKey(bytes) };
}

function importPublic(key: JsonWebKey): Made {
  try {
    return { object: createPublicKey({ format: "jwk", key }) };
  } catch {
    return { wrong: "not a valid public key" };
  }
}

function readBytes(value: Json | undefined): Buffer | undefined {
  const bytes = typeof value === "string" ? readBase64url(value) : undefined;
  return bytes === undefined || bytes.byteLength === 0 ? undefined : bytes;
}
