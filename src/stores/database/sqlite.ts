/** SQLite: the driver of an embedded database: one file, one thread that works on it (see sqlite-thread.ts). */
import { Worker } from "node:worker_threads";
import { DatabaseFault, type Driver, type Row, type Session, type Statement, type Unusable } from "./database.ts";
import type { SqliteCall, SqliteReply, SqliteWorkerData } from "./sqlite-thread.ts";

/** Time in which the thread must have closed the file when it is told to. */
export const CLOSE_MILLISECONDS_MAX = 2_000;

/** .ts here, .js in the published package. */
const THREAD = new URL(`./sqlite-thread${import.meta.url.slice(import.meta.url.lastIndexOf("."))}`, import.meta.url);

export function sqliteDriver(data: SqliteWorkerData): Driver {
  return new Sqlite(data);
}

interface Waiting {
  readonly resolve: (rows: readonly (readonly Row[])[]) => void;
  readonly reject: (fault: DatabaseFault) => void;
}

class Sqlite implements Driver {
  readonly dialect = "sqlite";
  readonly #data: SqliteWorkerData;
  readonly #waiting = new Map<number, Waiting>();
  #thread: Worker | undefined;
  #calls = 0;

  constructor(data: SqliteWorkerData) {
    this.#data = data;
  }

  run(statements: readonly Statement[], until: number): Promise<readonly (readonly Row[])[]> {
    // Threads have clocks of their own that begin at different moments: only the wall clock is common.
    return this.#ask(statements, performance.timeOrigin + until);
  }

  /** There is one connection: this is for the opening, while nobody else has it. */
  hold<T>(work: (session: Session) => Promise<T>): Promise<T> {
    return work({
      run: async (sql, values = []) => {
        const [rows = []] = await this.#ask([{ sql, values }], undefined);
        return rows;
      },
    });
  }

  explain(fault: unknown): Unusable {
    const reason = fault instanceof DatabaseFault ? fault.message.replace(/^\w+: /, "") : "unknown fault";
    return WORDS.find(([words]) => words.test(reason))?.[1] ?? { wrong: `it cannot be opened (${reason})` };
  }

  async close(): Promise<void> {
    const thread = this.#thread;
    if (thread === undefined) return;
    const gone = new Promise<void>((resolve) => thread.once("exit", () => resolve()));
    thread.postMessage("close");
    const timer = setTimeout(() => void thread.terminate(), CLOSE_MILLISECONDS_MAX);
    await gone;
    clearTimeout(timer);
  }

  #ask(statements: readonly Statement[], until: number | undefined): Promise<readonly (readonly Row[])[]> {
    return new Promise((resolve, reject) => {
      const thread = (this.#thread ??= this.#begin());
      const id = ++this.#calls;
      this.#waiting.set(id, { resolve, reject });
      // An idle database keeps no program alive.
      thread.ref();
      thread.postMessage({ id, statements, until } satisfies SqliteCall);
    });
  }

  #begin(): Worker {
    // Flags that a program was started with, such as --input-type, are about that program.
    const thread = new Worker(THREAD, { workerData: this.#data, name: "sallyport database", execArgv: [] });
    thread.on("message", (reply: SqliteReply) => this.#settle(thread, reply));
    thread.on("error", () => undefined);
    thread.once("exit", () => this.#ended(thread));
    return thread;
  }

  #settle(thread: Worker, { id, rows, fault }: SqliteReply): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (this.#waiting.size === 0) thread.unref();
    if (rows !== undefined) waiting?.resolve(rows);
    else waiting?.reject(new DatabaseFault(fault?.kind ?? "unavailable", fault?.reason ?? "no reason"));
  }

  /** The next call begins another one. */
  #ended(thread: Worker): void {
    if (this.#thread === thread) this.#thread = undefined;
    const left = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of left) reject(new DatabaseFault("unavailable", "the database's thread ended"));
  }
}

/** Primary result codes of SQLite, and codes of the file system. */
const WORDS: readonly (readonly [RegExp, Unusable])[] = [
  [/SQLite 14$|ENOENT|ENOTDIR|EISDIR|EEXIST/, { wrong: "the file cannot be opened", allowed: "a file in a folder that this user may write to" }],
  [/EACCES|EPERM|EROFS|SQLite (3|8)$/, { wrong: "this user may not write the file", allowed: "a file in a folder that this user may write to" }],
  [/SQLite 26$/, { wrong: "the file is not an SQLite database" }],
  [/SQLite 11$/, { wrong: "the file is damaged", allowed: "a copy from before" }],
  [/SQLite (5|6)$/, { wrong: "another process holds the file locked" }],
  [/SQLite 13$|ENOSPC/, { wrong: "there is no room left on the disk" }],
];
