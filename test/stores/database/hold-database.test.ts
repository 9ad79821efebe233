import assert from "node:assert/strict";
import { test } from "node:test";
import { holdDatabase } from "../../../src/stores/database/hold-database.ts";
import type { DatabaseWishes } from "../../../src/stores/database/open-database.ts";

const WISHES: DatabaseWishes = { sqlite: "house.db", postgres: undefined, plain: undefined, connections: 8, wait: 1_000 };

test("a process has one database, and another one needs a restart", async () => {
  const held = holdDatabase();
  const first = held.open(WISHES, "/nowhere");
  const again = held.open({ ...WISHES }, "/nowhere");
  assert.ok("database" in first && "database" in again);
  assert.equal(again.database, first.database);
  const other = held.open({ ...WISHES, sqlite: "other.db" }, "/nowhere");
  assert.equal("allowed" in other && other.allowed, "a restart");
  await held.close();
});

test("a reference that leads nowhere is a misfit", () => {
  const held = holdDatabase();
  const opened = held.open({ ...WISHES, sqlite: undefined, postgres: "env:SALLYPORT_NOWHERE" }, "/nowhere");
  assert.equal("wrong" in opened && opened.wrong, "the environment has no SALLYPORT_NOWHERE");
  const pasted = held.open({ ...WISHES, sqlite: undefined, postgres: "postgres://door:canary@127.0.0.1/x" }, "/nowhere");
  assert.ok("wrong" in pasted && !JSON.stringify(pasted).includes("canary"));
});
