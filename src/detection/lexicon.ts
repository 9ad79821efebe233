/**
 * Lexicon: the words that some detector knows, each under one number.
 *
 * Every word of every text is looked up once, however many detectors there are. No substring is made for it: the hash
 * grows while the word is read, and the letters are compared where they stand. Case does not matter.
 */

/** Words in all; a table of a detector has a byte for each. */
export const WORDS_MAX = 4_096;
const SLOTS = 16_384;

const words: string[] = [""];
const slots = new Uint16Array(SLOTS);

/** The hash of nothing, to begin with. */
export const HASH_START = 0x811c9dc5;

/** One more letter, in lower case. */
export function hashOn(hash: number, code: number): number {
  return Math.imul(hash ^ code, 0x01000193);
}

/** What one detector makes of words: a small number per word, 0 for all that it does not know. */
export type WordTable = Uint8Array;

/**
 * Makes a detector's table, while the program loads.
 *
 * @param classes each number with its words, parted by blanks
 */
export function wordTable(classes: Readonly<Record<number, string>>): WordTable {
  const table = new Uint8Array(WORDS_MAX);
  for (const [value, list] of Object.entries(classes)) for (const word of list.split(/\s+/)) if (word !== "") table[numberOf(word)] = Number(value);
  return table;
}

function numberOf(word: string): number {
  let hash = HASH_START;
  for (let at = 0; at < word.length; at++) hash = hashOn(hash, word.charCodeAt(at));
  const known = findWord(word, 0, word.length, hash);
  if (known !== 0) return known;
  if (words.length >= WORDS_MAX) throw new RangeError("the lexicon is full");
  let slot = slotOf(hash);
  while (slots[slot] !== 0) slot = (slot + 1) % SLOTS;
  slots[slot] = words.length;
  words.push(word);
  return words.length - 1;
}

/** The number of the word that stands in `text` between the two places, or 0. */
export function findWord(text: string, from: number, to: number, hash: number): number {
  for (let slot = slotOf(hash); ; slot = (slot + 1) % SLOTS) {
    const number = slots[slot] ?? 0;
    if (number === 0) return 0;
    const word = words[number] ?? "";
    if (word.length === to - from && isSame(word, text, from)) return number;
  }
}

function slotOf(hash: number): number {
  return (hash ^ (hash >>> 15)) & (SLOTS - 1);
}

function isSame(word: string, text: string, from: number): boolean {
  for (let at = 0; at < word.length; at++) if (word.charCodeAt(at) !== lowerCode(text.charCodeAt(from + at))) return false;
  return true;
}

/** An ASCII letter in lower case, everything else as it is. */
export function lowerCode(code: number): number {
  return code >= 0x41 && code <= 0x5a ? code + 32 : code;
}
