import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test, type TestContext } from "node:test";
import { HashQueue, type HashWork } from "../../../src/keys/password/hash-queue.ts";
import { type LoginFinding, type LoginParts, Logins } from "../../../src/keys/password/logins.ts";
import { disableUser } from "../../../src/keys/password/user-ledger.ts";
import type { Peppers } from "../../../src/keys/pepper.ts";
import { FRESH_MILLISECONDS } from "../../../src/stores/database/change-feed.ts";
import type { Database } from "../../../src/stores/database/database.ts";
import { onEachDatabase, openSqlite } from "../../databases.ts";
import { AWAY, doubt, type DoubtedDatabase } from "../../doubted-database.ts";
import { freshPeppers } from "../peppers.ts";
import { addUser, changePassword, NOW, PASSWORD } from "./users.ts";

const peppers = freshPeppers(2);
const signal = new AbortController().signal;

/** A queue that notes what it was asked. */
class WatchedQueue extends HashQueue {
  readonly asked: HashWork[] = [];
  override compute(work: HashWork, leaving?: AbortSignal): Promise<Buffer | undefined> {
    this.asked.push(work);
    return super.compute(work, leaving);
  }
}

interface Bench {
  readonly logins: Logins;
  readonly queue: WatchedQueue;
  readonly login: (name: string, password: string, now?: number, place?: string) => Promise<LoginFinding>;
}

function open(database: Database, particulars: Partial<LoginParts> = {}): Bench {
  const queue = new WatchedQueue({ atOnce: 2, waiting: 10 });
  const logins = new Logins({ database, peppers, queue, entriesMax: 100, keptMilliseconds: 60_000, staleMilliseconds: 0, random: randomBytes, ...particulars });
  return {
    logins,
    queue,
    async login(name, password, now = NOW, place = "here") {
      const trouble = await logins.confirm(now);
      if (trouble !== undefined) return { unavailable: trouble };
      const mark = logins.markOf(`${name}:${password}`, place);
      return logins.recall(mark, now) ?? logins.verify(name, password, mark, now, signal);
    },
  };
}

function fresh(t: TestContext): DoubtedDatabase {
  const database = doubt(openSqlite());
  t.after(() => database.close());
  return database;
}

onEachDatabase("the right password says who it is, and is remembered without a further hash or look", async (node) => {
  const database = doubt(node());
  const record = await addUser(database, peppers);
  const { login, queue } = open(database);
  const found = await login("ann", PASSWORD);
  assert.ok("record" in found);
  assert.deepEqual([found.record, found.scopes, found.claims], [record, new Set(["orders:read"]), { tenant: "acme", plan: "gold" }]);
  const asked = database.asked.length;
  assert.equal(await login("ann", PASSWORD, NOW + 400), found);
  assert.deepEqual([queue.asked.length, database.asked.length], [1, asked]);
});

onEachDatabase("a new password and a user who is switched off are known a second later, whatever was remembered", async (node) => {
  const [here, there] = [node(), node()];
  await addUser(here, peppers);
  const { login } = open(here);
  assert.ok("record" in (await login("ann", PASSWORD)));
  await changePassword(there, peppers, "ann", "another horse battery");
  assert.deepEqual(await login("ann", PASSWORD, NOW + FRESH_MILLISECONDS + 1), { wrong: "password" });
  assert.ok("record" in (await login("ann", "another horse battery", NOW + FRESH_MILLISECONDS + 2)));
  await disableUser("ann", NOW, there);
  assert.deepEqual(await login("ann", "another horse battery", NOW + 3 * FRESH_MILLISECONDS), { wrong: "disabled" });
});

test("R33: a name that nobody has costs exactly the work of one that somebody has, and so does one who is off", async (t) => {
  const database = fresh(t);
  await addUser(database, peppers);
  await addUser(database, peppers, { name: "off" });
  await disableUser("off", NOW, database);
  const { login, queue } = open(database);
  const findings = [await login("ann", "wrong horse battery"), await login("off", PASSWORD), await login("nobody", PASSWORD)];
  assert.deepEqual(findings, [{ wrong: "password" }, { wrong: "disabled" }, { wrong: "unknown" }]);
  const costs = queue.asked.map(({ memory, passes, lanes, digestBytes, salt, secret }) => [memory, passes, lanes, digestBytes, salt.byteLength, secret.byteLength]);
  assert.deepEqual(costs, Array.from({ length: 3 }, () => [19_456, 2, 1, 32, 16, 32]));
});

test("a login is remembered for the place that it came from, until somebody fails there", async (t) => {
  const database = fresh(t);
  await addUser(database, peppers);
  const { logins, login, queue } = open(database);
  const hashes = async (place: string): Promise<number> => {
    const before = queue.asked.length;
    assert.ok("record" in (await login("ann", PASSWORD, NOW, place)));
    return queue.asked.length - before;
  };
  assert.deepEqual([await hashes("home"), await hashes("home"), await hashes("work"), await hashes("work"), await hashes("home")], [1, 0, 1, 0, 0]);
  logins.forgetAt("ANN ", "home");
  assert.deepEqual([await hashes("work"), await hashes("home"), await hashes("home")], [0, 1, 0], "however the name is written");
  logins.forgetAt("bob", "home");
  assert.equal(await hashes("home"), 0);
  assert.notEqual(logins.markOf("bc", "a").mark, logins.markOf("c", "ab").mark);
});

test("a user who comes from many places is forgotten at the oldest of them, and at all when he changes", async (t) => {
  const database = fresh(t);
  await addUser(database, peppers);
  const { logins, login, queue } = open(database, { entriesMax: 3 });
  for (const place of ["a", "b", "c", "d"]) await login("ann", PASSWORD, NOW, place);
  assert.equal(logins.size, 3);
  await login("ann", PASSWORD, NOW, "d");
  assert.equal(queue.asked.length, 4);
  await changePassword(database, peppers, "ann", "another horse battery");
  for (const place of ["b", "c", "d"]) assert.deepEqual(await login("ann", PASSWORD, NOW + FRESH_MILLISECONDS + 1, place), { wrong: "password" });
});

test("refusals are not remembered", async (t) => {
  const { logins, login, queue } = open(fresh(t));
  for (let turn = 0; turn < 3; turn++) await login("nobody", PASSWORD);
  assert.deepEqual([queue.asked.length, logins.size], [3, 0]);
});

test("memory holds marks and no passwords, is bounded, ends, and can be switched off", async (t) => {
  const database = fresh(t);
  for (const name of ["a", "b", "c"]) await addUser(database, peppers, { name });
  const { logins, login, queue } = open(database, { entriesMax: 2, keptMilliseconds: 10_000 });
  for (const name of ["a", "b", "c"]) assert.ok("record" in (await login(name, PASSWORD)));
  assert.equal(logins.size, 2);
  assert.match(logins.markOf(`a:${PASSWORD}`, "here").mark, /^[0-9a-f]{64}$/);
  assert.notEqual(logins.markOf("x", "here").mark, open(database).logins.markOf("x", "here").mark, "of another process");
  await login("c", PASSWORD, NOW + 9_999);
  assert.equal(queue.asked.length, 3);
  await login("c", PASSWORD, NOW + 10_000);
  assert.equal(queue.asked.length, 4);
  const forgetful = open(database, { keptMilliseconds: 0 });
  for (let turn = 0; turn < 2; turn++) assert.ok("record" in (await forgetful.login("a", PASSWORD)));
  assert.deepEqual([forgetful.queue.asked.length, forgetful.logins.size], [2, 0]);
});

test("too many logins at once are busy, and nothing was tried", async (t) => {
  const database = fresh(t);
  await addUser(database, peppers);
  const queue = new HashQueue({ atOnce: 1, waiting: 1 });
  const { logins } = open(database, { queue });
  await logins.confirm(NOW);
  const all = await Promise.all(Array.from({ length: 5 }, (_, turn) => logins.verify("ann", PASSWORD, { mark: `mark ${turn}`, place: "here" }, NOW, signal)));
  assert.equal(all.filter((finding) => "record" in finding).length, 2);
  assert.equal(all.filter((finding) => "busy" in finding).length, 3);
});

test("while the database is away nobody is known, remembered or not", async (t) => {
  const database = fresh(t);
  await addUser(database, peppers);
  const { login } = open(database);
  await login("ann", PASSWORD);
  database.fault = AWAY;
  assert.deepEqual(await login("bob", PASSWORD), { unavailable: "unavailable" });
  assert.deepEqual(await login("ann", PASSWORD, NOW + FRESH_MILLISECONDS + 1), { unavailable: "unavailable" });
});

test("rows that somebody else has spoiled let nobody in", async (t) => {
  for (const spoiled of ["password = ''", "password = '$argon2id$v=19$m=8,t=1,p=1$MDEyMzQ1Njc4OWFiY2RlZg$BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc'", "password = '$argon2id$v=19$m=9999999,t=9,p=1$MDEyMzQ1Njc4OWFiY2RlZg$BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc'", "scopes = 'x'", "claims = '1'"]) {
    const database = fresh(t);
    await addUser(database, peppers);
    await database.run(`UPDATE sallyport_users SET ${spoiled}`);
    const found = await open(database).login("ann", PASSWORD);
    assert.match("unavailable" in found ? found.unavailable : "", /^unreadable column/, spoiled);
  }
});

test("a hash without the pepper, or put in from another user, opens nothing", async (t) => {
  const database = fresh(t);
  await addUser(database, freshPeppers());
  assert.deepEqual(await open(database).login("ann", PASSWORD), { wrong: "unknown" });
  await addUser(database, peppers, { name: "admin" });
  await addUser(database, peppers, { name: "eve", password: "a password of eve's own" });
  await database.run("UPDATE sallyport_users SET password = (SELECT password FROM sallyport_users WHERE name = 'eve') WHERE name = 'admin'");
  assert.deepEqual(await open(database).login("admin", "a password of eve's own"), { wrong: "password" });
});

test("what was sealed with an earlier pepper still counts, and is sealed anew at the next login", async (t) => {
  const database = fresh(t);
  const [current, earlier] = peppers.all;
  assert.ok(current !== undefined && earlier !== undefined);
  const before: Peppers = { ...peppers, current: earlier };
  await addUser(database, before);
  const { login } = open(database);
  assert.ok("record" in (await login("ann", PASSWORD)));
  let pepper: unknown;
  for (let turn = 0; turn < 100 && pepper !== current.id; turn++) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    pepper = (await database.run("SELECT pepper FROM sallyport_users"))[0]?.["pepper"];
  }
  assert.equal(pepper, current.id);
  assert.ok("record" in (await open(database).login("ann", PASSWORD)));
});
