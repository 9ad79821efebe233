/**
 * Ledger: what has been used of a quota, in the database, and what this thread holds of it.
 *
 * A thread takes a chunk ahead and gives it out without asking again, so that a million requests are not a million
 * statements. What it has taken counts as used: all nodes together never give out more than the quota, and what is not
 * used is put back when the thread ends or the owner has been quiet. A database that is away is not asked while there is
 * something left of a chunk; after that nobody can say, and nobody passes.
 *
 * Rows of owners who do not come any more are removed in passing, a few at a time, once they speak of neither this period
 * nor the one before it, and of none that began in the last `KEPT_MILLISECONDS`: a node whose clock runs ahead by hours must
 * not clear away what the others count.
 */
import type { Database } from "../../../../guard.ts";
import { type Period, periodAt, type PeriodName } from "./period.ts";

/** A chunk is a hundredth of the quota, and no more than this. */
export const CHUNK_MAX = 1_000;
const CHUNK_SHARE = 100;
/** Owners of whom chunks are held; the one who was quiet longest is put back for another. */
export const HELD_MAX = 10_000;
/** How long an empty quota is believed to be empty: another node may have put something back. */
export const EMPTY_MILLISECONDS = 5_000;

export interface Spent {
  readonly granted: boolean;
  /** As far as this thread knows. */
  readonly left: number;
}

/** 35 days. */
export const KEPT_MILLISECONDS = 3_024_000_000;
/** Rows that one statement removes, and how long until the next one where there may be more. */
export const REMOVED_MAX = 1_000;
export const REMOVING_MILLISECONDS = 60_000;

interface Chunk {
  begins: number;
  /** Of the chunk. */
  left: number;
  /** In the database, when it was asked last. */
  behind: number;
  emptyUntil: number;
  asking: Promise<void> | undefined;
}

/** One row for each owner: of which period it speaks, how much was taken, and how much the last time. */
const TAKE = `INSERT INTO sallyport_quotas (quota, owner, begins, used, granted) VALUES ($1, $2, $3, $4, $4)
ON CONFLICT (quota, owner) DO UPDATE SET
  granted = CASE WHEN sallyport_quotas.begins < $3 THEN $4 WHEN sallyport_quotas.used + $4 <= $5 THEN $4 WHEN sallyport_quotas.used < $5 THEN $5 - sallyport_quotas.used ELSE 0 END,
  used = CASE WHEN sallyport_quotas.begins < $3 THEN $4 WHEN sallyport_quotas.used + $4 <= $5 THEN sallyport_quotas.used + $4 WHEN sallyport_quotas.used < $5 THEN $5 ELSE sallyport_quotas.used END,
  begins = CASE WHEN sallyport_quotas.begins < $3 THEN $3 ELSE sallyport_quotas.begins END
RETURNING begins, used, granted`;

/** Of the same period only: what is over is over. */
const PUT_BACK = "UPDATE sallyport_quotas SET used = CASE WHEN used < $4 THEN 0 ELSE used - $4 END WHERE quota = $1 AND owner = $2 AND begins = $3";

const REMOVE = `DELETE FROM sallyport_quotas WHERE quota = $1 AND begins < $2 AND owner IN (
  SELECT owner FROM sallyport_quotas WHERE quota = $1 AND begins < $2 LIMIT $3
) RETURNING owner`;

/** A quota, understood once. */
export interface Allowance {
  /** The same on all nodes. */
  readonly name: string;
  readonly of: number;
  readonly per: PeriodName;
}

export class Ledger {
  readonly #database: Database;
  readonly #quota: string;
  readonly #allowed: number;
  readonly #per: PeriodName;
  readonly #chunks = new Map<string, Chunk>();
  /** The next time at which rows are removed, and the period for which that was done. */
  #removesAt = 0;
  #removedFor = Number.NEGATIVE_INFINITY;

  constructor(database: Database, { name, of, per }: Allowance) {
    this.#database = database;
    this.#quota = name;
    this.#allowed = of;
    this.#per = per;
  }

  /** Spends one. Rejects when the database cannot be asked. */
  spend(owner: string, { begins }: Period, now: number): Spent | Promise<Spent> {
    const chunk = this.#chunkOf(owner, begins);
    if (chunk.left > 0) {
      // Ahead of time, so that nobody has to wait for it; who cannot do without says so below.
      if (chunk.left < this.#size() / 4 && now >= chunk.emptyUntil) this.#refill(owner, chunk, begins, now).catch(() => undefined);
      return this.#give(chunk);
    }
    return now < chunk.emptyUntil ? REFUSED : this.#spendLate(owner, chunk, begins, now);
  }

  /** What was spent in vain. */
  putBack(owner: string, { begins }: Period): void {
    const chunk = this.#chunks.get(owner);
    if (chunk?.begins === begins) {
      chunk.left++;
      chunk.emptyUntil = 0;
    } else this.#return(owner, begins, 1);
  }

  /** Puts back all that is held. */
  close(): void {
    for (const [owner, { begins, left }] of this.#chunks) this.#return(owner, begins, left);
    this.#chunks.clear();
  }

  async #spendLate(owner: string, chunk: Chunk, begins: number, now: number): Promise<Spent> {
    // Those who came before may have emptied it again; each round at least one of them gets something, or all learn that it is empty.
    while (chunk.left === 0 && now >= chunk.emptyUntil) await this.#refill(owner, chunk, begins, now);
    return chunk.left > 0 ? this.#give(chunk) : REFUSED;
  }

  #give(chunk: Chunk): Spent {
    chunk.left--;
    return { granted: true, left: chunk.left + chunk.behind };
  }

  #refill(owner: string, chunk: Chunk, begins: number, now: number): Promise<void> {
    chunk.asking ??= this.#ask(owner, chunk, begins, now).finally(() => (chunk.asking = undefined));
    return chunk.asking;
  }

  async #ask(owner: string, chunk: Chunk, begins: number, now: number): Promise<void> {
    if (begins > this.#removedFor && now >= this.#removesAt) this.#remove(begins, now);
    const [row] = await this.#database.run(TAKE, [this.#quota, owner, begins, this.#size(), this.#allowed]);
    const [period, used, granted] = [Number(row?.["begins"]), Number(row?.["used"]), Number(row?.["granted"])];
    if (!(period >= begins && used >= 0 && granted >= 0)) throw new TypeError("the database gave no answer");
    // The clock of another node is ahead: what it has begun is what counts.
    if (period !== chunk.begins) [chunk.begins, chunk.left] = [period, 0];
    chunk.left += granted;
    chunk.behind = Math.max(0, this.#allowed - used);
    if (granted === 0) chunk.emptyUntil = now + EMPTY_MILLISECONDS;
  }

  /** Nobody waits for it, and what fails is tried again. */
  #remove(begins: number, now: number): void {
    this.#removesAt = now + REMOVING_MILLISECONDS;
    const least = Math.min(periodAt(this.#per, begins - 1).begins, begins - KEPT_MILLISECONDS);
    this.#database
      .run(REMOVE, [this.#quota, least, REMOVED_MAX])
      .then((removed) => removed.length < REMOVED_MAX && (this.#removedFor = begins))
      .catch(() => undefined);
  }

  #size(): number {
    return Math.max(1, Math.min(CHUNK_MAX, Math.floor(this.#allowed / CHUNK_SHARE)));
  }

  #chunkOf(owner: string, begins: number): Chunk {
    const known = this.#chunks.get(owner);
    if (known !== undefined) {
      this.#chunks.delete(owner);
      this.#chunks.set(owner, known);
      // What is left of the last period is nobody's any more.
      if (known.begins < begins) [known.begins, known.left, known.behind, known.emptyUntil] = [begins, 0, 0, 0];
      return known;
    }
    const chunk: Chunk = { begins, left: 0, behind: 0, emptyUntil: 0, asking: undefined };
    this.#chunks.set(owner, chunk);
    const [quiet] = this.#chunks.size > HELD_MAX ? this.#chunks : [];
    if (quiet !== undefined) {
      this.#chunks.delete(quiet[0]);
      this.#return(quiet[0], quiet[1].begins, quiet[1].left);
    }
    return chunk;
  }

  /** What does not get back counts as used: nobody gets more by it. */
  #return(owner: string, begins: number, tokens: number): void {
    if (tokens > 0) this.#database.run(PUT_BACK, [this.#quota, owner, begins, tokens]).catch(() => undefined);
  }
}

const REFUSED: Spent = { granted: false, left: 0 };
