/**
 * Json names: the names of the objects that a scan is inside of, so that a second one of the same name is found.
 *
 * Few names are compared by hash and bytes, without making a string of any; more than that, or one with an escape, by
 * a Set of texts: comparing each with each would be quadratic in what the caller sends.
 */
import type { JsonBounds } from "./json.ts";

/** Up to this many names of one object are compared one by one, which is cheaper than a Set. */
export const NAMES_COMPARED = 8;

const PROTOTYPE = "__proto__";
const UNDERSCORE = 0x5f;

export class JsonNames {
  readonly #bytes: Buffer;
  readonly #unique: boolean;
  readonly #prototypes: boolean;
  /** Innermost object last: offsets of the first byte and past the last, and a hash. */
  readonly #open: number[] = [];
  /** How much of it counts: shortening a list and growing it again costs more than the names. */
  #top = 0;

  constructor(bytes: Buffer, { uniqueNames, prototypeNames }: JsonBounds) {
    this.#bytes = bytes;
    this.#unique = uniqueNames;
    this.#prototypes = prototypeNames;
  }

  /** Where the names of an object that opens now begin. */
  mark(): number {
    return this.#top;
  }

  /** Forgets the names of an object that closes. */
  release(base: number): void {
    this.#top = base;
  }

  /** Keeps a name that is written without escapes. */
  admit(start: number, end: number, hash: number, base: number): "duplicate" | "prototype" | undefined {
    if (!this.#prototypes && end - start === PROTOTYPE.length && this.#bytes[start] === UNDERSCORE && this.#bytes.toString("latin1", start, end) === PROTOTYPE) return "prototype";
    const open = this.#open;
    const top = this.#top;
    for (let index = base; this.#unique && index < top; index += 3) {
      if (open[index + 2] === hash && this.#equals(open[index] ?? 0, open[index + 1] ?? 0, start, end)) return "duplicate";
    }
    open[top] = start;
    open[top + 1] = end;
    open[top + 2] = hash;
    this.#top = top + 3;
    return undefined;
  }

  /** Keeps any name, among the texts of its object. */
  admitText(start: number, end: number, known: Set<string>): "duplicate" | "prototype" | undefined {
    const name = this.decode(start, end);
    if (!this.#prototypes && name === PROTOTYPE) return "prototype";
    if (this.#unique && known.has(name)) return "duplicate";
    known.add(name);
    return undefined;
  }

  /** The texts of the names that an object has so far. */
  collect(base: number): Set<string> {
    const known = new Set<string>();
    for (let index = base; index < this.#top; index += 3) known.add(this.decode(this.#open[index] ?? 0, this.#open[index + 1] ?? 0));
    return known;
  }

  /** The text of a name whose bytes have passed the scan. */
  decode(start: number, end: number): string {
    const text = this.#bytes.toString("utf8", start, end);
    return text.includes("\\") ? String(JSON.parse(`"${text}"`)) : text;
  }

  #equals(start: number, end: number, otherStart: number, otherEnd: number): boolean {
    return end - start === otherEnd - otherStart && this.#bytes.compare(this.#bytes, otherStart, otherEnd, start, end) === 0;
  }
}
