/** Seen: which members and items of one value some keyword has looked at, for the `unevaluated...` keywords. */
export class Seen {
  /** True once every member has been looked at. */
  everyName = false;
  /** Items from the front that have been looked at; Infinity for all. */
  items = 0;
  readonly #names = new Set<string>();
  readonly #picked = new Set<number>();

  addName(name: string): void {
    this.#names.add(name);
  }

  /** One item out of the row: `contains` looks at those that fit. */
  pick(index: number): void {
    this.#picked.add(index);
  }

  hasName(name: string): boolean {
    return this.everyName || this.#names.has(name);
  }

  hasItem(index: number): boolean {
    return index < this.items || this.#picked.has(index);
  }

  absorb(other: Seen): void {
    this.everyName ||= other.everyName;
    this.items = Math.max(this.items, other.items);
    for (const name of other.#names) this.#names.add(name);
    for (const index of other.#picked) this.#picked.add(index);
  }
}
