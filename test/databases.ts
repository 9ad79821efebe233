/** Databases: a fresh one of each kind with the tables of the house, for what must work in all of them. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { boundDatabase } from "../src/stores/database/bounded-database.ts";
import type { Database } from "../src/stores/database/database.ts";
import { postgresDriver } from "../src/stores/database/postgres.ts";
import { readPostgresAddress } from "../src/stores/database/postgres-address.ts";
import { sqliteDriver } from "../src/stores/database/sqlite.ts";
import { missing, type PostgresServer, startPostgres } from "./postgres.ts";

const WAIT_MILLISECONDS = 5_000;

/** Each call opens another connection to the same fresh database, as another node would. */
export type Node = () => Database;

const folder = mkdtempSync(path.join(tmpdir(), "sallyport-databases-"));
let server: Promise<PostgresServer> | undefined;
let files = 0;

after(async () => {
  rmSync(folder, { recursive: true, force: true });
  await (await server)?.stop();
});

export function freshFile(): string {
  return path.join(folder, `${++files}.db`);
}

/** A database in a file of its own; to be closed by whoever opens it. */
export function openSqlite(file: string = freshFile()): Database {
  return boundDatabase(sqliteDriver({ file, busyMilliseconds: WAIT_MILLISECONDS }), { waitMilliseconds: WAIT_MILLISECONDS });
}

function openPostgres(url: string): Database {
  const read = readPostgresAddress(url, undefined);
  if ("wrong" in read) throw new Error(read.wrong);
  return boundDatabase(postgresDriver({ ...read, connections: 4, waitMilliseconds: WAIT_MILLISECONDS }), { waitMilliseconds: WAIT_MILLISECONDS });
}

/** One test for each kind of database; what `node` opened is closed at the end. */
export function onEachDatabase(title: string, run: (node: Node) => Promise<void>): void {
  test(`sqlite: ${title}`, () => {
    const file = freshFile();
    return closing(() => openSqlite(file), run);
  });
  test(`postgres: ${title}`, { skip: missing ?? false }, async () => {
    const url = (await (server ??= startPostgres())).freshUrl();
    return closing(() => openPostgres(url), run);
  });
}

async function closing(open: Node, run: (node: Node) => Promise<void>): Promise<void> {
  const opened: Database[] = [];
  try {
    await run(() => {
      const database = open();
      opened.push(database);
      return database;
    });
  } finally {
    await Promise.all(opened.map((database) => database.close()));
  }
}
