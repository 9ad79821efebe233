/**
 * User ledger: makes users, gives them passwords, lists them and switches them off in the database. Every change is
 * numbered (see change-feed.ts), so that all nodes forget what has changed.
 */
import { nextNumber, numberOf } from "../../stores/database/change-feed.ts";
import { type Database, DatabaseFault, type Row } from "../../stores/database/database.ts";
import type { SealedPassword } from "./seal-password.ts";
import { readUserRow, USER_COLUMNS, USER_FEED, type UserRecord } from "./user-record.ts";

export type UserWishes = Pick<UserRecord, "name" | "scopes" | "claims" | "plan">;

export const USERS_LISTED_MAX = 1_000;

const NEXT = nextNumber(USER_FEED);
const NUMBER = numberOf(USER_FEED);

/** @returns undefined when there is such a user already */
export async function createUser(wishes: UserWishes, { phc, pepper }: SealedPassword, now: number, database: Database): Promise<UserRecord | undefined> {
  const { name, scopes, claims, plan } = wishes;
  const sql = `INSERT INTO sallyport_users (name, password, pepper, scopes, claims, plan, created, renewed, changed) VALUES ($1, $2, $3, $4, $5, $6, $7, $7, ${NUMBER})`;
  try {
    await database.together([NEXT, { sql, values: [name, phc, pepper, JSON.stringify(scopes), JSON.stringify(claims), plan ?? null, now] }]);
    return { ...wishes, created: now, renewed: now, disabled: undefined };
  } catch (fault) {
    if (fault instanceof DatabaseFault && fault.kind === "conflict") return undefined;
    throw fault;
  }
}

/** @returns undefined when there is no such user, here and below */
export async function renewPassword(name: string, { phc, pepper }: SealedPassword, now: number, database: Database): Promise<UserRecord | undefined> {
  return change("password = $2, pepper = $3, renewed = $4", [name, phc, pepper, now], database);
}

/** When the user was off already: since when. */
export async function disableUser(name: string, now: number, database: Database): Promise<UserRecord | undefined> {
  return change("disabled = COALESCE(disabled, $2)", [name, now], database);
}

export async function enableUser(name: string, database: Database): Promise<UserRecord | undefined> {
  return change("disabled = NULL", [name], database);
}

export async function findUser(name: string, database: Database): Promise<UserRecord | undefined> {
  return first(await database.run(`SELECT ${USER_COLUMNS} FROM sallyport_users WHERE name = $1`, [name]));
}

/** By name, at most `USERS_LISTED_MAX`. */
export async function listUsers(database: Database): Promise<readonly UserRecord[]> {
  return (await database.run(`SELECT ${USER_COLUMNS} FROM sallyport_users ORDER BY name LIMIT ${USERS_LISTED_MAX}`)).map(readUserRow);
}

async function change(what: string, values: readonly (string | number)[], database: Database): Promise<UserRecord | undefined> {
  const [, rows] = await database.together([NEXT, { sql: `UPDATE sallyport_users SET ${what}, changed = ${NUMBER} WHERE name = $1 RETURNING ${USER_COLUMNS}`, values }]);
  return first(rows);
}

function first(rows: readonly Row[] | undefined): UserRecord | undefined {
  const [row] = rows ?? [];
  return row === undefined ? undefined : readUserRow(row);
}
