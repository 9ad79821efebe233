/**
 * Carve: takes parts out of a JSON text and leaves every other byte as it is.
 *
 * One pass over the bytes, along a tree that says what becomes of each value. What is kept whole is passed over without a
 * look inside; nothing is parsed and written again, so numbers, escapes, order and blanks stay what the API wrote. The
 * text must have passed a strict reading (`readJson`): with two members of one name nobody could say which one is meant.
 */
import { hashOn, type NameTable } from "./name-table.ts";
import { BACKSLASH, CLOSE_BRACE, CLOSE_BRACKET, COMMA, OPEN_BRACE, OPEN_BRACKET, QUOTE, skipSpace, skipText, skipValue } from "./skip.ts";

/** Something else stands in the place of the value, as JSON. */
export interface Write {
  readonly kind: "write";
  readonly text: string;
}

export interface Inside {
  readonly kind: "inside";
  /** Of an object: its members by name. */
  readonly members: NameTable<Blade> | undefined;
  /** Those that are not named. */
  readonly rest: Blade | ((name: string) => Blade);
  /** Of an array: the same for all of its items, or one for each. */
  readonly items: Blade | readonly Blade[];
}

/** What becomes of a value. `cut` is said of a member or an item. */
export type Blade = { readonly kind: "keep" } | { readonly kind: "cut" } | Write | Inside;

export const KEEP: Blade = { kind: "keep" };
export const CUT: Blade = { kind: "cut" };

/** @returns the same bytes where nothing is to be done */
export function carve(bytes: Uint8Array, blade: Blade): Uint8Array {
  if (blade.kind === "keep") return bytes;
  const carving = new Carving(bytes);
  carving.value(skipSpace(bytes, 0), blade);
  return carving.finish();
}

class Carving {
  readonly #bytes: Uint8Array;
  /** From and to, in turn and in order: what does not stay. */
  readonly #cuts: number[] = [];
  /** What stands there instead, by the index of its cut. */
  readonly #texts = new Map<number, Uint8Array>();
  #nameEnd = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** From the first byte of the value; answers where it ends. */
  value(from: number, blade: Blade): number {
    if (blade.kind === "inside") {
      const byte = this.#bytes[from];
      if (byte === OPEN_BRACE) return this.#object(from, blade);
      if (byte === OPEN_BRACKET) return this.#array(from, blade);
      return skipValue(this.#bytes, from);
    }
    const end = skipValue(this.#bytes, from);
    if (blade.kind === "write") {
      this.#texts.set(this.#cuts.length, Buffer.from(blade.text, "utf8"));
      this.#cuts.push(from, end);
    }
    return end;
  }

  finish(): Uint8Array {
    const bytes = this.#bytes;
    const cuts = this.#cuts;
    if (cuts.length === 0) return bytes;
    let length = bytes.length;
    for (let index = 0; index < cuts.length; index += 2) length -= (cuts[index + 1] ?? 0) - (cuts[index] ?? 0);
    for (const text of this.#texts.values()) length += text.length;
    const left = Buffer.allocUnsafe(length);
    const source = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let from = 0;
    let at = 0;
    for (let index = 0; index < cuts.length; index += 2) {
      at += source.copy(left, at, from, cuts[index] ?? 0);
      const text = this.#texts.size === 0 ? undefined : this.#texts.get(index);
      if (text !== undefined) {
        left.set(text, at);
        at += text.length;
      }
      from = cuts[index + 1] ?? 0;
    }
    source.copy(left, at, from);
    return left;
  }

  #object(from: number, inside: Inside): number {
    const bytes = this.#bytes;
    let at = skipSpace(bytes, from + 1);
    if (bytes[at] === CLOSE_BRACE) return at + 1;
    let tail = -1;
    let mark = this.#cuts.length;
    while (at < bytes.length) {
      const start = at;
      const blade = this.#member(inside, at);
      // Over the colon, with or without blanks around it.
      at = skipSpace(bytes, skipSpace(bytes, this.#nameEnd) + 1);
      const isCut = blade.kind === "cut";
      const end = blade.kind === "keep" || isCut ? skipValue(bytes, at) : this.value(at, blade);
      at = skipSpace(bytes, end);
      const isLast = bytes[at] !== COMMA;
      if (!isLast) at = skipSpace(bytes, at + 1);
      if (isCut) this.#cut(start, end, isLast ? -1 : at, tail, mark);
      else {
        tail = end;
        mark = this.#cuts.length;
      }
      if (isLast) break;
    }
    return at + 1;
  }

  #array(from: number, { items }: Inside): number {
    const bytes = this.#bytes;
    let at = skipSpace(bytes, from + 1);
    if (bytes[at] === CLOSE_BRACKET) return at + 1;
    let tail = -1;
    let mark = this.#cuts.length;
    for (let index = 0; at < bytes.length; index++) {
      const start = at;
      const blade = isList(items) ? (items[index] ?? CUT) : items;
      const isCut = blade.kind === "cut";
      const end = blade.kind === "keep" || isCut ? skipValue(bytes, at) : this.value(at, blade);
      at = skipSpace(bytes, end);
      const isLast = bytes[at] !== COMMA;
      if (!isLast) at = skipSpace(bytes, at + 1);
      if (isCut) this.#cut(start, end, isLast ? -1 : at, tail, mark);
      else {
        tail = end;
        mark = this.#cuts.length;
      }
      if (isLast) break;
    }
    return at + 1;
  }

  /** The blade of the member whose name begins at this quote; where it ends is left in `#nameEnd`. */
  #member({ members, rest }: Inside, from: number): Blade {
    const bytes = this.#bytes;
    const { length } = bytes;
    let at = from + 1;
    let hash = 0;
    let byte = bytes[at] ?? 0;
    while (byte !== QUOTE && byte !== BACKSLASH && at < length) {
      hash = hashOn(hash, byte);
      at++;
      byte = bytes[at] ?? 0;
    }
    const isPlain = byte === QUOTE;
    this.#nameEnd = isPlain ? at + 1 : skipText(bytes, from);
    const found = isPlain ? members?.find(bytes, from + 1, at, hash) : members?.findText(this.#decode(from));
    return found ?? (typeof rest === "function" ? rest(this.#decode(from)) : rest);
  }

  #decode(from: number): string {
    return JSON.parse(Buffer.from(this.#bytes.buffer, this.#bytes.byteOffset + from, this.#nameEnd - from).toString("utf8")) as string; // with its quotes, of an accepted text
  }

  /**
   * One comma goes with each part that goes: the one behind it, or, behind the last one that stays, the one before it.
   *
   * @param next where the next one begins; -1: there is none
   * @param tail where the last one that stays ends; -1: none does so far
   * @param mark how many cuts there were then
   */
  #cut(start: number, end: number, next: number, tail: number, mark: number): void {
    const cuts = this.#cuts;
    if (next === -1 && tail !== -1) {
      cuts.length = mark;
      cuts.push(tail, end);
      return;
    }
    const to = next === -1 ? end : next;
    if (cuts.length > mark && cuts.at(-1) === start) cuts[cuts.length - 1] = to;
    else cuts.push(start, to);
  }
}

function isList(items: Inside["items"]): items is readonly Blade[] {
  return Array.isArray(items);
}
