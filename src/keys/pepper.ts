/**
 * Pepper: the secret that hashes of keys, passwords and names are keyed with.
 *
 * It lies outside the database: whoever copies that has nothing to try passwords against, cannot tell which accounts
 * somebody tried, and cannot put in a key of his own. Of several peppers the first is for what is made from now on; the
 * others still count, so that one can be replaced.
 */
import { createHmac, type Hmac } from "node:crypto";
import { findWeakness, readSecret } from "./secret.ts";

/** What is hashed: the same text for another purpose has another hash. */
export type Purpose = "api-key" | "api-key-id" | "password" | "login" | "device";

export interface Pepper {
  /** Stands in the database beside what was made with it; says nothing about the secret. */
  readonly id: string;
  /** HMAC-SHA-256: 32 bytes. */
  readonly hash: (purpose: Purpose, text: string) => Buffer;
}

export interface Peppers {
  readonly current: Pepper;
  readonly all: readonly Pepper[];
  readonly find: (id: string) => Pepper | undefined;
}

/** @param references `env:NAME` or `file:path`, the one in use now first */
export function readPeppers(references: readonly string[], folder: string): { readonly peppers: Peppers } | { readonly wrong: string; readonly allowed?: string } {
  const all: Pepper[] = [];
  for (const reference of references) {
    const read = readSecret(reference, folder);
    if ("wrong" in read) return read;
    const weakness = findWeakness(read.secret);
    if (weakness !== undefined) return { wrong: `the pepper is weak: ${weakness}`, allowed: "random bytes, for example of `openssl rand -base64 48`" };
    all.push(pepperOf(read.secret));
  }
  const [current] = all;
  return current === undefined ? { wrong: "no pepper" } : { peppers: { current, all, find: (id) => all.find((one) => one.id === id) } };
}

function pepperOf(secret: Buffer): Pepper {
  const keyed = (purpose: string): Hmac => createHmac("sha256", secret).update(`sallyport ${purpose}\0`);
  return { id: keyed("id").digest("hex").slice(0, 16), hash: (purpose, text) => keyed(purpose).update(text).digest() };
}
