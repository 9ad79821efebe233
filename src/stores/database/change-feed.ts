/**
 * Change feed: what has changed in a table since it was last looked at, asked for twice a second while there are requests.
 *
 * Every change takes the next number of its feed in `sallyport_versions`. The row with the number is locked until the
 * change is whole, so nobody sees the one without the other. Whoever remembers rows asks the feed before he relies on
 * them: they are as they were a second ago at most, or he is told that nobody knows.
 */
import { type Database, DatabaseFault, type Row, type Statement } from "./database.ts";

/** How old a confirmation may be that is relied on without asking. */
export const FRESH_MILLISECONDS = 1_000;
/** How old it is when the next one is asked for, besides the requests. */
export const ASK_MILLISECONDS = 500;
/** Pause after a question that got no answer. */
export const PAUSE_MILLISECONDS = 250;
/** Changes that are told one by one; after more, all is forgotten. */
export const CHANGES_MAX = 1_000;

/** A table whose changes are numbered: it has a column `changed`. Constants of the code, all three. */
export interface Feed {
  /** Its row in `sallyport_versions`. */
  readonly name: string;
  readonly table: string;
  /** The column that names a row. */
  readonly key: string;
}

/** To be the first statement of a transaction that changes something. */
export function nextNumber({ name }: Feed): Statement {
  return { sql: `UPDATE sallyport_versions SET version = version + 1 WHERE name = '${name}'` };
}

/** The number, as an expression for the column `changed`; or for a look at a row, so that a change after it is told. */
export function numberOf({ name }: Feed): string {
  return `(SELECT version FROM sallyport_versions WHERE name = '${name}')`;
}

export interface FeedParts {
  readonly database: Database;
  readonly feed: Feed;
  /** How long memory is believed beyond FRESH_MILLISECONDS while the database gives no answer. */
  readonly staleMilliseconds: number;
  /** Called for every row that has changed; without a name when all may have. */
  readonly forget: (name?: string) => void;
}

export class ChangeFeed {
  readonly #parts: FeedParts;
  readonly #sql: string;
  #version: number | undefined;
  #confirmed = Number.NEGATIVE_INFINITY;
  #asking: Promise<string | undefined> | undefined;
  /** performance.now() before which nothing is asked, because nobody answered. */
  #notBefore = 0;
  #trouble = "";

  constructor(parts: FeedParts) {
    const { name, table, key } = parts.feed;
    this.#parts = parts;
    this.#sql = `SELECT versions.version, ${table}.${key} AS name FROM sallyport_versions AS versions
      LEFT JOIN ${table} ON ${table}.changed > $1 WHERE versions.name = '${name}' LIMIT ${CHANGES_MAX + 1}`;
  }

  /** The number up to which all changes have been told. What was looked up under another one must not be remembered. */
  get version(): number | undefined {
    return this.#version;
  }

  /** undefined: memory may be relied on. A promise: not yet; it answers why not, or undefined. `now`: since the epoch. */
  confirm(now: number): Promise<string | undefined> | undefined {
    const age = Math.abs(now - this.#confirmed);
    if (age > FRESH_MILLISECONDS) return this.#confirmFirst(now);
    if (age > ASK_MILLISECONDS) void this.#ask(now);
    return undefined;
  }

  async #confirmFirst(now: number): Promise<string | undefined> {
    let trouble = await this.#ask(now);
    // It joined a question that was asked long before it came.
    if (trouble === undefined && Math.abs(now - this.#confirmed) > FRESH_MILLISECONDS) trouble = await this.#ask(now);
    return Math.abs(now - this.#confirmed) > FRESH_MILLISECONDS + this.#parts.staleMilliseconds ? (trouble ?? "late") : undefined;
  }

  /** Answers what went wrong; what is known is as it was at `now`, or later. */
  #ask(now: number): Promise<string | undefined> {
    if (this.#asking !== undefined) return this.#asking;
    if (performance.now() < this.#notBefore) return Promise.resolve(this.#trouble);
    this.#asking = this.#parts.database
      .run(this.#sql, [this.#version ?? Number.MAX_SAFE_INTEGER])
      .then((rows) => this.#tell(rows, now), troubleOf)
      .then((trouble) => {
        this.#asking = undefined;
        if (trouble !== undefined) this.#notBefore = performance.now() + PAUSE_MILLISECONDS;
        this.#trouble = trouble ?? "";
        return trouble;
      });
    return this.#asking;
  }

  #tell(rows: readonly Row[], now: number): string | undefined {
    const version = rows[0]?.["version"];
    if (typeof version !== "number") return "the table of versions is not there";
    // A number that went back: the database is a copy from before.
    if (rows.length > CHANGES_MAX || (this.#version !== undefined && version < this.#version)) this.#parts.forget();
    else for (const { name } of rows) if (typeof name === "string") this.#parts.forget(name);
    this.#version = version;
    this.#confirmed = now;
    return undefined;
  }
}

/** For the record: the kind of a fault. A row that cannot be read is one, too: somebody else has written into the table. */
export function troubleOf(fault: unknown): string {
  return fault instanceof DatabaseFault ? fault.kind : fault instanceof TypeError ? `unreadable ${fault.message}` : "fault";
}
