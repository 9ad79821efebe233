/**
 * Octet texts: what was made of a text, found by the octets of that text.
 *
 * Callers write the same few names and values again and again. A text that is cut out of a message for each of them, to
 * be looked up and thrown away, costs more than to walk over it; so here is looked up without one. Texts are the
 * caller's, so their number and length are bounded, and each is looked for in a few places only: texts that were invented
 * to share one hash cost no more than others.
 */

/** Places in which one text may stand. */
export const PLACES_MAX = 8;

interface Kept<Made> {
  readonly hash: number;
  readonly length: number;
  readonly octets: Uint8Array;
  readonly made: Made;
}

export class OctetTexts<Made> {
  readonly #slots: (Kept<Made> | undefined)[];
  readonly #textsMax: number;
  readonly #bytesMax: number;
  readonly #make: (text: string) => Made;
  #size = 0;

  /**
   * @param textsMax a power of two
   * @param bytesMax a longer text is nobody's habit, and would keep more than it saves
   */
  constructor(textsMax: number, bytesMax: number, make: (text: string) => Made) {
    this.#textsMax = textsMax;
    this.#bytesMax = bytesMax;
    this.#make = make;
    this.#slots = Array.from({ length: 4 * textsMax }, () => undefined);
  }

  get size(): number {
    return this.#size;
  }

  get full(): boolean {
    return this.#size >= this.#textsMax;
  }

  /** @param hash of the octets `bytes[from..to]`, as `hashOn` makes it */
  find(bytes: Buffer, from: number, to: number, hash: number): Made {
    const slots = this.#slots;
    const mask = slots.length - 1;
    const first = spread(hash);
    for (let place = 0; place < PLACES_MAX; place++) {
      const kept = slots[(first + place) & mask];
      if (kept === undefined) break;
      if (kept.hash === hash && kept.length === to - from && isSame(kept.octets, bytes, from, kept.length)) return kept.made;
    }
    const text = bytes.toString("latin1", from, to);
    const made = this.#make(text);
    if (!this.full && to - from <= this.#bytesMax) this.keep(text, made);
    return made;
  }

  keep(text: string, made: Made): void {
    const slots = this.#slots;
    const octets = new Uint8Array(Buffer.from(text, "latin1"));
    const hash = octets.reduce(hashOn, 0);
    const first = spread(hash);
    for (let place = 0; place < PLACES_MAX; place++) {
      const slot = (first + place) & (slots.length - 1);
      if (slots[slot] !== undefined) continue;
      slots[slot] = { hash, length: text.length, octets, made };
      this.#size++;
      return;
    }
  }

  clear(): void {
    this.#slots.fill(undefined);
    this.#size = 0;
  }
}

/** The hash of a text up to and with `octet`. Begins with 0. */
export function hashOn(hash: number, octet: number): number {
  return (Math.imul(hash, 31) + octet) | 0;
}

function spread(hash: number): number {
  return hash ^ (hash >>> 15);
}

function isSame(octets: Uint8Array, bytes: Buffer, from: number, length: number): boolean {
  for (let at = 0; at < length; at++) if (octets[at] !== bytes[from + at]) return false;
  return true;
}
