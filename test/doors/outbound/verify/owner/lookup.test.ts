import assert from "node:assert/strict";
import { test } from "node:test";
import type { Contract } from "../../../../../src/contract/contract.ts";
import type { Json, JsonObject } from "../../../../../src/contract/json-value.ts";
import type { Operation } from "../../../../../src/contract/operation.ts";
import { LOOKUPS_MAX } from "../../../../../src/doors/outbound/verify/owner/lookup/lookups.ts";
import { owner } from "../../../../../src/doors/outbound/verify/owner.ts";
import type { Question, Told } from "../../../../../src/exchange/ask.ts";
import { fieldsOf } from "../../../../../src/exchange/fields.ts";
import { type Problem, problem } from "../../../../../src/exchange/problem.ts";
import { documentOf, readDocument } from "../../../../contract/read-document.ts";
import type { Site } from "../../../../../src/guard.ts";
import { conclude, type Given, misfits, post, principal, type Sent } from "../../../../walk.ts";
import { broken, refusal, said } from "../../../samples.ts";

const id = { type: "string", pattern: "^[a-z0-9-]{1,20}$" };
const account = { type: "object", properties: { id, customerId: { type: ["string", "null"] } }, required: ["id"] };
const json = (schema: JsonObject): JsonObject => ({ content: { "application/json": { schema } } });
const answer = (schema: JsonObject): JsonObject => ({ description: "fine", ...json(schema) });
const item = { type: "object", properties: { from: { type: ["string", "number", "object"] }, to: { type: "string" } }, required: ["from"] };
const contract = documentOf({
  paths: {
    "/accounts/{accountId}": {
      parameters: [{ name: "accountId", in: "path", required: true, schema: id }],
      get: { operationId: "getAccount", responses: { 200: answer(account), 404: { description: "none" } } },
      delete: { operationId: "closeAccount", responses: { 204: { description: "closed" } } },
      put: { operationId: "putAccount", requestBody: { required: true, ...json(account) }, responses: { 200: answer(account) } },
    },
    "/free/{anything}": { get: { operationId: "getFree", parameters: [{ name: "anything", in: "path", required: true, schema: { type: "string" } }], responses: { 200: answer(account) } } },
    "/accounts": {
      get: { operationId: "listAccounts", responses: { 200: answer({ type: "array", items: account }) } },
      post: { operationId: "createAccount", requestBody: { required: true, ...json(account) }, responses: { 201: answer(account) } },
    },
    "/find": { get: { operationId: "findAccount", parameters: [{ name: "id", in: "query", required: true, schema: { type: "string" } }], responses: { 200: answer(account) } } },
    "/payments": { post: { operationId: "pay", requestBody: { required: true, ...json({ type: "object", properties: { from: { type: ["string", "null", "number"] }, items: { type: "array", items: item } } }) }, responses: { 204: { description: "paid" } } } },
    "/reports": { get: { operationId: "report", parameters: [{ name: "account", in: "query", schema: { type: "string" } }, { name: "accounts", in: "query", schema: { type: "array", items: { type: "string" } } }, { name: "X-Account", in: "header", schema: { type: "string" } }], responses: { 200: { description: "x", content: { "application/pdf": {} } } } } },
  },
});

type Answer = { readonly status?: number; readonly type?: string; readonly body?: Json | string } | Problem;

interface Desk {
  readonly questions: Question[];
  readonly site: (operation: string) => { readonly operation: Operation; readonly site: Partial<Site> };
}

/** An API that knows these answers by their paths, and everything else as missing. */
function desk(t: Parameters<typeof readDocument>[0], answers: Record<string, Answer | (() => Answer | Promise<Answer>)>): Desk {
  const read: Contract = readDocument(t, contract);
  const questions: Question[] = [];
  const told = (one: Answer): Told | Problem => {
    if ("kind" in one) return one;
    const { status = 200, type = "application/json", body = "" } = one;
    return { status, fields: fieldsOf(["content-type", type]), bytes: Buffer.from(typeof body === "string" ? body : JSON.stringify(body)) };
  };
  const ask = async (question: Question): Promise<Told | Problem> => {
    questions.push(question);
    const one = answers[question.search === undefined ? question.path : `${question.path}?${question.search}`] ?? { status: 404 };
    return told(typeof one === "function" ? await one() : one);
  };
  const shared = new Map<string, unknown>();
  const share = <T>(key: string, make: () => { readonly value: T }): T => {
    if (!shared.has(key)) shared.set(key, make().value);
    return shared.get(key) as T;
  };
  return {
    questions,
    site: (name) => ({ operation: read.operations.find((one) => one.id === name) ?? assert.fail(`no ${name}`), site: { contract: read, openAsk: () => ask, share } }),
  };
}

const ann = principal({ subject: "ann" });
const own = { body: { id: "a", customerId: "ann" } };
const foreign = { body: { id: "b", customerId: "bob" } };
const lookup = { lookup: "getAccount", with: { accountId: "path.accountId" }, field: "customerId" };
const down = problem("api-unreachable", 503, "down", "api");

type Walk = (given?: Given) => Promise<Sent>;

function at({ site }: Desk, operation: string, options: JsonObject = lookup): Walk {
  const walk = post({ guard: owner, options, ...site(operation) });
  return (given = {}) => walk({ principal: ann, answer: { from: "door" }, ...given });
}

const body = (value: Json): Given => ({ fields: [["content-type", "application/json"]], body: JSON.stringify(value) });

test("a request goes on when the object is the caller's own, and the API is asked through its own operation", async (t) => {
  const api = desk(t, { "/accounts/a": own, "/accounts/b": foreign });
  const close = at(api, "closeAccount");
  assert.equal(said(await close({ pathValues: ["a"] })), "passes");
  assert.deepEqual(api.questions, [{ path: "/accounts/a", search: undefined, fields: ["accept", "application/json", "accept-encoding", "identity"], milliseconds: 2_000, bytes: 1_048_576 }]);
});

test("foreign and missing are the same refusal, before the API has done anything; the record tells them apart", async (t) => {
  const close = at(desk(t, { "/accounts/b": foreign, "/accounts/g": { status: 410 } }), "closeAccount");
  const sent = await Promise.all(["b", "none", "g"].map((id) => close({ pathValues: [id] })));
  for (const { outcome } of sent) assert.deepEqual({ ...refusal(outcome), because: {} }, { ...refusal(sent[0]?.outcome), because: {} });
  assert.deepEqual(sent.map(({ outcome }) => [refusal(outcome).status, refusal(outcome).because?.["outcome"]]), [[404, "foreign"], [404, "missing"], [404, "missing"]]);
});

test("a stranger owns nothing", async (t) => {
  const walk = post({ guard: owner, options: lookup, ...desk(t, { "/accounts/a": own }).site("closeAccount") });
  assert.equal(said(await walk({ pathValues: ["a"], answer: { from: "door" } })), "404 not-found");
});

test("an answer that is not the object, or does not name its owner, keeps the request out", async (t) => {
  const answers = { a: { status: 500 }, b: { status: 302 }, c: { body: "{" }, d: { ...own, type: "text/html" }, e: { body: { id: "e", customerId: {} } }, f: { body: { id: "f" } }, g: { body: [] }, h: { status: 204 }, i: { status: 403 }, j: { body: '{"customerId":"bob","customerId":"ann"}' } };
  const close = at(desk(t, Object.fromEntries(Object.entries(answers).map(([name, one]) => [`/accounts/${name}`, one]))), "closeAccount");
  for (const name of Object.keys(answers)) assert.equal(said(await close({ pathValues: [name] })), "503 owner-unknown", name);
  const hiding = at(desk(t, { "/accounts/f": answers.f }), "closeAccount", { ...lookup, unowned: "hide" });
  assert.equal(said(await hiding({ pathValues: ["f"] })), "404 not-found");
});

test("an API that cannot be reached keeps the request out, and is asked again the next time", async (t) => {
  let up = false;
  const api = desk(t, { "/accounts/a": () => (up ? own : down()) });
  const close = at(api, "closeAccount");
  assert.equal(said(await close({ pathValues: ["a"] })), "503 api-unreachable");
  up = true;
  assert.equal(said(await close({ pathValues: ["a"] })), "passes");
});

test("ids in the path, the query, a header and the body are found, single and many", async (t) => {
  const api = desk(t, { "/accounts/a": own, "/accounts/c": own, "/accounts/b": foreign });
  const from = (source: string, operation: string): Walk => at(api, operation, { ...lookup, with: { accountId: source } });
  assert.equal(said(await from("query.account", "report")({ query: [["account", "a"]] })), "passes");
  assert.equal(said(await from("query.account", "report")({ query: [["account", "b"]] })), "404 not-found");
  assert.equal(said(await from("query.accounts[*]", "report")({ query: [["accounts", "a"], ["accounts", "c"]] })), "passes");
  assert.equal(said(await from("query.accounts[*]", "report")({ query: [["accounts", "a"], ["accounts", "b"]] })), "404 not-found");
  assert.equal(said(await from("header.x-account", "report")({ fields: [["x-account", "b"]] })), "404 not-found");
  assert.equal(said(await from("body.from", "pay")(body({ from: "a" }))), "passes");
  assert.equal(said(await from("body.from", "pay")(body({ from: "b" }))), "404 not-found");
  const many = from("body.items[*].from", "pay");
  assert.equal(said(await many(body({ items: [{ from: "a" }, { from: "c" }, { from: "a" }] }))), "passes");
  assert.equal(said(await many(body({ items: [{ from: "a" }, { from: "b" }] }))), "404 not-found", "one foreign object among own ones");
  assert.equal(said(await many(body({ items: [] }))), "passes", "nothing is named");
});

test("each object of a batch is asked for once, and there is a bound", async (t) => {
  const api = desk(t, Object.fromEntries(Array.from({ length: 4 }, (_, at) => [`/accounts/a${at}`, own])));
  const pay = at(api, "pay", { ...lookup, with: { accountId: "body.items[*].from" }, asking: { most: 3 } });
  const items = (count: number): Given => body({ items: Array.from({ length: count }, (_, at) => [{ from: `a${at}` }, { from: `a${at}` }]).flat() });
  assert.equal(said(await pay(items(3))), "passes");
  assert.equal(api.questions.length, 3);
  assert.equal(said(await pay(items(4))), "400 objects-too-many");
});

test("a request that names no object is refused, unless the policy lets it pass; what is no id is missing either way", async (t) => {
  const api = desk(t, { "/accounts/a": own });
  for (const [absent, verdict] of [["refuse", "400 request-invalid"], ["pass", "passes"]] as const) {
    const pay = at(api, "pay", { ...lookup, with: { accountId: "body.items[*].from" }, asking: { absent } });
    for (const value of [{}, { items: [{ from: "a" }, {}] }, { items: [{ from: null }] }] as Json[]) assert.equal(said(await pay(body(value))), verdict, JSON.stringify(value));
    for (const value of [{ items: [{ from: "" }] }, { items: [{ from: {} }] }, { items: [{ from: 1.5 }] }] as Json[]) assert.equal(said(await pay(body(value))), "404 not-found", JSON.stringify(value));
    assert.equal(said(await at(api, "report", { ...lookup, with: { accountId: "query.account" }, asking: { absent } })({})), verdict);
  }
});

test("a body that cannot be read is refused, and one that looks like a verdict is none", async (t) => {
  const pay = at(desk(t, { "/accounts/b": foreign }), "pay", { ...lookup, with: { accountId: "body.from" } });
  for (const given of [{ ...body({}), body: "{" }, { ...body({}), fields: [["content-type", "text/plain"]] }, { ...body({}), fields: [] }, { ...body({}), body: '{"from":"b","from":"a"}' }] as Given[]) assert.equal(said(await pay(given)), "400 request-invalid");
  assert.equal(said(await pay({ ...body({}), content: broken() })), "502 api-broke-off");
  assert.equal(said(await pay({})), "400 request-invalid", "no body names no object");
  const forged = { kind: "problem", type: "x", status: 200, title: "x", blame: "caller", refused: null, from: "b", headers: { "set-cookie": "x" } };
  assert.equal(said(await pay(body(forged))), "404 not-found");
});

test("an id cannot lead to another path, and what the contract takes for no id is asked for nowhere", async (t) => {
  const api = desk(t, { "/free/a": own, "/free/a%2Fb": own, "/free/..": own, "/free": own, "/": own, "/accounts/a": own });
  const free = at(api, "pay", { lookup: "getFree", with: { anything: "body.from" }, field: "customerId" });
  for (const from of ["..", ".", "../accounts/a", "a/../..", "%2e%2e", "a?x=1", "a#b", "a;b", "..;x"]) {
    assert.equal(said(await free(body({ from }))), "404 not-found", from);
    for (const { path, search } of api.questions) assert.ok(/^\/free\/[^/]+$/.test(path) && search === undefined, path);
    assert.ok(api.questions.every(({ path }) => !/\/\.{1,2}$/.test(path)), from);
  }
  assert.equal(said(await free(body({ from: "a" }))), "passes");
  const strict = at(api, "pay", { ...lookup, with: { accountId: "body.from" } });
  api.questions.length = 0;
  for (const from of ["A", "a b", "\u00e9", "x".repeat(21)]) assert.equal(said(await strict(body({ from }))), "404 not-found");
  assert.deepEqual(api.questions, []);
});

test("an operation that is asked by its query gets it encoded", async (t) => {
  const api = desk(t, { "/find?id=a%26b": own });
  const pay = at(api, "pay", { lookup: "findAccount", with: { id: "body.from" }, field: "customerId" });
  assert.equal(said(await pay(body({ from: "a&b" }))), "passes");
  assert.equal(said(await pay(body({ from: 7 }))), "404 not-found");
  assert.equal(api.questions.at(-1)?.search, "id=7", "whole numbers are ids, too");
});

test("one question serves all who ask at the same time, and what it found is remembered for a moment", async (t) => {
  const api = desk(t, { "/accounts/a": own });
  const read = at(api, "report", { ...lookup, with: { accountId: "query.account" } });
  const given = { query: [["account", "a"]], now: 1_000 } as const;
  await Promise.all([read(given), read(given), read(given)]);
  assert.equal(api.questions.length, 1);
  await read({ ...given, now: 1_999 });
  assert.equal(api.questions.length, 1);
  await read({ ...given, now: 2_000 });
  assert.equal(api.questions.length, 2);
  const never = desk(t, { "/accounts/a": own });
  const unkept = at(never, "report", { ...lookup, with: { accountId: "query.account" }, asking: { cache: "0s" } });
  await unkept(given);
  await unkept(given);
  assert.equal(never.questions.length, 2);
});

test("what is remembered is bounded", async (t) => {
  const api = desk(t, {});
  const read = at(api, "report", { ...lookup, with: { accountId: "query.account" } });
  for (let name = 0; name <= LOOKUPS_MAX; name++) await read({ query: [["account", `n${name}`]], now: 1 });
  await read({ query: [["account", `n${LOOKUPS_MAX}`]], now: 1 });
  assert.equal(api.questions.length, LOOKUPS_MAX + 1, "the last one is still known");
  await read({ query: [["account", "n0"]], now: 1 });
  assert.equal(api.questions.length, LOOKUPS_MAX + 2, "the first one is not");
});

test("a change that passes makes it forgotten before and after, also what was on its way", async (t) => {
  let customerId = "ann";
  const api = desk(t, { "/accounts/a": () => ({ body: { id: "a", customerId } }) });
  const read = at(api, "report", { ...lookup, with: { accountId: "query.account" } });
  const close = at(api, "closeAccount");
  const given = { query: [["account", "a"]], now: 1 } as const;
  assert.equal(said(await read(given)), "passes");
  const { exchange } = await close({ pathValues: ["a"], now: 1 });
  assert.equal(said(await read(given)), "passes");
  assert.equal(api.questions.length, 2, "asked again after the change went in");
  customerId = "bob";
  assert.equal(said(await read(given)), "passes", "remembered while the change is under way");
  conclude(exchange);
  assert.equal(said(await read(given)), "404 not-found", "and not once it is answered");
});

test("what was asked before a change is not remembered after it", async (t) => {
  let release = (): void => undefined;
  const api = desk(t, { "/accounts/a": own, "/accounts/s": () => new Promise((resolve) => (release = () => resolve({ body: { id: "s", customerId: "ann" } }))) });
  const read = at(api, "report", { ...lookup, with: { accountId: "query.account" } });
  const given = { query: [["account", "s"]], now: 1 } as const;
  const slow = read(given);
  assert.equal(said(await at(api, "closeAccount")({ pathValues: ["a"], now: 1 })), "passes");
  release();
  assert.equal(said(await slow), "passes");
  const again = read(given);
  release();
  await again;
  assert.deepEqual(api.questions.map(({ path }) => path), ["/accounts/s", "/accounts/a", "/accounts/s"]);
});

test("a refused change forgets nothing", async (t) => {
  const api = desk(t, { "/accounts/b": foreign });
  const close = at(api, "closeAccount");
  await close({ pathValues: ["b"], now: 1 });
  await close({ pathValues: ["b"], now: 1 });
  assert.equal(api.questions.length, 1);
});

test("who is exempt is not asked about", async (t) => {
  const api = desk(t, {});
  const close = at(api, "closeAccount", { ...lookup, unless: { scope: "accounts:all", reason: "closes for others" } });
  assert.equal(said(await close({ pathValues: ["b"], principal: principal({ scopes: new Set(["accounts:all"]) }) })), "passes");
  assert.deepEqual(api.questions, []);
});

test("the door asks with what the policy refers to, and never with what the caller sent", async (t) => {
  process.env["OWNER_LOOKUP_TOKEN"] = "Bearer canary-77";
  t.after(() => delete process.env["OWNER_LOOKUP_TOKEN"]);
  const api = desk(t, { "/accounts/a": own });
  const close = at(api, "closeAccount", { ...lookup, asking: { as: { Authorization: "env:OWNER_LOOKUP_TOKEN" }, within: "500ms" } });
  const { outcome } = await close({ pathValues: ["a"], fields: [["authorization", "Bearer caller"], ["cookie", "x=1"]] });
  assert.equal(outcome, undefined);
  assert.deepEqual(api.questions[0]?.fields, ["accept", "application/json", "accept-encoding", "identity", "authorization", "Bearer canary-77"]);
  assert.equal(api.questions[0]?.milliseconds, 500);
});

test("the answers of an operation with a lookup are left alone by that posting", async (t) => {
  const api = desk(t, { "/accounts/a": own });
  const { outcome, exchange } = await post({ guard: owner, options: lookup, ...api.site("closeAccount") })({ principal: ann, pathValues: ["a"], answer: { status: 204 }, fields: [["if-match", "1"]] });
  assert.equal(outcome, undefined);
  assert.equal(exchange.outgoing.one("if-match"), "1");
});

test("what does not fit does not start", (t) => {
  const api = desk(t, {});
  const wrong = (operation: string, options: JsonObject, more: Partial<Site> = {}): string => {
    const { operation: found, site } = api.site(operation);
    return misfits(owner, options, found, { ...site, ...more })[0] ?? "";
  };
  assert.equal(wrong("closeAccount", lookup), "");
  assert.match(wrong("closeAccount", { ...lookup, lookup: "getAcount" }), /no operation "getAcount".*getAccount/);
  assert.match(wrong("closeAccount", { ...lookup, lookup: "createAccount", with: {} }), /does more than read/);
  assert.match(wrong("closeAccount", { ...lookup, lookup: "listAccounts", with: {}, field: "[*].customerId" }), /many things/);
  assert.match(wrong("closeAccount", { ...lookup, field: "custmerId" }), /lookup: getAccount: answer 200 .* no member "custmerId"/);
  assert.match(wrong("closeAccount", { ...lookup, with: {} }), /getAccount needs accountId/);
  assert.match(wrong("closeAccount", { ...lookup, with: { accountId: "path.accountId", x: "path.accountId" } }), /getAccount has no parameter "x"/);
  assert.match(wrong("closeAccount", { ...lookup, with: { accountId: "path.acountId" } }), /no parameter path.acountId.*path.accountId/);
  assert.match(wrong("closeAccount", { ...lookup, with: { accountId: "cookie.x" } }), /no parameter cookie.x/);
  assert.match(wrong("closeAccount", { ...lookup, with: { accountId: "accountId" } }), /no place in a request/);
  assert.match(wrong("closeAccount", { ...lookup, with: { accountId: "body.x" } }), /takes no body/);
  assert.match(wrong("pay", { ...lookup, with: { accountId: "body.form" } }), /body.form: .* no member "form".*from, items/);
  assert.match(wrong("pay", { ...lookup, with: { accountId: "body.items" } }), /no id/);
  assert.match(wrong("closeAccount", lookup, { openAsk: undefined }), /does not know where the API is.*upstream/);
  assert.match(wrong("closeAccount", { ...lookup, asking: { as: { authorization: "env:NOT_THERE_AT_ALL" } } }), /asking: as: authorization: the environment has no NOT_THERE_AT_ALL/);
  assert.match(wrong("closeAccount", { ...lookup, asking: { as: { "a b": "env:X" } } }), /not the name of a header field/);
  assert.match(wrong("closeAccount", { ...lookup, beside: { total: "keep" } }), /about answers/);
  assert.match(wrong("closeAccount", { ...lookup, is: "principal.x" }), /nothing that a caller has/);
  assert.match(wrong("getAccount", { field: "customerId", with: { accountId: "path.accountId" } }), /with needs a lookup/);
  assert.match(wrong("putAccount", { field: "customerId" }), /only after the API has acted.*lookup/);
  assert.equal(wrong("putAccount", { field: "customerId" }, { optionsOf: () => [lookup, { field: "customerId" }] }), "");
});

test("a secret that is no value of a header field is not sent, and not told", (t) => {
  process.env["OWNER_LOOKUP_TOKEN"] = "canary\r\nx: y";
  t.after(() => delete process.env["OWNER_LOOKUP_TOKEN"]);
  const { operation, site } = desk(t, {}).site("closeAccount");
  const said_ = misfits(owner, { ...lookup, asking: { as: { authorization: "env:OWNER_LOOKUP_TOKEN" } } }, operation, site);
  assert.match(said_[0] ?? "", /no value of a header field/);
  assert.ok(!said_.join().includes("canary"));
});
