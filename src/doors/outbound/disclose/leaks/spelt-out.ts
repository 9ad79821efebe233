/**
 * Spelt out: a JSON text in which characters that need no escape have none.
 *
 * Some writers escape more than they have to: `\/` in PHP, `\u003c` in Go, for pages that hold the text. What is sought is
 * written plainly. Quotes, backslashes and controls stay escaped, so that the text is the same JSON, and each place in it is one
 * in the text as it stands.
 */

export interface SpeltOut {
  readonly text: string;
  /** Where a place in it stands in the text as it is. */
  readonly at: (place: number) => number;
}

/** `\/`, or a character from the space to the tilde but for the quote and the backslash; an escaped backslash is passed over. */
const ESCAPE = /\\(?:\\|\/|u00([2-7][0-9a-fA-F]))/g;
const ESCAPED_MAX = 0x7e;
const KEPT: ReadonlySet<string> = new Set(['"', "\\"]);

/** Linear in the text. */
export function spellOut(text: string): SpeltOut {
  const pieces: string[] = [];
  /** In turn: where a character that was escaped stands in the plain text, and by how much what is behind it is shorter. */
  const shifts: number[] = [];
  let [copied, shift] = [0, 0];
  for (const { 0: escape, 1: code, index } of text.matchAll(ESCAPE)) {
    const character = code === undefined ? escape.slice(1) : String.fromCharCode(Number.parseInt(code, 16));
    if (KEPT.has(character) || character.charCodeAt(0) > ESCAPED_MAX) continue;
    pieces.push(text.slice(copied, index), character);
    copied = index + escape.length;
    shifts.push(index - shift, (shift += escape.length - 1));
  }
  if (shifts.length === 0) return { text, at: (place) => place };
  pieces.push(text.slice(copied));
  return { text: pieces.join(""), at: (place) => place + shiftBefore(shifts, place) };
}

function shiftBefore(shifts: readonly number[], place: number): number {
  let [from, to] = [0, shifts.length / 2];
  while (from < to) {
    const middle = (from + to) >>> 1;
    if ((shifts[2 * middle] ?? 0) < place) from = middle + 1;
    else to = middle;
  }
  return from === 0 ? 0 : (shifts[2 * from - 1] ?? 0);
}
