/**
 * Plain text: text without the characters that only control something.
 *
 * A NUL ends a text for programs in C, an escape sequence rewrites the terminal of whoever reads the log. Tabs and line
 * breaks belong to text of several lines, and so does U+0085, the next-line character.
 */

/** One class, one look at each character: linear. */
const CONTROLS = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u0084\u0086-\u009f]/;
const ANY_CONTROL = /[\u0000-\u001f\u007f-\u009f]/;

export function isPlainText(text: string): boolean {
  return !CONTROLS.test(text);
}

/** No line breaks or tabs either: names, and whatever stands on one line. */
export function isPlainLine(text: string): boolean {
  return !ANY_CONTROL.test(text);
}

/** The same for one unit of UTF-16. */
export function isControl(unit: number): boolean {
  return (unit < 0x20 && unit !== 0x09 && unit !== 0x0a && unit !== 0x0d) || (unit >= 0x7f && unit < 0xa0 && unit !== 0x85);
}
