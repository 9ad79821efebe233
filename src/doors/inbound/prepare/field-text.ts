/**
 * Field text: writes any text as the value of a header field, and always the same way back.
 *
 * Visible ASCII stands as it is; everything else, and the percent sign, is percent-encoded as UTF-8 (RFC 3986, section
 * 2.1), so that neither a line end nor a space in a name can begin a field of its own. decodeURIComponent, and its like in
 * every language, reads it back.
 */

/** Characters of one value, encoded: room for long names, and below what servers accept of one field. */
export const FIELD_TEXT_CHARACTERS_MAX = 4_096;

/** undefined: longer than `FIELD_TEXT_CHARACTERS_MAX`. Half a surrogate pair is written as U+FFFD. */
export function writeFieldText(text: string): string | undefined {
  if (text.length > FIELD_TEXT_CHARACTERS_MAX) return undefined;
  const written = PLAIN.test(text) ? text : text.toWellFormed().replace(FOREIGN, encodeURIComponent);
  return written.length > FIELD_TEXT_CHARACTERS_MAX ? undefined : written;
}

/** Visible ASCII but the percent sign; one class, one loop: linear. */
const PLAIN = /^[!-$&-~]*$/;
/** Runs, so that the two halves of a surrogate pair are encoded together. */
const FOREIGN = /[^!-$&-~]+/g;
