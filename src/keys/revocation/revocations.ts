/**
 * Revocations: what of the database is known here, no older than a second.
 *
 * While there are requests, it is asked twice a second what has changed; a revocation counts at every node and in every
 * thread a second after it was written. What cannot be confirmed is not believed beyond a stated time: nobody could say
 * whether a token still counts. More revocations than fit into memory are not held in part.
 */
import { type Database, DatabaseFault, type Row } from "../../stores/database/database.ts";
import { readRevocationRow, REVOCATION_COLUMNS, type TokenFacts } from "./revocation.ts";
import { RevocationList } from "./revocation-list.ts";

/** Revocations that may count at the same time. Whoever needs more revokes everything before a moment. */
export const REVOCATIONS_MAX = 100_000;
/** How old a confirmation may be that is relied on without asking. */
export const FRESH_MILLISECONDS = 1_000;
/** How old it is when the next one is asked for, besides the requests. */
export const ASK_MILLISECONDS = 500;
/** Pause after a question that got no answer. */
export const PAUSE_MILLISECONDS = 250;

/** `unavailable`: nobody can say. */
export type Judgement = "counts" | "revoked" | { readonly unavailable: string };

/** `$1`: the number up to which changes are known. `$2`: what has ended before is of no interest. */
const CHANGES = `SELECT versions.version, ${REVOCATION_COLUMNS.split(", ").map((name) => `revocations.${name}`).join(", ")}
  FROM sallyport_versions AS versions LEFT JOIN sallyport_revocations AS revocations ON revocations.changed > $1 AND revocations.ends > $2
  WHERE versions.name = 'revocations' LIMIT ${REVOCATIONS_MAX + 1}`;

export class Revocations {
  readonly #database: Database;
  readonly #list = new RevocationList();
  #version: number | undefined;
  #confirmed = Number.NEGATIVE_INFINITY;
  #asking: Promise<string | undefined> | undefined;
  /** performance.now() before which nothing is asked, because nobody answered. */
  #notBefore = 0;
  #trouble = "";

  constructor(database: Database) {
    this.#database = database;
  }

  get size(): number {
    return this.#list.size;
  }

  /** @param staleMilliseconds how long what is known is believed beyond FRESH_MILLISECONDS. `now`: milliseconds since the epoch */
  judge(facts: TokenFacts, now: number, staleMilliseconds: number): Judgement | Promise<Judgement> {
    const age = Math.abs(now - this.#confirmed);
    if (age > FRESH_MILLISECONDS) return this.#confirmFirst(facts, now, staleMilliseconds);
    if (age > ASK_MILLISECONDS) void this.#ask(now);
    return this.#list.isRevoked(facts, now) ? "revoked" : "counts";
  }

  async #confirmFirst(facts: TokenFacts, now: number, staleMilliseconds: number): Promise<Judgement> {
    let trouble = await this.#ask(now);
    // It joined a question that was asked long before it came.
    if (trouble === undefined && Math.abs(now - this.#confirmed) > FRESH_MILLISECONDS) trouble = await this.#ask(now);
    if (Math.abs(now - this.#confirmed) > FRESH_MILLISECONDS + staleMilliseconds) return { unavailable: trouble ?? "late" };
    return this.#list.isRevoked(facts, now) ? "revoked" : "counts";
  }

  /** Answers what went wrong; what is known is as it was at `now`, or later. */
  #ask(now: number): Promise<string | undefined> {
    if (this.#asking !== undefined) return this.#asking;
    if (performance.now() < this.#notBefore) return Promise.resolve(this.#trouble);
    this.#asking = this.#read(now)
      .catch(nameOf)
      .then((trouble) => {
        this.#asking = undefined;
        if (trouble !== undefined) this.#notBefore = performance.now() + PAUSE_MILLISECONDS;
        this.#trouble = trouble ?? "";
        return trouble;
      });
    return this.#asking;
  }

  async #read(now: number): Promise<string | undefined> {
    const known = this.#version;
    const rows = await this.#database.run(CHANGES, known === undefined ? [-1, now] : [known, -1]);
    const version = rows[0]?.["version"];
    if (typeof version !== "number") return "the table of versions is not there";
    // A number that went back: the database is a copy from before.
    if (known !== undefined && version < known) return this.#begin(now);
    if (rows.length > REVOCATIONS_MAX) return "more revocations than may be";
    this.#take(rows, now);
    if (this.#list.size > REVOCATIONS_MAX) return "more revocations than may be";
    this.#version = version;
    this.#confirmed = now;
    return undefined;
  }

  #begin(now: number): Promise<string | undefined> {
    this.#version = undefined;
    this.#list.clear();
    return this.#read(now);
  }

  #take(rows: readonly Row[], now: number): void {
    const found = rows.filter(({ id }) => id !== null).map(readRevocationRow);
    for (const revocation of found) this.#list.put(revocation);
    if (found.length > 0) this.#list.sweep(now);
  }
}

/** A fault's kind. A row that cannot be read is a fault, too: somebody else has written into the table. */
function nameOf(fault: unknown): string {
  return fault instanceof DatabaseFault ? fault.kind : fault instanceof TypeError ? `unreadable ${fault.message}` : "fault";
}
