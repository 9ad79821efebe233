/**
 * Tiny: texts of which nothing can be made, whatever they are put into: a few letters, digits, `-` and `:`.
 *
 * No rule of the detection needs less than one other sign, or more letters and digits than this: from `TINY_BYTES` on they may
 * be base64, and something else inside.
 */

/** Bytes from which on a text is no longer tiny. */
export const TINY_BYTES = 12;

const SIGNS = new Uint8Array(256);
for (const sign of "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-:") SIGNS[sign.charCodeAt(0)] = 1;

/** Whether the text between the offsets is tiny; it has to be of ASCII, without escapes. */
export function isTiny(bytes: Uint8Array, from: number, to: number): boolean {
  if (to - from >= TINY_BYTES) return false;
  for (let at = from; at < to; at += 1) if (SIGNS[bytes[at] ?? 0] === 0) return false;
  return true;
}
