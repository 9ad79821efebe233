/**
 * Ledger: makes, lists, replaces and switches off API keys in the database.
 *
 * Every change is numbered (see change-feed.ts), so that all nodes look up anew what has changed.
 */
import { nextNumber, numberOf } from "../../stores/database/change-feed.ts";
import type { Database, Row } from "../../stores/database/database.ts";
import type { Peppers } from "../pepper.ts";
import { makeApiKey } from "./format.ts";
import { KEY_COLUMNS, KEY_FEED, type KeyRecord, readKeyRow } from "./record.ts";

/** What whoever makes a key decides. */
export type KeyWishes = Pick<KeyRecord, "environment" | "name" | "owner" | "party" | "scopes" | "claims" | "addresses" | "plan" | "expires" | "lasting">;

export interface Desk {
  readonly database: Database;
  readonly peppers: Peppers;
  readonly random: (bytes: number) => Uint8Array;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** `text` is the key itself: to be shown once and kept nowhere. */
export interface Issued {
  readonly record: KeyRecord;
  readonly text: string;
}

export const KEYS_LISTED_MAX = 1_000;

const NEXT = nextNumber(KEY_FEED);
const NUMBER = numberOf(KEY_FEED);

export async function issueKey(wishes: KeyWishes, { database, peppers: { current }, random, now }: Desk): Promise<Issued> {
  const { id, text } = makeApiKey(wishes.environment, current, random);
  const record: KeyRecord = { ...wishes, id, created: now, disabled: undefined, replaces: undefined, used: undefined };
  const { environment, name, owner, party, scopes, claims, addresses, plan, expires, lasting } = wishes;
  const values = [id, environment, name, owner, party, JSON.stringify(scopes), JSON.stringify(claims), JSON.stringify(addresses), plan ?? null, now, expires ?? null, lasting ?? null, current.id, current.hash("api-key", text)];
  await database.together([NEXT, { sql: INSERT, values }]);
  return { record, text };
}

const INSERT = `INSERT INTO sallyport_keys (id, environment, name, owner, party, scopes, claims, addresses, plan, created, expires, lasting, pepper, digest, changed)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, ${NUMBER})`;

/**
 * Makes a key that takes the place of another: everything but the key is the same, and both count until `until`.
 *
 * @returns undefined when there is no such key, or it counts no more
 */
export async function rotateKey(old: Pick<KeyRecord, "id" | "environment">, until: number, life: Pick<KeyWishes, "expires" | "lasting">, desk: Desk): Promise<Issued | undefined> {
  const { database, peppers: { current }, random, now } = desk;
  const { id, text } = makeApiKey(old.environment, current, random);
  const { expires, lasting } = life;
  const [, , rows] = await database.together([
    NEXT,
    { sql: COPY, values: [old.id, id, now] },
    { sql: RENEW, values: [id, now, expires ?? null, lasting ?? null, current.id, current.hash("api-key", text)] },
    { sql: END, values: [old.id, id, until] },
  ]);
  const record = readFirst(rows);
  return record === undefined ? undefined : { record, text };
}

/** One statement that judges and copies: a key that is switched off meanwhile has no successor. */
const COPY = `INSERT INTO sallyport_keys (id, environment, name, owner, party, scopes, claims, addresses, plan, replaces, created, pepper, digest, changed)
  SELECT CAST($2 AS TEXT), environment, name, owner, party, scopes, claims, addresses, plan, id, created, pepper, digest, ${NUMBER}
  FROM sallyport_keys WHERE id = $1 AND disabled IS NULL AND (expires IS NULL OR expires > $3)`;
const RENEW = `UPDATE sallyport_keys SET created = $2, expires = $3, lasting = $4, pepper = $5, digest = $6 WHERE id = $1 RETURNING ${KEY_COLUMNS}`;
const END = `UPDATE sallyport_keys SET expires = CASE WHEN expires < $3 THEN expires ELSE $3 END, changed = ${NUMBER}
  WHERE id = $1 AND EXISTS (SELECT 1 FROM sallyport_keys AS successor WHERE successor.id = $2)`;

/** @returns undefined when there is no such key; when it was off already, since when */
export async function disableKey(id: string, { database, now }: Pick<Desk, "database" | "now">): Promise<KeyRecord | undefined> {
  const sql = `UPDATE sallyport_keys SET disabled = COALESCE(disabled, $2), changed = ${NUMBER} WHERE id = $1 RETURNING ${KEY_COLUMNS}`;
  const [, rows] = await database.together([NEXT, { sql, values: [id, now] }]);
  return readFirst(rows);
}

export async function findKey(id: string, database: Database): Promise<KeyRecord | undefined> {
  return readFirst(await database.run(`SELECT ${KEY_COLUMNS} FROM sallyport_keys WHERE id = $1`, [id]));
}

/** The newest first, at most `KEYS_LISTED_MAX`. */
export async function listKeys(owner: string | undefined, database: Database): Promise<readonly KeyRecord[]> {
  const sql = `SELECT ${KEY_COLUMNS} FROM sallyport_keys WHERE $1 = '' OR owner = $1 ORDER BY created DESC, id LIMIT ${KEYS_LISTED_MAX}`;
  return (await database.run(sql, [owner ?? ""])).map(readKeyRow);
}

function readFirst(rows: readonly Row[] | undefined): KeyRecord | undefined {
  const [row] = rows ?? [];
  return row === undefined ? undefined : readKeyRow(row);
}
