/**
 * Format: an API key as a text, that people, programs and scanners for secrets recognise at sight.
 *
 *     slp_live_3kTd9QwZ1bX7_<43 characters>_<6 characters>
 *
 * `slp`, the environment, the id, the secret of 256 bits, and the CRC-32 of all before it; letters and digits, so that a
 * double click selects it. The checksum tells a typo, and a scanner's find from a chance, without asking anybody. The last
 * four characters of the id are a keyed hash of the others: whoever makes keys up is refused without a look into the
 * database, too.
 */
import { crc32 } from "node:zlib";
import { isSame } from "../same.ts";
import type { Pepper } from "../pepper.ts";

export type Environment = "live" | "test";
export const ENVIRONMENTS: readonly [Environment, ...Environment[]] = ["live", "test"];

/** For scanners: what fits it and has a right checksum is a key of some Sallyport. */
export const API_KEY_PATTERN = "slp_(?:live|test)_[0-9A-Za-z]{12}_[0-9A-Za-z]{43}_[0-9A-Za-z]{6}";
export const API_KEY_CHARACTERS = 72;

const DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const HEAD = "slp_live_".length;
const ID_CHARACTERS = 12;
const DRAWN_CHARACTERS = 8;
const PROOF_CHARACTERS = ID_CHARACTERS - DRAWN_CHARACTERS;
const SECRET_BYTES = 32;
const SECRET_CHARACTERS = 43;
const CHECKSUM_CHARACTERS = 6;
const ID_PATTERN = /^[0-9A-Za-z]{12}$/;
const WHOLE = new RegExp(`^${API_KEY_PATTERN}$`);
const SOMEWHERE = new RegExp(API_KEY_PATTERN, "g");

export interface MadeKey {
  readonly id: string;
  /** The whole key: the only time that it is anywhere in clear. */
  readonly text: string;
}

export function makeApiKey(environment: Environment, pepper: Pepper, random: (bytes: number) => Uint8Array): MadeKey {
  // Eight digits of base 62 are just below 48 bits: the few numbers beyond are the smallest once more.
  const drawn = writeNumber(readNumber(random(6)) % 62n ** BigInt(DRAWN_CHARACTERS), DRAWN_CHARACTERS);
  const id = drawn + proofOf(environment, drawn, pepper);
  const body = `slp_${environment}_${id}_${writeNumber(readNumber(random(SECRET_BYTES)), SECRET_CHARACTERS)}`;
  return { id, text: `${body}_${checksumOf(body)}` };
}

/** The id that a text names as an API key would; undefined: it cannot be one. Nothing is checked yet. */
export function idOfApiKey(text: string): string | undefined {
  return text.length === API_KEY_CHARACTERS && text.startsWith("slp_") ? text.slice(HEAD, HEAD + ID_CHARACTERS) : undefined;
}

/** What is wrong with a text as an API key of this environment, as far as that can be known without the database. */
export function findKeyFault(text: string, environment: Environment, peppers: readonly Pepper[]): string | undefined {
  if (!WHOLE.test(text)) return "not an API key";
  if (!hasChecksum(text)) return "checksum: a typo, or made up";
  if (!text.startsWith(`slp_${environment}_`)) return `not for ${environment}`;
  const id = text.slice(HEAD, HEAD + ID_CHARACTERS);
  return peppers.some((pepper) => isOurs(environment, id, pepper)) ? undefined : "id: made up, or from elsewhere";
}

/** Whether a text can be the id of a key. */
export function isKeyId(text: string): boolean {
  return ID_PATTERN.test(text);
}

/** Keys in a text: those with a right checksum, whoever made them. Linear in the text's length. */
export function findApiKeys(text: string): readonly { readonly from: number; readonly to: number; readonly id: string }[] {
  const found: { readonly from: number; readonly to: number; readonly id: string }[] = [];
  for (const { 0: key, index } of text.matchAll(SOMEWHERE)) {
    if (hasChecksum(key)) found.push({ from: index, to: index + key.length, id: key.slice(HEAD, HEAD + ID_CHARACTERS) });
  }
  return found;
}

function isOurs(environment: Environment, id: string, pepper: Pepper): boolean {
  const proof = proofOf(environment, id.slice(0, DRAWN_CHARACTERS), pepper);
  return isSame(proof, id.slice(DRAWN_CHARACTERS));
}

function proofOf(environment: Environment, drawn: string, pepper: Pepper): string {
  const hash = pepper.hash("api-key-id", `${environment} ${drawn}`);
  return writeNumber(BigInt(hash.readUInt32BE(0)) % 62n ** BigInt(PROOF_CHARACTERS), PROOF_CHARACTERS);
}

function hasChecksum(key: string): boolean {
  const body = key.slice(0, -CHECKSUM_CHARACTERS - 1);
  return checksumOf(body) === key.slice(-CHECKSUM_CHARACTERS);
}

function checksumOf(body: string): string {
  let rest = crc32(body);
  let digits = "";
  for (let at = 0; at < CHECKSUM_CHARACTERS; at++) {
    digits = DIGITS.charAt(rest % 62) + digits;
    rest = Math.floor(rest / 62);
  }
  return digits;
}

function readNumber(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString("hex")}`);
}

function writeNumber(number: bigint, characters: number): string {
  let digits = "";
  for (let rest = number; digits.length < characters; rest /= 62n) digits = DIGITS.charAt(Number(rest % 62n)) + digits;
  return digits;
}
