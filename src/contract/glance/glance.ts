/**
 * Glance: one pass over the bytes of a JSON text that says yes, or does not know.
 *
 * Yes means two things at once: the text is sound as `readJson` has it (grammar, names, numbers, bounds), and its value fits
 * the schema. Nothing is built on the way: names are compared as bytes, most texts and numbers are judged where they stand,
 * and what only a value can tell (alternatives, equal items) is asked with the part that it is about. Whatever is unusual
 * (a name with an escape, a number with an exponent that a double would round) and whatever is wrong ends the pass: then the
 * text is read and explained the slow way, so that a pass that gives up too early costs time and never an answer.
 */
import type { JsonBounds } from "../json.ts";
import { JsonNames, NAMES_COMPARED } from "../json-names.ts";
import { DEPTH_LEVELS_MAX } from "../json-scan.ts";
import { survivesAsDouble } from "../json-number.ts";
import type { Json } from "../json-value.ts";
import type { FreeSpots } from "./free-spots.ts";
import { ARRAY, BOOLEAN, INTEGER, type ItemsChart, type LateTest, type MembersChart, NAMES_AS_BITS, NULL, NUMBER, OBJECT, type Chart, STRING, type Test } from "./chart.ts";
import { TextJudge } from "./text-judge.ts";

/** Bytes of which values are made, for each of the text: what asks for more is read as a whole. */
export const MADE_RATIO = 3;
/** Digits of a decimal that a double holds as exactly as they are written, when they are divided by a power of ten. */
const DIGITS_EXACT = 15;
const POWERS: Float64Array = Float64Array.from({ length: DIGITS_EXACT + 1 }, (_, index) => 10 ** index);

const QUOTE = 0x22;
const COMMA = 0x2c;

/** One pass over one text, which must be UTF-8. Each method stands on its first byte. */
export class Glance {
  readonly #bytes: Buffer;
  readonly #bounds: JsonBounds;
  readonly #end: number;
  readonly #depthMax: number;
  readonly #texts: TextJudge;
  readonly #spots: FreeSpots | undefined;
  /** So far every name was one that its chart knows. */
  named = true;
  #names: JsonNames | undefined = undefined;
  #at = 0;
  #depth = 0;
  #values = 0;
  /** Bytes of which values have been made. */
  #made = 0;

  /** @param spots takes where the texts stand that have to be looked at */
  constructor(bytes: Buffer, bounds: JsonBounds, spots?: FreeSpots) {
    this.#bytes = bytes;
    this.#bounds = bounds;
    this.#end = bytes.length;
    this.#depthMax = Math.min(bounds.depth, DEPTH_LEVELS_MAX);
    this.#texts = new TextJudge(bytes, bounds.controls);
    this.#spots = spots;
  }

  fits(chart: Chart): boolean {
    this.#space();
    if (!this.#value(chart)) return false;
    this.#space();
    return this.#at === this.#end;
  }

  #space(): void {
    const bytes = this.#bytes;
    let at = this.#at;
    while (at < this.#end) {
      const byte = bytes[at];
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) break;
      at += 1;
    }
    this.#at = at;
  }

  #value(chart: Chart): boolean {
    this.#values += 1;
    if (this.#values > this.#bounds.values) return false;
    if (!chart.drawn) chart.draw();
    if (chart.late.length > 0) return this.#late(chart);
    return this.#sort(chart) !== 0;
  }

  /** Answers the type of the value, or 0 for a no. */
  #sort(chart: Chart): number {
    const { types } = chart;
    switch (this.#bytes[this.#at]) {
      case QUOTE:
        return (types & STRING) !== 0 && this.#string(chart) ? STRING : 0;
      case 0x7b:
        return (types & OBJECT) !== 0 && this.#nest() && this.#object(chart.members) ? OBJECT : 0;
      case 0x5b:
        return (types & ARRAY) !== 0 && this.#nest() && this.#array(chart.items) ? ARRAY : 0;
      case 0x74:
        return (types & BOOLEAN) !== 0 && this.#literal("true") ? BOOLEAN : 0;
      case 0x66:
        return (types & BOOLEAN) !== 0 && this.#literal("false") ? BOOLEAN : 0;
      case 0x6e:
        return (types & NULL) !== 0 && this.#literal("null") ? NULL : 0;
      default:
        return (types & (NUMBER | INTEGER)) !== 0 && this.#number(types, chart.numbers) ? INTEGER | NUMBER : 0;
    }
  }

  /** What has been scanned is made a value, for those who ask for it. */
  #late(chart: Chart): boolean {
    const start = this.#at;
    const type = this.#sort(chart);
    if (type === 0) return false;
    // Parts within parts would be made anew, once for each level.
    this.#made += this.#at - start;
    if (this.#made > MADE_RATIO * this.#end) return false;
    const asking = chart.late.filter(({ types }: LateTest) => (types & type) !== 0);
    if (asking.length === 0) return true;
    const value = JSON.parse(this.#bytes.toString("utf8", start, this.#at)) as Json; // what has passed the scan is Json by definition
    return asking.every(({ test }) => test(value));
  }

  #nest(): boolean {
    this.#depth += 1;
    this.#at += 1;
    if (this.#depth > this.#depthMax) return false;
    this.#space();
    return true;
  }

  #leave(): true {
    this.#depth -= 1;
    this.#at += 1;
    return true;
  }

  #array({ prefix, rest, least, most }: ItemsChart): boolean {
    if (this.#bytes[this.#at] === 0x5d) return least === 0 && this.#leave();
    for (let index = 0; index < most; index += 1) {
      if (!this.#value(index < prefix.length ? (prefix[index] ?? rest) : rest)) return false;
      const byte = this.#next();
      if (byte === 0x5d) return index + 1 >= least && this.#leave();
      if (byte !== COMMA) return false;
      this.#at += 1;
      this.#space();
    }
    return false;
  }

  #object(chart: MembersChart): boolean {
    const { names } = chart;
    const bytes = this.#bytes;
    if (bytes[this.#at] === 0x7d) return chart.least === 0 && chart.required.length === 0 && this.#leave();
    if (chart.strayNames) this.#spots?.giveUp();
    const most = Math.min(chart.most, this.#bounds.members);
    const flags = names.count > NAMES_AS_BITS ? new Uint8Array(names.count) : undefined;
    let bits = 0;
    let last = names.count;
    let others: OtherNames | undefined;
    for (let count = 1; count <= most; count += 1) {
      if (bytes[this.#at] !== QUOTE) return false;
      const start = this.#at + 1;
      let index = names.expect(bytes, start, last);
      if (index >= 0) {
        this.#at = start + names.bytesOf(index) + 1;
      } else {
        if (!this.#name()) return false;
        index = names.find(bytes, start, this.#at - 1, this.#texts.hash);
        if (index >= 0) names.learn(last, index);
      }
      if (index < 0) {
        this.named = false;
        others ??= this.#otherNames();
        if (!this.#admit(others, start)) return false;
        if (chart.freeNames) this.#spots?.addName(start, this.#at - 1);
      } else {
        if (flags === undefined ? (bits & (1 << index)) !== 0 : flags[index] !== 0) return false;
        if (flags === undefined) bits |= 1 << index;
        else flags[index] = 1;
        last = index;
      }
      if (this.#next() !== 0x3a) return false;
      this.#at += 1;
      this.#space();
      if (!this.#value(index < 0 ? chart.rest : (chart.charts[index] ?? chart.rest))) return false;
      const byte = this.#next();
      if (byte === 0x7d) {
        if (others !== undefined) this.#names?.release(others.base);
        return count >= chart.least && (flags === undefined ? (bits & chart.requiredBits) === chart.requiredBits : chart.required.every((name) => flags[name] === 1)) && this.#leave();
      }
      if (byte !== COMMA) return false;
      this.#at += 1;
      this.#space();
    }
    return false;
  }

  #otherNames(): OtherNames {
    this.#names ??= new JsonNames(this.#bytes, this.#bounds);
    return { base: this.#names.mark(), count: 0, known: undefined };
  }

  /** Keeps a name that the chart does not know, from `start` to before the last byte. */
  #admit(others: OtherNames, start: number): boolean {
    const names = this.#names;
    if (names === undefined) return false;
    const end = this.#at - 1;
    others.count += 1;
    if (others.count > NAMES_COMPARED) others.known ??= names.collect(others.base);
    return (others.known === undefined ? names.admit(start, end, this.#texts.hash, others.base) : names.admitText(start, end, others.known)) === undefined;
  }

  /** The next byte that is no blank, and stays there. */
  #next(): number {
    const byte = this.#bytes[this.#at] ?? 0;
    if (byte > 0x20) return byte;
    this.#space();
    return this.#bytes[this.#at] ?? 0;
  }

  /** A name without escapes. */
  #name(): boolean {
    const texts = this.#texts;
    const start = this.#at + 1;
    const end = texts.endOfName(start);
    if (end < 0 || end - start > this.#bounds.stringBytes) return false;
    this.#at = end + 1;
    return true;
  }

  #string(chart: Chart): boolean {
    const texts = this.#texts;
    const start = this.#at + 1;
    const end = texts.endOf(start);
    if (end < 0 || end - start > this.#bounds.stringBytes) return false;
    this.#at = end + 1;
    if (chart.kind !== 0) this.#spots?.add(start, end, chart.kind, texts.plain);
    return chart.text === undefined || texts.fits(chart.text, start, end);
  }

  #literal(word: string): boolean {
    for (let index = 0; index < word.length; index += 1) if (this.#bytes[this.#at + index] !== word.charCodeAt(index)) return false;
    this.#at += word.length;
    return true;
  }

  #number(types: number, tests: readonly Test<number>[]): boolean {
    const bytes = this.#bytes;
    const start = this.#at;
    const negative = bytes[start] === 0x2d;
    const whole = negative ? start + 1 : start;
    let at = whole;
    let value = 0;
    let byte = bytes[at] ?? 0;
    while (byte >= 0x30 && byte <= 0x39) {
      value = value * 10 + (byte - 0x30);
      at += 1;
      byte = bytes[at] ?? 0;
    }
    let digits = at - whole;
    if (digits === 0 || (digits > 1 && bytes[whole] === 0x30)) return false;
    if (byte === 0x2e) {
      const point = at;
      at += 1;
      byte = bytes[at] ?? 0;
      while (byte >= 0x30 && byte <= 0x39) {
        value = value * 10 + (byte - 0x30);
        at += 1;
        byte = bytes[at] ?? 0;
      }
      const places = at - point - 1;
      if (places === 0) return false;
      digits += places;
      // Both are exact, so what comes out is the double that is nearest.
      value /= POWERS[places] ?? 1;
    }
    const exponent = (byte | 0x20) === 0x65;
    if (digits > DIGITS_EXACT || exponent) return this.#longNumber(start, exponent ? endOfExponent(bytes, at) : at, types, tests);
    this.#at = at;
    return fitsNumber(negative ? -value : value, types, tests);
  }

  /** With an exponent, or of many digits. */
  #longNumber(start: number, end: number, types: number, tests: readonly Test<number>[]): boolean {
    if (end < 0) return false;
    const text = this.#bytes.toString("latin1", start, end);
    if (!survivesAsDouble(text, text.length, !/[.eE]/.test(text), this.#bounds)) return false;
    this.#at = end;
    return fitsNumber(Number(text), types, tests);
  }
}

/** The offset behind an exponent whose letter stands at `at`, or -1. */
function endOfExponent(bytes: Uint8Array, at: number): number {
  let end = at + (bytes[at + 1] === 0x2b || bytes[at + 1] === 0x2d ? 2 : 1);
  const digits = end;
  while ((bytes[end] ?? 0) >= 0x30 && (bytes[end] ?? 0) <= 0x39) end += 1;
  return end === digits ? -1 : end;
}

/** The names of one object that its chart does not know. */
interface OtherNames {
  readonly base: number;
  count: number;
  known: Set<string> | undefined;
}

function fitsNumber(value: number, types: number, tests: readonly Test<number>[]): boolean {
  if ((types & NUMBER) === 0 && !Number.isInteger(value)) return false;
  for (const test of tests) if (!test(value)) return false;
  return true;
}
