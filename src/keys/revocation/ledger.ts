/**
 * Ledger: writes, lists and takes back revocations in the database.
 *
 * Every change takes the next number of `sallyport_versions`, which all nodes look at. The row of that number is locked
 * until the change is whole, so nobody sees the number without the change.
 */
import type { Database, Statement } from "../../stores/database/database.ts";
import { readRevocationRow, type Revocation, REVOCATION_COLUMNS } from "./revocation.ts";
import { REVOCATIONS_MAX } from "./revocations.ts";

export interface Desk {
  readonly database: Database;
  readonly random: (bytes: number) => Uint8Array;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

export const REVOCATIONS_LISTED_MAX = 1_000;
/** How long a revocation that has ended is kept for looking at. */
export const KEPT_MILLISECONDS = 2_592_000_000;

const NEXT: Statement = { sql: "UPDATE sallyport_versions SET version = version + 1 WHERE name = 'revocations'" };
const NUMBER = "(SELECT version FROM sallyport_versions WHERE name = 'revocations')";

/** @returns undefined when there are as many as there may be */
export async function revoke(wishes: Omit<Revocation, "id" | "created" | "lifted">, { database, random, now }: Desk): Promise<Revocation | undefined> {
  const { kind, issuer, value, before, ends, reason } = wishes;
  const id = Buffer.from(random(6)).toString("hex");
  const [, , rows = []] = await database.together([
    NEXT,
    { sql: "DELETE FROM sallyport_revocations WHERE ends < $1", values: [now - KEPT_MILLISECONDS] },
    { sql: INSERT, values: [id, kind, issuer, value, before, ends, now, reason ?? null, REVOCATIONS_MAX] },
  ]);
  return rows[0] === undefined ? undefined : readRevocationRow(rows[0]);
}

const INSERT = `INSERT INTO sallyport_revocations (id, kind, issuer, value, before, ends, created, reason, changed)
  SELECT CAST($1 AS TEXT), CAST($2 AS TEXT), CAST($3 AS TEXT), CAST($4 AS TEXT), CAST($5 AS BIGINT), CAST($6 AS BIGINT), CAST($7 AS BIGINT), CAST($8 AS TEXT), ${NUMBER}
  WHERE (SELECT COUNT(*) FROM sallyport_revocations WHERE ends > CAST($7 AS BIGINT)) < $9 RETURNING ${REVOCATION_COLUMNS}`;

/** @returns undefined when there is no such revocation, or it has ended */
export async function lift(id: string, reason: string, { database, now }: Pick<Desk, "database" | "now">): Promise<Revocation | undefined> {
  const sql = `UPDATE sallyport_revocations SET ends = $2, lifted = $3, changed = ${NUMBER} WHERE id = $1 AND ends > $2 RETURNING ${REVOCATION_COLUMNS}`;
  const [, rows = []] = await database.together([NEXT, { sql, values: [id, now, reason] }]);
  return rows[0] === undefined ? undefined : readRevocationRow(rows[0]);
}

/** The newest first, at most `REVOCATIONS_LISTED_MAX`. */
export async function listRevocations({ database }: Pick<Desk, "database">): Promise<readonly Revocation[]> {
  return (await database.run(`SELECT ${REVOCATION_COLUMNS} FROM sallyport_revocations ORDER BY created DESC, id LIMIT ${REVOCATIONS_LISTED_MAX}`)).map(readRevocationRow);
}
