/**
 * Name table: finds the name of a member among a few that are known, by its bytes.
 *
 * A name is compared as it stands in the text, without making a string of it. How the bytes are hashed is no secret: the
 * known names are the contract's, so nobody can make them collide.
 */

interface Entry<T> {
  readonly hash: number;
  readonly bytes: Uint8Array;
  readonly found: T;
}

export class NameTable<T> {
  /** By the lower bits of the hash. */
  readonly #slots: readonly (readonly Entry<T>[])[];
  readonly #mask: number;
  readonly #byText: ReadonlyMap<string, T>;

  constructor(names: ReadonlyMap<string, T>) {
    let size = 1;
    while (size < names.size * 2) size *= 2;
    const slots: Entry<T>[][] = Array.from({ length: size }, () => []);
    for (const [name, found] of names) {
      const bytes = Buffer.from(name, "utf8");
      const hash = bytes.reduce(hashOn, 0);
      slots[hash & (size - 1)]?.push({ hash, bytes, found });
    }
    this.#slots = slots;
    this.#mask = size - 1;
    this.#byText = names;
  }

  /** The name between `start` and `end`, which has no escapes. @param hash as `hashOn` made it of these bytes */
  find(bytes: Uint8Array, start: number, end: number, hash: number): T | undefined {
    const entries = this.#slots[hash & this.#mask];
    if (entries === undefined) return undefined;
    for (let index = 0; index < entries.length; index++) {
      const entry = entries[index];
      if (entry !== undefined && entry.hash === hash && isSame(entry.bytes, bytes, start, end)) return entry.found;
    }
    return undefined;
  }

  findText(name: string): T | undefined {
    return this.#byText.get(name);
  }
}

/** The hash of a name is made byte by byte, so that whoever reads it need not go over it twice. */
export function hashOn(hash: number, byte: number): number {
  return (hash * 31 + byte) | 0;
}

function isSame(name: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  if (name.length !== end - start) return false;
  for (let at = start; at < end; at++) if (bytes[at] !== name[at - start]) return false;
  return true;
}
