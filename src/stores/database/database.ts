/**
 * Database: what outlives the process and is shared by nodes: keys, users, quotas.
 *
 * One narrow interface over SQLite and PostgreSQL. Statements are constants of the code and say their values as $1, $2
 * and so on; what a caller sent is only ever a value. There is no reading, deciding and writing across calls: what must
 * hold together is one statement, or several in one transaction.
 *
 * Moments are whole milliseconds since the epoch, lists are JSON texts, and yes and no are 1 and 0, so that one
 * statement means the same in both.
 */

export type Value = string | number | null | Uint8Array;
export type Row = Readonly<Record<string, Value>>;
export type Dialect = "sqlite" | "postgres";

export interface Statement {
  readonly sql: string;
  readonly values?: readonly Value[];
}

export interface Database {
  readonly dialect: Dialect;
  /** Opens it, and brings its tables up to date; answers why it cannot be used. Whoever asks something before waits. */
  readonly open: () => Promise<Unusable | undefined>;
  /** Runs one statement and answers its rows. Rejects with a DatabaseFault, at the latest when the wait is over. */
  readonly run: (sql: string, values?: readonly Value[]) => Promise<readonly Row[]>;
  /** Runs all of them in one transaction, or none. */
  readonly together: (statements: readonly Statement[]) => Promise<readonly (readonly Row[])[]>;
  /** Calls that have no answer yet. */
  readonly waiting: () => number;
  /** Lets what was asked finish, and closes. Safe to call twice. */
  readonly close: () => Promise<void>;
}

/** Why a database cannot be used, for the operator: never with a password in it. */
export interface Unusable {
  readonly wrong: string;
  readonly allowed?: string;
}

/**
 * `unavailable`: it is not there. `late`: no answer in time, and nobody knows whether it was done. `full`: too many wait.
 * `conflict`: the statement would break a uniqueness. `refused`: it did not like the statement.
 */
export type FaultKind = "unavailable" | "late" | "full" | "conflict" | "refused";

export class DatabaseFault extends Error {
  readonly kind: FaultKind;

  /** @param reason a code or our own words: messages of databases repeat values */
  constructor(kind: FaultKind, reason: string) {
    super(`${kind}: ${reason}`);
    this.name = "DatabaseFault";
    this.kind = kind;
  }
}

/** One connection, for as long as it is held. */
export interface Session {
  readonly run: (sql: string, values?: readonly Value[]) => Promise<readonly Row[]>;
}

/** What SQLite and PostgreSQL each bring. */
export interface Driver {
  readonly dialect: Dialect;
  /** Runs these in order, in one transaction when there are several. `until`: performance.now() at which nobody waits any more. */
  readonly run: (statements: readonly Statement[], until: number) => Promise<readonly (readonly Row[])[]>;
  /** Holds one connection while `work` lasts; rejects with a DatabaseFault. */
  readonly hold: <T>(work: (session: Session) => Promise<T>) => Promise<T>;
  /** What keeps it from being opened, in words for the operator. */
  readonly explain: (fault: unknown) => Unusable;
  readonly close: () => Promise<void>;
}
