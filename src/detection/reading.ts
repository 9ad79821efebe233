/**
 * Reading: a text taken apart into words, numbers and signs, once, for all detectors.
 *
 * The pieces stand in arrays of numbers that are used again for the next text: nothing is made per text. A reading holds
 * at most `READING_CHARACTERS_MAX`; longer texts are read in pieces that overlap (see look.ts).
 */
import { findWord, HASH_START, hashOn, lowerCode } from "./lexicon.ts";
import { MARK, MARKS } from "./marks.ts";

/** Characters of one reading. */
export const READING_CHARACTERS_MAX = 8_192;

/** Types of tokens beside the signs, which have their ASCII code. */
export const WORD = 1;
export const NUMBER = 2;
/** After the last token. */
export const END = 0;

const LETTER = 1;
const DIGIT = 2;
const BLANK = 3;
const SIGN = 4;

const TYPES: Uint8Array = makeTypes();

function makeTypes(): Uint8Array {
  const types = new Uint8Array(128);
  for (let code = 0; code < 128; code++) {
    const letter = String.fromCharCode(code);
    types[code] = /[A-Za-z_]/.test(letter) ? LETTER : /[0-9]/.test(letter) ? DIGIT : code <= 0x20 || code === 0x7f ? BLANK : SIGN;
  }
  return types;
}

function typeOf(code: number): number {
  if (code < 128) return TYPES[code] ?? SIGN;
  return code === 0xa0 || code === 0x3000 || (code >= 0x2000 && code <= 0x200f) || code === 0xfeff || code === 0x2028 || code === 0x2029 || code === 0x85 ? BLANK : LETTER;
}

export class Reading {
  text = "";
  /** Tokens. Behind the last one everything reads as END. */
  count = 0;
  /** See MARK. */
  marks = 0;
  readonly type: Uint8Array = new Uint8Array(READING_CHARACTERS_MAX + 1);
  readonly from: Uint16Array = new Uint16Array(READING_CHARACTERS_MAX + 1);
  readonly to: Uint16Array = new Uint16Array(READING_CHARACTERS_MAX + 1);
  /** Numbers of words in the lexicon. */
  readonly word: Uint16Array = new Uint16Array(READING_CHARACTERS_MAX + 1);
  /** Of a quote: the next token that is the same quote, 0 where there is none. */
  readonly twin: Uint16Array = new Uint16Array(READING_CHARACTERS_MAX + 1);

  /** Takes at most READING_CHARACTERS_MAX characters of the text. */
  read(text: string): void {
    this.text = text;
    this.#lower = undefined;
    const length = Math.min(text.length, READING_CHARACTERS_MAX);
    let count = 0;
    let marks = 0;
    let at = 0;
    while (at < length) {
      const code = text.charCodeAt(at);
      marks |= code < 128 ? (MARKS[code] ?? 0) : MARK.high;
      const type = typeOf(code);
      if (type === BLANK) {
        at++;
        continue;
      }
      this.from[count] = at;
      if (type === LETTER) {
        at = this.#readWord(text, at, length, count);
        if (this.#high) marks |= MARK.high;
        if (this.#digits) marks |= MARK.digit;
      } else if (type === DIGIT) {
        at = this.#readNumber(text, at, length, count);
      } else {
        this.type[count] = code;
        this.word[count] = 0;
        at++;
      }
      this.to[count] = at;
      count++;
    }
    this.count = count;
    this.marks = marks;
    this.type[count] = END;
    this.from[count] = length;
    this.to[count] = length;
    this.word[count] = 0;
    if ((marks & MARK.quote) !== 0) this.#linkQuotes();
  }

  #high = false;
  #digits = false;
  #lower: string | undefined;

  /** The text in lower case, made once for all who ask. */
  get lower(): string {
    return (this.#lower ??= this.text.toLowerCase());
  }

  #readWord(text: string, start: number, length: number, token: number): number {
    let at = start;
    let hash = HASH_START;
    this.#high = false;
    this.#digits = false;
    while (at < length) {
      const code = text.charCodeAt(at);
      const type = typeOf(code);
      if (type !== LETTER && type !== DIGIT) break;
      if (code >= 128) this.#high = true;
      else if (type === DIGIT) this.#digits = true;
      hash = hashOn(hash, lowerCode(code));
      at++;
    }
    this.type[token] = WORD;
    this.word[token] = this.#high ? 0 : findWord(text, start, at, hash);
    return at;
  }

  /** Digits, a fraction, an exponent with digits, or hexadecimal digits behind 0x. Letters behind it are a word. */
  #readNumber(text: string, start: number, length: number, token: number): number {
    this.type[token] = NUMBER;
    this.word[token] = 0;
    let at = start;
    if (text.charCodeAt(at) === 0x30 && (text.charCodeAt(at + 1) | 32) === 0x78 && isHexadecimal(text.charCodeAt(at + 2))) {
      at += 2;
      while (at < length && isHexadecimal(text.charCodeAt(at))) at++;
      return at;
    }
    at = skipDigits(text, at, length);
    if (at < length && text.charCodeAt(at) === 0x2e) at = skipDigits(text, at + 1, length);
    if (at < length && (text.charCodeAt(at) | 32) === 0x65) {
      const sign = text.charCodeAt(at + 1) === 0x2b || text.charCodeAt(at + 1) === 0x2d ? 2 : 1;
      if (TYPES[text.charCodeAt(at + sign)] === DIGIT && at + sign < length) return skipDigits(text, at + sign, length);
    }
    return at;
  }

  #linkQuotes(): void {
    let single = 0;
    let double = 0;
    let back = 0;
    for (let at = this.count - 1; at >= 0; at--) {
      const type = this.type[at];
      if (type === 0x27) {
        this.twin[at] = single;
        single = at;
      } else if (type === 0x22) {
        this.twin[at] = double;
        double = at;
      } else if (type === 0x60) {
        this.twin[at] = back;
        back = at;
      }
    }
  }

  /** The type at a token; END before the first and behind the last one. */
  typeAt(token: number): number {
    return token < 0 || token >= this.count ? END : (this.type[token] ?? END);
  }

  /** What a detector's table says of the word at a token. */
  classAt(token: number, table: Uint8Array): number {
    return token < 0 || token >= this.count ? 0 : (table[this.word[token] ?? 0] ?? 0);
  }

  /** Whether the token stands right behind the one before it. */
  isGlued(token: number): boolean {
    return token > 0 && token < this.count && this.from[token] === this.to[token - 1];
  }

  /** The characters of a token. */
  textAt(token: number): string {
    return token < 0 || token >= this.count ? "" : this.text.slice(this.from[token], this.to[token]);
  }
}

function skipDigits(text: string, from: number, length: number): number {
  let at = from;
  while (at < length) {
    const code = text.charCodeAt(at);
    if (code < 0x30 || code > 0x39) break;
    at++;
  }
  return at;
}

function isHexadecimal(code: number): boolean {
  return (code >= 0x30 && code <= 0x39) || ((code | 32) >= 0x61 && (code | 32) <= 0x66);
}
