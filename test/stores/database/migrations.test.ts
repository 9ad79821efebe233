import assert from "node:assert/strict";
import { test } from "node:test";
import { checksumOf, MIGRATIONS, statementsOf } from "../../../src/stores/database/migrations.ts";
import { onEachDatabase } from "../../databases.ts";

test("steps are numbered without gaps, and each has a name and statements", () => {
  assert.deepEqual(MIGRATIONS.map(({ number }) => number), MIGRATIONS.map((_, at) => at + 1));
  assert.equal(new Set(MIGRATIONS.map(({ name }) => name)).size, MIGRATIONS.length);
  for (const { name, statements } of MIGRATIONS) assert.ok(statements.length > 0, name);
});

test("a checksum is that of what was written, whatever the database", () => {
  const step = { number: 1, name: "a", statements: ["CREATE TABLE t (b {bytes})"] };
  assert.deepEqual([statementsOf(step, "sqlite"), statementsOf(step, "postgres")], [["CREATE TABLE t (b BLOB)"], ["CREATE TABLE t (b BYTEA)"]]);
  assert.notEqual(checksumOf(step), checksumOf({ ...step, name: "b" }));
  assert.notEqual(checksumOf(step), checksumOf({ ...step, statements: [...step.statements, ""] }));
});

onEachDatabase("all steps can be taken, and are taken once", async (node) => {
  const [first, second] = [node(), node()];
  assert.deepEqual([await first.open(), await second.open()], [undefined, undefined]);
  const taken = await second.run("SELECT number, checksum FROM sallyport_migrations ORDER BY number");
  assert.deepEqual(taken.map((row) => ({ ...row })), MIGRATIONS.map((step) => ({ number: step.number, checksum: checksumOf(step) })));
});
