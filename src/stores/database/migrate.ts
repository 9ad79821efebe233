/**
 * Migrate: brings the tables of a database up to date, under a lock, whole or not at all.
 *
 * Several nodes may start at once: one works, the others wait and find it done. A database that has seen steps which
 * this program does not know belongs to a newer one; a step that was changed after it was taken is a mistake of ours.
 * Neither is guessed around.
 */
import type { Dialect, Row, Session, Unusable } from "./database.ts";
import { checksumOf, type Migration, statementsOf } from "./migrations.ts";

/** Whoever migrates holds this advisory lock of PostgreSQL: "slpmigr" in ASCII. */
const LOCK = 32_488_852_449_486_706n;

const BEGIN: Readonly<Record<Dialect, readonly string[]>> = {
  sqlite: ["BEGIN IMMEDIATE"],
  postgres: ["BEGIN", `SELECT pg_advisory_xact_lock(${LOCK})`],
};

const LEDGER = `CREATE TABLE IF NOT EXISTS sallyport_migrations (
  number INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  checksum TEXT NOT NULL,
  taken BIGINT NOT NULL
)`;

/** @param now milliseconds since the epoch, for the ledger */
export async function migrate(session: Session, dialect: Dialect, migrations: readonly Migration[], now: number): Promise<Unusable | undefined> {
  for (const sql of BEGIN[dialect]) await session.run(sql);
  let done = false;
  try {
    await session.run(LEDGER);
    const taken = await session.run("SELECT number, name, checksum FROM sallyport_migrations ORDER BY number");
    const wrong = findMismatch(taken, migrations);
    if (wrong !== undefined) return wrong;
    for (const migration of migrations.slice(taken.length)) await take(session, dialect, migration, now);
    await session.run("COMMIT");
    done = true;
    return undefined;
  } finally {
    // The fault that brought us here is the one to tell; a lost connection has rolled back by itself.
    if (!done) await session.run("ROLLBACK").catch(() => undefined);
  }
}

function findMismatch(taken: readonly Row[], migrations: readonly Migration[]): Unusable | undefined {
  if (taken.length > migrations.length) return { wrong: "its tables were made by a newer sallyport", allowed: `a database with at most ${migrations.length} steps` };
  for (const [at, row] of taken.entries()) {
    const known = migrations[at];
    if (known === undefined || row["number"] !== known.number || row["checksum"] !== checksumOf(known)) return { wrong: `step ${at + 1} of its tables is not the one that this sallyport knows` };
  }
  return undefined;
}

async function take(session: Session, dialect: Dialect, migration: Migration, now: number): Promise<void> {
  for (const sql of statementsOf(migration, dialect)) await session.run(sql);
  await session.run("INSERT INTO sallyport_migrations (number, name, checksum, taken) VALUES ($1, $2, $3, $4)", [migration.number, migration.name, checksumOf(migration), now]);
}
