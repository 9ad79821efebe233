/**
 * Told names: which names of members may stand in a pointer, in an answer or in the record.
 *
 * Names in a body are the sender's to invent: a secret in the wrong place, words of an attack, a page of text. A name that some
 * contract of this process speaks of is nobody's secret; any other is told only where it is such as people name members.
 */

/** Names with unusual characters that are remembered; of more, those are told that are words. */
export const DECLARED_MAX = 100_000;
/** Characters of a name that no contract speaks of. */
export const WORD_CHARACTERS = 40;
/** Digits of one: keys, numbers of cards and accounts have more. */
export const WORD_DIGITS = 2;
/** Capitals in a row. */
export const WORD_CAPITALS = 10;
/** Characters for each change between small letters, capitals and digits: `createdBy` has one in nine, a random key two in three. */
export const CHARACTERS_PER_CHANGE = 3;

const declared = new Set<string>();

/** For whoever reads a contract: this name stands in it. */
export function declareName(name: string): void {
  if (declared.size < DECLARED_MAX && !isWord(name)) declared.add(name);
}

/** Whether a step of a pointer may be told: the number of an item, a declared name, or a word. */
export function isTold(step: string): boolean {
  return /^[0-9]{1,8}$/.test(step) || isWord(step) || declared.has(step);
}

function isWord(name: string): boolean {
  if (name.length > WORD_CHARACTERS || !/^[A-Za-z_][A-Za-z0-9_-]*$/.test(name)) return false;
  let [digits, changes, capitals] = [0, 0, 0];
  for (let at = 0; at < name.length; at += 1) {
    const sort = sortOf(name, at);
    if (sort === DIGIT) digits += 1;
    capitals = sort === CAPITAL ? capitals + 1 : 0;
    if (capitals > WORD_CAPITALS) return false;
    if (at > 0 && sort !== sortOf(name, at - 1)) changes += 1;
  }
  return digits <= WORD_DIGITS && changes * CHARACTERS_PER_CHANGE <= name.length + CHARACTERS_PER_CHANGE;
}

const DIGIT = 1;
const CAPITAL = 2;

/** Small letters and the signs between them are one. */
function sortOf(name: string, at: number): number {
  const code = name.charCodeAt(at);
  return code >= 0x30 && code <= 0x39 ? DIGIT : code >= 0x41 && code <= 0x5a ? CAPITAL : 0;
}
