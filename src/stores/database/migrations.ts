/**
 * Migrations: the tables of the house, step by step. What has been published is never changed: a further step mends it.
 *
 * Each step is a list of statements. Where SQLite and PostgreSQL agree there is one list; `BLOB` and `BYTEA` are the
 * only words in which they do not, written as {bytes}.
 */
import { hash } from "node:crypto";
import type { Dialect } from "./database.ts";

export interface Migration {
  /** 1, 2, 3 and so on, without gaps. */
  readonly number: number;
  readonly name: string;
  readonly statements: readonly string[];
}

export const MIGRATIONS: readonly Migration[] = [
];

const WORDS: Readonly<Record<Dialect, string>> = { sqlite: "BLOB", postgres: "BYTEA" };

/** The statements in the words of one database. */
export function statementsOf({ statements }: Migration, dialect: Dialect): readonly string[] {
  return statements.map((sql) => sql.replaceAll("{bytes}", WORDS[dialect]));
}

/** The same for both databases: it is about what was written here. */
export function checksumOf({ name, statements }: Migration): string {
  return hash("sha256", JSON.stringify([name, ...statements]));
}
