/**
 * Prepare: names and passwords in the one form in which they are compared.
 *
 * Two keyboards write the same letter in two ways; both must log in (RFC 8265: names as UsernameCasePreserved, passwords
 * as OpaqueString). Only the forms are made alike: no password is changed in its letters, cut or folded.
 */
export const NAME_CHARACTERS_MAX = 255;
export const PASSWORD_CHARACTERS_MAX = 1_024;

/** undefined: cannot be a name. */
export function prepareName(text: string): string | undefined {
  const name = text.normalize("NFC");
  return name.length > 0 && name.length <= NAME_CHARACTERS_MAX && !CONTROL.test(name) && !name.includes(":") && name.isWellFormed() && name.trim() === name ? name : undefined;
}

/** undefined: cannot be a password. */
export function preparePassword(text: string): string | undefined {
  const password = text.replace(OTHER_SPACES, " ").normalize("NFC");
  return password.length > 0 && password.length <= PASSWORD_CHARACTERS_MAX && !CONTROL.test(password) && password.isWellFormed() ? password : undefined;
}

const CONTROL = /[\0-\x1f\x7f-\x9f]/;
/** Zs of Unicode, without the space itself. */
const OTHER_SPACES = /[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]/g;

/** What a password alone must be, without a second factor (NIST SP 800-63B-4, section 3.1.1). */
export const PASSWORD_CHARACTERS_MIN = 15;
const DISTINCT_MIN = 5;

/** Why a new password is not good enough; undefined: it is. Long and not to be guessed, and nothing about its letters. */
export function findPasswordFault(password: string, name: string): string | undefined {
  const characters = Array.from(password);
  if (characters.length < PASSWORD_CHARACTERS_MIN) return `shorter than ${PASSWORD_CHARACTERS_MIN} characters`;
  if (new Set(characters).size < DISTINCT_MIN) return "too few different characters";
  const folded = password.toLowerCase();
  if (folded.includes(name.toLowerCase()) && password.length < name.length + PASSWORD_CHARACTERS_MIN) return "made of the name";
  return isRun(characters) ? "a row of the alphabet or of digits" : undefined;
}

/** 0123456789012345, abcdefghijklmnop, and the same backwards. */
function isRun(characters: readonly string[]): boolean {
  const steps = characters.slice(1).map((character, at) => (character.codePointAt(0) ?? 0) - (characters[at]?.codePointAt(0) ?? 0));
  const [first] = steps;
  return steps.filter((step) => step === first || step === -9 || step === 9).length === steps.length && (first === 1 || first === -1);
}
