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
  {
    number: 1,
    name: "api keys",
    statements: [
      "CREATE TABLE sallyport_versions (name TEXT PRIMARY KEY, version BIGINT NOT NULL)",
      "INSERT INTO sallyport_versions (name, version) VALUES ('api-keys', 0)",
      `CREATE TABLE sallyport_keys (
        id TEXT PRIMARY KEY,
        environment TEXT NOT NULL,
        name TEXT NOT NULL,
        owner TEXT NOT NULL,
        party TEXT NOT NULL,
        scopes TEXT NOT NULL,
        claims TEXT NOT NULL,
        addresses TEXT NOT NULL,
        plan TEXT,
        created BIGINT NOT NULL,
        expires BIGINT,
        lasting TEXT,
        disabled BIGINT,
        replaces TEXT,
        used BIGINT,
        pepper TEXT NOT NULL,
        digest {bytes} NOT NULL,
        changed BIGINT NOT NULL
      )`,
      "CREATE INDEX sallyport_keys_by_change ON sallyport_keys (changed)",
      "CREATE INDEX sallyport_keys_by_owner ON sallyport_keys (owner)",
    ],
  },
  {
    number: 2,
    name: "revocations",
    statements: [
      "INSERT INTO sallyport_versions (name, version) VALUES ('revocations', 0)",
      `CREATE TABLE sallyport_revocations (
        id TEXT PRIMARY KEY,
        kind TEXT NOT NULL,
        issuer TEXT NOT NULL,
        value TEXT NOT NULL,
        before BIGINT NOT NULL,
        ends BIGINT NOT NULL,
        created BIGINT NOT NULL,
        reason TEXT,
        lifted TEXT,
        changed BIGINT NOT NULL
      )`,
      "CREATE INDEX sallyport_revocations_by_change ON sallyport_revocations (changed)",
      "CREATE INDEX sallyport_revocations_by_end ON sallyport_revocations (ends)",
    ],
  },
  {
    number: 3,
    name: "quotas",
    statements: [
      `CREATE TABLE sallyport_quotas (
        quota TEXT NOT NULL,
        owner TEXT NOT NULL,
        begins BIGINT NOT NULL,
        used BIGINT NOT NULL,
        granted BIGINT NOT NULL,
        PRIMARY KEY (quota, owner)
      )`,
    ],
  },
  {
    number: 4,
    name: "users",
    statements: [
      "INSERT INTO sallyport_versions (name, version) VALUES ('users', 0)",
      `CREATE TABLE sallyport_users (
        name TEXT PRIMARY KEY,
        password TEXT NOT NULL,
        pepper TEXT NOT NULL,
        scopes TEXT NOT NULL,
        claims TEXT NOT NULL,
        plan TEXT,
        created BIGINT NOT NULL,
        renewed BIGINT NOT NULL,
        disabled BIGINT,
        changed BIGINT NOT NULL
      )`,
      "CREATE INDEX sallyport_users_by_change ON sallyport_users (changed)",
    ],
  },
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
