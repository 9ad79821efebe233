/**
 * Quick formats: says yes to most texts of a format from their bytes. A no only means that the test of the format decides.
 */

/** @param from offset of the first byte of a text of ASCII without escapes. @param to that behind its last */
export type QuickYes = (bytes: Uint8Array, from: number, to: number) => boolean;

const DASH = 0x2d;
const COLON = 0x3a;

export const QUICK_FORMATS: ReadonlyMap<string, QuickYes> = new Map([
  ["date-time", isDateTime],
  ["date", (bytes, from, to) => to - from === 10 && isDate(bytes, from)],
  ["uuid", isUuid],
]);

/** Two digits as a number; where there are none, one that is too large for anything. */
function two(bytes: Uint8Array, at: number): number {
  const tens = (bytes[at] ?? 0) - 0x30;
  const ones = (bytes[at + 1] ?? 0) - 0x30;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : 100;
}

/** Days that every month has, and those that every month but February has; the last ones are for the test. */
function isDate(bytes: Uint8Array, at: number): boolean {
  if (two(bytes, at) > 99 || two(bytes, at + 2) > 99 || bytes[at + 4] !== DASH || bytes[at + 7] !== DASH) return false;
  const month = two(bytes, at + 5);
  const day = two(bytes, at + 8);
  return month >= 1 && month <= 12 && day >= 1 && day <= (month === 2 ? 28 : 30);
}

/** In UTC or with an offset, with a fraction or none (RFC 3339). Leap seconds are for the test. */
function isDateTime(bytes: Uint8Array, from: number, to: number): boolean {
  if (to - from < 20 || !isDate(bytes, from) || bytes[from + 10] !== 0x54 || !isTime(bytes, from + 11) || bytes[from + 16] !== COLON || two(bytes, from + 17) > 59) return false;
  let at = from + 19;
  if (bytes[at] === 0x2e) {
    at += 1;
    const fraction = at;
    while (at < to && (bytes[at] ?? 0) >= 0x30 && (bytes[at] ?? 0) <= 0x39) at += 1;
    if (at === fraction) return false;
  }
  if (bytes[at] === 0x5a) return at + 1 === to;
  return at + 6 === to && (bytes[at] === 0x2b || bytes[at] === DASH) && isTime(bytes, at + 1);
}

/** Hours and minutes. */
function isTime(bytes: Uint8Array, at: number): boolean {
  return two(bytes, at) <= 23 && bytes[at + 2] === COLON && two(bytes, at + 3) <= 59;
}

function isUuid(bytes: Uint8Array, from: number, to: number): boolean {
  if (to - from !== 36) return false;
  for (let at = 0; at < 36; at += 1) {
    const byte = bytes[from + at] ?? 0;
    if (at === 8 || at === 13 || at === 18 || at === 23) {
      if (byte !== DASH) return false;
    } else if (!((byte >= 0x30 && byte <= 0x39) || ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x66))) return false;
  }
  return true;
}
