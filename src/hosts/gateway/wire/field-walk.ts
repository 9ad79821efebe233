/**
 * Field walk: a block of field lines, walked once with a table of classes: names found, and where the values stand.
 *
 * For heads of requests and of answers, and for trailers. Names are tokens, right before their colon; values hold no
 * control but the tab; a line ends with CRLF and is never folded; CR, LF and NUL stand nowhere else (RFC 9112, section 5).
 */
import { type FieldName, nameAt, valueAt } from "./field-names.ts";
import { hashOn } from "./octet-texts.ts";

const TAB = 0x09;
const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const COLON = 0x3a;

const NAME = 1;
const VALUE = 2;

/** What an octet may be part of. */
const CLASSES = new Uint8Array(256);
for (let octet = 0; octet < 256; octet++) {
  const token = /[!#$%&'*+.^_`|~0-9A-Za-z-]/.test(String.fromCharCode(octet));
  CLASSES[octet] = (token ? NAME : 0) | (octet === TAB || (octet >= SPACE && octet !== 0x7f) ? VALUE : 0);
}

/** How a walk ends: at the empty line, with its octets before it, at something that cannot be, or at a bound. */
export const WELL = 0;
export const MORE = 1;
export const BAD = 2;
export const MANY = 3;
export const LONG = 4;
export type WalkEnd = typeof WELL | typeof MORE | typeof BAD | typeof MANY | typeof LONG;

/** Walks blocks, one after the other. Holds nothing of them but names and numbers. */
export class FieldWalk {
  /** Lines of the last block. */
  count = 0;
  /** Offset behind its empty line. */
  end = 0;
  /** The name of each line. What is beyond `count` is of earlier blocks. */
  readonly names: FieldName[] = [];
  /** Two offsets for each line: the value's beginning and end, without the white space around it. */
  readonly #places: Int32Array;
  readonly #fieldsMax: number;
  readonly #lineBytesMax: number;

  /** @param lineBytesMax bytes of one line, with its end */
  constructor(fieldsMax: number, lineBytesMax: number) {
    this.#fieldsMax = fieldsMax;
    this.#lineBytesMax = lineBytesMax;
    this.#places = new Int32Array(2 * fieldsMax);
  }

  walk(bytes: Buffer, from: number, to: number): WalkEnd {
    const { names } = this;
    const places = this.#places;
    const lineBytesMax = this.#lineBytesMax;
    let at = from;
    for (let count = 0; ; count++) {
      const line = at;
      if (at < to && bytes[at] === CR) return this.#close(bytes, at, to, count);
      let hash = 0;
      let octet = 0;
      while (at < to && ((CLASSES[(octet = bytes[at] ?? 0)] ?? 0) & NAME) !== 0) {
        hash = hashOn(hash, octet);
        at++;
      }
      const nameEnd = at;
      if (at < to && (octet !== COLON || at === line)) return BAD;
      at++;
      while (at < to && (bytes[at] === SPACE || bytes[at] === TAB)) at++;
      const value = at;
      at = endOfText(bytes, at, to);
      if (at + 2 - line > lineBytesMax) return LONG;
      if (at + 1 >= to) return at < to && bytes[at] !== CR ? BAD : MORE;
      if (bytes[at] !== CR || bytes[at + 1] !== LF) return BAD;
      if (count === this.#fieldsMax) return MANY;
      let valueEnd = at;
      while (valueEnd > value && (bytes[valueEnd - 1] === SPACE || bytes[valueEnd - 1] === TAB)) valueEnd--;
      names[count] = nameAt(bytes, line, nameEnd, hash);
      places[2 * count] = value;
      places[2 * count + 1] = valueEnd;
      at += 2;
    }
  }

  /** Where the value of a line ends. */
  valueEnd(line: number): number {
    return this.#places[2 * line + 1] ?? 0;
  }

  /**
   * The value of a line of the last block.
   *
   * @param text the octets `bytes[from..]` as characters
   */
  valueOf(line: number, bytes: Buffer, text: string, from: number): string {
    const begin = this.#places[2 * line] ?? 0;
    const end = this.valueEnd(line);
    return this.names[line]?.repeats === true ? valueAt(bytes, begin, end) : text.slice(begin - from, end - from);
  }

  #close(bytes: Buffer, at: number, to: number, count: number): WalkEnd {
    if (at + 1 >= to) return MORE;
    if (bytes[at + 1] !== LF) return BAD;
    this.count = count;
    this.end = at + 2;
    return WELL;
  }
}

/** The offset of the first octet that no value and no reason phrase may hold. */
export function endOfText(bytes: Buffer, from: number, to: number): number {
  let at = from;
  while (at < to && ((CLASSES[bytes[at] ?? 0] ?? 0) & VALUE) !== 0) at++;
  return at;
}
