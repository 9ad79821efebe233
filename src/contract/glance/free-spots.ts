/**
 * Free spots: where in the bytes of a JSON text the texts stand that have to be looked at, and as what.
 *
 * Three numbers for each; no text is made until somebody looks. What is tiny is only counted.
 */
import { type Kind, KINDS } from "../kinds/kind.ts";
import { isTiny } from "../kinds/tiny.ts";

/** Set where a text has escapes, or characters beyond ASCII. */
const DECODE = 16;
const TEXT = KINDS.indexOf("text");
const DOLLAR = 0x24;
const LOW_LINE = 0x5f;
/** Names that lead to what all objects inherit, if there is an object under them. */
const LEADING: readonly Buffer[] = ["constructor", "prototype"].map((name) => Buffer.from(name));

export class FreeSpots {
  readonly #bytes: Buffer;
  readonly #spots: number[] = [];
  #complete = true;
  #tiny = 0;
  #hasNames = false;

  /** @param bytes a JSON text; it stays as it is for as long as anybody looks */
  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** False where there is more to be looked at than texts: names of which it counts what is under them. */
  get complete(): boolean {
    return this.#complete;
  }

  /** Whether names that the caller chose are among them. */
  get hasNames(): boolean {
    return this.#hasNames;
  }

  /** Characters of the texts that nobody has to look at, because they are tiny. */
  get tinyCharacters(): number {
    return this.#tiny;
  }

  giveUp(): void {
    this.#complete = false;
    this.#spots.length = 0;
  }

  /** @param from offset behind the opening quote. @param kind number of the kind. @param plain of ASCII alone, and without escapes */
  add(from: number, to: number, kind: number, plain: boolean): void {
    if (!this.#complete) return;
    if (plain && isTiny(this.#bytes, from, to)) this.#tiny += to - from;
    else this.#spots.push(from, to, plain ? kind : kind | DECODE);
  }

  /** A name that the caller chose, without escapes; looked at as a text. */
  addName(from: number, to: number): void {
    const bytes = this.#bytes;
    this.#hasNames = true;
    if (bytes[from] === DOLLAR || (bytes[from] === LOW_LINE && bytes[from + 1] === LOW_LINE) || LEADING.some((name) => name.byteLength === to - from && name.equals(bytes.subarray(from, to)))) return this.giveUp();
    let high = 0;
    for (let at = from; at < to; at += 1) high |= bytes[at] ?? 0;
    this.add(from, to, TEXT, high < 0x80);
  }

  /** Shows each text, in order, until `look` answers false; answers whether it never did. */
  every(look: (text: string, kind: Kind) => boolean): boolean {
    const spots = this.#spots;
    for (let at = 0; at < spots.length; at += 3) {
      const [from, to, kind] = [spots[at] ?? 0, spots[at + 1] ?? 0, spots[at + 2] ?? 0];
      const text = (kind & DECODE) === 0 ? this.#bytes.toString("latin1", from, to) : String(JSON.parse(this.#bytes.toString("utf8", from - 1, to + 1)));
      if (!look(text, KINDS[kind & ~DECODE] ?? "text")) return false;
    }
    return true;
  }
}
