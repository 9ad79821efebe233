/** Users for tests: made as the command line makes them. */
import { randomBytes } from "node:crypto";
import { HashQueue } from "../../../src/keys/password/hash-queue.ts";
import { sealPassword } from "../../../src/keys/password/seal-password.ts";
import { createUser, renewPassword, type UserWishes } from "../../../src/keys/password/user-ledger.ts";
import type { UserRecord } from "../../../src/keys/password/user-record.ts";
import type { Peppers } from "../../../src/keys/pepper.ts";
import type { Database } from "../../../src/stores/database/database.ts";

export const NOW = 1_800_000_000_000;
export const PASSWORD = "correct horse battery";

const queue = new HashQueue({ atOnce: 2, waiting: 100 });

async function seal(name: string, password: string, peppers: Peppers): Promise<{ readonly phc: string; readonly pepper: string }> {
  const sealed = await sealPassword(name, password, { queue, peppers, random: randomBytes });
  if (sealed === undefined) throw new Error("there was no room for a hash");
  return sealed;
}

export async function addUser(database: Database, peppers: Peppers, { password = PASSWORD, ...wishes }: Partial<UserWishes> & { readonly password?: string } = {}): Promise<UserRecord> {
  const record = await createUser({ name: "ann", scopes: ["orders:read"], claims: { tenant: "acme" }, plan: "gold", ...wishes }, await seal(wishes.name ?? "ann", password, peppers), NOW, database);
  if (record === undefined) throw new Error("there is such a user already");
  return record;
}

export async function changePassword(database: Database, peppers: Peppers, name: string, password: string, now: number = NOW): Promise<void> {
  await renewPassword(name, await seal(name, password, peppers), now, database);
}
