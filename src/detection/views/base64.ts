/** Base64: a text that is nothing but base64, and reads as a text when decoded. */

import { isUtf8 } from "node:buffer";

/** Fewer characters decode to nothing of interest. */
export const BASE64_CHARACTERS_MIN = 8;
const PROBE_CHARACTERS = 16;

/** undefined where it is no base64, or no text. */
export function decodeBase64(text: string): string | undefined {
  if (text.length < BASE64_CHARACTERS_MIN || !isBase64(text)) return undefined;
  // Most of what looks like base64 is not: a few characters tell.
  if (!isText(Buffer.from(text.slice(0, PROBE_CHARACTERS), "base64"))) return undefined;
  const bytes = Buffer.from(text, "base64");
  return isText(bytes) && isUtf8(bytes) ? bytes.toString("utf8") : undefined;
}

function isBase64(text: string): boolean {
  let end = text.length;
  while (end > text.length - 3 && text.charCodeAt(end - 1) === 0x3d) end--;
  for (let at = 0; at < end; at++) {
    const code = text.charCodeAt(at);
    const isOne = (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a) || (code >= 0x2f && code <= 0x39) || code === 0x2b || code === 0x2d || code === 0x5f;
    if (!isOne) return false;
  }
  return true;
}

function isText(bytes: Uint8Array): boolean {
  for (const byte of bytes) if (byte < 0x09 || (byte > 0x0d && byte < 0x20) || byte === 0x7f || byte > 0xf4) return false;
  return bytes.length > 0;
}
