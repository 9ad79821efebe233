/**
 * Tokens: signs access tokens for the examples during development, in the place of an authorization server.
 *
 * The key is made on the first run and stays on this machine, readable by its owner alone: anybody who has it can be
 * every caller of the example. Tokens have the form of RFC 9068.
 *
 *     node examples/tokens.ts bank cus-1001 accounts:read transfers:write
 */
import { randomUUID } from "node:crypto";
import { chmodSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SignJWT, calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK } from "jose";
import type { CryptoKey, JWK } from "jose";
import { EXAMPLES } from "./examples.ts";

/** Life of a token, in seconds. */
export const tokenLifeSeconds = 3600;

/** What stands in every token of one example; its policy names the same. */
export interface Issuer {
  readonly issuer: string;
  readonly audience: string;
  /** `client_id`, where nobody asks for another. */
  readonly client: string;
}

export interface SigningKey extends Issuer {
  /** The thumbprint of the public key (RFC 7638). */
  readonly kid: string;
  readonly privateKey: CryptoKey;
  /** The public key as a JWK Set (RFC 7517, section 5): what the gateway reads. */
  readonly jwksFile: string;
  readonly privateKeyFile: string;
}

export interface TokenWishes {
  readonly subject: string;
  readonly scopes: readonly string[];
  /** `client_id`; the example's own app unless told otherwise. */
  readonly client?: string;
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly now?: Date;
}

/** Reads the signing key (ES256) in `folder`, or makes it; both files have mode 0600. */
export async function loadSigningKey(issuer: Issuer, folder: string): Promise<SigningKey> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const privateKeyFile = join(folder, "signing-key.json");
  const jwk = readJwk(privateKeyFile) ?? (await makeJwk(privateKeyFile));
  const kid = await calculateJwkThumbprint(jwk);
  const { kty, crv, x, y } = jwk;
  const jwksFile = join(folder, "jwks.json");
  replaceFile(jwksFile, { keys: [{ kty, crv, x, y, kid, use: "sig", alg: "ES256" }] });
  const privateKey = await importJWK(jwk, "ES256");
  if (privateKey instanceof Uint8Array) throw new TypeError(`${privateKeyFile} holds no ES256 key`);
  return { ...issuer, kid, privateKey, jwksFile, privateKeyFile };
}

/** Signs an access token (RFC 9068, section 2) that is good for one hour from `now`. */
export async function signAccessToken(key: SigningKey, wishes: TokenWishes): Promise<string> {
  const issuedAt = Math.floor((wishes.now ?? new Date()).getTime() / 1000);
  return new SignJWT({ ...wishes.claims, client_id: wishes.client ?? key.client, scope: wishes.scopes.join(" ") })
    .setProtectedHeader({ alg: "ES256", typ: "at+jwt", kid: key.kid })
    .setIssuer(key.issuer)
    .setAudience(key.audience)
    .setSubject(wishes.subject)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + tokenLifeSeconds)
    .setJti(randomUUID())
    .sign(key.privateKey);
}

function readJwk(file: string): JWK | undefined {
  try {
    chmodSync(file, 0o600); // a copied folder may have lost it
    return JSON.parse(readFileSync(file, "utf8")) as JWK; // our own file; jose checks it on import
  } catch (fault) {
    if (fault instanceof Error && "code" in fault && fault.code === "ENOENT") return undefined;
    throw fault;
  }
}

/** Makes a key and gives it its name by a link, which fails if another process was first: then that one's key counts. */
async function makeJwk(file: string): Promise<JWK> {
  const pair = await generateKeyPair("ES256", { extractable: true });
  const aside = writeAside(file, await exportJWK(pair.privateKey));
  try {
    linkSync(aside, file);
  } catch (fault) {
    if (!(fault instanceof Error && "code" in fault && fault.code === "EEXIST")) throw fault;
  } finally {
    rmSync(aside);
  }
  return readJwk(file) ?? makeJwk(file);
}

function replaceFile(file: string, content: unknown): void {
  renameSync(writeAside(file, content), file);
}

function writeAside(file: string, content: unknown): string {
  const aside = `${file}.${randomUUID()}`;
  writeFileSync(aside, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600, flag: "wx" });
  return aside;
}

if (import.meta.main) {
  const [name = "", subject, ...scopes] = process.argv.slice(2);
  const example = EXAMPLES.get(name);
  if (example === undefined || subject === undefined) {
    console.error(`usage: node examples/tokens.ts <${[...EXAMPLES.keys()].join("|")}> <subject> <scope...>`);
    process.exitCode = 2;
  } else {
    const key = await loadSigningKey(example.issuer, process.env.TOKEN_FOLDER ?? join(import.meta.dirname, "../.sallyport", name));
    console.log(await signAccessToken(key, { subject, scopes, claims: example.claimsOf(subject) }));
  }
}
