import assert from "node:assert/strict";
import { after, test } from "node:test";
import type { JsonObject } from "../../../../src/contract/json-value.ts";
import { quota } from "../../../../src/doors/inbound/throttle/quota.ts";
import type { Database } from "../../../../src/stores/database/database.ts";
import { openSqlite } from "../../../databases.ts";
import { AWAY, doubt } from "../../../doubted-database.ts";
import { conclude, type Given, misfits, post, principal, type Sent } from "../../../walk.ts";

const NOON = Date.parse("2027-01-15T12:00:00Z");
const ANN = principal();
const BOB = principal({ id: "https://id.example#bob", subject: "bob" });

const opened: Database[] = [];
after(() => Promise.all(opened.map((database) => database.close())));

function fresh(): Database {
  const database = openSqlite();
  opened.push(database);
  return database;
}

type Send = (given?: Given) => Promise<Sent>;

function posting(options: JsonObject, database: Database = fresh(), operation = "listOrders", dice = 0): Send {
  const sent = post({ guard: quota, options: { of: 3, per: "day", ...options }, operation: { id: operation }, site: { database, random: (bytes) => new Uint8Array(bytes).fill(dice) } });
  return (given) => sent({ now: NOON, principal: ANN, ...given });
}

function status({ outcome }: Sent): number {
  return outcome?.kind === "refusal" ? outcome.problem.status : 200;
}

async function passing(send: Send, given: Given = {}, ending?: Parameters<typeof conclude>[1]): Promise<number> {
  for (let passed = 0; passed < 50; passed++) {
    const sent = await send(given);
    if (status(sent) !== 200) return passed;
    if (ending !== undefined) conclude(sent.exchange, { now: NOON, ...ending });
  }
  return Number.POSITIVE_INFINITY;
}

test("so many requests in a day, and as many in the next", async () => {
  const send = posting({});
  assert.equal(await passing(send), 3);
  assert.equal(await passing(send, { principal: BOB }), 3);
  assert.equal(await passing(send, { now: Date.parse("2027-01-15T23:59:59.999Z") }), 0);
  assert.equal(await passing(send, { now: Date.parse("2027-01-16T00:00:00Z") }), 3);
});

test("a quota is for the whole API unless it says otherwise, and another process goes on where this one ended", async () => {
  const database = fresh();
  await posting({}, database)();
  assert.equal(await passing(posting({}, database, "other")), 2);
  assert.equal(await passing(posting({ share: "operation" }, database)), 3);
  assert.equal(await passing(posting({ share: "operation" }, database, "other")), 3);
});

test("plans have quotas of their own", async () => {
  assert.equal(await passing(posting({ plans: { pro: 7 } }), { principal: principal({ claims: { plan: "pro" } }) }), 7);
});

test("the caller is told what is left and when the next period begins; others of a shared key are not", async () => {
  const { exchange } = await posting({})();
  assert.deepEqual(exchange.reply.list, ["ratelimit-policy", '"quota";q=3;w=86400', "ratelimit", '"quota";r=2;t=43200']);
  const shared = posting({ key: "everyone" });
  assert.deepEqual((await shared()).exchange.reply.list, []);
  const send = posting({ of: 1 }, fresh(), "listOrders", 255);
  await send();
  const { outcome } = await send();
  assert.ok(outcome?.kind === "refusal");
  assert.deepEqual([outcome.problem.type, outcome.problem.status, outcome.problem.extra], ["quota-exceeded", 429, { "violated-policies": ["quota"] }]);
  const wait = Number(outcome.problem.headers?.["retry-after"]);
  assert.ok(wait >= 43_200 && wait <= 43_200 * 1.125, "not all at midnight");
});

test("what another limit refuses, or what does not count, is put back", async () => {
  assert.equal(await passing(posting({}), {}, { refusedAt: "throttle", status: 429 }), Number.POSITIVE_INFINITY);
  assert.equal(await passing(posting({ count: "successes" }), {}, { status: 500 }), Number.POSITIVE_INFINITY);
  assert.equal(await passing(posting({ count: "failures" }), {}, { status: 401 }), 3);
  assert.equal(await passing(posting({}), {}, { status: 500 }), 3);
});

test("who it is can be looked up in the table; what no index takes stands there as its hash", async () => {
  const database = fresh();
  await posting({}, database)();
  await posting({ key: { field: "x-long" } }, database)({ fields: [["x-long", "x".repeat(5_000)]] });
  const owners = (await database.run("SELECT owner FROM sallyport_quotas")).map(({ owner }) => owner);
  assert.ok(owners.includes(`p${ANN.id}`));
  assert.ok(owners.every((owner) => typeof owner === "string" && owner.length < 501));
});

test("a stranger has the quota of his address", async () => {
  const send = posting({});
  assert.equal(await passing((given) => send({ ...given, principal: undefined as never })), 3);
});

test("a database that is away lets nobody pass once what was taken ahead is used up, and its words stay inside", async () => {
  const database = doubt(fresh());
  database.fault = AWAY;
  const { outcome } = await posting({}, database)();
  assert.ok(outcome?.kind === "refusal");
  assert.deepEqual([outcome.problem.type, outcome.problem.status, outcome.problem.because], ["store-unavailable", 503, { fault: "DatabaseFault" }]);
  const mad: Database = { ...database, run: () => Promise.resolve([]) };
  assert.equal(status(await posting({}, mad)()), 503);
});

test("a quota without a database is a misfit, and so is one of nothing", () => {
  assert.match(misfits(quota, { of: 3, per: "day" })[0] ?? "", /database/);
  for (const options of [{ of: 0, per: "day" }, { of: 3, per: "fortnight" }, { of: 3 }, { of: 3, per: "day", plans: { pro: 0 } }]) assert.ok(misfits(quota, options, {}, { database: fresh() }).length === 1, JSON.stringify(options));
  for (const per of ["hour", "day", "week", "month", "year"]) assert.deepEqual(misfits(quota, { of: 1_000_000_000, per }, {}, { database: fresh() }), []);
});
