import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test, type TestContext } from "node:test";
import { type DirectoryParts, KEPT_MILLISECONDS, KeyDirectory, type KeyFinding, USES_MAX } from "../../../src/keys/api-key/directory.ts";
import { makeApiKey } from "../../../src/keys/api-key/format.ts";
import { disableKey, findKey, type Issued, issueKey } from "../../../src/keys/api-key/ledger.ts";
import { ASK_MILLISECONDS, CHANGES_MAX, FRESH_MILLISECONDS, PAUSE_MILLISECONDS } from "../../../src/stores/database/change-feed.ts";
import type { Database } from "../../../src/stores/database/database.ts";
import { onEachDatabase, openSqlite } from "../../databases.ts";
import { AWAY, doubt, type DoubtedDatabase } from "../../doubted-database.ts";
import { freshPeppers } from "../peppers.ts";
import { NOW, WISHES } from "./wishes.ts";

const peppers = freshPeppers();

function directoryOf(database: Database, particulars: Partial<DirectoryParts> = {}): KeyDirectory {
  return new KeyDirectory({ database, peppers, environment: "live", entriesMax: 100, staleMilliseconds: 0, random: randomBytes, ...particulars });
}

function issue(database: Database, particulars: Partial<typeof WISHES> = {}): Promise<Issued> {
  return issueKey({ ...WISHES, ...particulars }, { database, peppers, random: randomBytes, now: NOW });
}

/** What memory answers at once. */
function recalled(finding: KeyFinding | Promise<KeyFinding>): KeyFinding {
  assert.ok(!(finding instanceof Promise), "it was not remembered");
  return finding;
}

function isKnown(finding: KeyFinding): boolean {
  return "record" in finding;
}

function open(t: TestContext): DoubtedDatabase {
  const database = doubt(openSqlite());
  t.after(() => database.close());
  return database;
}

/** What is done besides the requests is waited for, however busy the machine is. */
async function eventually(holds: () => Promise<boolean>): Promise<void> {
  for (let turn = 0; turn < 500; turn++) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  assert.fail("it never came");
}

onEachDatabase("a key is looked up once and remembered", async (node) => {
  const database = doubt(node());
  const { text, record } = await issue(database);
  const directory = directoryOf(database);
  const found = await directory.find(text, NOW);
  assert.ok("record" in found);
  assert.deepEqual(found.record, record);
  const asked = database.asked.length;
  assert.deepEqual(recalled(directory.find(text, NOW + ASK_MILLISECONDS)), found);
  assert.equal(database.asked.length, asked);
});

onEachDatabase("a key that another node switches off is known to be off a second later at the latest", async (node) => {
  const [here, there] = [node(), node()];
  const { text, record } = await issue(here);
  const directory = directoryOf(here);
  assert.ok(isKnown(await directory.find(text, NOW)));
  await disableKey(record.id, { database: there, now: NOW + 1 });
  const late = await directory.find(text, NOW + FRESH_MILLISECONDS + 1);
  assert.equal("record" in late && late.record.disabled, NOW + 1);
});

onEachDatabase("half a second later it asks besides the requests, which do not wait", async (node) => {
  const [here, there] = [node(), node()];
  const { text, record } = await issue(here);
  const directory = directoryOf(here);
  await directory.find(text, NOW);
  await disableKey(record.id, { database: there, now: NOW + 1 });
  assert.ok(isKnown(recalled(directory.find(text, NOW + ASK_MILLISECONDS + 1))));
  await eventually(async () => {
    const next = await directory.find(text, NOW + ASK_MILLISECONDS + 2);
    return "record" in next && next.record.disabled === NOW + 1;
  });
});

test("what is changed while it is looked up is not remembered as it was", async (t) => {
  const database = open(t);
  const { text, record } = await issue(database);
  const directory = directoryOf(database);
  await directory.find((await issue(database)).text, NOW);
  database.before = async (sql) => {
    if (!sql.includes("digest")) return;
    database.before = undefined;
    await disableKey(record.id, { database, now: NOW });
    // The change is told and confirmed before the look has come back.
    await directory.find("slp_nobody", NOW + FRESH_MILLISECONDS + 1);
  };
  const before = await directory.find(text, NOW + ASK_MILLISECONDS);
  assert.equal("record" in before && before.record.disabled, undefined);
  const after = await directory.find(text, NOW + FRESH_MILLISECONDS + 2);
  assert.equal("record" in after && after.record.disabled, NOW);
});

test("nobody joins a look that began more than a second ago: it may answer with what was then", async (t) => {
  const database = open(t);
  await database.open();
  const { text, record } = await issue(database);
  const directory = directoryOf(database);
  const { promise: answered, resolve: answer } = Promise.withResolvers<void>();
  const { promise: held, resolve: hold } = Promise.withResolvers<void>();
  let looks = 0;
  database.before = async (sql) => {
    if (!sql.includes("WHERE id = $1") || ++looks > 1) return;
    hold();
    await answered;
  };
  const first = directory.find(text, NOW);
  await held;
  await disableKey(record.id, { database, now: NOW + 1 });
  const second = directory.find(text, NOW + FRESH_MILLISECONDS + 1);
  await new Promise((resolve) => setTimeout(resolve, 20));
  answer();
  await first;
  const late = await second;
  assert.equal("record" in late && late.record.disabled, NOW + 1);
});

test("typos, made-up keys and keys of elsewhere cost no look into the database", async (t) => {
  const database = open(t);
  const { text } = await issue(database);
  const directory = directoryOf(database);
  await directory.find(text, NOW);
  const asked = database.asked.length;
  const elsewhere = makeApiKey("live", freshPeppers().current, randomBytes).text;
  for (const sent of ["", "x", "slp_live_", `${text.slice(0, -1)}!`, `${text} `, text.slice(1), elsewhere, makeApiKey("test", peppers.current, randomBytes).text]) {
    assert.ok("wrong" in recalled(directory.find(sent, NOW)), sent);
  }
  assert.equal(database.asked.length, asked);
});

test("the right id with another secret is refused, remembered or not", async (t) => {
  const database = open(t);
  const { text, record } = await issue(database);
  const random = (bytes: number): Uint8Array => randomBytes(bytes);
  const forged = await (async () => {
    // The same id needs the same draw: a key of this pepper whose id is put in the place of its own.
    const other = makeApiKey("live", peppers.current, random).text;
    const { crc32 } = await import("node:zlib");
    const body = `slp_live_${record.id}_${other.split("_")[3] ?? ""}`;
    const digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let number = crc32(body);
    let checksum = "";
    for (let at = 0; at < 6; at++, number = Math.floor(number / 62)) checksum = (digits[number % 62] ?? "") + checksum;
    return `${body}_${checksum}`;
  })();
  for (const remembered of [false, true]) {
    const directory = directoryOf(database);
    if (remembered) assert.ok(isKnown(await directory.find(text, NOW)));
    assert.deepEqual(await directory.find(forged, NOW), { wrong: "secret: not the key of this id", id: record.id });
    assert.ok(isKnown(await directory.find(text, NOW)));
  }
});

test("a hundred requests with one key at once make one look", async (t) => {
  const database = open(t);
  const { text } = await issue(database);
  const directory = directoryOf(database);
  const found = await Promise.all(Array.from({ length: 100 }, async () => directory.find(text, NOW)));
  assert.ok(found.every(isKnown));
  assert.equal(database.asked.filter((sql) => sql.includes("digest") && sql.startsWith("SELECT")).length, 1);
});

test("while the database is away nobody is believed after a second, remembered or not", async (t) => {
  const database = open(t);
  const { text } = await issue(database);
  const directory = directoryOf(database);
  await directory.find(text, NOW);
  database.fault = AWAY;
  assert.ok(isKnown(recalled(directory.find(text, NOW + FRESH_MILLISECONDS))));
  assert.deepEqual(await directory.find(text, NOW + FRESH_MILLISECONDS + 1), { unavailable: "unavailable" });
  const asked = database.asked.length;
  assert.deepEqual(await directory.find(text, NOW + FRESH_MILLISECONDS + 2), { unavailable: "unavailable" });
  assert.equal(database.asked.length, asked, "it asks again only after a pause");
  database.fault = undefined;
  await new Promise((resolve) => setTimeout(resolve, PAUSE_MILLISECONDS + 20));
  assert.ok(isKnown(await directory.find(text, NOW + FRESH_MILLISECONDS + 3)));
});

test("what is remembered counts longer where the policy says so, and no new key does", async (t) => {
  const database = open(t);
  const { text } = await issue(database);
  const { text: other } = await issue(database);
  const directory = directoryOf(database, { staleMilliseconds: 5_000 });
  await directory.find(text, NOW);
  database.fault = AWAY;
  assert.ok(isKnown(await directory.find(text, NOW + FRESH_MILLISECONDS + 5_000)));
  assert.ok("unavailable" in (await directory.find(other, NOW + FRESH_MILLISECONDS + 5_000)));
  assert.ok("unavailable" in (await directory.find(text, NOW + FRESH_MILLISECONDS + 5_001)));
});

test("memory is bounded in number and in age", async (t) => {
  const database = open(t);
  const keys = await Promise.all(Array.from({ length: 8 }, () => issue(database)));
  const directory = directoryOf(database, { entriesMax: 3 });
  for (const { text } of keys) assert.ok(isKnown(await directory.find(text, NOW)));
  assert.equal(directory.size, 3);
  const last = keys.at(-1)?.text ?? "";
  recalled(directory.find(last, NOW));
  const asked = database.asked.length;
  await directory.find(last, NOW + KEPT_MILLISECONDS + 1);
  assert.equal(database.asked.length, asked + 2, "one question for changes, one look");
});

test("a database that was put back to an earlier state is looked up anew", async (t) => {
  const database = open(t);
  const { text, record } = await issue(database);
  const directory = directoryOf(database);
  await directory.find(text, NOW);
  await database.together([
    { sql: "UPDATE sallyport_versions SET version = 0 WHERE name = 'api-keys'" },
    { sql: "UPDATE sallyport_keys SET changed = 0, disabled = $2 WHERE id = $1", values: [record.id, NOW] },
  ]);
  const found = await directory.find(text, NOW + FRESH_MILLISECONDS + 1);
  assert.equal("record" in found && found.record.disabled, NOW);
});

test("more changes than are told one by one make it look up all anew", async (t) => {
  const database = open(t);
  const { text, record } = await issue(database);
  const directory = directoryOf(database);
  await directory.find(text, NOW);
  const copy = "INSERT INTO sallyport_keys SELECT $1, environment, name, owner, party, scopes, claims, addresses, plan, created, expires, lasting, disabled, replaces, used, pepper, digest, 2 FROM sallyport_keys WHERE id = $2";
  await database.together([
    { sql: "UPDATE sallyport_versions SET version = 2 WHERE name = 'api-keys'" },
    ...Array.from({ length: CHANGES_MAX + 1 }, (_, at) => ({ sql: copy, values: [`copy${at}`, record.id] })),
  ]);
  await directory.find("slp_nobody", NOW + FRESH_MILLISECONDS + 1);
  assert.equal(directory.size, 0);
});

test("a row that somebody else has spoiled is no key, and no fault of the engine", async (t) => {
  for (const spoiled of ["scopes = 'read'", "scopes = '[1]'", "claims = '[]'", "addresses = '[\"nowhere\"]'", "party = 'root'", "created = -0.5", "digest = 'text'"]) {
    const database = open(t);
    const { text } = await issue(database);
    await database.run(`UPDATE sallyport_keys SET ${spoiled}`);
    const found = await directoryOf(database).find(text, NOW);
    assert.match("unavailable" in found ? found.unavailable : "", /^unreadable column/, spoiled);
  }
});

test("a hash of another row, or one without the pepper, makes no key", async (t) => {
  const database = open(t);
  const [one, other] = [await issue(database), await issue(database, { scopes: ["admin"] })];
  await database.run("UPDATE sallyport_keys SET digest = (SELECT digest FROM sallyport_keys WHERE id = $1) WHERE id = $2", [one.record.id, other.record.id]);
  assert.ok("wrong" in (await directoryOf(database).find(other.text, NOW)));
  assert.deepEqual(await directoryOf(database, { peppers: { ...peppers, find: () => undefined } }).find(one.text, NOW), { wrong: "pepper: made with another one", id: one.record.id });
});

onEachDatabase("uses are written down once for many, and never back in time", async (node) => {
  const database = doubt(node());
  const { record } = await issue(database);
  const directory = directoryOf(database);
  const asked = database.asked.length;
  for (let turn = 0; turn < 1_000; turn++) directory.use(record.id, NOW + turn);
  assert.equal(database.asked.length, asked);
  directory.close();
  assert.equal(database.asked.length, asked + 1);
  await eventually(async () => (await findKey(record.id, database))?.used === NOW + 999);
  let written = false;
  database.before = async (sql) => void (written ||= sql.startsWith("UPDATE"));
  directory.use(record.id, NOW);
  directory.close();
  await eventually(async () => written);
  assert.equal((await findKey(record.id, database))?.used, NOW + 999);
});

test("the number of uses that wait to be written is bounded", async (t) => {
  const database = open(t);
  await database.open();
  const directory = directoryOf(database);
  for (let key = 0; key <= USES_MAX; key++) directory.use(`key ${key}`, NOW);
  assert.equal(database.asked.length, 1);
  directory.close();
});
