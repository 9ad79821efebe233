/** Open database: from the words of a policy to a database that opens when it is first asked. */
import path from "node:path";
import { readSecret } from "../../keys/secret.ts";
import { boundDatabase } from "./bounded-database.ts";
import type { Database, Unusable } from "./database.ts";
import { postgresDriver } from "./postgres.ts";
import { readPostgresAddress } from "./postgres-address.ts";
import { sqliteDriver } from "./sqlite.ts";

/** One of `sqlite` and `postgres`. */
export interface DatabaseWishes {
  /** A file, seen from the folder. */
  readonly sqlite: string | undefined;
  /** `env:NAME` or `file:path`: where the URL stands. */
  readonly postgres: string | undefined;
  /** Why the way to PostgreSQL need not be encrypted and verified. */
  readonly plain: string | undefined;
  readonly connections: number;
  /** Longest wait for one answer, in milliseconds. */
  readonly wait: number;
}

/** @param folder where relative file names start */
export function openDatabase({ sqlite, postgres, plain, connections, wait }: DatabaseWishes, folder: string): { readonly database: Database } | Unusable {
  const bounds = { waitMilliseconds: wait };
  if (sqlite !== undefined) return { database: boundDatabase(sqliteDriver({ file: path.resolve(folder, sqlite), busyMilliseconds: wait }), bounds) };
  const read = readSecret(postgres ?? "", folder);
  if ("wrong" in read) return read;
  const address = readPostgresAddress(read.secret.toString("utf8"), plain);
  if ("wrong" in address) return address;
  return { database: boundDatabase(postgresDriver({ ...address, connections, waitMilliseconds: wait }), bounds) };
}
