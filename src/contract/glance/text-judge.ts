/**
 * Text judge: where the strings of a JSON text end, and whether they are as a chart asks, without making texts of most of them.
 */
import { escapeAt, isWideControl } from "../json-escape.ts";
import { hashOn } from "./name-table.ts";
import type { TextChart } from "./chart.ts";

/** Bytes that are made a text at once, for all the short texts in them. */
const WINDOW_BYTES = 4_096;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** What a byte is within a text. */
const PLAIN = 0;
const HIGH = 1;
const CLOSE = 2;
const ESCAPE = 3;
/** The first byte of U+0080 to U+00BF, the controls of C1 among them. */
const LOW_PAIR = 4;
const WRONG = 5;

const WITH_CONTROLS: Uint8Array = kindsOfBytes(PLAIN, HIGH);
const WITHOUT_CONTROLS: Uint8Array = kindsOfBytes(WRONG, LOW_PAIR);

function kindsOfBytes(ofDelete: number, ofLowPair: number): Uint8Array {
  const kinds = new Uint8Array(256).fill(WRONG, 0, 0x20).fill(HIGH, 0x80);
  kinds[QUOTE] = CLOSE;
  kinds[BACKSLASH] = ESCAPE;
  kinds[0x7f] = ofDelete;
  kinds[0xc2] = ofLowPair;
  return kinds;
}

export class TextJudge {
  readonly #bytes: Buffer;
  readonly #controls: boolean;
  readonly #kinds: Uint8Array;
  #window = "";
  #windowFrom = 0;
  #windowTo = 0;
  /** Whether the last string was of ASCII, without escapes. */
  plain = true;
  /** Of the last name. */
  hash = 0;

  /** @param bytes UTF-8. @param controls whether control characters are taken */
  constructor(bytes: Buffer, controls: boolean) {
    this.#bytes = bytes;
    this.#controls = controls;
    this.#kinds = controls ? WITH_CONTROLS : WITHOUT_CONTROLS;
  }

  /** The offset of the quote that ends the string whose first byte is at `start`; -1 where it is not sound. */
  endOf(start: number): number {
    const bytes = this.#bytes;
    const kinds = this.#kinds;
    const end = bytes.length;
    let at = start;
    this.plain = true;
    while (at < end) {
      const kind = kinds[bytes[at] ?? 0];
      if (kind === PLAIN) {
        at += 1;
        continue;
      }
      if (kind === CLOSE) return at;
      this.plain = false;
      if (kind === HIGH || (kind === LOW_PAIR && !isWideControl(bytes[at + 1] ?? 0))) {
        at += 1;
      } else {
        at = kind === ESCAPE ? escapeAt(bytes, at, this.#controls) : -1;
        if (at < 0) return -1;
      }
    }
    return -1;
  }

  /** The same for a name, with its hash; -1 for one with an escape, too. */
  endOfName(start: number): number {
    const bytes = this.#bytes;
    const kinds = this.#kinds;
    const end = bytes.length;
    let hash = 0;
    for (let at = start; at < end; at += 1) {
      const byte = bytes[at] ?? 0;
      const kind = kinds[byte];
      if (kind === CLOSE) {
        this.hash = hash;
        return at;
      }
      if (kind === ESCAPE || kind === WRONG || (kind === LOW_PAIR && isWideControl(bytes[at + 1] ?? 0))) return -1;
      hash = hashOn(hash, byte);
    }
    return -1;
  }

  /** Whether the string between the offsets, the last that was asked for, is as the chart asks. */
  fits(chart: TextChart, from: number, to: number): boolean {
    return this.plain ? this.#fitsPlain(chart, from, to) : this.#fitsAny(chart, from, to);
  }

  #fitsPlain({ least, most, listed, tests }: TextChart, from: number, to: number): boolean {
    if (to - from < least || to - from > most || (listed !== undefined && !listed.has(this.#bytes, from, to))) return false;
    for (const { quick, test } of tests) if ((quick === undefined || !quick(this.#bytes, from, to)) && !test(this.#slice(from, to))) return false;
    return true;
  }

  #fitsAny({ all }: TextChart, from: number, to: number): boolean {
    const text = JSON.parse(this.#bytes.toString("utf8", from - 1, to + 1)) as string; // from quote to quote
    for (const test of all) if (!test(text)) return false;
    return true;
  }

  /** A text of ASCII. To make one of many bytes and cut it costs less than to make many. */
  #slice(from: number, to: number): string {
    if (from < this.#windowFrom || to > this.#windowTo) {
      this.#windowFrom = from;
      this.#windowTo = Math.min(this.#bytes.length, Math.max(to, from + WINDOW_BYTES));
      this.#window = this.#bytes.toString("latin1", this.#windowFrom, this.#windowTo);
    }
    return this.#window.slice(from - this.#windowFrom, to - this.#windowFrom);
  }
}
