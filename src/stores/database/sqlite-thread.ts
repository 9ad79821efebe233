/**
 * SQLite thread: the one connection to the file, on a thread of its own.
 *
 * node:sqlite answers at once and holds its thread while it works: a slow disk, or another process that writes, would
 * hold every caller of the gateway. Here it holds nobody but those who ask the database.
 */
import { closeSync, mkdirSync, openSync } from "node:fs";
import path from "node:path";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { parentPort, workerData } from "node:worker_threads";
import type { FaultKind, Row, Statement } from "./database.ts";

export interface SqliteWorkerData {
  readonly file: string;
  /** Longest wait for another process that writes. */
  readonly busyMilliseconds: number;
}

export interface SqliteCall {
  readonly id: number;
  readonly statements: readonly Statement[];
  /** Milliseconds since the epoch at which nobody waits any more; undefined: somebody always does. */
  readonly until: number | undefined;
}

export interface SqliteReply {
  readonly id: number;
  readonly rows?: readonly (readonly Row[])[];
  readonly fault?: { readonly kind: FaultKind; readonly reason: string };
}

/** Statements are constants of the code: there are far fewer. */
const PREPARED_MAX = 256;

const PAUSE = new Int32Array(new SharedArrayBuffer(4));
const PAUSE_MILLISECONDS = 5;

const { file, busyMilliseconds } = workerData as SqliteWorkerData; // see sqlite.ts
const prepared = new Map<string, StatementSync>();
let connection: DatabaseSync | undefined;

function open(): DatabaseSync {
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  // SQLite would let everybody on this machine read the hashes in it.
  closeSync(openSync(file, "a", 0o600));
  const opened = new DatabaseSync(file, { timeout: busyMilliseconds });
  try {
    // Newer than the types at hand.
    (opened as DatabaseSync & { readonly enableDefensive: (active: boolean) => void }).enableDefensive(true);
    // Full: a key that was disabled stays so even if the power fails.
    patiently(() => opened.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA trusted_schema = OFF"));
  } catch (fault) {
    opened.close();
    throw fault;
  }
  return opened;
}

/** Whoever changes the mode of the journal at the same moment as another is told so at once, whatever the wait (SQLITE_BUSY). */
function patiently(work: () => void): void {
  for (const end = Date.now() + busyMilliseconds; ; Atomics.wait(PAUSE, 0, 0, PAUSE_MILLISECONDS)) {
    try {
      return work();
    } catch (fault) {
      if (readFault(fault).kind !== "late" || Date.now() > end) throw fault;
    }
  }
}

function runOne({ sql, values = [] }: Statement): readonly Row[] {
  connection ??= open();
  let statement = prepared.get(sql);
  if (statement === undefined) {
    if (prepared.size >= PREPARED_MAX) prepared.clear();
    statement = connection.prepare(sql);
    prepared.set(sql, statement);
  }
  return statement.all(Object.fromEntries(values.map((value, at) => [`$${at + 1}`, value]))) as Row[];
}

function runAll(statements: readonly Statement[]): readonly (readonly Row[])[] {
  if (statements.length === 1) return statements.map(runOne);
  runOne({ sql: "BEGIN IMMEDIATE" });
  try {
    const rows = statements.map(runOne);
    runOne({ sql: "COMMIT" });
    return rows;
  } catch (fault) {
    // Some faults of SQLite have rolled back by themselves.
    if (connection?.isTransaction === true) runOne({ sql: "ROLLBACK" });
    throw fault;
  }
}

function reply({ id, statements, until }: SqliteCall): SqliteReply {
  if (until !== undefined && Date.now() > until) return { id, fault: { kind: "late", reason: "its turn came too late" } };
  try {
    return { id, rows: runAll(statements) };
  } catch (fault) {
    return { id, fault: readFault(fault) };
  }
}

const UNIQUE: ReadonlySet<number> = new Set([1_555, 2_067]);
/** SQLITE_BUSY and LOCKED. */
const LATE: ReadonlySet<number> = new Set([5, 6]);
/** SQLITE_PERM, READONLY, IOERR, CORRUPT, FULL, CANTOPEN, NOTADB: it is the database, not the statement. */
const UNAVAILABLE: ReadonlySet<number> = new Set([3, 8, 10, 11, 13, 14, 26]);

function readFault(fault: unknown): { readonly kind: FaultKind; readonly reason: string } {
  if (fault instanceof Error && "errcode" in fault && typeof fault.errcode === "number") {
    const primary = fault.errcode & 0xff;
    const kind = UNIQUE.has(fault.errcode) ? "conflict" : LATE.has(primary) ? "late" : UNAVAILABLE.has(primary) ? "unavailable" : "refused";
    return { kind, reason: `SQLite ${primary}` };
  }
  const code = fault instanceof Error && "code" in fault ? String(fault.code) : "unknown fault";
  return { kind: connection === undefined ? "unavailable" : "refused", reason: code };
}

parentPort?.on("message", (call: SqliteCall | "close") => {
  if (call !== "close") return parentPort?.postMessage(reply(call));
  connection?.close();
  parentPort?.close();
});
