/**
 * Needles: words looked for anywhere in a text, all of a list at once.
 *
 * One walk over the text, whatever the length of the list: two characters are looked up in a table, and only where a word
 * begins with both are words compared. Every place where a word stands is judged, so that one that does not count hides no
 * later one that does.
 */

/** Of ASCII: a word begins with two of these. */
const CODES = 128;

/** @returns whether the word at this place counts */
export type Judge = (text: string, at: number, word: string) => boolean;

export class Needles {
  /** For each pair of codes, the number of its words; 0 for none. */
  readonly #pairs = new Uint8Array(CODES * CODES);
  readonly #words: string[][] = [[]];

  /** @throws RangeError for a word that is too short or does not begin in ASCII, and for more beginnings than are counted */
  constructor(words: Iterable<string>) {
    for (const word of words) {
      const [first, second] = [word.charCodeAt(0), word.charCodeAt(1)];
      if (!(first < CODES && second < CODES)) throw new RangeError(`"${word}" does not begin with two characters of ASCII`);
      const pair = first * CODES + second;
      const known = this.#pairs[pair] ?? 0;
      if (known !== 0) this.#words[known]?.push(word);
      else this.#pairs[pair] = this.#words.push([word]) - 1;
    }
    if (this.#words.length > 256) throw new RangeError("too many beginnings");
  }

  /** The first word that counts, in the order of the text; undefined where none does. */
  find(text: string, judge: Judge = counts): string | undefined {
    const pairs = this.#pairs;
    let before = CODES;
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (before < CODES && code < CODES) {
        const number = pairs[before * CODES + code] ?? 0;
        if (number !== 0) {
          const found = this.#at(text, at - 1, number, judge);
          if (found !== undefined) return found;
        }
      }
      before = code;
    }
    return undefined;
  }

  #at(text: string, at: number, number: number, judge: Judge): string | undefined {
    const words = this.#words[number] ?? [];
    return words.find((word) => text.startsWith(word, at) && judge(text, at, word));
  }
}

function counts(): boolean {
  return true;
}
