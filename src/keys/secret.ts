/**
 * Secret: reads what a reference points at, and tells a weak secret from a strong one.
 *
 * A policy holds references (`env:NAME`, `file:path`), never secrets; no message repeats what was read. Whoever knows
 * the secret of an HMAC can be everybody, and short or spoken ones are found by trying, offline and unseen. So a
 * secret must be as long as its hash (RFC 7518, section 3.2) and look as if a machine had drawn it.
 */
import { readFileSync, statSync } from "node:fs";
import path from "node:path";

export const SECRET_BYTES_MIN = 32;
export const SECRET_BYTES_MAX = 4_096;
/** Bits that a text of this length and alphabet can hold at most. A UUID holds 122. */
export const SECRET_BITS_MIN = 190;
const DISTINCT_MIN = 11;
/** Random texts change between letters, capitals and digits all the time; words do not. */
const SAME_KIND_SHARE_MAX = 0.8;

export type SecretReading = { readonly secret: Buffer } | { readonly wrong: string; readonly allowed?: string };

const FORMS = "env:NAME or file:path";

/** @param folder where relative file names start */
export function readSecret(reference: string, folder: string, environment: Readonly<Record<string, string | undefined>> = process.env): SecretReading {
  const name = /^env:([A-Za-z_][A-Za-z0-9_]*)$/.exec(reference)?.[1];
  if (name !== undefined) {
    const value = environment[name];
    return value === undefined || value === "" ? { wrong: `the environment has no ${name}` } : { secret: Buffer.from(value, "utf8") };
  }
  // Somebody may have written the secret itself here: it must not come back in a message.
  if (!reference.startsWith("file:") || reference.length === "file:".length) return { wrong: "not a reference to a secret", allowed: FORMS };
  const file = path.resolve(folder, reference.slice("file:".length));
  try {
    if (statSync(file).size > SECRET_BYTES_MAX) return { wrong: `${file}: larger than ${SECRET_BYTES_MAX} bytes` };
    return { secret: withoutLineEnd(readFileSync(file)) };
  } catch {
    return { wrong: `${file}: cannot be read` };
  }
}

/** Why a secret must not be used with a hash of this many bytes; undefined: it may. */
export function findWeakness(secret: Buffer, hashBytes: number = SECRET_BYTES_MIN): string | undefined {
  const least = Math.max(hashBytes, SECRET_BYTES_MIN);
  if (secret.byteLength < least) return `shorter than ${least} bytes`;
  if (new Set(secret).size < DISTINCT_MIN) return "too few different characters";
  if (!isText(secret)) return undefined;
  const text = secret.toString("latin1");
  if (text.includes(" ") || !/[0-9]/.test(text)) return "made of words";
  if (isText(Buffer.from(text, "base64"))) return "made of words, in base64";
  if (text.length * Math.log2(alphabetOf(text)) < SECRET_BITS_MIN) return `fewer than ${SECRET_BITS_MIN} bits`;
  return shareOfSameKind(text.replace(/[-_.]/g, "")) > SAME_KIND_SHARE_MAX ? "made of words or of a pattern" : undefined;
}

function isText(bytes: Buffer): boolean {
  return bytes.every((byte) => byte >= 0x20 && byte < 0x7f);
}

/** An editor's line end behind a secret that is a text. Random bytes keep their last byte, whatever it is. */
function withoutLineEnd(bytes: Buffer): Buffer {
  const text = bytes.toString("latin1");
  return /^[\x20-\x7e]+\r?\n$/.test(text) ? bytes.subarray(0, text.trimEnd().length) : bytes;
}

function alphabetOf(text: string): number {
  if (/^[0-9]+$/.test(text)) return 10;
  if (/^[0-9a-f-]+$/i.test(text)) return 16;
  if (/^([a-z]+|[A-Z]+)$/.test(text)) return 26;
  if (/^([0-9a-z]+|[0-9A-Z]+)$/.test(text)) return 36;
  return /^[A-Za-z0-9+/_=-]+$/.test(text) ? 64 : 94;
}

function shareOfSameKind(text: string): number {
  let same = 0;
  for (let at = 1; at < text.length; at++) if (kindOf(text.charCodeAt(at)) === kindOf(text.charCodeAt(at - 1))) same++;
  return same / (text.length - 1);
}

function kindOf(code: number): "capital" | "letter" | "digit" | "sign" {
  if (code >= 0x41 && code <= 0x5a) return "capital";
  if (code >= 0x61 && code <= 0x7a) return "letter";
  return code >= 0x30 && code <= 0x39 ? "digit" : "sign";
}
