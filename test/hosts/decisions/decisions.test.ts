/** Decisions: what other programs are told about who may what. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import net from "node:net";
import path from "node:path";
import { test } from "node:test";
import type { Json, JsonObject } from "../../../src/contract/json-value.ts";
import { BODY_BYTES_MAX, startDecisions } from "../../../src/hosts/decisions/decisions.ts";
import { QUESTIONS_MAX } from "../../../src/hosts/decisions/read-request.ts";
import { CONTRACT, POLICY, writeFiles } from "../../hosts.ts";
import { json, openTestPoint } from "../../doors/inbound/authorize/decision-point/test-point.ts";
import { recordingSink } from "../gateway/rig.ts";
import { openDesk, TOKEN } from "./desk.ts";

const EVALUATION = "/access/v1/evaluation";
const EVALUATIONS = "/access/v1/evaluations";

const ann = (properties: JsonObject = {}): JsonObject => ({ type: "user", id: "https://id.example#user:ann", properties: { scope: "orders:read orders:write", ...properties } });
const READ: JsonObject = { subject: ann(), action: { name: "GET" }, resource: { type: "route", id: "/orders/{orderId}", properties: { params: { orderId: "a-1" } } } };
const CREATE: JsonObject = { subject: ann({ roles: ["boss"] }), action: { name: "POST" }, resource: { type: "route", id: "/orders" } };

const member = (body: Json, ...names: readonly string[]): Json | undefined => names.reduce<Json | undefined>((at, name) => (typeof at === "object" && at !== null && !Array.isArray(at) ? (at as JsonObject)[name] : undefined), body);

test("scopes and roles decide, and a no says as much as a caller would be told", async (t) => {
  const { ask } = await openDesk(t);
  assert.deepEqual((await ask(EVALUATION, READ)).body, { decision: true });
  assert.deepEqual((await ask(EVALUATION, CREATE)).body, { decision: true });
  const scopeless = await ask(EVALUATION, { ...READ, subject: ann({ scope: "orders:write" }) });
  assert.equal(scopeless.status, 200);
  assert.deepEqual(scopeless.body, { decision: false, context: { id: "scope-missing", reason_user: { en: "The credential does not allow this operation" } } });
  assert.equal(member((await ask(EVALUATION, { ...CREATE, subject: ann({ roles: ["clerk"] }) })).body, "context", "id"), "role-missing");
  assert.equal(member((await ask(EVALUATION, { ...CREATE, subject: ann({ roles: { boss: true } }) })).body, "decision"), false);
});

test("an operation can be named by its id, and what the contract lacks is a no", async (t) => {
  const { ask } = await openDesk(t);
  const named = (resource: JsonObject, action = "GET"): JsonObject => ({ ...READ, action: { name: action }, resource });
  assert.deepEqual((await ask(EVALUATION, named({ type: "operation", id: "getOrder" }))).body, { decision: true });
  for (const resource of [{ type: "operation", id: "getOrders" }, { type: "route", id: "/order/{orderId}" }, { type: "route", id: "/orders/a-1" }, { type: "order", id: "a-1" }]) {
    assert.deepEqual((await ask(EVALUATION, named(resource))).body, { decision: false, context: { error: { status: 404, message: "the contract has no such operation" } } }, JSON.stringify(resource));
  }
  assert.equal(member((await ask(EVALUATION, named({ type: "route", id: "/orders/{orderId}" }, "DELETE"))).body, "decision"), false);
});

test("rules see the properties that are told, and refuse what they cannot see", async (t) => {
  const { ask } = await openDesk(t, { getOrder: { rule: ["principal.tenant == path.orderId", "!has(query.limit) || query.limit <= 10", '!address.within("10.0.0.0/8")'] } });
  const question = (subject: JsonObject, properties: JsonObject): JsonObject => ({ subject: ann({ ip_address: "192.0.2.1", ...subject }), action: { name: "GET" }, resource: { type: "operation", id: "getOrder", properties } });
  const decision = async (subject: JsonObject, properties: JsonObject): Promise<Json | undefined> => member((await ask(EVALUATION, question(subject, properties))).body, "decision");
  assert.equal(await decision({ tenant: "north" }, { params: { orderId: "north" } }), true);
  assert.equal(await decision({ tenant: "north" }, { params: { orderId: "north" }, query: { limit: 5 } }), true);
  assert.equal(await decision({ tenant: "north" }, { params: { orderId: "south" } }), false);
  assert.equal(await decision({}, { params: { orderId: "north" } }), false);
  assert.equal(await decision({ tenant: "north" }, {}), false);
  assert.equal(await decision({ tenant: "north" }, { params: { orderId: "north" }, query: { limit: 50 } }), false);
  assert.equal(await decision({ tenant: "north" }, { params: { orderId: "north" }, query: { limit: [5, 6] } }), false);
  assert.equal(await decision({ tenant: "north", ip_address: "10.0.0.1" }, { params: { orderId: "north" } }), false);
});

test("an address that is not told is no address outside of a range", async (t) => {
  const { ask } = await openDesk(t, { getOrder: { rule: '!address.within("10.0.0.0/8")' } });
  assert.equal(member((await ask(EVALUATION, READ)).body, "decision"), false);
  assert.equal(member((await ask(EVALUATION, { ...READ, subject: ann({ ip_address: "192.0.2.1" }) })).body, "decision"), true);
  assert.equal(member((await ask(EVALUATION, { ...READ, subject: ann({ ip_address: "here" }) })).body, "decision"), false);
});

test("neither limits nor the body nor credentials are asked for", async (t) => {
  const { ask } = await openDesk(t);
  for (let round = 0; round < 5; round++) assert.deepEqual((await ask(EVALUATION, CREATE)).body, { decision: true });
});

test("an outside point that is down is a no with an error", async (t) => {
  const point = await openTestPoint(t, json({}, 500));
  const { ask } = await openDesk(t, { getOrder: { "decision-point": { url: point.url } } });
  assert.deepEqual((await ask(EVALUATION, READ)).body, { decision: false, context: { error: { status: 503, message: "Whether the request is allowed cannot be found out at the moment" } } });
  point.respond = json({ decision: true });
  assert.deepEqual((await ask(EVALUATION, READ)).body, { decision: true });
});

test("several questions have their answers in order, with what they share said once", async (t) => {
  const { ask } = await openDesk(t);
  const body = { subject: ann(), evaluations: [{ action: { name: "GET" }, resource: READ["resource"] ?? null }, { action: { name: "POST" }, resource: { type: "route", id: "/orders" } }, { ...CREATE }, { resource: { type: "route", id: "/orders" } }, 7] };
  const { evaluations } = (await ask(EVALUATIONS, body)).body as { evaluations: JsonObject[] };
  assert.deepEqual(evaluations.map(({ decision }) => decision), [true, false, true, false, false]);
  assert.deepEqual(evaluations[3]?.["context"], { error: { status: 400, message: "action has no name" } });
});

test("questions end at the first no or the first yes where the asker wants that", async (t) => {
  const { ask } = await openDesk(t);
  const decisions = async (semantic: string, ...roles: readonly string[]): Promise<readonly (Json | undefined)[]> => {
    const evaluations = roles.map((role) => ({ ...CREATE, subject: ann({ roles: [role] }) }));
    const { body } = await ask(EVALUATIONS, { evaluations, options: { evaluations_semantic: semantic } });
    return (member(body, "evaluations") as readonly JsonObject[]).map(({ decision }) => decision);
  };
  assert.deepEqual(await decisions("execute_all", "boss", "clerk", "boss"), [true, false, true]);
  assert.deepEqual(await decisions("deny_on_first_deny", "boss", "clerk", "boss"), [true, false]);
  assert.deepEqual(await decisions("permit_on_first_permit", "clerk", "boss", "clerk"), [false, true]);
  assert.equal((await ask(EVALUATIONS, { evaluations: [CREATE], options: { evaluations_semantic: "whatever" } })).status, 400);
});

test("without a list of questions, the address for several answers one", async (t) => {
  const { ask } = await openDesk(t);
  assert.deepEqual((await ask(EVALUATIONS, READ)).body, { decision: true });
  assert.deepEqual((await ask(EVALUATIONS, { ...READ, evaluations: [] })).body, { decision: true });
  // The address for one knows nothing of several.
  assert.deepEqual((await ask(EVALUATION, { ...READ, evaluations: [CREATE, CREATE] })).body, { decision: true });
});

test("a request that is none is told what is wrong, and unknown members are ignored", async (t) => {
  const { ask } = await openDesk(t);
  for (const [body, message] of [
    [{}, /subject has no type and id/], [[], /no object/], ["null", /no object/], ["{", /no JSON \(syntax\)/], ['{"subject":1,"subject":2}', /no JSON \(duplicate\)/],
    [{ ...READ, subject: { type: "user" } }, /subject/], [{ ...READ, subject: { type: "user", id: 7 } }, /subject/], [{ ...READ, subject: { type: "user", id: "" } }, /subject/],
    [{ ...READ, action: "GET" }, /action has no name/], [{ ...READ, resource: { id: "x" } }, /resource/], [{ ...READ, resource: { type: "route", id: "/orders", properties: [] } }, /resource/],
  ] as const) {
    const { status, body: said } = await ask(EVALUATION, body);
    assert.equal(status, 400, JSON.stringify(body));
    assert.match(JSON.stringify(said), message);
  }
  assert.equal((await ask(EVALUATIONS, { evaluations: {} })).status, 400);
  assert.deepEqual((await ask(EVALUATION, { ...READ, extra: 1, subject: { ...ann(), more: true } })).body, { decision: true });
});

test("what the properties cannot mean is a no, not a guess", async (t) => {
  const { ask } = await openDesk(t);
  for (const properties of [{ params: [] }, { params: { orderId: {} } }, { params: { orderId: null } }, { query: "limit=5" }, { query: { limit: { a: 1 } } }, { query: { limit: [null] } }, { params: { orderId: "\ud800" } }]) {
    const { body, status } = await ask(EVALUATION, { ...READ, resource: { type: "operation", id: "getOrder", properties } });
    assert.ok(status === 400 || member(body, "decision") === false, JSON.stringify(properties));
  }
  assert.equal(member((await ask(EVALUATION, { ...READ, subject: ann({ scope: ["orders:read"] }) })).body, "decision"), false);
});

test("only clients with their own token are answered, and nothing is told about how near another was", async (t) => {
  const { ask, url, records } = await openDesk(t);
  for (const authorization of ["", "Bearer", `Bearer ${TOKEN}x`, `Bearer ${TOKEN.slice(0, -1)}`, `Basic ${TOKEN}`, `Bearer  ${TOKEN}`, `Bearer ${TOKEN} ${TOKEN}`]) {
    const { status, headers, body } = await ask(EVALUATION, READ, { authorization });
    assert.equal(status, 401, authorization);
    assert.equal(headers.get("www-authenticate"), 'Bearer realm="decisions"');
    assert.equal(body, "a client's bearer token is needed\n");
  }
  assert.equal((await fetch(url + EVALUATION, { method: "POST", body: "{}" })).status, 401);
  assert.deepEqual(records, []);
});

test("methods, media types and addresses are what the specification says", async (t) => {
  const { ask, url } = await openDesk(t);
  const authorization = `Bearer ${TOKEN}`;
  assert.equal((await fetch(url + EVALUATION, { headers: { authorization } })).status, 405);
  assert.equal((await ask(EVALUATION, JSON.stringify(READ), { "content-type": "text/plain" })).status, 415);
  assert.equal((await ask(EVALUATION, JSON.stringify(READ), { "content-type": "application/json; charset=utf-8" })).status, 200);
  assert.equal((await ask("/access/v1/search/subject", READ)).status, 404);
  assert.equal((await ask(`${EVALUATION}?x=1`, READ)).status, 404);
});

test("the name of a request comes back, and its answer is not stored", async (t) => {
  const { ask } = await openDesk(t);
  const { headers } = await ask(EVALUATION, READ, { "x-request-id": "bfe9eb29-ab87-4ca3-be83-a1d5d8305716" });
  assert.equal(headers.get("x-request-id"), "bfe9eb29-ab87-4ca3-be83-a1d5d8305716");
  assert.equal(headers.get("cache-control"), "no-store");
  assert.equal((await ask(EVALUATION, READ, { "x-request-id": "x".repeat(201) })).headers.get("x-request-id"), null);
});

test("the metadata says where to ask, and to nobody in particular", async (t) => {
  const { url } = await openDesk(t);
  const response = await fetch(`${url}/.well-known/authzen-configuration`);
  assert.equal(response.headers.get("content-type"), "application/json");
  assert.deepEqual(await response.json(), { policy_decision_point: url, access_evaluation_endpoint: url + EVALUATION, access_evaluations_endpoint: url + EVALUATIONS });
});

test("a question has a bounded size, and so has a list of them", async (t) => {
  const { ask } = await openDesk(t);
  const padded = (bytes: number): string => {
    const text = JSON.stringify({ ...READ, pad: Array.from({ length: 20 }, () => "x".repeat(Math.floor((bytes - 600) / 20))) });
    return text.padEnd(bytes);
  };
  assert.equal((await ask(EVALUATION, padded(BODY_BYTES_MAX))).status, 200);
  assert.equal((await ask(EVALUATION, padded(BODY_BYTES_MAX + 1))).status, 413);
  const many = (count: number): JsonObject => ({ ...READ, evaluations: Array.from({ length: count }, () => ({})) });
  assert.equal((await ask(EVALUATIONS, many(QUESTIONS_MAX))).status, 200);
  assert.equal((await ask(EVALUATIONS, many(QUESTIONS_MAX + 1))).status, 400);
});

test("each decision is recorded as a question, with who asked and nothing that was told", async (t) => {
  const { ask, records } = await openDesk(t);
  await ask(EVALUATION, { ...CREATE, subject: ann({ roles: ["clerk"], note: "canary-7f3a" }) });
  await ask(EVALUATION, READ);
  while (records.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
  const [refused, allowed] = records;
  assert.deepEqual([refused?.question, refused?.asker, refused?.outcome, refused?.operation, refused?.guard, refused?.problem, refused?.principal], [true, "console", "refused", "createOrder", "role", "role-missing", "https://id.example#user:ann"]);
  assert.deepEqual([allowed?.question, allowed?.outcome, allowed?.operation], [true, "allowed", "getOrder"]);
  assert.doesNotMatch(JSON.stringify(records), /canary|orders:read/);
});

test("a question that never comes to its end is given up, and others are answered meanwhile", async (t) => {
  const { ask, url } = await openDesk(t);
  const socket = net.connect(Number(new URL(url).port), "127.0.0.1");
  t.after(() => socket.destroy());
  socket.write(`POST ${EVALUATION} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${TOKEN}\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{`);
  assert.deepEqual((await ask(EVALUATION, READ)).body, { decision: true });
});

test("what stands in the way of answering is said before anything listens", async () => {
  const start = async (decisions: JsonObject | undefined): Promise<string> => {
    const file = writeFiles({ contract: CONTRACT, policy: { ...POLICY, ...(decisions === undefined ? {} : { decisions }) } });
    writeFileSync(path.join(path.dirname(file), "weak"), "secret");
    writeFileSync(path.join(path.dirname(file), "good"), randomBytes(32).toString("base64url"));
    const started = await startDecisions(file, { say: () => undefined, sink: recordingSink([]), watch: false });
    if ("stop" in started) {
      await started.stop();
      return "started";
    }
    return started.misfits.map(({ message, allowed }) => `${message} (${allowed ?? ""})`).join("; ");
  };
  assert.match(await start(undefined), /says nothing about decisions/);
  assert.match(await start({ clients: {} }), /nobody may ask/);
  assert.match(await start({ clients: { "a b": "file:good" } }), /no name for a client/);
  assert.match(await start({ clients: { console: "file:missing" } }), /token of console cannot be used: .*cannot be read/);
  assert.match(await start({ clients: { console: "file:weak" } }), /shorter than 32 bytes/);
  assert.match(await start({ clients: { console: "s3cret" } }), /not a reference to a secret/);
  assert.match(await start({ address: "0.0.0.0", port: 0, clients: { console: "file:good" } }), /readable on the way to 0\.0\.0\.0.*exposed: <reason>/);
  assert.equal(await start({ port: 0, clients: { console: "file:good" } }), "started");
});
