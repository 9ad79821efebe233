/**
 * Name table: which of some known texts stands in the bytes, without making a text of them.
 *
 * The members of objects mostly come in the order in which they came last time: the table remembers which name followed
 * which and tries that one first. That is a guess about speed: a wrong one costs a look into a Map.
 */
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SPACE = 0x20;
const NONE = new Uint8Array(0);

export class NameTable {
  readonly count: number;
  readonly #names: readonly Uint8Array[];
  /** Those that stand in JSON as they are: only they can be expected. */
  readonly #plain: readonly (Uint8Array | undefined)[];
  readonly #byHash: ReadonlyMap<number, readonly number[]>;
  /** By number, which came behind it last time; the last entry is for the first of all. */
  readonly #next: Int32Array;

  constructor(names: readonly string[]) {
    this.count = names.length;
    this.#names = names.map((name) => new Uint8Array(Buffer.from(name)));
    this.#plain = this.#names.map((name) => (name.some((byte) => byte === QUOTE || byte === BACKSLASH || byte < SPACE) ? undefined : name));
    this.#byHash = Map.groupBy(this.#names.keys(), (index) => (this.#names[index] ?? NONE).reduce(hashOn, 0));
    this.#next = Int32Array.from({ length: names.length + 1 }, (_, index) => (index + 1) % (names.length + 1));
    this.#next[names.length] = 0;
  }

  /** The number of the name that is expected behind the name `last` (`count`: at first), if it stands there, with its quote; else -1. */
  expect(bytes: Uint8Array, start: number, last: number): number {
    const index = this.#next[last] ?? 0;
    const name = this.#plain[index];
    if (name === undefined) return -1;
    const { length } = name;
    for (let at = 0; at < length; at += 1) if (bytes[start + at] !== name[at]) return -1;
    return bytes[start + length] === QUOTE ? index : -1;
  }

  /** Takes note of which came behind which. */
  learn(last: number, index: number): void {
    this.#next[last] = index;
  }

  bytesOf(index: number): number {
    return this.#names[index]?.length ?? 0;
  }

  /** The number of the name between two offsets, or -1. @param hash that of its bytes, see `hashOn` */
  find(bytes: Uint8Array, from: number, to: number, hash: number): number {
    const candidates = this.#byHash.get(hash);
    if (candidates === undefined) return -1;
    for (const index of candidates) if (this.#stands(index, bytes, from, to)) return index;
    return -1;
  }

  /** The same without a hash, for tables of few names. */
  has(bytes: Uint8Array, from: number, to: number): boolean {
    for (let index = 0; index < this.count; index += 1) if (this.#stands(index, bytes, from, to)) return true;
    return false;
  }

  #stands(index: number, bytes: Uint8Array, from: number, to: number): boolean {
    const name = this.#names[index];
    if (name === undefined || name.length !== to - from) return false;
    for (let at = 0; at < name.length; at += 1) if (bytes[from + at] !== name[at]) return false;
    return true;
  }
}

/** One step of the hash over the bytes of a name, from 0 on. */
export function hashOn(hash: number, byte: number): number {
  return (hash * 31 + byte) | 0;
}
