/**
 * Client authentication: how this door says who it is when it asks an issuer about a token (RFC 6749, section 2.3).
 *
 * By a secret, in the header or in the form, or by an assertion that only the holder of a private key can sign
 * (RFC 7523, section 2.2). The assertion is for the issuer by its name and nothing else (RFC 9700, section 2.5), lives
 * for a minute, and is made anew for every question.
 */
import { constants, createPrivateKey, createPublicKey, hash, type JsonWebKey, type KeyObject, sign, type SignKeyObjectInput } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import path from "node:path";
import { readSecret } from "../secret.ts";

export interface ClientWishes {
  readonly id: string;
  /** `env:NAME` or `file:path`. */
  readonly secret: string | undefined;
  readonly send: "header" | "form";
  /** `file:path` of a private key, in PEM or as a JWK. */
  readonly key: string | undefined;
  /** Under which id the issuer knows the key. */
  readonly kid: string | undefined;
}

export interface OpenedClient {
  /** Changes with the secret or the key: what was shared under it before a reload is not used again. */
  readonly version: string;
  /** Puts into the form what belongs there, and answers the value of the field Authorization. */
  readonly authenticate: (form: URLSearchParams, now: number) => string | undefined;
}

export interface ClientSite {
  readonly issuer: string;
  readonly folder: string;
  readonly random: (bytes: number) => Uint8Array;
}

type Wrong = { readonly wrong: string; readonly allowed?: string };

const ASSERTION_SECONDS = 60;
const KEY_BYTES_MAX = 16_384;

export function openClient(wishes: ClientWishes, site: ClientSite): OpenedClient | Wrong {
  const { secret, key } = wishes;
  if ((secret === undefined) === (key === undefined)) return { wrong: "client: either a secret or a key", allowed: "secret: env:NAME, or key: file:path" };
  return secret === undefined ? openKey(key ?? "", wishes, site) : openSecret(secret, wishes, site.folder);
}

function openSecret(reference: string, { id, send }: ClientWishes, folder: string): OpenedClient | Wrong {
  const read = readSecret(reference, folder);
  if ("wrong" in read) return { ...read, wrong: `client: secret: ${read.wrong}` };
  const secret = read.secret.toString("utf8");
  const version = hash("sha256", Buffer.concat([Buffer.from("client secret\0"), read.secret]));
  // Both parts in the encoding of forms: else a colon or a percent sign in one of them is read as something else.
  const header = `Basic ${Buffer.from(`${encodeForm(id)}:${encodeForm(secret)}`).toString("base64")}`;
  if (send === "header") return { version, authenticate: () => header };
  return {
    version,
    authenticate(form) {
      form.set("client_id", id);
      form.set("client_secret", secret);
      return undefined;
    },
  };
}

function openKey(reference: string, { id, kid }: ClientWishes, { issuer, folder, random }: ClientSite): OpenedClient | Wrong {
  if (!reference.startsWith("file:")) return { wrong: "client: not a reference to a key", allowed: "file:path" };
  const file = path.resolve(folder, reference.slice("file:".length));
  const key = readKey(file);
  if (key === undefined) return { wrong: `client: ${file}: no private key`, allowed: "PEM or a JWK" };
  const signer = signerOf(key);
  if (signer === undefined) return { wrong: `client: ${file}: no key that could sign`, allowed: "P-256, Ed25519, or RSA of 2,048 bits and more" };
  const header = { alg: signer.alg, typ: "JWT", ...(kid === undefined ? {} : { kid }) };
  const version = hash("sha256", createPublicKey(key).export({ format: "der", type: "spki" }));
  return {
    version,
    authenticate(form, now) {
      const seconds = Math.floor(now / 1_000);
      const claims = { iss: id, sub: id, aud: issuer, iat: seconds, exp: seconds + ASSERTION_SECONDS, jti: Buffer.from(random(16)).toString("base64url") };
      const signed = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")).join(".");
      form.set("client_id", id);
      form.set("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
      form.set("client_assertion", `${signed}.${sign(signer.hash, Buffer.from(signed), signer.input).toString("base64url")}`);
      return undefined;
    },
  };
}

function readKey(file: string): KeyObject | undefined {
  try {
    if (statSync(file).size > KEY_BYTES_MAX) return undefined;
    const text = readFileSync(file, "utf8");
    return text.trimStart().startsWith("{") ? createPrivateKey({ format: "jwk", key: JSON.parse(text) as JsonWebKey }) : createPrivateKey(text);
  } catch {
    return undefined;
  }
}

interface Signer {
  readonly alg: string;
  readonly hash: string | null;
  readonly input: SignKeyObjectInput;
}

function signerOf(key: KeyObject): Signer | undefined {
  const { namedCurve, modulusLength = 0 } = key.asymmetricKeyDetails ?? {};
  if (key.asymmetricKeyType === "ed25519") return { alg: "EdDSA", hash: null, input: { key } };
  if (key.asymmetricKeyType === "ec" && namedCurve === "prime256v1") return { alg: "ES256", hash: "sha256", input: { key, dsaEncoding: "ieee-p1363" } };
  const padded = { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
  return key.asymmetricKeyType === "rsa" && modulusLength >= 2_048 ? { alg: "PS256", hash: "sha256", input: padded } : undefined;
}

function encodeForm(text: string): string {
  return new URLSearchParams([["", text]]).toString().slice(1);
}
