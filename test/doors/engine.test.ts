import assert from "node:assert/strict";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { GATHER_MILLISECONDS, openAuditLog } from "../../src/audit/log.ts";
import type { AuditRecord } from "../../src/audit/record.ts";
import type { JsonObject } from "../../src/contract/json-value.ts";
import { type ArrivalFacts, Engine } from "../../src/doors/engine.ts";
import { GUARDS } from "../../src/doors/guards.ts";
import { buildHouse, type House } from "../../src/doors/house.ts";
import { openShared } from "../../src/doors/shared.ts";
import { Content } from "../../src/exchange/content.ts";
import { fieldsOf } from "../../src/exchange/fields.ts";
import { defineGuard, fields, type Guard, problem } from "../../src/guard.ts";
import { holdDatabase } from "../../src/stores/database/hold-database.ts";
import { holdStore } from "../../src/stores/hold-store.ts";
import { openMetrics } from "../../src/watch/metrics.ts";

const CONTRACT: JsonObject = {
  openapi: "3.1.0",
  info: { title: "t", version: "1" },
  paths: { "/things/{id}": { get: { operationId: "getThing", parameters: [{ name: "id", in: "path", required: true, schema: { type: "string" } }], responses: { 200: { description: "fine", content: { "application/json": {} } } } } } },
};

function house(policy: JsonObject = {}, guards: readonly Guard[] = [], contract: JsonObject = CONTRACT): House {
  const folder = mkdtempSync(path.join(tmpdir(), "sallyport-engine-"));
  writeFileSync(path.join(folder, "openapi.json"), JSON.stringify(contract));
  writeFileSync(path.join(folder, "policy.json"), JSON.stringify({ contract: "./openapi.json", everywhere: { public: "a test without logins", ...Object.fromEntries(guards.map(({ name }) => [name, {}])) }, ...policy }));
  const building = buildHouse(path.join(folder, "policy.json"), { guards: [...GUARDS, ...guards], openStore: holdStore().open, shared: openShared(), openDatabase: holdDatabase().open });
  return "house" in building ? building.house : assert.fail(JSON.stringify(building.misfits));
}

function engineOf(built: House): { engine: Engine; records: AuditRecord[] } {
  const records: AuditRecord[] = [];
  const sink = { write: (text: string, done: () => void): void => (records.push(...text.trim().split("\n").map((line) => JSON.parse(line) as AuditRecord)), done()), close: () => Promise.resolve() };
  return { engine: new Engine(built, { audit: openAuditLog(sink, { queueBytes: 100_000, whenFull: "refuse" }), metrics: openMetrics() }), records };
}

function facts(particulars: Partial<ArrivalFacts> = {}): ArrivalFacts {
  return { method: "GET", target: "/things/a", version: "1.1", fields: fieldsOf(["host", "api.example"]), peer: "127.0.0.1", secure: true, content: new Content(undefined, 0), ...particulars };
}

test("an exchange goes in and out without waiting when nothing waits", () => {
  const { engine } = engineOf(house());
  const exchange = engine.arrive(facts());
  assert.equal(engine.inbound(exchange), undefined);
  const outcome = engine.outbound(exchange, 200, fieldsOf(["content-type", "application/json"]), Content.holding(Buffer.from("{}")));
  assert.equal(outcome, undefined);
  assert.equal(exchange.answer.fields.one("x-content-type-options"), "nosniff");
  engine.conclude(exchange);
});

test("a slow guard is not waited for beyond the deadline, and its signal says so", async () => {
  let aborted = false;
  const slow = defineGuard({
    name: "slow",
    stage: "throttle",
    risks: ["API4:2023"],
    options: fields({}),
    compile: () => ({ signal }) => {
      signal.addEventListener("abort", () => void (aborted = true));
      return new Promise(() => undefined);
    },
  });
  const { engine } = engineOf(house({ deadline: "100ms" }, [slow]));
  const exchange = engine.arrive(facts());
  const outcome = await engine.inbound(exchange);
  assert.ok(outcome?.kind === "refusal");
  assert.deepEqual([outcome.guard, outcome.problem.type, outcome.problem.status], ["deadline", "deadline-passed", 503]);
  assert.ok(aborted);
  engine.conclude(exchange);
});

test("an exchange in flight finishes in the house that it entered", () => {
  const first = house();
  const { engine } = engineOf(first);
  const exchange = engine.arrive(facts());
  engine.move(house({ everywhere: { public: "a test without logins", address: { deny: ["127.0.0.1"] } } }));
  assert.equal(engine.inbound(exchange), undefined);
  assert.equal(exchange.house, first);
  const next = engine.inbound(engine.arrive(facts()));
  assert.ok(next !== undefined && !(next instanceof Promise) && next.kind === "refusal");
  assert.equal(next.guard, "address");
});

test("a refusal is sealed like any other answer", () => {
  const { engine } = engineOf(house());
  const exchange = engine.arrive(facts({ target: "/nowhere" }));
  const outcome = engine.inbound(exchange);
  assert.ok(outcome !== undefined && !(outcome instanceof Promise));
  void engine.refuse(exchange, outcome);
  assert.equal(exchange.answer.status, 404);
  assert.equal(exchange.answer.fields.one("content-type"), "application/problem+json");
  assert.equal(exchange.answer.fields.one("cache-control"), "no-store");
});

test("a seal that breaks leaves a bare 500, never the answer unsealed", async () => {
  const refused = problem("test-seal", 418, "No");
  const bad = (check: () => never | Promise<never>): Guard => defineGuard({ name: "bad-seal", stage: "seal", risks: ["API8:2023"], options: fields({}), compile: () => check });
  const checks = [
    () => {
      throw new Error("x");
    },
    () => Promise.reject(new Error("x")),
    () => refused() as never,
  ];
  for (const check of checks) {
    const { engine, records } = engineOf(house({}, [bad(check)]));
    const exchange = engine.arrive(facts());
    assert.equal(engine.inbound(exchange), undefined);
    const outcome = await engine.outbound(exchange, 200, fieldsOf(["content-type", "application/json", "x-api", "1"]), Content.holding(Buffer.from('{"secret":1}')));
    assert.ok(outcome !== undefined);
    await engine.refuse(exchange, outcome);
    assert.equal(exchange.answer.status, 500);
    assert.equal(exchange.answer.fields.one("x-api"), undefined);
    assert.ok(!Buffer.from(exchange.answer.content.held ?? []).toString().includes("secret"));
    engine.conclude(exchange);
    await wait(3 * GATHER_MILLISECONDS);
    assert.equal(records.at(-1)?.problem, "seal-broken");
  }
});

test("one exchange has one record, however often it is concluded", async () => {
  const { engine, records } = engineOf(house());
  const exchange = engine.arrive(facts({ target: "/things/canary-path?canary=query" }));
  const outcome = engine.inbound(exchange);
  assert.ok(outcome !== undefined && !(outcome instanceof Promise));
  void engine.refuse(exchange, outcome);
  engine.conclude(exchange);
  engine.conclude(exchange);
  await wait(3 * GATHER_MILLISECONDS);
  assert.equal(records.length, 1);
  assert.deepEqual([records[0]?.outcome, records[0]?.guard, records[0]?.operation, records[0]?.template], ["refused", "parameters", "getThing", "/things/{id}"]);
  assert.ok(!JSON.stringify(records).includes("canary"));
});

test("an operation that is down is refused, sealed, and named in the record", async () => {
  const broken = JSON.parse(JSON.stringify(CONTRACT).replace('"schema":{"type":"string"}', '"schema":{"type":"strin"}')) as JsonObject;
  const { engine, records } = engineOf(house({}, [], broken));
  const exchange = engine.arrive(facts());
  const outcome = engine.inbound(exchange);
  assert.ok(outcome !== undefined && !(outcome instanceof Promise));
  void engine.refuse(exchange, outcome);
  assert.equal(exchange.answer.status, 503);
  assert.equal(exchange.answer.fields.one("x-content-type-options"), "nosniff");
  engine.conclude(exchange);
  await wait(30);
  assert.deepEqual([records[0]?.outcome, records[0]?.guard, records[0]?.problem], ["refused", "contract", "operation-down"]);
});

test("the API is told which host was asked for, by the request or by a trusted proxy", () => {
  const { engine } = engineOf(house());
  const exchange = engine.arrive(facts());
  engine.introduceWay(exchange);
  assert.equal(exchange.outgoing.one("x-forwarded-host"), "api.example");
});

test("what a guard in observe mode would have refused is in the record", async () => {
  const { engine, records } = engineOf(house({ everywhere: { public: "a test without logins", parameters: { mode: "observe" } } }));
  const exchange = engine.arrive(facts({ target: "/things/a?debug=1" }));
  assert.equal(engine.inbound(exchange), undefined);
  engine.conclude(exchange);
  await wait(3 * GATHER_MILLISECONDS);
  assert.deepEqual(records[0]?.observed?.map(({ guard, type }) => [guard, type]), [["parameters", "request-invalid"]]);
});

test("a target that cannot be read is refused by framing, whatever the method", () => {
  const { engine } = engineOf(house());
  for (const target of ["", "*", "things", "http://a/things/a", "//", "/%zz", "/things/%2e%2e", "/\u{0}", "/a#b"]) {
    const outcome = engine.inbound(engine.arrive(facts({ target })));
    assert.ok(outcome !== undefined && !(outcome instanceof Promise) && outcome.kind === "refusal", target);
    assert.equal(outcome.guard, "framing", target);
  }
});
