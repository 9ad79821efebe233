import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { type TestContext, test } from "node:test";
import type { JsonObject } from "../../../../src/contract/json-value.ts";
import type { Operation } from "../../../../src/contract/operation.ts";
import { decisionPoint } from "../../../../src/doors/inbound/authorize/decision-point.ts";
import { QUESTIONS_MAX } from "../../../../src/doors/inbound/authorize/decision-point/question.ts";
import { ANSWER_BYTES_MAX } from "../../../../src/doors/inbound/authorize/decision-point/read-decision.ts";
import type { Refusal } from "../../../../src/exchange/decision.ts";
import type { Site } from "../../../../src/policy/definition.ts";
import { identityOf } from "../../../../src/policy/identity.ts";
import { documentOf, OK, readDocument } from "../../../contract/read-document.ts";
import { writeFiles } from "../../../contract/temporary-files.ts";
import { type Given, misfits, operation, post, principal } from "../../../walk.ts";
import { json, openTestPoint, raw, type Respond } from "./decision-point/test-point.ts";

const identity = identityOf(undefined, new Map([["department", { path: ["department"], type: "string" }]]));
const YES = json({ decision: true });
const NO = json({ decision: false });

function contracted(t: TestContext): Operation {
  const parameters = [
    { name: "accountId", in: "path", required: true, schema: { type: "string", maxLength: 20 } },
    { name: "ids", in: "query", schema: { type: "array", items: { type: "integer" } } },
  ];
  const read = readDocument(t, documentOf({ paths: { "/accounts/{accountId}": { get: { operationId: "getAccount", parameters, responses: { 200: OK } } } } }));
  return read.operations[0] ?? assert.fail("the contract was not read");
}

type Send = (given?: Given) => Promise<Refusal | undefined>;

function sender(t: TestContext, options: JsonObject, site: Partial<Site> = {}): Send {
  const closing: (() => void)[] = [];
  const shared = new Map<string, unknown>();
  const share = <T>(key: string, make: () => { readonly value: T; readonly close?: () => void }): T => {
    if (!shared.has(key)) {
      const { value, close } = make();
      shared.set(key, value);
      if (close !== undefined) closing.push(close);
    }
    return shared.get(key) as T;
  };
  t.after(() => closing.forEach((close) => close()));
  const send = post({ guard: decisionPoint, options, operation: contracted(t), site: { identity, share, challenges: ['Bearer realm="api"'], ...site } });
  return async (given = {}) => {
    const { outcome } = await send({ pathValues: ["acc-1"], principal: principal({ claims: { department: "sales" } }), ...given });
    assert.notEqual(outcome?.kind, "replied");
    return outcome as Refusal | undefined;
  };
}

const told = (refusal: Refusal | undefined): string => (refusal === undefined ? "passed" : `${refusal.problem.status} ${refusal.problem.type}`);

test("true passes, false is refused, and the question is the one of the gateway profile", async (t) => {
  const point = await openTestPoint(t, YES);
  const send = sender(t, { url: point.url });
  assert.equal(await send(), undefined);
  point.respond = NO;
  const refusal = await send();
  assert.equal(told(refusal), "403 decision-refused");
  assert.deepEqual(refusal?.problem.because, { point: new URL(point.url).host, names: refusal?.problem.because?.["names"], outcome: "refused" });
  assert.equal(point.asked[0]?.path, "/access/v1/evaluation");
  assert.deepEqual(point.asked[0]?.question, { subject: { type: "identity", id: "https://id.example#ann" }, action: { name: "GET" }, resource: { type: "route", id: "/accounts/{accountId}" } });
  assert.match(point.asked[0]?.headers["content-type"] ?? "", /^application\/json$/);
  assert.equal(point.asked[0]?.headers.authorization, undefined);
});

test("the policy says what is asked, and nothing else is sent", async (t) => {
  const point = await openTestPoint(t, YES);
  const send = sender(t, {
    url: `${point.url}/stores/s1/`,
    subject: { type: "user", id: "principal.subject", properties: { department: "principal.department" } },
    action: "can_read",
    resource: { type: "account", id: "path.accountId", properties: { where: '"bank:" + path.accountId' } },
    context: { address: "address", time: "time" },
  });
  assert.equal(await send({ now: Date.parse("2026-11-20T10:00:00Z"), fields: [["authorization", "Bearer secret"]] }), undefined);
  assert.equal(point.asked[0]?.path, "/stores/s1/access/v1/evaluation");
  assert.deepEqual(point.asked[0]?.question, {
    subject: { type: "user", id: "ann", properties: { department: "sales" } },
    action: { name: "can_read" },
    resource: { type: "account", id: "acc-1", properties: { where: "bank:acc-1" } },
    context: { address: "192.0.2.1", time: "2026-11-20T10:00:00.000Z" },
  });
});

const HOSTILE: Readonly<Record<string, Respond>> = {
  "a text that says true": json({ decision: "true" }),
  "a number": json({ decision: 1 }),
  "nothing": json({}),
  "null": json({ decision: null }),
  "a bare true": json(true),
  "a list": json([{ decision: true }]),
  "an inherited decision": raw('{"__proto__":{"decision":true}}'),
  "two decisions": raw('{"decision":false,"decision":true}'),
  "a decision at another place": json({ result: { decision: true } }),
  "no JSON": raw("decision: true"),
  "an empty body": raw(""),
  "JSON and more": raw('{"decision":true}{}'),
  "bytes that are no UTF-8": raw(Buffer.from([0x7b, 0xff, 0x7d])),
  "HTML": raw('{"decision":true}', { headers: { "content-type": "text/html" } }),
  "a content coding": raw('{"decision":true}', { headers: { "content-encoding": "gzip" } }),
  "another status of success": json({ decision: true }, 201),
  "no content": (response) => void response.writeHead(204).end(),
  "a client error": json({ decision: true }, 401),
  "a server error": json({ decision: true }, 500),
  "a redirect to one that would say yes": (response, _question, request) => void (request.url === "/yes" ? YES(response, null, request) : response.writeHead(307, { location: "/yes" }).end()),
  "a connection that breaks": (response) => void response.socket?.destroy(),
  "half an answer": (response) => void response.writeHead(200, { "content-type": "application/json", "content-length": "17" }).end('{"decision":true'),
  "more than it may say": raw(`{"decision":true,"context":{"x":"${"x".repeat(ANSWER_BYTES_MAX)}"}}`),
  "nesting without end": raw(`{"decision":true,"context":${"[".repeat(5_000)}${"]".repeat(5_000)}}`),
};

test("whatever is no decision is an outage, and never a yes", async (t) => {
  const point = await openTestPoint(t, YES);
  const send = sender(t, { url: point.url, keep: "1m" });
  for (const [name, respond] of Object.entries(HOSTILE)) {
    point.respond = respond;
    const refusal = await send({ now: 1 });
    assert.equal(told(refusal), "503 decision-unavailable", name);
    assert.equal(refusal?.problem.headers?.["retry-after"], "1", name);
  }
  // Outages are not remembered.
  point.respond = YES;
  assert.equal(await send({ now: 2 }), undefined);
});

test("an answer of the longest kind is read", async (t) => {
  const frame = '{"decision":true,"context":{"x":""}}'.length;
  const point = await openTestPoint(t, raw(`{"decision":true,"context":{"x":"${"x".repeat(ANSWER_BYTES_MAX - frame)}"}}`));
  assert.equal(await sender(t, { url: point.url })(), undefined);
});

test("a point that does not answer in time is an outage", async (t) => {
  const point = await openTestPoint(t, () => undefined);
  const refusal = await sender(t, { url: point.url, deadline: "30ms" })();
  assert.equal(told(refusal), "503 decision-unavailable");
  assert.equal(refusal?.problem.because?.["fault"], "did not answer within 30 ms");
});

test("a point whose answer never ends is an outage", async (t) => {
  const point = await openTestPoint(t, (response) => void response.writeHead(200, { "content-type": "application/json" }).write('{"decision":'));
  assert.equal(told(await sender(t, { url: point.url, deadline: "30ms" })()), "503 decision-unavailable");
});

test("a point that is not there is an outage", async (t) => {
  const refusal = await sender(t, { url: "http://127.0.0.1:1" })();
  assert.equal(told(refusal), "503 decision-unavailable");
  assert.equal(refusal?.problem.because?.["fault"], "ECONNREFUSED");
});

test("a stranger is asked about nobody, and refused", async (t) => {
  const point = await openTestPoint(t, YES);
  const send = post({ guard: decisionPoint, options: { url: point.url }, operation: contracted(t), site: { identity } });
  const { outcome } = await send({ pathValues: ["acc-1"] });
  assert.ok(outcome?.kind === "refusal");
  assert.equal(outcome.problem.type, "decision-refused");
  assert.equal(outcome.problem.because?.["question"], "subject.id: unreadable: principal: a stranger");
  assert.deepEqual(point.asked, []);
});

test("a question that cannot be put is not put", async (t) => {
  const point = await openTestPoint(t, YES);
  const send = sender(t, { url: point.url, subject: { properties: { department: "principal.department" } }, resource: { id: "path.accountId" } });
  assert.equal((await send({ principal: principal() }))?.problem.because?.["question"], "subject.properties.department: failed: no_such_key");
  assert.equal(told(await send({ pathValues: ["x".repeat(21)] })), "400 request-invalid");
  assert.deepEqual(point.asked, []);
});

test("equal questions at one time are one question", async (t) => {
  const waiting: (() => void)[] = [];
  const point = await openTestPoint(t, (response, question, request) => void waiting.push(() => YES(response, question, request)));
  const send = sender(t, { url: point.url });
  const all = Promise.all([send(), send(), send(), send({ principal: principal({ id: "https://id.example#bob" }) })]);
  while (waiting.length < 2) await new Promise((resolve) => setImmediate(resolve));
  for (const answer of waiting) answer();
  assert.deepEqual(await all, [undefined, undefined, undefined, undefined]);
  assert.equal(point.asked.length, 2);
});

test("a decision counts for as long as the policy says, a no as well as a yes, and no longer", async (t) => {
  const point = await openTestPoint(t, YES);
  const send = sender(t, { url: point.url, keep: "5s" });
  assert.equal(await send({ now: 10_000 }), undefined);
  point.respond = NO;
  assert.equal(await send({ now: 14_999 }), undefined);
  assert.equal(told(await send({ now: 15_000 })), "403 decision-refused");
  point.respond = YES;
  assert.equal(told(await send({ now: 19_999 })), "403 decision-refused");
  // A clock that was set back counts as time passed.
  assert.equal(await send({ now: 1 }), undefined);
  assert.equal(point.asked.length, 3);
});

test("by default every question is asked", async (t) => {
  const point = await openTestPoint(t, YES);
  const send = sender(t, { url: point.url });
  assert.equal(await send({ now: 1 }), undefined);
  point.respond = NO;
  assert.equal(told(await send({ now: 1 })), "403 decision-refused");
});

test("the decisions that are kept are bounded, the oldest making room", async (t) => {
  const point = await openTestPoint(t, YES);
  const send = sender(t, { url: point.url, keep: "1m", decisions: 2, resource: { id: "path.accountId" } });
  for (const id of ["a", "b", "c", "b", "c", "a"]) await send({ now: 1, pathValues: [id] });
  assert.deepEqual(point.asked.map(({ question }) => ((question as JsonObject)["resource"] as JsonObject)["id"]), ["a", "b", "c", "a"]);
});

test("of several ids each must be permitted, and all are asked at once", async (t) => {
  const point = await openTestPoint(t, json({ evaluations: [{ decision: true }, { decision: true }] }));
  const send = sender(t, { url: point.url, resource: { type: "account", ids: "query.ids", properties: { at: "path.accountId" } } });
  const given: Given = { query: [["ids", "7"], ["ids", "8"], ["ids", "7"]] };
  assert.equal(await send(given), undefined);
  assert.equal(point.asked[0]?.path, "/access/v1/evaluations");
  assert.deepEqual(point.asked[0]?.question, {
    subject: { type: "identity", id: "https://id.example#ann" },
    action: { name: "GET" },
    evaluations: [{ resource: { type: "account", id: "7", properties: { at: "acc-1" } } }, { resource: { type: "account", id: "8", properties: { at: "acc-1" } } }],
    options: { evaluations_semantic: "deny_on_first_deny" },
  });
  for (const [answer, expected] of [
    [{ evaluations: [{ decision: true }, { decision: false }] }, "403 decision-refused"],
    [{ evaluations: [{ decision: false }] }, "403 decision-refused"],
    [{ evaluations: [{ decision: true }] }, "503 decision-unavailable"],
    [{ evaluations: [{ decision: true }, { decision: true }, { decision: true }] }, "503 decision-unavailable"],
    [{ evaluations: [{ decision: true }, { decision: "true" }] }, "503 decision-unavailable"],
    [{ evaluations: [] }, "503 decision-unavailable"],
    [{ decision: true }, "503 decision-unavailable"],
    [{ evaluations: { 0: { decision: true } } }, "503 decision-unavailable"],
  ] as const) {
    point.respond = json(answer);
    assert.equal(told(await send(given)), expected, JSON.stringify(answer));
  }
});

test("a list of no ids or of too many is not asked about", async (t) => {
  const point = await openTestPoint(t, (response, question, request) => json({ evaluations: ((question as JsonObject)["evaluations"] as readonly unknown[]).map(() => ({ decision: true })) })(response, question, request));
  const send = sender(t, { url: point.url, resource: { ids: "query.ids" } });
  const ids = (count: number): Given => ({ query: Array.from({ length: count }, (_, at) => ["ids", String(at)] as const) });
  assert.equal(await send(ids(QUESTIONS_MAX)), undefined);
  assert.match(JSON.stringify((await send(ids(QUESTIONS_MAX + 1)))?.problem.because), /101, and 1 to 100/);
  assert.match(JSON.stringify((await send())?.problem.because), /resource\.ids: failed: no_such_key/);
});

test("a no that names stronger logins asks for one, in a challenge that nobody can break out of", async (t) => {
  const point = await openTestPoint(t, json({ decision: false, context: { acr_values: "urn:loa:3 urn:loa:4" } }));
  const refusal = await sender(t, { url: point.url })();
  assert.equal(told(refusal), "401 authentication-insufficient");
  assert.equal(refusal?.problem.headers?.["www-authenticate"], 'Bearer realm="api", error="insufficient_user_authentication", acr_values="urn:loa:3 urn:loa:4"');
  for (const acr of ['x", error="y', "a\r\nset-cookie: b", "", "x".repeat(201), 7, ["urn:loa:3"]]) {
    point.respond = json({ decision: false, context: { acr_values: acr } });
    assert.equal(told(await sender(t, { url: point.url })()), "403 decision-refused", JSON.stringify(acr));
  }
  point.respond = json({ decision: false, context: { acr_values: "urn:loa:3" } });
  assert.equal(told(await sender(t, { url: point.url }, { challenges: ['Basic realm="api"'] })()), "403 decision-refused");
  point.respond = json({ decision: true, context: { acr_values: "urn:loa:3" } });
  assert.equal(await sender(t, { url: point.url })(), undefined);
});

test("the point is told who asks by a token that stands nowhere else", async (t) => {
  const point = await openTestPoint(t, NO);
  const folder = writeFiles(t, { "token.txt": "t0ken-for-the-point\n" });
  const refusal = await sender(t, { url: point.url, credential: "file:token.txt" }, { folder })();
  assert.equal(point.asked[0]?.headers.authorization, "Bearer t0ken-for-the-point");
  assert.doesNotMatch(JSON.stringify(refusal), /t0ken/);
});

test("a token that was changed is another way to the point, and where nothing is asked nothing is refused", async (t) => {
  const point = await openTestPoint(t, YES);
  const folder = writeFiles(t, { "token.txt": "the-first" });
  const shared = new Map<string, unknown>();
  const share: Site["share"] = (key, make) => {
    const known = shared.get(key) ?? make().value;
    shared.set(key, known);
    return known as ReturnType<typeof make>["value"];
  };
  const options = { url: point.url, credential: "file:token.txt" };
  await sender(t, options, { folder, share })();
  writeFileSync(path.join(folder, "token.txt"), "the-second");
  await sender(t, options, { folder, share })();
  assert.deepEqual(point.asked.map(({ headers }) => headers.authorization), ["Bearer the-first", "Bearer the-second"]);
  assert.equal(await sender(t, { ...options, methods: "POST" }, { folder, share })(), undefined);
  assert.equal(point.asked.length, 2);
});

test("mistakes in the options are misfits", (t) => {
  const at = contracted(t);
  const said = (options: JsonObject, site: Partial<Site> = {}): string => misfits(decisionPoint, { url: "https://pdp.example", ...options }, at, { identity, ...site }).join();
  assert.match(said({ url: "http://pdp.example" }), /not https; allowed: https, or http to this machine/);
  assert.match(said({ url: "https://user:secret@pdp.example" }), /must not carry credentials/);
  assert.match(said({ subject: { id: "principal.sub" } }), /subject\.id: "principal\.sub": principal has no "sub" here/);
  assert.match(said({ resource: { id: "path.id" } }), /resource\.id: "path\.id": path has no "id" here; allowed: accountId/);
  assert.match(said({ resource: { ids: "path.accountId" } }), /it is a string, and what is wanted is list<string> or list<int>/);
  assert.match(said({ context: { what: "body" } }), /context\.what: "body": there is no "body"/);
  assert.match(said({ credential: "s3cret" }), /not a reference to a secret; allowed: env:NAME or file:path/);
  assert.match(said({}, { public: "price list, agreed" }), /strangers may come in/);
  assert.deepEqual(misfits(decisionPoint, { url: "https://pdp.example", methods: "POST", resource: { id: "path.nowhere" } }, operation(), { identity }), []);
});
