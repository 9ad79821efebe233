/**
 * Directory: the API keys of the database, as near as memory and as fresh as a second.
 *
 * What was looked up is remembered, bounded in number and age. While there are requests, the directory asks twice a
 * second what has changed since it last asked, so that a key that was switched off counts nowhere a second later. A
 * memory that cannot be confirmed is not believed: nobody could say whether a key still counts.
 *
 * Memory holds no key: what came is compared by a hash with a salt of this process.
 */
import { hash } from "node:crypto";
import type { JsonObject } from "../../contract/json-value.ts";
import { type Ranges, readRanges } from "../../exchange/address.ts";
import { ChangeFeed, FRESH_MILLISECONDS, numberOf, troubleOf } from "../../stores/database/change-feed.ts";
import type { Database, Row } from "../../stores/database/database.ts";
import { isSame } from "../same.ts";
import type { Peppers } from "../pepper.ts";
import { type Environment, findKeyFault, idOfApiKey } from "./format.ts";
import { KEY_COLUMNS, KEY_FEED, type KeyRecord, readKeyRow, readProof } from "./record.ts";

/** Longest time for which a looked-up key is remembered, confirmed or not. */
export const KEPT_MILLISECONDS = 60_000;
/** How often it is written down when keys were last used. */
export const USE_MILLISECONDS = 60_000;
/** Keys whose use is written down in one go. */
export const USES_MAX = 1_000;

/** A key that was sent and is the one in the database. Whether it counts here and now is the next question. */
export interface KnownKey {
  readonly record: KeyRecord;
  readonly addresses: Ranges;
  readonly scopes: ReadonlySet<string>;
  /** Those of the key, and its plan as `plan`. */
  readonly claims: JsonObject;
}

export type KeyFinding = KnownKey | { readonly wrong: string; readonly id?: string } | { readonly unavailable: string };

export interface DirectoryParts {
  readonly database: Database;
  readonly peppers: Peppers;
  readonly environment: Environment;
  readonly entriesMax: number;
  /** How long a memory is believed beyond FRESH_MILLISECONDS while the database gives no answer. */
  readonly staleMilliseconds: number;
  readonly random: (bytes: number) => Uint8Array;
}

interface Entry extends KnownKey {
  /** Salted hash of the whole key. */
  readonly mark: Buffer;
  readonly from: number;
}

interface Look {
  readonly row: Promise<Row | undefined>;
  readonly from: number;
}

const LOOK = `SELECT ${KEY_COLUMNS}, pepper, digest, ${numberOf(KEY_FEED)} AS version FROM sallyport_keys WHERE id = $1`;
const USED = "UPDATE sallyport_keys SET used = $2 WHERE id = $1 AND (used IS NULL OR used < $2)";

export class KeyDirectory {
  readonly #parts: DirectoryParts;
  readonly #salt: string;
  readonly #feed: ChangeFeed;
  readonly #entries = new Map<string, Entry>();
  readonly #looks = new Map<string, Look>();
  readonly #used = new Map<string, number>();
  #writing: NodeJS.Timeout | undefined;

  constructor(parts: DirectoryParts) {
    this.#parts = parts;
    this.#salt = Buffer.from(parts.random(32)).toString("hex");
    this.#feed = new ChangeFeed({ ...parts, feed: KEY_FEED, forget: (id) => (id === undefined ? this.#entries.clear() : void this.#entries.delete(id)) });
  }

  get size(): number {
    return this.#entries.size;
  }

  /** @param text what was sent as a key; `now`: milliseconds since the epoch */
  find(text: string, now: number): KeyFinding | Promise<KeyFinding> {
    const confirming = this.#feed.confirm(now);
    if (confirming === undefined) return this.#recall(text, now);
    return confirming.then((trouble) => (trouble === undefined ? this.#recall(text, now) : { unavailable: trouble }));
  }

  /** Notes that a key was used; it is written down later, once for many. */
  use(id: string, now: number): void {
    if (this.#used.size >= USES_MAX && !this.#used.has(id)) void this.#write();
    this.#used.set(id, now);
    this.#writing ??= setTimeout(() => void this.#write(), USE_MILLISECONDS).unref();
  }

  close(): void {
    void this.#write();
  }

  #recall(text: string, now: number): KeyFinding | Promise<KeyFinding> {
    const id = idOfApiKey(text);
    const entry = id === undefined ? undefined : this.#entries.get(id);
    if (entry === undefined || Math.abs(now - entry.from) > KEPT_MILLISECONDS) return this.#look(text, now);
    return isSame(this.#markOf(text), entry.mark) ? entry : { wrong: "secret: not the key of this id", id: entry.record.id };
  }

  #look(text: string, now: number): KeyFinding | Promise<KeyFinding> {
    const { environment, peppers } = this.#parts;
    const fault = findKeyFault(text, environment, peppers.all);
    if (fault !== undefined) return { wrong: fault };
    const id = idOfApiKey(text) ?? "";
    return this.#row(id, now)
      .then((row): KeyFinding => (row === undefined ? { wrong: "unknown", id } : this.#admit(text, row, now)))
      .catch((problem: unknown) => ({ unavailable: troubleOf(problem) }));
  }

  /** One look for all who ask for the same key at once. What began long ago may answer with what was long ago. */
  #row(id: string, now: number): Promise<Row | undefined> {
    const known = this.#looks.get(id);
    if (known !== undefined && Math.abs(now - known.from) <= FRESH_MILLISECONDS) return known.row;
    const row = this.#parts.database.run(LOOK, [id]).then(([found]) => found).finally(() => {
      if (this.#looks.get(id) === look) this.#looks.delete(id);
    });
    const look = { row, from: now };
    this.#looks.set(id, look);
    return row;
  }

  #admit(text: string, row: Row, now: number): KeyFinding {
    const record = readKeyRow(row);
    const proof = readProof(row);
    const pepper = this.#parts.peppers.find(proof.pepper);
    if (pepper === undefined) return { wrong: "pepper: made with another one", id: record.id };
    if (!isSame(pepper.hash("api-key", text), proof.digest)) return { wrong: "secret: not the key of this id", id: record.id };
    const addresses = readRanges(record.addresses);
    if ("wrong" in addresses) throw new TypeError("column addresses");
    const entry: Entry = { record, addresses, scopes: new Set(record.scopes), claims: record.plan === undefined ? record.claims : { ...record.claims, plan: record.plan }, mark: this.#markOf(text), from: now };
    // Something has changed since the look: perhaps this.
    if (row["version"] === this.#feed.version) this.#keep(record.id, entry);
    return entry;
  }

  #keep(id: string, entry: Entry): void {
    this.#entries.delete(id);
    this.#entries.set(id, entry);
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= this.#parts.entriesMax) break;
      this.#entries.delete(oldest);
    }
  }

  #markOf(text: string): Buffer {
    return Buffer.from(hash("sha256", this.#salt + text), "latin1");
  }

  async #write(): Promise<void> {
    clearTimeout(this.#writing);
    this.#writing = undefined;
    const uses = [...this.#used];
    this.#used.clear();
    if (uses.length === 0) return;
    // Nobody waits for this, and nothing depends on it.
    await this.#parts.database.together(uses.map((values) => ({ sql: USED, values }))).catch(() => undefined);
  }
}
