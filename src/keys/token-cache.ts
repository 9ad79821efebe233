/**
 * Token cache: tokens that were found good, so that a signature is computed once and not for every request.
 *
 * A token is kept under the SHA-256 of its exact text, so that the memory of this process holds no usable tokens for
 * longer than it has to: only those of the last seconds, a thousand at most, are also found by their text itself, which
 * saves a hash per request.
 * It is forgotten when it ends, when the keys of its issuer change, and when there are too many: the oldest goes
 * first. Refusals are not kept: they would let strangers fill the memory.
 */
import { hash } from "node:crypto";
import type { Grant } from "./claims.ts";
import type { KeySet } from "./key-set.ts";

/** Characters of tokens, or of what was said of them, all together, whose claims are kept. */
export const CACHED_CHARACTERS_MAX = 16_777_216;

/** Tokens that are kept in clear, and for how long: the first lookup afterwards forgets them all. */
export const RECENT_MAX = 1_024;
export const RECENT_MILLISECONDS = 10_000;

const TAIL_CHARACTERS = 32;

interface Recent {
  readonly token: string;
  readonly grant: Grant;
}

interface Entry {
  readonly grant: Grant;
  readonly characters: number;
}

export class TokenCache {
  readonly #entriesMax: number;
  readonly #entries = new Map<string, Entry>();
  readonly #recent = new Map<string, Recent>();
  #recentSince = 0;
  #characters = 0;
  #keys: KeySet | undefined;

  constructor(entriesMax: number) {
    this.#entriesMax = entriesMax;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Tokens in clear, for whoever doubts the bound. */
  get recent(): number {
    return this.#recent.size;
  }

  /** What is known of a token at `now`, under these keys. */
  find(token: string, keys: KeySet, now: number): Grant | undefined {
    if (keys !== this.#keys || this.#entries.size === 0) return undefined;
    if (Math.abs(now - this.#recentSince) >= RECENT_MILLISECONDS) this.#forgetRecent(now);
    // The end of a token is the end of its signature, which tells tokens apart as well as the whole and is looked up
    // sooner; what counts is that all of it is the same.
    const tail = token.slice(-TAIL_CHARACTERS);
    const recent = this.#recent.get(tail);
    if (recent !== undefined && recent.token === token && now >= recent.grant.from && now < recent.grant.end) return recent.grant;
    const digest = hash("sha256", token);
    const entry = this.#entries.get(digest);
    if (entry === undefined || now < entry.grant.from) return undefined;
    if (now >= entry.grant.end) return this.#drop(digest, entry);
    if (this.#recent.size >= RECENT_MAX) this.#forgetRecent(now);
    // A copy: a text that was cut out of a request would keep all of its head.
    const copy = Buffer.from(token, "latin1").toString("latin1");
    this.#recent.set(copy.slice(-TAIL_CHARACTERS), { token: copy, grant: entry.grant });
    return entry.grant;
  }

  /**
   * @param keys the set that the token was checked with
   * @param characters how much there is to keep: claims are no longer than the token that they came in
   */
  keep(token: string, keys: KeySet, grant: Grant, characters: number = token.length): void {
    if (this.#entriesMax === 0) return;
    if (keys !== this.#keys) this.#begin(keys);
    const digest = hash("sha256", token);
    const before = this.#entries.get(digest);
    if (before !== undefined) this.#drop(digest, before);
    this.#entries.set(digest, { grant, characters });
    this.#characters += characters;
    for (const [oldest, entry] of this.#entries) {
      if (this.#entries.size <= this.#entriesMax && this.#characters <= CACHED_CHARACTERS_MAX) break;
      this.#drop(oldest, entry);
    }
  }

  #begin(keys: KeySet): void {
    this.#entries.clear();
    this.#recent.clear();
    this.#characters = 0;
    this.#keys = keys;
  }

  #forgetRecent(now: number): void {
    this.#recent.clear();
    this.#recentSince = now;
  }

  #drop(digest: string, entry: Entry): undefined {
    this.#entries.delete(digest);
    this.#characters -= entry.characters;
  }
}
