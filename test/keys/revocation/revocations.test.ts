import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test, type TestContext } from "node:test";
import { hashOfTokenId } from "../../../src/keys/claims.ts";
import { KEPT_MILLISECONDS, lift, listRevocations, revoke } from "../../../src/keys/revocation/ledger.ts";
import type { Revocation } from "../../../src/keys/revocation/revocation.ts";
import { ASK_MILLISECONDS, FRESH_MILLISECONDS, type Judgement, PAUSE_MILLISECONDS, REVOCATIONS_MAX, Revocations } from "../../../src/keys/revocation/revocations.ts";
import type { Database } from "../../../src/stores/database/database.ts";
import { onEachDatabase, openSqlite } from "../../databases.ts";
import { AWAY, doubt, type DoubtedDatabase } from "../../doubted-database.ts";
import { NOW } from "../issuer.ts";
import { facts, wishes } from "./facts.ts";

async function write(database: Database, particulars: Parameters<typeof wishes>[0] = {}, now = NOW): Promise<Revocation> {
  return (await revoke(wishes(particulars), { database, random: randomBytes, now })) ?? assert.fail("no room");
}

function open(t: TestContext): DoubtedDatabase {
  const database = doubt(openSqlite());
  t.after(() => database.close());
  return database;
}

/** What memory answers at once. */
function recalled(judgement: Judgement | Promise<Judgement>): Judgement {
  assert.ok(!(judgement instanceof Promise), "it had to ask");
  return judgement;
}

onEachDatabase("R24: what another node revokes counts here a second later at the latest, and so does taking it back", async (node) => {
  const [here, there] = [node(), node()];
  const revocations = new Revocations(here);
  assert.equal(await revocations.judge(facts(), NOW, 0), "counts");
  const { id } = await write(there);
  assert.equal(await revocations.judge(facts(), NOW + FRESH_MILLISECONDS + 1, 0), "revoked");
  await lift(id, "a mistake", { database: there, now: NOW + 1_500 });
  assert.equal(await revocations.judge(facts(), NOW + 2 * FRESH_MILLISECONDS + 2, 0), "counts");
});

onEachDatabase("R24: each kind is found again as it was written", async (node) => {
  const database = node();
  const revocations = new Revocations(database);
  await write(database, { kind: "token", value: hashOfTokenId("token-9"), reason: "it's \u{1f511}" });
  await write(database, { kind: "everything", value: "", issuer: "https://two.example" });
  assert.equal(await revocations.judge(facts(), NOW, 0), "counts");
  assert.equal(await revocations.judge(facts({ token: hashOfTokenId("token-9") }), NOW, 0), "revoked");
  assert.equal(await revocations.judge(facts({ issuer: "https://two.example" }), NOW, 0), "revoked");
  const listed = await listRevocations({ database });
  assert.deepEqual(new Map(listed.map(({ kind, reason }) => [kind, reason])), new Map([["everything", undefined], ["token", "it's \u{1f511}"]]));
});

onEachDatabase("what has ended is kept for a while to be looked at, and then goes with the next one", async (node) => {
  const database = node();
  const { id } = await write(database, { ends: NOW + 1 });
  await write(database, {}, NOW + KEPT_MILLISECONDS);
  assert.equal((await listRevocations({ database })).length, 2);
  assert.equal(await lift(id, "too late", { database, now: NOW + 2 }), undefined);
  await write(database, {}, NOW + KEPT_MILLISECONDS + 2);
  assert.equal((await listRevocations({ database })).length, 2);
});

onEachDatabase("what had ended when the memory began is not taken in", async (node) => {
  const database = node();
  await write(database, { ends: NOW - 1 });
  await write(database, { value: "bob" });
  const revocations = new Revocations(database);
  await revocations.judge(facts(), NOW, 0);
  assert.equal(revocations.size, 1);
});

test("R24: half a second later it asks besides the requests, which do not wait", async (t) => {
  const database = open(t);
  const revocations = new Revocations(database);
  await revocations.judge(facts(), NOW, 0);
  await write(database);
  assert.equal(recalled(revocations.judge(facts(), NOW + ASK_MILLISECONDS, 0)), "counts");
  assert.equal(recalled(revocations.judge(facts(), NOW + ASK_MILLISECONDS + 1, 0)), "counts");
  for (let look = 0; recalled(revocations.judge(facts(), NOW + ASK_MILLISECONDS + 2, 0)) === "counts" && look < 500; look++) await new Promise((resolve) => setTimeout(resolve, 10));
  assert.equal(recalled(revocations.judge(facts(), NOW + ASK_MILLISECONDS + 2, 0)), "revoked");
});

test("a hundred requests at once ask once", async (t) => {
  const database = open(t);
  const revocations = new Revocations(database);
  const judged = await Promise.all(Array.from({ length: 100 }, async () => revocations.judge(facts(), NOW, 0)));
  assert.ok(judged.every((one) => one === "counts"));
  assert.equal(database.asked.length, 1);
});

test("R24: what cannot be confirmed is not believed, but for the time that was stated", async (t) => {
  const database = open(t);
  const revocations = new Revocations(database);
  await write(database, { value: "bob" });
  await revocations.judge(facts(), NOW, 0);
  database.fault = AWAY;
  assert.equal(recalled(revocations.judge(facts(), NOW + FRESH_MILLISECONDS, 0)), "counts");
  assert.deepEqual(await revocations.judge(facts(), NOW + FRESH_MILLISECONDS + 1, 0), { unavailable: "unavailable" });
  assert.equal(await revocations.judge(facts(), NOW + FRESH_MILLISECONDS + 10_000, 10_000), "counts");
  assert.equal(await revocations.judge(facts({ subject: "bob" }), NOW + FRESH_MILLISECONDS + 10_000, 10_000), "revoked");
  assert.deepEqual(await revocations.judge(facts(), NOW + FRESH_MILLISECONDS + 10_001, 10_000), { unavailable: "unavailable" });
  database.fault = undefined;
  await new Promise((resolve) => setTimeout(resolve, PAUSE_MILLISECONDS + 20));
  assert.equal(await revocations.judge(facts(), NOW + 20_000, 0), "counts");
});

test("a database that never answered lets nobody in, whatever staleness was allowed", async (t) => {
  const database = open(t);
  database.fault = AWAY;
  const revocations = new Revocations(database);
  assert.deepEqual(await revocations.judge(facts(), NOW, 3_600_000), { unavailable: "unavailable" });
});

test("a copy of the database from before is taken as it is", async (t) => {
  const database = open(t);
  const revocations = new Revocations(database);
  await write(database);
  assert.equal(await revocations.judge(facts(), NOW, 0), "revoked");
  await database.run("DELETE FROM sallyport_revocations");
  await database.run("UPDATE sallyport_versions SET version = 0 WHERE name = 'revocations'");
  assert.equal(await revocations.judge(facts(), NOW + FRESH_MILLISECONDS + 1, 0), "counts");
});

test("a row that somebody else has written is no yes", async (t) => {
  const database = open(t);
  await write(database);
  await database.run("UPDATE sallyport_revocations SET kind = 'nonsense'");
  assert.deepEqual(await new Revocations(database).judge(facts(), NOW, 0), { unavailable: "unreadable column kind" });
});

test("there are never more than there may be: neither written, nor believed in part", async (t) => {
  const database = open(t);
  const fill = `WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < $1)
    INSERT INTO sallyport_revocations (id, kind, issuer, value, before, ends, created, changed) SELECT 'id' || n, 'session', '', 'other' || n, 0, $2, 0, 0 FROM numbers`;
  await database.run(fill, [REVOCATIONS_MAX - 1, NOW + 1_000]);
  await write(database);
  assert.equal(await revoke(wishes(), { database, random: randomBytes, now: NOW }), undefined);
  assert.equal(await new Revocations(database).judge(facts(), NOW, 0), "revoked");
  await database.run("INSERT INTO sallyport_revocations (id, kind, issuer, value, before, ends, created, changed) VALUES ('more', 'session', '', 'x', 0, $1, 0, 0)", [NOW + 1_000]);
  assert.deepEqual(await new Revocations(database).judge(facts(), NOW, 0), { unavailable: "more revocations than may be" });
});
