/**
 * Skip: where a value of a JSON text ends. The text must have passed a strict reading: here nothing is checked, and what is
 * no JSON ends somewhere, no later than the text.
 */

export const QUOTE = 0x22;
export const BACKSLASH = 0x5c;
export const COMMA = 0x2c;
export const OPEN_BRACE = 0x7b;
export const CLOSE_BRACE = 0x7d;
export const OPEN_BRACKET = 0x5b;
export const CLOSE_BRACKET = 0x5d;

export function skipSpace(bytes: Uint8Array, from: number): number {
  let at = from;
  while (at < bytes.length && (bytes[at] ?? 0) <= 0x20) at++;
  return at;
}

/** From the opening quote to behind the closing one. */
export function skipText(bytes: Uint8Array, from: number): number {
  const { length } = bytes;
  let at = from + 1;
  while (at < length) {
    const byte = bytes[at];
    if (byte === QUOTE) return at + 1;
    at += byte === BACKSLASH ? 2 : 1;
  }
  return length;
}

/** From the first byte of a value to behind its last. */
export function skipValue(bytes: Uint8Array, from: number): number {
  const byte = bytes[from];
  if (byte === QUOTE) return skipText(bytes, from);
  return byte === OPEN_BRACE || byte === OPEN_BRACKET ? skipNested(bytes, from) : skipPlain(bytes, from);
}

function skipNested(bytes: Uint8Array, from: number): number {
  const { length } = bytes;
  let depth = 0;
  let at = from;
  while (at < length) {
    const byte = bytes[at];
    if (byte === QUOTE) {
      at = skipText(bytes, at);
      continue;
    }
    at++;
    if (byte === OPEN_BRACE || byte === OPEN_BRACKET) depth++;
    else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
      depth--;
      if (depth === 0) return at;
    }
  }
  return length;
}

/** A number or a word. */
function skipPlain(bytes: Uint8Array, from: number): number {
  let at = from;
  while (at < bytes.length) {
    const byte = bytes[at] ?? 0;
    if (byte === COMMA || byte === CLOSE_BRACE || byte === CLOSE_BRACKET || byte <= 0x20) break;
    at++;
  }
  return at;
}
