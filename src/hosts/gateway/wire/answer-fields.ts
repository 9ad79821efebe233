/**
 * Answer fields: where the names and values of a block of field lines stand, walked once with a table of classes.
 *
 * For heads and trailers of answers. Names are tokens, right before their colon; values hold no control but the tab; a
 * line ends with CRLF and is never folded; CR, LF and NUL stand nowhere else (RFC 9112, section 5).
 */
export const ANSWER_FIELDS_MAX = 200;

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

/** How a walk ends: at the empty line, with its octets before it, or at something that cannot be. */
export const WELL = 0;
export const MORE = 1;
export const BAD = 2;
export const MANY = 3;
export type WalkEnd = typeof WELL | typeof MORE | typeof BAD | typeof MANY;

/** Walks blocks, one after the other. Holds nothing but numbers. */
export class FieldWalk {
  /** Lines of the last block. */
  count = 0;
  /** Offset behind its empty line. */
  end = 0;
  /** Four offsets for each line: the name's beginning and end, the value's beginning and end. */
  readonly places: Int32Array = new Int32Array(4 * ANSWER_FIELDS_MAX);

  walk(bytes: Uint8Array, from: number, to: number): WalkEnd {
    const { places } = this;
    let at = from;
    for (let place = 0; ; place += 4) {
      const line = at;
      if (at < to && bytes[at] === CR) return this.#close(bytes, at, to, place / 4);
      while (at < to && ((CLASSES[bytes[at] ?? 0] ?? 0) & NAME) !== 0) at++;
      const nameEnd = at;
      if (at >= to) return MORE;
      if (at === line || bytes[at] !== COLON) return BAD;
      at++;
      while (at < to && (bytes[at] === SPACE || bytes[at] === TAB)) at++;
      const value = at;
      at = endOfText(bytes, at, to);
      if (at >= to) return MORE;
      if (bytes[at] !== CR) return BAD;
      if (at + 1 >= to) return MORE;
      if (bytes[at + 1] !== LF) return BAD;
      if (place === places.length) return MANY;
      let valueEnd = at;
      while (valueEnd > value && (bytes[valueEnd - 1] === SPACE || bytes[valueEnd - 1] === TAB)) valueEnd--;
      places[place] = line;
      places[place + 1] = nameEnd;
      places[place + 2] = value;
      places[place + 3] = valueEnd;
      at += 2;
    }
  }

  #close(bytes: Uint8Array, at: number, to: number, count: number): WalkEnd {
    if (at + 1 >= to) return MORE;
    if (bytes[at + 1] !== LF) return BAD;
    this.count = count;
    this.end = at + 2;
    return WELL;
  }
}

/** The offset of the first octet that no value and no reason phrase may hold. */
export function endOfText(bytes: Uint8Array, from: number, to: number): number {
  let at = from;
  while (at < to && ((CLASSES[bytes[at] ?? 0] ?? 0) & VALUE) !== 0) at++;
  return at;
}
