/**
 * Field text: what may be written as a field's name or value, towards callers and towards the API.
 *
 * The last look before the wire: whatever a guard or an API put there, it cannot split a message. What was read off a
 * strict wire has been looked at already (see `sound` in fields.ts).
 */

// One class of characters, repeated: linear.
const NAME = /^[!#$%&'*+.^_`|~0-9a-z-]+$/;

/** What a value may hold: anything visible, spaces and tabs, and octets beyond ASCII. */
const VALUE = new Uint8Array(256).fill(1, 0x20);
VALUE[0x09] = 1;
VALUE[0x7f] = 0;

/** A token in lower case (RFC 9110, section 5.6.2). */
export function isFieldName(name: string): boolean {
  return NAME.test(name);
}

/** No CR, LF, NUL or other control, and no character beyond one octet (U+010A would leave as LF). */
export function isFieldValue(value: string): boolean {
  for (let at = 0; at < value.length; at++) if (VALUE[value.charCodeAt(at)] !== 1) return false;
  return true;
}
