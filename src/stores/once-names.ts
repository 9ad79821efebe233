/**
 * Once names: names that must not come twice, each until its own end, in the memory of one process.
 *
 * Bounded, and full means no: to forget a name early would let it come again. Two looks for one newcomer clear away
 * what has ended faster than names come, without a timer; only when there is no room the newcomer looks further.
 */

/** Names that are held at once. */
export const ONCE_NAMES_MAX = 500_000;
/** Entries that a newcomer looks at to clear away those that have ended. */
const SWEPT = 2;
/** Entries that he looks at before he is told that there is no room. */
const SWEPT_WHEN_FULL = 256;

interface Entry {
  readonly name: string;
  /** Where it stands in the list. */
  at: number;
  until: number;
}

export class OnceNames {
  readonly #namesMax: number;
  readonly #entries = new Map<string, Entry>();
  readonly #list: Entry[] = [];
  #sweep = 0;

  constructor(namesMax: number) {
    this.#namesMax = namesMax;
  }

  get size(): number {
    return this.#list.length;
  }

  /** @param now of a clock that never goes back */
  take(name: string, until: number, now: number): "first" | "again" | "full" {
    const known = this.#entries.get(name);
    if (known !== undefined && known.until > now) return "again";
    if (known !== undefined) {
      known.until = until;
      return "first";
    }
    this.#clear(now, SWEPT);
    if (this.#list.length >= this.#namesMax) this.#clear(now, SWEPT_WHEN_FULL);
    if (this.#list.length >= this.#namesMax) return "full";
    const entry: Entry = { name, at: this.#list.length, until };
    this.#list.push(entry);
    this.#entries.set(name, entry);
    return "first";
  }

  clear(): void {
    this.#entries.clear();
    this.#list.length = 0;
  }

  #clear(now: number, looks: number): void {
    for (let look = 0; look < looks && this.#list.length > 0; look++) {
      if (this.#sweep >= this.#list.length) this.#sweep = 0;
      const entry = this.#list[this.#sweep];
      if (entry !== undefined && entry.until <= now) this.#drop(entry);
      else this.#sweep++;
    }
  }

  #drop(entry: Entry): void {
    this.#entries.delete(entry.name);
    const last = this.#list.pop();
    if (last === undefined || last === entry) return;
    last.at = entry.at;
    this.#list[entry.at] = last;
  }
}
