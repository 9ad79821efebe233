/**
 * Algorithm: the signature algorithms of JWS that are taken, and how node:crypto checks each.
 *
 * `none` is not in the table, so no spelling of it can be asked for. "EdDSA" and "Ed25519" are two names of one
 * algorithm here (RFC 9864, section 2.2). See RFC 7518, section 3, and RFC 8037, section 3.1.
 */
import { constants, createHmac, type KeyObject, verify, type VerifyKeyObjectInput } from "node:crypto";
import { isSame } from "./same.ts";

export interface Algorithm {
  readonly name: string;
  readonly type: "RSA" | "EC" | "OKP" | "oct";
  /** The one curve, for EC and OKP. */
  readonly curve?: string;
  /** Bytes of a coordinate (EC) or of the public key (OKP). */
  readonly coordinateBytes?: number;
  /** null: the algorithm hashes by itself. */
  readonly hash: "sha256" | "sha384" | "sha512" | null;
  /** Bytes of the hash, or of the signature where the algorithm fixes it. RSA signatures are as long as the modulus. */
  readonly hashBytes: number;
  readonly padding?: number;
}

const { RSA_PKCS1_PADDING, RSA_PKCS1_PSS_PADDING, RSA_PSS_SALTLEN_DIGEST } = constants;

const TABLE: readonly Algorithm[] = [
  { name: "RS256", type: "RSA", hash: "sha256", hashBytes: 32, padding: RSA_PKCS1_PADDING },
  { name: "RS384", type: "RSA", hash: "sha384", hashBytes: 48, padding: RSA_PKCS1_PADDING },
  { name: "RS512", type: "RSA", hash: "sha512", hashBytes: 64, padding: RSA_PKCS1_PADDING },
  { name: "PS256", type: "RSA", hash: "sha256", hashBytes: 32, padding: RSA_PKCS1_PSS_PADDING },
  { name: "PS384", type: "RSA", hash: "sha384", hashBytes: 48, padding: RSA_PKCS1_PSS_PADDING },
  { name: "PS512", type: "RSA", hash: "sha512", hashBytes: 64, padding: RSA_PKCS1_PSS_PADDING },
  { name: "ES256", type: "EC", curve: "P-256", coordinateBytes: 32, hash: "sha256", hashBytes: 32 },
  { name: "ES384", type: "EC", curve: "P-384", coordinateBytes: 48, hash: "sha384", hashBytes: 48 },
  { name: "ES512", type: "EC", curve: "P-521", coordinateBytes: 66, hash: "sha512", hashBytes: 64 },
  { name: "EdDSA", type: "OKP", curve: "Ed25519", coordinateBytes: 32, hash: null, hashBytes: 64 },
  { name: "HS256", type: "oct", hash: "sha256", hashBytes: 32 },
  { name: "HS384", type: "oct", hash: "sha384", hashBytes: 48 },
  { name: "HS512", type: "oct", hash: "sha512", hashBytes: 64 },
];

const byName = new Map(TABLE.map((algorithm) => [algorithm.name, algorithm]));

/** Names that a policy may list. */
export const ASYMMETRIC_NAMES = ["ES256", "ES384", "ES512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "EdDSA", "Ed25519"] as const;
export const SYMMETRIC_NAMES = ["HS256", "HS384", "HS512"] as const;

/** The algorithm of this exact name; names are compared with their case (RFC 7515, section 4.1.1). */
export function algorithmOf(name: string): Algorithm | undefined {
  return byName.get(name === "Ed25519" ? "EdDSA" : name);
}

/** A key with the one algorithm that it serves (RFC 8725, section 3.1). */
export interface Key {
  readonly kid: string | undefined;
  readonly algorithm: Algorithm;
  readonly object: KeyObject;
  readonly signatureBytes: number;
  /** What node:crypto is given, made once. */
  readonly input: VerifyKeyObjectInput;
}

/** @param object the public key, or the secret for the HMAC algorithms, already found fit for the algorithm */
export function keyOf(kid: string | undefined, algorithm: Algorithm, object: KeyObject): Key {
  const { padding, coordinateBytes, type, hashBytes } = algorithm;
  const input: VerifyKeyObjectInput =
    padding === undefined
      ? { key: object, dsaEncoding: "ieee-p1363" }
      : { key: object, padding, ...(padding === RSA_PKCS1_PSS_PADDING ? { saltLength: RSA_PSS_SALTLEN_DIGEST } : {}) };
  const modulusBytes = Math.ceil((object.asymmetricKeyDetails?.modulusLength ?? 0) / 8);
  const signatureBytes = type === "RSA" ? modulusBytes : type === "EC" ? 2 * (coordinateBytes ?? 0) : hashBytes;
  return { kid, algorithm, object, signatureBytes, input };
}

/** Whether `signature` is this key's over `signed`. False for anything else; the length is exact. */
export function isSignedBy(key: Key, signed: Buffer, signature: Buffer): boolean {
  if (signature.byteLength !== key.signatureBytes) return false;
  const { algorithm, object, input } = key;
  if (algorithm.type !== "oct") return verify(algorithm.hash, signed, input, signature);
  if (algorithm.hash === null) return false;
  return isSame(createHmac(algorithm.hash, object).update(signed).digest(), signature);
}
