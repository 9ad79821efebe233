/**
 * Parse pattern: reads a regular expression as ECMA-262 does with the `u` flag.
 *
 * Kinder than `u` in what every engine reads alike: a needless backslash before punctuation, a brace or bracket that
 * opens nothing. A needless backslash before a letter is refused, because other engines give some of them a meaning.
 */
import { charSet, type CharSet, CODE_POINT_MAX, DIGITS, invertRanges, LINE_ENDS, type Property, type Range, SPACES, WORDS } from "./char-set.ts";
import type { Piece } from "./piece.ts";

/** Characters of one pattern. */
export const PATTERN_CHARACTERS = 4_096;
/** Groups within groups. */
const GROUPS_NESTED = 64;

/** The pattern as pieces, or a sentence that says why it cannot be used. */
export function parsePattern(source: string): Piece | { readonly wrong: string } {
  if (source.length > PATTERN_CHARACTERS) return { wrong: `is longer than ${PATTERN_CHARACTERS} characters` };
  try {
    return new Parser(source).pattern();
  } catch (fault) {
    if (fault instanceof Unreadable) return { wrong: fault.message };
    throw fault;
  }
}

/** Thrown inside this file only: a pattern is read at start-up, not while a request waits. */
class Unreadable extends Error {}

const CONTROLS: ReadonlyMap<string, number> = new Map([["t", 9], ["n", 10], ["v", 11], ["f", 12], ["r", 13]]);
const CLASSES: ReadonlyMap<string, readonly Range[]> = new Map([["d", DIGITS], ["w", WORDS], ["s", SPACES]]);

type Escape = { readonly code: number } | { readonly ranges: readonly Range[] } | { readonly property: Property };

class Parser {
  readonly #characters: readonly string[];
  #at = 0;
  #depth = 0;

  constructor(source: string) {
    this.#characters = Array.from(source);
  }

  pattern(): Piece {
    const piece = this.#choice();
    if (this.#at < this.#characters.length) throw new Unreadable("has a closing parenthesis too many");
    return piece;
  }

  #peek(text: string): boolean {
    for (let index = 0; index < text.length; index += 1) if (this.#characters[this.#at + index] !== text[index]) return false;
    return true;
  }

  #take(text: string): boolean {
    if (!this.#peek(text)) return false;
    this.#at += text.length;
    return true;
  }

  #choice(): Piece {
    const branches: Piece[] = [this.#sequence()];
    while (this.#take("|")) branches.push(this.#sequence());
    const [only] = branches;
    return branches.length === 1 && only !== undefined ? only : { kind: "choice", of: branches };
  }

  #sequence(): Piece {
    const pieces: Piece[] = [];
    while (this.#at < this.#characters.length && !this.#peek("|") && !this.#peek(")")) {
      const term = this.#term();
      if (term.kind === "sequence") pieces.push(...term.of);
      else pieces.push(term);
    }
    return { kind: "sequence", of: pieces };
  }

  #term(): Piece {
    const piece = this.#atom();
    const count = this.#quantifier();
    if (count === undefined) return piece;
    if (piece.kind === "start" || piece.kind === "end" || piece.kind === "boundary" || piece.kind === "look") throw new Unreadable("repeats something that takes no character");
    this.#take("?");
    if (this.#quantifier() !== undefined) throw new Unreadable("repeats a repetition");
    return { kind: "repeat", of: piece, min: count[0], max: count[1] };
  }

  #quantifier(): readonly [number, number] | undefined {
    if (this.#take("*")) return [0, Infinity];
    if (this.#take("+")) return [1, Infinity];
    if (this.#take("?")) return [0, 1];
    if (!this.#peek("{")) return undefined;
    const close = this.#characters.indexOf("}", this.#at);
    const inside = close === -1 ? "" : this.#characters.slice(this.#at + 1, close).join("");
    const match = /^(\d{1,6})(?:(,)(\d{1,6})?)?$/.exec(inside);
    if (match === null) return undefined;
    this.#at = close + 1;
    const min = Number(match[1]);
    const max = match[2] === undefined ? min : match[3] === undefined ? Infinity : Number(match[3]);
    if (max < min) throw new Unreadable("has a repetition whose bounds are the wrong way round");
    return [min, max];
  }

  #atom(): Piece {
    if (this.#take("^")) return { kind: "start" };
    if (this.#take("$")) return { kind: "end" };
    if (this.#take("\\b")) return { kind: "boundary", negated: false };
    if (this.#take("\\B")) return { kind: "boundary", negated: true };
    if (this.#peek("(")) return this.#group();
    if (this.#take("[")) return { kind: "set", set: this.#class() };
    if (this.#take(".")) return { kind: "set", set: charSet(LINE_ENDS, [], true) };
    if (this.#take("\\")) return { kind: "set", set: asSet(this.#escape(false)) };
    if (this.#peek("*") || this.#peek("+") || this.#peek("?")) throw new Unreadable("repeats nothing");
    return { kind: "set", set: asSet({ code: this.#character() }) };
  }

  #character(): number {
    const character = this.#characters[this.#at];
    if (character === undefined) throw new Unreadable("ends too early");
    this.#at += 1;
    return character.codePointAt(0) ?? 0;
  }

  #group(): Piece {
    this.#depth += 1;
    if (this.#depth > GROUPS_NESTED) throw new Unreadable(`nests more than ${GROUPS_NESTED} groups`);
    const look = this.#look();
    if (look === undefined && !this.#take("(?:")) this.#openGroup();
    const inside = this.#choice();
    if (!this.#take(")")) throw new Unreadable("has a group that is not closed");
    this.#depth -= 1;
    return look === undefined ? inside : { kind: "look", ...look, of: inside };
  }

  #look(): { readonly ahead: boolean; readonly negated: boolean } | undefined {
    if (this.#take("(?=")) return { ahead: true, negated: false };
    if (this.#take("(?!")) return { ahead: true, negated: true };
    if (this.#take("(?<=")) return { ahead: false, negated: false };
    if (this.#take("(?<!")) return { ahead: false, negated: true };
    return undefined;
  }

  #openGroup(): void {
    if (this.#take("(?<")) {
      const close = this.#characters.indexOf(">", this.#at);
      if (close === -1 || !/^[$_\p{ID_Start}][$\p{ID_Continue}]*$/u.test(this.#characters.slice(this.#at, close).join(""))) throw new Unreadable("has a group with a name that is none");
      this.#at = close + 1;
      return;
    }
    if (this.#peek("(?")) throw new Unreadable("has a kind of group that is not part of ECMA-262");
    this.#take("(");
  }

  #class(): CharSet {
    const negated = this.#take("^");
    const ranges: Range[] = [];
    const properties: Property[] = [];
    while (!this.#take("]")) {
      const from = this.#classAtom();
      const isRange = this.#peek("-") && this.#characters[this.#at + 1] !== "]" && this.#at + 1 < this.#characters.length;
      if (!("code" in from)) {
        if ("ranges" in from) ranges.push(...from.ranges);
        else properties.push(from.property);
      } else if (isRange) {
        this.#at += 1;
        this.#classRange(from.code, ranges);
      } else {
        ranges.push([from.code, from.code]);
      }
    }
    return charSet(ranges, properties, negated);
  }

  #classRange(from: number, ranges: Range[]): void {
    const to = this.#classAtom();
    if (!("code" in to)) throw new Unreadable("has a range that ends in a class");
    if (to.code < from) throw new Unreadable("has a range whose ends are the wrong way round");
    ranges.push([from, to.code]);
  }

  #classAtom(): Escape {
    return this.#take("\\") ? this.#escape(true) : { code: this.#character() };
  }

  /** After a backslash. */
  #escape(isClass: boolean): Escape {
    const code = this.#character();
    const letter = String.fromCodePoint(code);
    const control = CONTROLS.get(letter);
    if (control !== undefined) return { code: control };
    const ranges = CLASSES.get(letter.toLowerCase());
    if (ranges !== undefined) return { ranges: letter === letter.toLowerCase() ? ranges : invertRanges(ranges) };
    if (letter === "b" && isClass) return { code: 8 };
    if (letter === "x") return { code: this.#hexadecimal(2) };
    if (letter === "u") return { code: this.#unicode() };
    if (letter === "p" || letter === "P") return { property: this.#property(letter === "P") };
    if (letter === "c") return { code: this.#control() };
    if (letter === "0" && !/\d/.test(this.#characters[this.#at] ?? "")) return { code: 0 };
    if (/[0-9k]/.test(letter)) throw new Unreadable("refers back to what a group took, which has no linear-time matcher");
    if (/[a-zA-Z]/.test(letter)) throw new Unreadable(`has the escape \\${letter}, which ECMA-262 does not know`);
    return { code };
  }

  #hexadecimal(count: number): number {
    const text = this.#characters.slice(this.#at, this.#at + count).join("");
    if (text.length !== count || !/^[0-9a-fA-F]+$/.test(text)) throw new Unreadable("has an escape with too few hexadecimal digits");
    this.#at += count;
    return Number.parseInt(text, 16);
  }

  #unicode(): number {
    if (this.#take("{")) {
      const close = this.#characters.indexOf("}", this.#at);
      const text = this.#characters.slice(this.#at, close).join("");
      const code = /^[0-9a-fA-F]{1,8}$/.test(text) ? Number.parseInt(text, 16) : CODE_POINT_MAX + 1;
      if (close === -1 || code > CODE_POINT_MAX) throw new Unreadable("has an escape that names no character");
      this.#at = close + 1;
      return code;
    }
    const unit = this.#hexadecimal(4);
    if (unit < 0xd800 || unit > 0xdbff || !this.#peek("\\u")) return unit;
    const before = this.#at;
    this.#at += 2;
    const low = this.#hexadecimal(4);
    if (low >= 0xdc00 && low <= 0xdfff) return 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
    this.#at = before;
    return unit;
  }

  #control(): number {
    const code = this.#character();
    if (!/^[a-zA-Z]$/.test(String.fromCodePoint(code))) throw new Unreadable("has a control escape without its letter");
    return code % 32;
  }

  #property(negated: boolean): Property {
    const close = this.#characters.indexOf("}", this.#at);
    const name = this.#characters.slice(this.#at + 1, close).join("");
    if (!this.#peek("{") || close === -1 || !/^[A-Za-z0-9_=]{1,64}$/.test(name) || !isProperty(name)) throw new Unreadable("names a Unicode property that ECMA-262 does not know");
    this.#at = close + 1;
    return { name, negated };
  }
}

function asSet(escape: Escape): CharSet {
  if ("code" in escape) return charSet([[escape.code, escape.code]]);
  return "ranges" in escape ? charSet(escape.ranges) : charSet([], [escape.property]);
}

function isProperty(name: string): boolean {
  try {
    return new RegExp(`\\p{${name}}`, "u").source !== "";
  } catch {
    return false;
  }
}
