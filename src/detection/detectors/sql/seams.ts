/**
 * Seams: where a text that was put into a statement meets it again.
 *
 * At a seam the caller's text ends a value and goes on as SQL: behind a quote, behind brackets that close, behind a number at
 * the very beginning, behind a semicolon. At a tail it hands back: in a comment, or at the end.
 */
import { END, NUMBER, type Reading, WORD } from "../../reading.ts";
import { SQL } from "./words.ts";

/** Whether the token stands where a text that broke out would go on. */
export function isSeam(reading: Reading, at: number): boolean {
  let before = at - 1;
  while (reading.typeAt(before) === 0x29) before--;
  const type = reading.typeAt(before);
  if (type === END || type === 0x27 || type === 0x22 || type === 0x60 || type === 0x3b) return true;
  if (before > 1) return false;
  // A number or a name at the very beginning, with or without a sign.
  const isFirst = before === 0 || (before === 1 && (reading.typeAt(0) === 0x2d || reading.typeAt(0) === 0x28));
  return isFirst && (type === NUMBER || (type === WORD && before < at - 1) || (type === WORD && reading.classAt(before, SQL) === 0 && isCode(reading, before)));
}

/** A word with a digit or a low line, as codes have: `a1 or 1=1`, `user_id`. */
function isCode(reading: Reading, token: number): boolean {
  return /[0-9_]/.test(reading.textAt(token));
}

/** Whether from the token on nothing is left but signs that end a statement: `--`, `-- -`, `--+`, `#`, `;`, `)`, `/*`. */
export function isTail(reading: Reading, at: number): boolean {
  for (let next = at; next < reading.count; next++) {
    const type = reading.type[next] ?? 0;
    if (type === 0x2d && reading.typeAt(next + 1) === 0x2d && reading.isGlued(next + 1)) return isCut(reading, next);
    if (type === 0x23) return isCut(reading, next);
    if (type === 0x2f && reading.typeAt(next + 1) === 0x2a) return true;
    if (type !== 0x3b && type !== 0x29 && type !== 0x25) return false;
    if (next > at + 4) return false;
  }
  return true;
}

/** Behind a comment may stand a sign or a letter, for tools put one there; not a sentence. */
function isCut(reading: Reading, at: number): boolean {
  return reading.count - at <= 5;
}

/** A comment right behind a value, and whatever in it: so ends what was put into a statement that goes on, when behind it more stands. */
export function isCutOff(reading: Reading, at: number): boolean {
  const type = reading.typeAt(at);
  if (type === 0x23) return reading.isGlued(at);
  return type === 0x2d && reading.typeAt(at + 1) === 0x2d && reading.isGlued(at + 1);
}
