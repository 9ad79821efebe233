/** Seal password: what the database holds of a password: a hash that is expensive to try, keyed with the pepper. */
import type { Pepper, Peppers } from "../pepper.ts";
import type { HashQueue } from "./hash-queue.ts";
import { COST, type PasswordHash, writePhc } from "./phc.ts";

export const SALT_BYTES = 16;
export const DIGEST_BYTES = 32;

export interface SealedPassword {
  /** See phc.ts. */
  readonly phc: string;
  readonly pepper: string;
}

export interface SealParts {
  readonly queue: HashQueue;
  readonly peppers: Peppers;
  readonly random: (bytes: number) => Uint8Array;
}

/** undefined: too many hashes wait. */
export async function sealPassword(name: string, password: string, { queue, peppers: { current }, random }: SealParts): Promise<SealedPassword | undefined> {
  const salt = random(SALT_BYTES);
  const digest = await queue.compute({ ...COST, name, password, salt, secret: secretOf(current), digestBytes: DIGEST_BYTES });
  return digest === undefined ? undefined : { phc: writePhc({ ...COST, salt, digest }), pepper: current.id };
}

/** What a hash is computed with for a login that cannot succeed, so that it costs what one costs that can. */
export function decoy(random: (bytes: number) => Uint8Array): PasswordHash {
  return { ...COST, salt: random(SALT_BYTES), digest: random(DIGEST_BYTES) };
}

export function secretOf(pepper: Pepper): Buffer {
  return pepper.hash("password", "");
}
