/** Json escape: what follows a backslash in a string of a JSON text (RFC 8259, section 7). */
import { isControl } from "./media/plain-text.ts";

const BACKSLASH = 0x5c;

/** Instead of an offset, what is wrong with an escape. */
export const ESCAPE_SYNTAX = -1;
export const ESCAPE_CONTROL = -2;
/** Half a pair is no text: one reader makes U+FFFD of it, another drops it, a third stops. */
export const ESCAPE_HALF = -3;

/** What follows a backslash: 1 for one letter, 2 for u, 0 for what may not. */
const ESCAPES = new Uint8Array(256);
for (const letter of "\"\\/bfnrt") ESCAPES[letter.charCodeAt(0)] = 1;
ESCAPES[0x75] = 2;

/** The offset behind the escape whose backslash stands at `at`, with both halves of a pair; or one of the above. */
export function escapeAt(bytes: Uint8Array, at: number, controls: boolean): number {
  const letter = bytes[at + 1] ?? 0;
  const kind = ESCAPES[letter];
  // Backspace and form feed have letters of their own.
  if (kind === 1) return !controls && (letter === 0x62 || letter === 0x66) ? ESCAPE_CONTROL : at + 2;
  if (kind === 0) return ESCAPE_SYNTAX;
  const unit = hexadecimalAt(bytes, at + 2);
  if (unit < 0) return ESCAPE_SYNTAX;
  if (!controls && isControl(unit)) return ESCAPE_CONTROL;
  if (unit < 0xd800 || unit > 0xdfff) return at + 6;
  if (unit > 0xdbff) return ESCAPE_HALF;
  const low = bytes[at + 6] === BACKSLASH && bytes[at + 7] === 0x75 ? hexadecimalAt(bytes, at + 8) : -1;
  return low < 0xdc00 || low > 0xdfff ? ESCAPE_HALF : at + 12;
}

function hexadecimalAt(bytes: Uint8Array, at: number): number {
  let unit = 0;
  for (let index = at; index < at + 4; index += 1) {
    const byte = bytes[index] ?? 0;
    const lower = byte | 0x20;
    const digit = byte >= 0x30 && byte <= 0x39 ? byte - 0x30 : lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
    if (digit < 0) return -1;
    unit = unit * 16 + digit;
  }
  return unit;
}

/** Whether U+0080 to U+00BF, whose second byte of UTF-8 this is, is a control character that has no place in a text. */
export function isWideControl(second: number): boolean {
  return second < 0xa0 && second !== 0x85;
}
