/**
 * Marks: which groups of characters stand in a text, as bits of one number.
 *
 * Most texts are letters, blanks and full stops; a detector that needs a quote or a bracket is not even asked then.
 */

const GROUPS = [
  "letter", "digit", "blank", "line", "quote", "round", "angle", "square", "brace", "equals", "semicolon", "pipe", "ampersand", "slash", "backslash",
  "dollar", "percent", "hash", "dash", "at", "colon", "star", "dot", "comma", "tilde", "bang", "plus", "high", "control", "low",
] as const;

/** Each group's bit. */
export const MARK: Readonly<Record<(typeof GROUPS)[number], number>> = Object.fromEntries(GROUPS.map((group, bit) => [group, 1 << bit])) as Record<(typeof GROUPS)[number], number>;

const SIGNS: Readonly<Record<string, number>> = {
  "'": MARK.quote, '"': MARK.quote, "`": MARK.quote, "(": MARK.round, ")": MARK.round, "<": MARK.angle, ">": MARK.angle, "[": MARK.square, "]": MARK.square,
  "{": MARK.brace, "}": MARK.brace, "=": MARK.equals, ";": MARK.semicolon, "|": MARK.pipe, "&": MARK.ampersand, "/": MARK.slash, "\\": MARK.backslash,
  $: MARK.dollar, "%": MARK.percent, "#": MARK.hash, "-": MARK.dash, "@": MARK.at, ":": MARK.colon, "*": MARK.star, ".": MARK.dot, ",": MARK.comma,
  "~": MARK.tilde, "!": MARK.bang, "+": MARK.plus, "?": MARK.bang, "^": MARK.tilde, _: MARK.low,
};

/** By ASCII code. */
export const MARKS: Int32Array = makeMarks();

function makeMarks(): Int32Array {
  const marks = new Int32Array(128);
  for (let code = 0; code < 128; code++) {
    const letter = String.fromCharCode(code);
    if (/[A-Za-z]/.test(letter)) marks[code] = MARK.letter;
    else if (/[0-9]/.test(letter)) marks[code] = MARK.digit;
    else if (/[\n\r]/.test(letter)) marks[code] = MARK.line | MARK.blank;
    else if (/[ \t\v\f]/.test(letter)) marks[code] = MARK.blank;
    else marks[code] = SIGNS[letter] ?? MARK.control;
  }
  return marks;
}

/** All groups of a text. One look at each character. */
export function marksOf(text: string): number {
  let marks = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    marks |= code < 128 ? (MARKS[code] ?? 0) : MARK.high;
  }
  return marks;
}
