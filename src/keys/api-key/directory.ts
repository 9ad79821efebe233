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
import { type Database, DatabaseFault, type Row } from "../../stores/database/database.ts";
import { isEqual } from "../equal.ts";
import type { Peppers } from "../pepper.ts";
import { type Environment, findKeyFault, idOfApiKey } from "./format.ts";
import { KEY_COLUMNS, type KeyRecord, readKeyRow, readProof } from "./record.ts";

/** How old a confirmation may be that is relied on without asking. */
export const FRESH_MILLISECONDS = 1_000;
/** How old it is when the next one is asked for, besides the requests. */
export const ASK_MILLISECONDS = 500;
/** Pause after a question that got no answer. */
export const PAUSE_MILLISECONDS = 250;
/** Longest time for which a looked-up key is remembered, confirmed or not. */
export const KEPT_MILLISECONDS = 60_000;
/** How often it is written down when keys were last used. */
export const USE_MILLISECONDS = 60_000;
/** Changes that are told one by one; after more, all is looked up anew. Also keys whose use is written down in one go. */
export const CHANGES_MAX = 1_000;

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

const CHANGES = `SELECT versions.version, sallyport_keys.id FROM sallyport_versions AS versions
  LEFT JOIN sallyport_keys ON sallyport_keys.changed > $1 WHERE versions.name = 'api-keys' LIMIT ${CHANGES_MAX + 1}`;
/** The number stands in the same statement: a change that comes after this look is told by it. */
const LOOK = `SELECT ${KEY_COLUMNS}, pepper, digest, (SELECT version FROM sallyport_versions WHERE name = 'api-keys') AS version FROM sallyport_keys WHERE id = $1`;
const USED = "UPDATE sallyport_keys SET used = $2 WHERE id = $1 AND (used IS NULL OR used < $2)";

export class KeyDirectory {
  readonly #parts: DirectoryParts;
  readonly #salt: string;
  readonly #entries = new Map<string, Entry>();
  readonly #looks = new Map<string, Promise<Row | undefined>>();
  readonly #used = new Map<string, number>();
  #version: number | undefined;
  #confirmed = Number.NEGATIVE_INFINITY;
  #asking: Promise<string | undefined> | undefined;
  /** performance.now() before which nothing is asked, because nobody answered. */
  #notBefore = 0;
  #trouble = "";
  #writing: NodeJS.Timeout | undefined;

  constructor(parts: DirectoryParts) {
    this.#parts = parts;
    this.#salt = Buffer.from(parts.random(32)).toString("hex");
  }

  get size(): number {
    return this.#entries.size;
  }

  /** @param text what was sent as a key; `now`: milliseconds since the epoch */
  find(text: string, now: number): KeyFinding | Promise<KeyFinding> {
    const age = Math.abs(now - this.#confirmed);
    if (age > FRESH_MILLISECONDS) return this.#confirmFirst(text, now);
    if (age > ASK_MILLISECONDS) void this.#ask(now);
    return this.#recall(text, now);
  }

  /** Notes that a key was used; it is written down later, once for many. */
  use(id: string, now: number): void {
    if (this.#used.size >= CHANGES_MAX && !this.#used.has(id)) void this.#write();
    this.#used.set(id, now);
    this.#writing ??= setTimeout(() => void this.#write(), USE_MILLISECONDS).unref();
  }

  close(): void {
    void this.#write();
  }

  async #confirmFirst(text: string, now: number): Promise<KeyFinding> {
    let trouble = await this.#ask(now);
    // It joined a question that was asked long before it came.
    if (trouble === undefined && Math.abs(now - this.#confirmed) > FRESH_MILLISECONDS) trouble = await this.#ask(now);
    if (Math.abs(now - this.#confirmed) > FRESH_MILLISECONDS + this.#parts.staleMilliseconds) return { unavailable: trouble ?? "late" };
    return this.#recall(text, now);
  }

  #recall(text: string, now: number): KeyFinding | Promise<KeyFinding> {
    const id = idOfApiKey(text);
    const entry = id === undefined ? undefined : this.#entries.get(id);
    if (entry === undefined || Math.abs(now - entry.from) > KEPT_MILLISECONDS) return this.#look(text, now);
    return isEqual(this.#markOf(text), entry.mark) ? entry : { wrong: "secret: not the key of this id", id: entry.record.id };
  }

  #look(text: string, now: number): KeyFinding | Promise<KeyFinding> {
    const { environment, peppers } = this.#parts;
    const fault = findKeyFault(text, environment, peppers.all);
    if (fault !== undefined) return { wrong: fault };
    const id = idOfApiKey(text) ?? "";
    return this.#row(id)
      .then((row): KeyFinding => (row === undefined ? { wrong: "unknown", id } : this.#admit(text, row, now)))
      .catch((problem: unknown) => ({ unavailable: nameOf(problem) }));
  }

  /** One look for all who ask for the same key at once. */
  #row(id: string): Promise<Row | undefined> {
    const known = this.#looks.get(id);
    if (known !== undefined) return known;
    const look = this.#parts.database.run(LOOK, [id]).then(([row]) => row).finally(() => this.#looks.delete(id));
    this.#looks.set(id, look);
    return look;
  }

  #admit(text: string, row: Row, now: number): KeyFinding {
    const record = readKeyRow(row);
    const proof = readProof(row);
    const pepper = this.#parts.peppers.find(proof.pepper);
    if (pepper === undefined) return { wrong: "pepper: made with another one", id: record.id };
    if (!isEqual(pepper.hash("api-key", text), proof.digest)) return { wrong: "secret: not the key of this id", id: record.id };
    const addresses = readRanges(record.addresses);
    if ("wrong" in addresses) throw new TypeError("column addresses");
    const entry: Entry = { record, addresses, scopes: new Set(record.scopes), claims: record.plan === undefined ? record.claims : { ...record.claims, plan: record.plan }, mark: this.#markOf(text), from: now };
    // Something has changed since the look: perhaps this.
    if (row["version"] === this.#version) this.#keep(record.id, entry);
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

  /** Answers what went wrong; what is known is as it was at `now`, or later. */
  #ask(now: number): Promise<string | undefined> {
    if (this.#asking !== undefined) return this.#asking;
    if (performance.now() < this.#notBefore) return Promise.resolve(this.#trouble);
    this.#asking = this.#parts.database
      .run(CHANGES, [this.#version ?? Number.MAX_SAFE_INTEGER])
      .then((rows) => this.#confirm(rows, now), nameOf)
      .then((trouble) => {
        this.#asking = undefined;
        if (trouble !== undefined) this.#notBefore = performance.now() + PAUSE_MILLISECONDS;
        this.#trouble = trouble ?? "";
        return trouble;
      });
    return this.#asking;
  }

  #confirm(rows: readonly Row[], now: number): string | undefined {
    const version = rows[0]?.["version"];
    if (typeof version !== "number") return "the table of versions is not there";
    // A number that went back: the database is a copy from before.
    if (rows.length > CHANGES_MAX || (this.#version !== undefined && version < this.#version)) this.#entries.clear();
    else for (const { id } of rows) if (typeof id === "string") this.#entries.delete(id);
    this.#version = version;
    this.#confirmed = now;
    return undefined;
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

/** A fault's kind. A row that cannot be read is a fault, too: somebody else has written into the table. */
function nameOf(fault: unknown): string {
  return fault instanceof DatabaseFault ? fault.kind : fault instanceof TypeError ? `unreadable ${fault.message}` : "fault";
}
