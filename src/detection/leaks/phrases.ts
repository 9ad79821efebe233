/**
 * Phrases: many phrases looked for at once, in one pass over a text (Aho and Corasick, 1975).
 *
 * ASCII case does not matter. The time is linear in the text, whatever the phrases are.
 */

/** Letters of the phrases that are told apart; all others are one. */
const CODES = 128;

export class Phrases {
  readonly #next: Int32Array;
  /** Per state the number of the longest phrase that ends there, or -1. */
  readonly #ends: Int32Array;
  /** Per state the nearest shorter state in which a phrase ends, or 0. */
  readonly #shorter: Int32Array;
  readonly #lengths: Int32Array;
  readonly #classes: Uint8Array = new Uint8Array(CODES);
  readonly #width: number;

  /** @param phrases of ASCII; the same one twice counts as the first */
  constructor(phrases: readonly string[]) {
    const lower = phrases.map((phrase) => phrase.toLowerCase());
    this.#width = this.#assignClasses(lower) + 1;
    const size = lower.reduce((sum, { length }) => sum + length, 1);
    this.#next = new Int32Array(size * this.#width);
    this.#ends = new Int32Array(size).fill(-1);
    this.#shorter = new Int32Array(size);
    this.#lengths = Int32Array.from(lower, ({ length }) => length);
    this.#link(this.#plant(lower));
  }

  /** Calls back for each phrase that is found, with its number and where it stands. False from the callback ends the search. */
  scan(text: string, found: (phrase: number, from: number, to: number) => boolean): void {
    let state = 0;
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at);
      state = this.#next[state * this.#width + (code < CODES ? (this.#classes[code] ?? 0) : 0)] ?? 0;
      for (let ending = (this.#ends[state] ?? -1) === -1 ? (this.#shorter[state] ?? 0) : state; ending !== 0; ending = this.#shorter[ending] ?? 0) {
        const phrase = this.#ends[ending] ?? 0;
        if (!found(phrase, at + 1 - (this.#lengths[phrase] ?? 0), at + 1)) return;
      }
    }
  }

  #assignClasses(phrases: readonly string[]): number {
    let count = 0;
    for (const letter of phrases.join("")) {
      const code = letter.charCodeAt(0);
      if ((this.#classes[code] ?? 0) !== 0) continue;
      this.#classes[code] = ++count;
      if (code >= 0x61 && code <= 0x7a) this.#classes[code - 32] = count;
    }
    return count;
  }

  /** The tree of all phrases. Answers the number of states. */
  #plant(phrases: readonly string[]): number {
    let states = 1;
    for (const [number, phrase] of phrases.entries()) {
      let state = 0;
      for (let at = 0; at < phrase.length; at++) {
        const cell = state * this.#width + (this.#classes[phrase.charCodeAt(at)] ?? 0);
        if (this.#next[cell] === 0) this.#next[cell] = states++;
        state = this.#next[cell] ?? 0;
      }
      if (this.#ends[state] === -1) this.#ends[state] = number;
    }
    return states;
  }

  /** Where to go on when a phrase breaks off: level by level, so that shorter states are settled before longer ones. */
  #link(states: number): void {
    const fallback = new Int32Array(states);
    const queue: number[] = [];
    for (let letter = 1; letter < this.#width; letter++) if ((this.#next[letter] ?? 0) !== 0) queue.push(this.#next[letter] ?? 0);
    for (const state of queue) {
      const back = fallback[state] ?? 0;
      this.#shorter[state] = (this.#ends[back] ?? -1) === -1 ? (this.#shorter[back] ?? 0) : back;
      for (let letter = 0; letter < this.#width; letter++) {
        const cell = state * this.#width + letter;
        const child = this.#next[cell] ?? 0;
        const target = this.#next[back * this.#width + letter] ?? 0;
        if (child === 0) {
          this.#next[cell] = target;
        } else {
          fallback[child] = target;
          queue.push(child);
        }
      }
    }
  }
}
