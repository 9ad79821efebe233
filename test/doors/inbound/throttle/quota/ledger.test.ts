import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { type Allowance, EMPTY_MILLISECONDS, HELD_MAX, KEPT_MILLISECONDS, Ledger, REMOVED_MAX, REMOVING_MILLISECONDS } from "../../../../../src/doors/inbound/throttle/quota/ledger.ts";
import type { Database } from "../../../../../src/stores/database/database.ts";
import { onEachDatabase, openSqlite } from "../../../../databases.ts";
import { AWAY, doubt } from "../../../../doubted-database.ts";

const NOW = 1_800_000_000_000;
const PERIOD = { begins: NOW - 1_000, ends: NOW + 1_000_000 };
const NEXT = { begins: PERIOD.ends, ends: PERIOD.ends + 1_001_000 };

const allowance = (name: string, of: number): Allowance => ({ name, of, per: "hour" });

async function spend(ledger: Ledger, times: number, { owner = "pann", period = PERIOD, now = NOW } = {}): Promise<number> {
  let granted = 0;
  for (let time = 0; time < times; time++) if ((await ledger.spend(owner, period, now)).granted) granted++;
  return granted;
}

/** What was asked in passing is answered. */
async function settled(database: Database): Promise<void> {
  while (database.waiting() > 0) await wait(1);
}

const used = async (database: Database, owner = "pann"): Promise<unknown> => (await database.run("SELECT used FROM sallyport_quotas WHERE owner = $1", [owner]))[0]?.["used"];

onEachDatabase("a quota is given out to the request, whatever its size, and survives a restart", async (node) => {
  for (const [allowed, name] of [[1, "one"], [7, "few"], [250, "some"]] as const) {
    const database = node();
    const ledger = new Ledger(database, allowance(name, allowed));
    assert.equal(await spend(ledger, allowed - 1), allowed - 1);
    ledger.close();
    const again = new Ledger(node(), allowance(name, allowed));
    await settled(database);
    assert.equal(await spend(again, 5), 1);
  }
});

onEachDatabase("nodes that spend at the same moment never give out more than the quota, and all of it", async (node) => {
  const opened = [1, 2, 3, 4].map(() => node());
  const nodes = opened.map((database) => new Ledger(database, allowance("shared", 1_000)));
  const granted = (await Promise.all(nodes.map((ledger) => spend(ledger, 400)))).reduce((sum, one) => sum + one, 0);
  // What a node still holds, at most a hundredth, it puts back when it ends.
  assert.ok(granted <= 1_000 && granted >= 1_000 - 4 * 10, String(granted));
  for (const ledger of nodes) ledger.close();
  await Promise.all(opened.map(settled));
  assert.equal(granted + (await spend(new Ledger(node(), allowance("shared", 1_000)), 100)), 1_000);
});

onEachDatabase("many of one node at the same moment take one chunk, and wait for it together", async (node) => {
  const database = doubt(node());
  const ledger = new Ledger(database, allowance("burst", 500));
  const all = await Promise.all(Array.from({ length: 600 }, async () => ledger.spend("pann", PERIOD, NOW)));
  assert.equal(all.filter(({ granted }) => granted).length, 500);
  assert.ok(database.asked.length <= 130, `${database.asked.length} statements for 600 requests`);
});

onEachDatabase("a new period begins anew, and the old one is over", async (node) => {
  const database = node();
  const ledger = new Ledger(database, allowance("period", 3));
  assert.equal(await spend(ledger, 9), 3);
  assert.equal(await spend(ledger, 9, { period: NEXT, now: NEXT.begins }), 3);
  ledger.putBack("pann", PERIOD);
  await settled(database);
  assert.equal(await used(database), 3, "what was of the old period is not put back into the new one");
});

onEachDatabase("a node whose clock is behind spends of the period that another one has begun", async (node) => {
  const [ahead, behind] = [new Ledger(node(), allowance("clock", 5)), new Ledger(node(), allowance("clock", 5))];
  assert.equal(await spend(ahead, 2, { period: NEXT, now: NEXT.begins }), 2);
  assert.equal(await spend(behind, 9, { now: NEXT.begins - 50 }), 3);
});

onEachDatabase("what is put back can be spent again, by others too once this one ends", async (node) => {
  const database = node();
  const ledger = new Ledger(database, allowance("back", 4));
  assert.equal(await spend(ledger, 9), 4);
  ledger.putBack("pann", PERIOD);
  assert.equal(await spend(ledger, 9), 1);
  ledger.putBack("pann", PERIOD);
  ledger.putBack("pann", PERIOD);
  ledger.close();
  await settled(database);
  assert.equal(await used(database), 2);
  assert.equal(await spend(new Ledger(node(), allowance("back", 4)), 9), 2);
});

onEachDatabase("an empty quota is asked about now and then, not for every request", async (node) => {
  const [database, other] = [doubt(node()), node()];
  const ledger = new Ledger(database, allowance("empty", 1));
  await spend(ledger, 1);
  const before = database.asked.length;
  assert.equal(await spend(ledger, 100), 0);
  assert.equal(database.asked.length, before + 1);
  new Ledger(other, allowance("empty", 1)).putBack("pann", PERIOD);
  await settled(other);
  assert.equal(await spend(ledger, 9, { now: NOW + EMPTY_MILLISECONDS - 1 }), 0);
  assert.equal(await spend(ledger, 9, { now: NOW + EMPTY_MILLISECONDS }), 1);
});

onEachDatabase("who was raised or lowered in the policy keeps what he has used", async (node) => {
  assert.equal(await spend(new Ledger(node(), allowance("raised", 3)), 9), 3);
  assert.equal(await spend(new Ledger(node(), allowance("raised", 5)), 9), 2);
  assert.equal(await spend(new Ledger(node(), allowance("raised", 4)), 9), 0);
});

onEachDatabase("owners and quotas are apart", async (node) => {
  const ledger = new Ledger(node(), allowance("apart", 2));
  assert.equal(await spend(ledger, 9), 2);
  assert.equal(await spend(ledger, 9, { owner: "pbob" }), 2);
  assert.equal(await spend(new Ledger(node(), allowance("other", 2)), 9), 2);
});

test("while the database is away, what was taken ahead is given out, and then nothing", async () => {
  const database = doubt(openSqlite());
  const ledger = new Ledger(database, allowance("away", 1_000));
  assert.equal(await spend(ledger, 1), 1);
  database.fault = AWAY;
  assert.equal(await spend(ledger, 9), 9);
  await assert.rejects(async () => ledger.spend("pann", PERIOD, NOW), { name: "DatabaseFault" });
  database.fault = undefined;
  assert.equal(await spend(ledger, 3), 3, "and found again when it is back");
  await database.close();
});

test("of too many owners, the one who was quiet longest is put back", async () => {
  const database = doubt(openSqlite());
  const ledger = new Ledger(database, allowance("many", 1_000));
  await spend(ledger, 1, { owner: "first" });
  database.fault = AWAY;
  for (let owner = 0; owner < HELD_MAX; owner++) await Promise.resolve(ledger.spend(`owner ${owner}`, PERIOD, NOW)).catch(() => undefined);
  database.fault = undefined;
  await settled(database);
  await database.close();
  assert.ok(database.asked.some((sql) => sql.startsWith("UPDATE sallyport_quotas")));
});

onEachDatabase("rows of owners who stay away are removed a few at a time, those of the last periods and of other quotas are not", async (node) => {
  const database = node();
  const left = async (): Promise<readonly unknown[]> => (await database.run("SELECT quota, owner FROM sallyport_quotas WHERE owner NOT LIKE 'gone%' ORDER BY quota, owner")).map(({ quota, owner }) => [quota, owner].join(" "));
  const gone = async (): Promise<number> => Number((await database.run("SELECT COUNT(*) AS many FROM sallyport_quotas WHERE owner LIKE 'gone%'"))[0]?.["many"]);
  const write = (quota: string, owner: string, begins: number): Promise<unknown> => database.run("INSERT INTO sallyport_quotas (quota, owner, begins, used, granted) VALUES ($1, $2, $3, 1, 1)", [quota, owner, begins]);
  const hour = { begins: NOW, ends: NOW + 3_600_000 };
  const years = Date.UTC(2027, 0);
  const statements = Array.from({ length: REMOVED_MAX + 5 }, (_, at) => ({ sql: "INSERT INTO sallyport_quotas (quota, owner, begins, used, granted) VALUES ($1, $2, $3, 1, 1)", values: ["hourly", `gone ${at}`, hour.begins - KEPT_MILLISECONDS - 1] }));
  await database.together(statements);
  await write("hourly", "rests", hour.begins - KEPT_MILLISECONDS);
  await write("other", "rests", 0);
  await write("yearly", "last year", Date.UTC(2026, 0));
  await write("yearly", "the year before", Date.UTC(2025, 0));
  const hourly = new Ledger(database, allowance("hourly", 1));
  assert.equal(await spend(hourly, 1, { period: hour, now: NOW }), 1);
  await settled(database);
  assert.equal(await gone(), 5, "a few at a time");
  await spend(hourly, 1, { owner: "anne", period: hour, now: NOW + REMOVING_MILLISECONDS - 1 });
  await settled(database);
  assert.equal(await gone(), 5, "not yet");
  await spend(hourly, 1, { owner: "bob", period: hour, now: NOW + REMOVING_MILLISECONDS });
  await settled(database);
  assert.equal(await gone(), 0);
  await spend(new Ledger(database, { name: "yearly", of: 1, per: "year" }), 1, { period: { begins: years, ends: Date.UTC(2028, 0) }, now: NOW });
  await settled(database);
  assert.deepEqual(await left(), ["hourly anne", "hourly bob", "hourly pann", "hourly rests", "other rests", "yearly last year", "yearly pann"]);
});

test("a period is swept once, however often its database is asked", async () => {
  const database = doubt(openSqlite());
  const ledger = new Ledger(database, allowance("swept", 1));
  for (let time = 0; time < 5; time++) await spend(ledger, 1, { owner: `o${time}`, now: NOW + time * REMOVING_MILLISECONDS });
  await settled(database);
  assert.equal(database.asked.filter((sql) => sql.startsWith("DELETE")).length, 1);
});
