/**
 * Bounded database: a driver with a bound on every wait and on how many may wait.
 *
 * It opens when it is first asked, once for all who ask at the same time. What cannot be opened is tried again after a
 * pause, so that a database that comes late is found, and one that is away costs its callers no wait each.
 */
import { type Database, DatabaseFault, type Dialect, type Driver, type Row, type Statement, type Unusable, type Value } from "./database.ts";
import { migrate } from "./migrate.ts";
import { type Migration, MIGRATIONS } from "./migrations.ts";

/** Calls that may wait for an answer at the same time. */
export const WAITING_MAX = 1_000;
/** Least time between two attempts to open what could not be opened. */
export const RETRY_MILLISECONDS = 1_000;

export interface Bounds {
  /** Longest wait of one call, opening included. */
  readonly waitMilliseconds: number;
  readonly waitingMax?: number;
  readonly migrations?: readonly Migration[];
}

export function boundDatabase(driver: Driver, bounds: Bounds): Database {
  return new BoundedDatabase(driver, bounds);
}

class BoundedDatabase implements Database {
  readonly dialect: Dialect;
  readonly #driver: Driver;
  readonly #waitMilliseconds: number;
  readonly #waitingMax: number;
  readonly #migrations: readonly Migration[];
  readonly #calls = new Set<Promise<unknown>>();
  #opening: Promise<Unusable | undefined> | undefined;
  /** performance.now() before which no further attempt is made. */
  #notBefore = 0;
  #unusable: Unusable | undefined;
  #closing: Promise<void> | undefined;

  constructor(driver: Driver, { waitMilliseconds, waitingMax = WAITING_MAX, migrations = MIGRATIONS }: Bounds) {
    this.dialect = driver.dialect;
    this.#driver = driver;
    this.#waitMilliseconds = waitMilliseconds;
    this.#waitingMax = waitingMax;
    this.#migrations = migrations;
  }

  open(): Promise<Unusable | undefined> {
    if (this.#opening !== undefined) return this.#opening;
    if (performance.now() < this.#notBefore) return Promise.resolve(this.#unusable);
    this.#opening = this.#bringUp().then((unusable) => {
      if (unusable === undefined) return undefined;
      this.#opening = undefined;
      this.#unusable = unusable;
      this.#notBefore = performance.now() + RETRY_MILLISECONDS;
      return unusable;
    });
    return this.#opening;
  }

  async run(sql: string, values: readonly Value[] = []): Promise<readonly Row[]> {
    const [rows = []] = await this.together([{ sql, values }]);
    return rows;
  }

  async together(statements: readonly Statement[]): Promise<readonly (readonly Row[])[]> {
    if (this.#closing !== undefined) throw new DatabaseFault("unavailable", "closed");
    if (this.#calls.size >= this.#waitingMax) throw new DatabaseFault("full", `${this.#waitingMax} calls wait already`);
    const until = performance.now() + this.#waitMilliseconds;
    const call = within(this.#ask(statements, until), this.#waitMilliseconds);
    this.#calls.add(call);
    try {
      return await call;
    } finally {
      this.#calls.delete(call);
    }
  }

  waiting(): number {
    return this.#calls.size;
  }

  close(): Promise<void> {
    this.#closing ??= (async () => {
      await Promise.allSettled(this.#calls);
      await this.#driver.close();
    })();
    return this.#closing;
  }

  async #bringUp(): Promise<Unusable | undefined> {
    try {
      return await this.#driver.hold((session) => migrate(session, this.dialect, this.#migrations, Date.now()));
    } catch (fault) {
      return this.#driver.explain(fault);
    }
  }

  async #ask(statements: readonly Statement[], until: number): Promise<readonly (readonly Row[])[]> {
    const unusable = await this.open();
    if (unusable !== undefined) throw new DatabaseFault("unavailable", unusable.wrong);
    return this.#driver.run(statements, until);
  }
}

function within<T>(call: Promise<T>, milliseconds: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new DatabaseFault("late", `no answer within ${milliseconds} ms`)), milliseconds);
    void call.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
