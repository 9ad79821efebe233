/**
 * Lookups: asks the API whose an object is, once for all who want to know at the same time, and remembers it for a moment.
 *
 * What was found is the names of its owners, never the object. A change that passes this door makes it forgotten before and
 * after, and an answer that was on its way meanwhile is not remembered. Changes that pass elsewhere are seen when the moment
 * is over. When the memory is full it begins anew.
 */
import type { Ask, Told } from "../../../../../exchange/ask.ts";
import type { Problem } from "../../../../../guard.ts";
import type { Address } from "./address.ts";

/** Objects that are remembered, by one rule. */
export const LOOKUPS_MAX = 10_000;
/** Longer addresses are asked for each time. */
const ADDRESS_CHARACTERS_MAX = 512;
/** Of an object's answer. */
export const LOOKUP_BYTES_MAX = 1_048_576;

/** Its owners; or there is no such object; or nobody can say, and why. */
export type Finding = { readonly owners: readonly string[] } | "missing" | Problem;

export interface LookupsOptions {
  readonly ask: Ask;
  /** Header fields of each question. */
  readonly fields: readonly string[];
  readonly withinMilliseconds: number;
  /** 0: nothing is remembered. */
  readonly cacheMilliseconds: number;
  readonly read: (told: Told) => Finding;
}

export class Lookups {
  readonly #options: LookupsOptions;
  readonly #known = new Map<string, { readonly finding: Finding; readonly until: number }>();
  readonly #asking = new Map<string, Promise<Finding>>();
  /** Counts changes: what was asked before one is not remembered after it. */
  #changes = 0;

  constructor(options: LookupsOptions) {
    this.#options = options;
  }

  /** Never rejects. */
  find(address: Address, now: number): Promise<Finding> {
    const key = keyOf(address);
    const known = this.#known.get(key);
    if (known !== undefined && known.until > now) return Promise.resolve(known.finding);
    return this.#asking.get(key) ?? this.#ask(key, address, now);
  }

  /** Something about this object has changed, or is about to. */
  forget(address: Address): void {
    const key = keyOf(address);
    this.#changes++;
    this.#known.delete(key);
    this.#asking.delete(key);
  }

  #ask(key: string, { path, search }: Address, now: number): Promise<Finding> {
    const { ask, fields, withinMilliseconds, read } = this.#options;
    const before = this.#changes;
    const asking = ask({ path, search, fields, milliseconds: withinMilliseconds, bytes: LOOKUP_BYTES_MAX }).then((told) => {
      const finding = "kind" in told ? told : read(told);
      if (this.#asking.get(key) === asking) this.#asking.delete(key);
      if (this.#changes === before) this.#remember(key, finding, now);
      return finding;
    });
    this.#asking.set(key, asking);
    return asking;
  }

  /** A failure is not remembered: the next one may be luckier. Time begins when it was asked, not when it was answered. */
  #remember(key: string, finding: Finding, now: number): void {
    const { cacheMilliseconds } = this.#options;
    if (cacheMilliseconds === 0 || key.length > ADDRESS_CHARACTERS_MAX || (typeof finding === "object" && "kind" in finding)) return;
    if (this.#known.size >= LOOKUPS_MAX) this.#known.clear();
    this.#known.set(key, { finding, until: now + cacheMilliseconds });
  }
}

function keyOf({ path, search }: Address): string {
  return search === undefined ? path : `${path}?${search}`;
}
