import assert from "node:assert/strict";
import { test } from "node:test";
import type { Json, JsonObject } from "../../../../src/contract/json-value.ts";
import type { DeclaredAnswer, Operation } from "../../../../src/contract/operation.ts";
import { answerBody } from "../../../../src/doors/outbound/verify/answer-body.ts";
import { owner } from "../../../../src/doors/outbound/verify/owner.ts";
import { publish } from "../../../../src/exchange/problem.ts";
import type { Site } from "../../../../src/guard.ts";
import { identityOf } from "../../../../src/policy/identity.ts";
import { compile } from "../../../contract/schema/desk.ts";
import { type Given, misfits, post, principal, type Sent } from "../../../walk.ts";
import { broken, late, media, refusal, said, untouched } from "../../samples.ts";

const text = { type: "string" };
const account: JsonObject = { type: "object", properties: { id: text, customerId: { type: ["string", "integer", "null"] }, note: text }, required: ["id"] };
const page: JsonObject = { type: "object", properties: { items: { type: "array", items: account }, total: { type: "integer" }, next: text, page: { type: "integer" } }, required: ["items"] };
const page_ = { total: "recount", next: "remove", page: "keep" };

const answer = (schema: Json): DeclaredAnswer => ({ media: [media("application/json", "json", compile(schema).validator)], headers: [] });
const answers = (schema: Json, more: Record<string, DeclaredAnswer> = {}): ReadonlyMap<string, DeclaredAnswer> => new Map(Object.entries({ 200: answer(schema), ...more }));

const claims = identityOf(undefined, new Map([["tenant", { path: ["tenant"], type: "string" }], ["teams", { path: ["teams"], type: "strings" }], ["numbers", { path: ["numbers"], type: "ints" }], ["admin", { path: ["admin"], type: "bool" }]]));
const ann = principal({ subject: "ann", claims: { tenant: "north", teams: ["red", "blue"], numbers: [7] } });

type AnswerGiven = NonNullable<Given["answer"]>;

interface Setting {
  readonly schema?: Json;
  readonly options?: JsonObject;
  readonly operation?: Partial<Operation>;
  readonly site?: Partial<Site>;
  readonly mode?: "enforce" | "observe";
}

/** Sends past an operation that answers with `schema`; the API answers 200 with JSON unless it is said otherwise. */
function send({ schema = account, options = { field: "customerId" }, operation = {}, site = {}, mode = "enforce" }: Setting, given: AnswerGiven, more: Given = {}): Promise<Sent> {
  const walk = post({ guard: owner, options, mode, operation: { answers: answers(schema), ...operation }, site: { identity: claims, ...site } });
  return walk({ principal: ann, ...more, answer: { fields: [["content-type", "application/json"]], ...given } });
}

function wrong(options: Json, operation: Partial<Operation> = {}, site: Partial<Site> = {}): readonly string[] {
  return misfits(owner, options, { answers: answers(account), ...operation }, { identity: claims, ...site });
}

const body = (value: Json): AnswerGiven => ({ body: JSON.stringify(value) });
const own = body({ id: "a", customerId: "ann" });
const foreign = body({ id: "b", customerId: "bob" });

async function textOf({ exchange }: Sent): Promise<string> {
  const bytes = await exchange.answer.content.read();
  return bytes instanceof Uint8Array ? Buffer.from(bytes).toString() : assert.fail("there is no content");
}

test("the caller's own object leaves as it is", async () => {
  const sent = await send({}, own);
  assert.equal(said(sent), "passes");
  assert.equal(await textOf(sent), '{"id":"a","customerId":"ann"}');
});

test("a foreign object and a missing one are the same refusal, byte by byte, and the record tells them apart", async () => {
  const missing = { type: "https://api.example/none", status: 404 };
  const sent = await Promise.all([foreign, body({ id: "b", customerId: "bob", note: "x".repeat(5_000) }), { status: 404, ...body(missing) }, { status: 404, body: "" }, { status: 410, body: "" }, { status: 403, body: "no" }, { status: 409, body: "locked" }].map((given) => send({}, given)));
  const [first] = sent.map(({ outcome }) => publish(refusal(outcome), "id"));
  for (const { outcome } of sent) {
    const { status, headers } = refusal(outcome);
    assert.deepEqual([publish(refusal(outcome), "id"), status, headers], [first, 404, undefined]);
  }
  assert.deepEqual(sent.map(({ outcome }) => refusal(outcome).because?.["outcome"]), ["foreign", "foreign", ...Array.from({ length: 5 }, () => "missing")]);
  assert.equal(refusal(sent[0]?.outcome).because?.["rule"], "customerId is principal.subject");
  assert.ok(!JSON.stringify(sent.map(({ outcome }) => refusal(outcome).because)).includes("bob"), "the record does not name the owner");
});

test("a stranger owns nothing, and a program owns nothing of the user whose name it has", async () => {
  const { outcome } = await post({ guard: owner, options: { field: "customerId" }, operation: { answers: answers(account) } })({ answer: { fields: [["content-type", "application/json"]], ...own } });
  assert.equal(refusal(outcome).status, 404);
  assert.equal(said(await send({}, own, { principal: principal({ subject: "ann", party: "client", client: "ann" }) })), "404 not-found");
  assert.equal(said(await send({ options: { field: "customerId", is: "principal.client" } }, own, { principal: principal({ subject: "ann", party: "client", client: "ann" }) })), "passes");
});

test("what of the caller counts: id, client, a claim, a list of texts or of numbers", async () => {
  const of = (is: string, customerId: Json): Promise<Sent> => send({ options: { field: "customerId", is } }, body({ id: "a", customerId }));
  assert.equal(said(await of("principal.id", "https://id.example#ann")), "passes");
  assert.equal(said(await of("principal.id", "ann")), "404 not-found");
  assert.equal(said(await of("principal.tenant", "north")), "passes");
  assert.equal(said(await of("principal.tenant", "south")), "404 not-found");
  assert.equal(said(await of("principal.teams", "blue")), "passes");
  assert.equal(said(await of("principal.teams", "green")), "404 not-found");
  assert.equal(said(await of("principal.numbers", 7)), "passes");
  assert.equal(said(await of("principal.numbers", "7")), "passes", "the same id as a text or as a number");
  assert.equal(said(await of("principal.numbers", 8)), "404 not-found");
  assert.equal(said(await of("principal.subject", "Ann")), "404 not-found", "letter by letter");
});

test("a claim that is missing or of another type than declared is nobody's", async () => {
  for (const claims of [{}, { tenant: 5 }, { tenant: "" }, { tenant: null }, { tenant: ["north"] }] as JsonObject[]) {
    for (const customerId of ["north", "5", "undefined", "null"]) assert.equal(said(await send({ options: { field: "customerId", is: "principal.tenant" } }, body({ id: "a", customerId }), { principal: principal({ claims }) })), "404 not-found");
  }
});

test("an owner that cannot be read is no owner: the answer stays in", async () => {
  const unreadable = "502 owner-unreadable";
  for (const value of [{ id: "a" }, { id: "a", customerId: null }, { id: "a", customerId: "" }, { id: "a", customerId: 1.5 }, { id: "a", customerId: true }, { id: "a", customerId: ["ann"] }, { id: "a", customerId: { ann: 1 } }, [], "ann", null, [{ customerId: "ann" }]] as Json[]) {
    assert.equal(said(await send({}, body(value))), unreadable, JSON.stringify(value));
  }
  for (const given of [{ body: "{" }, { body: '{"customerId":"bob","customerId":"ann"}' }, { body: "" }, { ...own, fields: [] }, { ...own, fields: [["content-type", "text/html"]] }, { ...own, fields: [["content-type", "application/json"], ["content-encoding", "gzip"]] }] as AnswerGiven[]) {
    assert.equal(said(await send({}, given)), unreadable, given.body?.toString());
  }
  for (const status of [101, 204, 206, 301, 302, 304]) assert.equal(said(await send({}, { ...own, status })), unreadable, String(status));
  assert.equal(said(await send({ operation: { answers: answers(account), method: "HEAD" }, site: { report: () => undefined } }, own, { method: "HEAD" })), unreadable);
  assert.equal(said(await send({}, { ...own, status: 202 })), unreadable, "a success that is not declared");
});

test("what names no owner is hidden where the policy says so; what is no name is refused all the same", async () => {
  const options = { field: "customerId", unowned: "hide" };
  assert.equal(said(await send({ options }, body({ id: "a", customerId: null }))), "404 not-found");
  assert.equal(said(await send({ options }, body({ id: "a", customerId: true }))), "502 owner-unreadable");
});

test("of several members it is enough to be named in one, and a list of owners is one of them", async () => {
  const schema = { type: "object", properties: { payer: text, payee: { type: ["string", "null"] }, team: { type: "array", items: text } } };
  const options = { field: ["payer", "payee", "team[?]", "elsewhere"] };
  for (const [value, verdict] of [[{ payer: "ann", payee: "bob" }, "passes"], [{ payer: "bob", payee: "ann" }, "passes"], [{ payer: "bob", payee: null, team: ["cid", "ann"] }, "passes"], [{ payer: "bob", payee: "cid", team: [] }, "404 not-found"], [{ payer: "bob", payee: 1.5 }, "502 owner-unreadable"], [{ team: [] }, "502 owner-unreadable"]] as const) {
    assert.equal(said(await send({ schema, options }, body(value))), verdict, JSON.stringify(value));
  }
});

test("who is exempt sees everything, by scope or by role, and nobody else does", async () => {
  const unless = { scope: ["accounts:all"], role: "auditor", reason: "audits all branches" };
  const identity = identityOf({ from: [{ claim: ["roles"], issuer: undefined, as: undefined }], known: undefined }, new Map());
  const as = (particulars: Parameters<typeof principal>[0]): Promise<Sent> => send({ options: { field: "customerId", unless }, site: { identity } }, foreign, { principal: principal(particulars) });
  assert.equal(said(await as({ scopes: new Set(["accounts:all"]) })), "passes");
  assert.equal(said(await as({ claims: { roles: ["auditor"] } })), "passes");
  assert.equal(said(await as({ scopes: new Set(["accounts:al"]), claims: { roles: ["teller"] } })), "404 not-found");
  assert.equal(said(await as({ claims: { roles: { auditor: true } } })), "404 not-found", "roles that cannot be read exempt nobody");
  const { outcome } = await post({ guard: owner, options: { field: "customerId", unless }, operation: { answers: answers(account) }, site: { identity } })({ answer: { fields: [["content-type", "application/json"]], ...foreign } });
  assert.equal(refusal(outcome).status, 404, "a stranger is nobody's exception");
});

test("foreign items leave a list, byte by byte, and the record tells how many", async () => {
  const list = '[ {"id":"a", "customerId":"ann", "n":1e2},\n {"id":"b","customerId":"bob"}, {"id":"c","customerId":"ann"} ]';
  const sent = await send({ schema: { type: "array", items: account }, options: { field: "[*].customerId" } }, { body: list, fields: [["content-type", "application/json"], ["content-length", String(list.length)]] });
  assert.equal(said(sent), "passes");
  assert.equal(await textOf(sent), '[ {"id":"a", "customerId":"ann", "n":1e2},\n {"id":"c","customerId":"ann"} ]');
  assert.deepEqual(sent.exchange.answer.content.value, [{ id: "a", customerId: "ann", n: 100 }, { id: "c", customerId: "ann" }], "guards behind see what is left");
  assert.equal(sent.exchange.answer.fields.one("content-length"), undefined);
  assert.deepEqual(sent.exchange.observed.map(({ guard, problem }) => [guard, problem.type, problem.because?.["cut"], problem.because?.["left"]]), [["owner", "foreign-items", 1, 2]]);
});

test("a list without a foreign item is handed on as it came", async () => {
  const bytes = Buffer.from('[{"id":"a","customerId":"ann"}]');
  const sent = await send({ schema: { type: "array", items: account }, options: { field: "[*].customerId" } }, { body: bytes });
  assert.equal(await sent.exchange.answer.content.read(), bytes);
  assert.deepEqual(sent.exchange.observed, []);
});

test("what stands beside a list is kept, removed, counted again; what nobody spoke of does not leave", async () => {
  const value = { items: [{ id: "a", customerId: "ann" }, { id: "b", customerId: "bob" }], total: 2, next: "?after=b", page: 1, secret: 5 };
  const options = { field: "items[*].customerId", beside: page_ };
  const sent = await send({ schema: page, options }, body(value));
  assert.equal(await textOf(sent), '{"items":[{"id":"a","customerId":"ann"}],"total":1,"page":1}');
  const none = await send({ schema: page, options }, body({ ...value, items: [{ id: "b", customerId: "bob" }] }));
  assert.equal(await textOf(none), '{"items":[],"total":0,"page":1}');
  const all = await send({ schema: page, options }, body({ items: [{ id: "a", customerId: "ann" }], total: 200 }));
  assert.equal(await textOf(all), '{"items":[{"id":"a","customerId":"ann"}],"total":1}', "a count over all pages counts others' things, whether or not any stood on this one");
});

test("inner objects beside a list are settled member by member", async () => {
  const schema = { type: "object", properties: { data: { type: "object", properties: { rows: { type: "array", items: account }, hits: { type: "integer" } } }, meta: { type: "object", properties: { total: { type: "integer" }, took: { type: "integer" } } } } };
  const options = { field: "data.rows[*].customerId", beside: { "data.hits": "recount", "meta.total": "recount", "meta.took": "keep" } };
  const sent = await send({ schema, options }, body({ meta: { total: 9, took: 3, host: "db1" }, data: { rows: [{ id: "b", customerId: "bob" }], hits: 9 }, more: 1 }));
  assert.equal(await textOf(sent), '{"meta":{"total":0,"took":3},"data":{"rows":[],"hits":0}}'.replace('"total":0', '"total":0'));
});

test("maps lose their foreign members, and lists in lists their foreign items", async () => {
  const map = await send({ schema: { type: "object", additionalProperties: account }, options: { field: "*.customerId" } }, body({ one: { id: "a", customerId: "ann" }, two: { id: "b", customerId: "bob" } }));
  assert.equal(await textOf(map), '{"one":{"id":"a","customerId":"ann"}}');
  const groups = { type: "array", items: { type: "object", properties: { name: text, items: { type: "array", items: account } } } };
  const nested = await send({ schema: groups, options: { field: "[*].items[*].customerId", beside: { "[*].name": "keep" } } }, body([{ name: "x", items: [{ id: "b", customerId: "bob" }] }, { name: "y", items: [{ id: "a", customerId: "ann" }], z: 1 }]));
  assert.equal(await textOf(nested), '[{"name":"x","items":[]},{"name":"y","items":[{"id":"a","customerId":"ann"}]}]');
});

test("where there is no list there is nothing to cut; what stands in its place is refused", async () => {
  const options = { field: "items[*].customerId", beside: page_ };
  for (const value of [{ page: 1 }, { items: null, page: 1 }] as Json[]) assert.equal(said(await send({ schema: page, options }, body(value))), "passes");
  for (const value of [{ items: {} }, { items: "ann" }, { items: [{ id: "a", customerId: {} }] }, { items: [{ id: "a" }] }, { items: [null] }, [], 5] as Json[]) assert.equal(said(await send({ schema: page, options }, body(value))), "502 owner-unreadable", JSON.stringify(value));
  const hidden = await send({ schema: page, options: { ...options, unowned: "hide" } }, body({ items: [{ id: "a" }, null, { id: "b", customerId: "ann" }] }));
  assert.equal(await textOf(hidden), '{"items":[{"id":"b","customerId":"ann"}]}');
});

test("of a list only header fields leave that cannot tell of what others have", async () => {
  const declared: DeclaredAnswer = { ...answer({ type: "array", items: account }), headers: ["x-region", "x-total-count", "x-hits"].map((name) => ({ name, required: false, read: () => ({ value: "" }) })) };
  const names = ["content-type", "etag", "last-modified", "link", "content-range", "x-total-count", "x-hits", "x-region", "x-undeclared", "repr-digest", "content-digest", "ratelimit", "x-page", "set-cookie"];
  const fields = names.map((name) => [name, name === "content-type" ? "application/json" : "1"] as const);
  const setting = { options: { field: "[*].customerId", fields: "X-Hits" }, operation: { answers: new Map([["200", declared]]) } };
  const { exchange } = await send(setting, { body: '[{"id":"a","customerId":"ann"}]', fields });
  assert.deepEqual(exchange.answer.fields.list.filter((_, at) => at % 2 === 0), ["content-type", "x-hits", "x-region", "ratelimit", "set-cookie", "cache-control"]);
});

test("what was judged stays out of shared stores, and one's own object keeps its validator", async () => {
  const fields = [["content-type", "application/json"], ["etag", '"1"'], ["cache-control", "public, max-age=60"]] as const;
  const { exchange } = await send({}, { ...own, fields });
  assert.equal(exchange.answer.fields.one("cache-control"), "no-store");
  assert.equal(exchange.answer.fields.one("etag"), '"1"');
  const kept = await send({}, { ...own, fields: [["content-type", "application/json"], ["cache-control", "private"]] });
  assert.equal(kept.exchange.answer.fields.one("cache-control"), "private");
});

test("the API is asked for the whole answer, without conditions, where something is only read", async () => {
  const conditions = ["if-match", "if-none-match", "if-modified-since", "if-unmodified-since", "if-range", "range"].map((name) => [name, "1"] as const);
  const read = await send({}, own, { fields: [["host", "a"], ["accept-encoding", "gzip"], ...conditions] });
  assert.deepEqual(read.exchange.outgoing.list, ["host", "a", "accept-encoding", "identity"]);
  const written = await send({ operation: { answers: answers(account), method: "POST" } }, own, { fields: [["if-match", "1"]] });
  assert.deepEqual(written.exchange.outgoing.list, ["if-match", "1"], "conditions of a change protect it");
});

test("nothing stands where the contract lists nothing, and a path that names many things needs nothing said of it", async () => {
  for (const listed of ["path", "method", "unlisted"] as const) {
    const { exchange } = await send({ operation: { answers: answers(account), listed }, site: { report: () => undefined } }, foreign, { fields: [["if-none-match", "1"]] });
    assert.equal(exchange.outgoing.one("if-none-match"), "1", listed);
    assert.equal(said(await send({ operation: { answers: answers(account), listed }, site: { report: () => undefined } }, foreign)), "passes", listed);
  }
  const nested = { type: "object", properties: { deep: { type: "object", properties: { owner: text } } } };
  assert.equal(said(await send({ schema: nested, options: { field: "deep.owner" } }, body({ deep: { owner: "ann" } }))), "passes");
  assert.equal(said(await send({ schema: nested, options: { field: "deep.owner" } }, body({ deep: null }))), "502 owner-unreadable");
});

test("an answer of the API with an error keeps its own word on storing, a judged one does not", async () => {
  const error = await send({}, { status: 429, body: "", fields: [["cache-control", "public"]] });
  assert.equal(error.exchange.answer.fields.one("cache-control"), "public");
  const map = await send({ schema: { type: "object", additionalProperties: { type: "array", items: account } }, options: { field: "*[*].customerId" } }, body({ one: [{ id: "a", customerId: "ann" }], two: [{ id: "b", customerId: "bob" }] }));
  assert.equal(await textOf(map), '{"one":[{"id":"a","customerId":"ann"}],"two":[]}', "a member that keeps nothing is still there");
});

test("errors about the form of a request leave, and those that the policy names", async () => {
  for (const status of [400, 406, 422, 429]) assert.equal(said(await send({}, { status, body: "" })), "passes", String(status));
  const named = { operation: { answers: answers(account), pathNames: ["id"] } };
  for (const [status, verdict] of [[400, "404 not-found"], [406, "404 not-found"], [422, "404 not-found"], [429, "passes"]] as const) assert.equal(said(await send(named, { status, body: "" })), verdict, "where the path names an object, its form may be asked about, too");
  assert.equal(said(await send({ ...named, options: { field: "customerId", errors: [400] } }, { status: 400, body: "" })), "passes");
  for (const status of [401, 402, 403, 405, 409, 412, 416, 423, 451]) assert.equal(said(await send({}, { status, body: "" })), "404 not-found", String(status));
  assert.equal(said(await send({ options: { field: "customerId", errors: [409] } }, { status: 409, body: "" })), "passes");
  const created = { operation: { answers: answers(account), method: "POST" } };
  for (const [status, verdict] of [[409, "passes"], [403, "passes"], [404, "404 not-found"], [410, "404 not-found"]] as const) assert.equal(said(await send(created, { status, body: "" })), verdict);
});

test("foreign and missing are answered at the same step of a common clock, and nothing else waits for it", async () => {
  const waits: (readonly [number, number])[] = [];
  const tide = async (since: number, step: number): Promise<void> => void waits.push([since, step]);
  const at = (given: AnswerGiven, even?: string, mode: "enforce" | "observe" = "enforce"): Promise<Sent> => send({ mode, options: { field: "customerId", ...(even === undefined ? {} : { even }) }, site: { tide } }, given, { now: 5_000 });
  for (const given of [foreign, { content: late('{"id":"b","customerId":"bob"}') }, { status: 404, body: "" }, { status: 403, body: "" }]) assert.equal(said(await at(given)), "404 not-found");
  assert.deepEqual(waits, Array.from({ length: 4 }, () => [5_000, 10]));
  for (const given of [own, body({}), { status: 429, body: "" }]) await at(given);
  await at(foreign, "0s");
  await at(foreign, "10ms", "observe");
  assert.equal(waits.length, 4);
});

test("where callers of several issuers come, the policy says whose subjects are owners", async () => {
  const optionsOf = (guard: string): readonly JsonObject[] => (guard === "jwt" ? [{ issuer: "https://a.example" }, { issuer: "https://b.example" }] : []);
  assert.match(wrong({ field: "customerId" }, {}, { optionsOf })[0] ?? "", /callers of 2 issuers.*issuer: /);
  assert.deepEqual(wrong({ field: "customerId", is: "principal.id" }, {}, { optionsOf }), []);
  const options = { field: "customerId", issuer: "https://id.example" };
  assert.deepEqual(wrong(options, {}, { optionsOf }), []);
  assert.equal(said(await send({ options }, own)), "passes");
  assert.equal(said(await send({ options }, own, { principal: principal({ subject: "ann", issuer: "https://b.example" }) })), "404 not-found");
});

test("failures are left to faults, and what the doors say themselves is left alone", async () => {
  const { content, opened } = untouched();
  for (const given of [{ status: 500, content }, { status: 503, content }, { content, from: "door" }] as AnswerGiven[]) assert.equal(said(await send({}, given)), "passes");
  assert.equal(opened(), false);
});

test("an answer that comes late is judged when it is here; one that breaks off is the API's fault", async () => {
  assert.equal(said(await send({}, { content: late('{"id":"a","customerId":"ann"}') })), "passes");
  assert.equal(said(await send({}, { content: late('{"id":"a","customerId":"bob"}') })), "404 not-found");
  const sent = await send({ schema: { type: "array", items: account }, options: { field: "[*].customerId" } }, { content: late('[{"id":"a","customerId":"bob"}]') });
  assert.equal(await textOf(sent), "[]");
  for (const schema of [account, { type: "array", items: account }]) assert.equal(said(await send({ schema, options: { field: ["customerId", "[*].customerId"] } }, { content: broken() })), "502 api-broke-off");
});

test("an answer larger than is held stays in, at the bound of answer-body", async () => {
  const value = '{"id":"a","customerId":"ann"}';
  const at = (size: number, content = late(value)): Promise<Sent> => send({ site: { optionsOf: (name) => (name === "answer-body" ? [{ size: `${size}B` }] : []) } }, { content });
  assert.equal(said(await at(value.length)), "passes");
  assert.equal(said(await at(value.length - 1)), "502 owner-unreadable");
  const rounded = send({ site: { optionsOf: () => [{ numbers: "rounded" }] } }, { body: '{"id":"a","customerId":"ann","note":9007199254740993}' });
  assert.equal(said(await rounded), "passes", "numbers are read as answer-body reads them");
});

test("what owner has read, answer-body does not read again", async () => {
  const sent = await send({}, own);
  const { value, bounds } = sent.exchange.answer.content;
  assert.ok(value !== undefined && bounds !== undefined);
  const check = answerBody.post({}, { pointer: "", report: assert.fail })?.compile({ ...({} as Site), operation: sent.exchange.operation });
  assert.equal(await check?.(sent.exchange), undefined);
  assert.equal(sent.exchange.answer.content.value, value, "the same object");
});

test("in observe mode nothing is cut, stripped or refused, and all of it is witnessed", async () => {
  const list = { schema: page, options: { field: "items[*].customerId", beside: page_ }, mode: "observe" } as const;
  const sent = await send(list, { body: '{"items":[{"id":"b","customerId":"bob"}],"total":1,"next":"x"}', fields: [["content-type", "application/json"], ["etag", "1"]] }, { fields: [["range", "bytes=0-1"]] });
  assert.equal(await textOf(sent), '{"items":[{"id":"b","customerId":"bob"}],"total":1,"next":"x"}');
  assert.deepEqual([sent.exchange.answer.fields.one("etag"), sent.exchange.answer.fields.one("cache-control"), sent.exchange.outgoing.one("range")], ["1", undefined, "bytes=0-1"]);
  assert.deepEqual(sent.exchange.observed.map(({ problem }) => problem.type), ["foreign-items"]);
  const single = await send({ mode: "observe" }, foreign);
  assert.equal(said(single), "passes");
  assert.deepEqual(single.exchange.observed.map(({ problem }) => problem.because?.["outcome"]), ["foreign"]);
});

test("a field that the contract does not have does not start, with the answer, the place and what there is", () => {
  assert.deepEqual(wrong({ field: "custmerId" }), [': answer 200 application/json: the value has no member "custmerId" in the contract; allowed: id, customerId, note']);
  assert.match(wrong({ field: "[*].customerId" })[0] ?? "", /the value has no items/);
  assert.match(wrong({ field: "customerId" }, { answers: answers({ type: "array", items: account }) })[0] ?? "", /no member "customerId".*allowed: \[\*\]/);
  assert.match(wrong({ field: "customerId.x" })[0] ?? "", /customerId has no member "x"/);
  assert.match(wrong({ field: "owner" }, { answers: answers({ type: "object", properties: { owner: { type: "boolean" } } }) })[0] ?? "", /neither a text nor a whole number/);
  assert.match(wrong({ field: "ids[*]" }, { answers: answers({ type: "object", properties: { ids: { type: "array", items: text } } }) })[0] ?? "", /ends with things.*\[\?\]/);
  const placed = { ...media("application/json", "json", compile(account).validator), place: { file: "/x/openapi.yaml", pointer: "", line: 12 } };
  assert.match(wrong({ field: "x" }, { answers: new Map([["200", { media: [placed], headers: [] }]]) })[0] ?? "", /answer 200 application\/json \(openapi.yaml:12\):/);
});

test("an answer that cannot say whose it is does not start", () => {
  const empty: DeclaredAnswer = { media: [], headers: [] };
  assert.match(wrong({ field: "customerId" }, { answers: new Map([["204", empty]]) })[0] ?? "", /the answer 204 has no content.*lookup/);
  assert.match(wrong({ field: "customerId" }, { answers: new Map() })[0] ?? "", /no successful answer/);
  assert.match(wrong({ field: "customerId" }, { answers: new Map([["200", { media: [media("image/png", "opaque")], headers: [] }]]) })[0] ?? "", /image\/png: no schema/);
  assert.match(wrong({ field: "customerId" }, { answers: new Map([["200", { media: [media("application/json", "json")], headers: [] }]]) })[0] ?? "", /no schema/);
  assert.deepEqual(wrong({ field: "customerId" }, { answers: new Map([["default", answer(account)]]) }), [], "default is a success where none is named");
  assert.deepEqual(wrong({ field: "customerId" }, { answers: answers(account, { 404: empty, "4xx": empty, default: answer({}) }) }), [], "errors need no owner");
  assert.match(wrong({ field: "customerId" }, { method: "HEAD" })[0] ?? "", /HEAD/);
  assert.match(wrong({ field: "customerId" }, { listed: "unlisted" })[0] ?? "", /what the contract does not list/);
  assert.deepEqual(wrong({ field: "x" }, { listed: "path" }), []);
});

test("what stands beside a list has to be spoken of, each member by its path", () => {
  const of = (beside: JsonObject, schema: Json = page): readonly string[] => wrong({ field: "items[*].customerId", beside }, { answers: answers(schema) });
  assert.deepEqual(of({}), [": beside a list stand total, next, page, which may tell of what others have; allowed: beside: { total: keep | remove | recount, next: keep | remove | recount, page: keep | remove | recount }"]);
  assert.deepEqual(of(page_), []);
  assert.match(of({ ...page_, next: "recount" })[0] ?? "", /next is no number/);
  assert.match(of({ ...page_, stray: "keep" })[0] ?? "", /stray stands beside no list/);
  assert.match(of({ ...page_, "a b": "keep" })[0] ?? "", /not a path/);
  assert.match(of({ ...page_, "items[*]": "keep" })[0] ?? "", /names no member/);
  assert.match(of({ ...page_, total: "remove" }, { ...page, required: ["total"] })[0] ?? "", /total is required/);
});

test("owners of different things need a posting each", () => {
  const schema = { type: "object", properties: { customerId: text, items: { type: "array", items: account } } };
  assert.match(wrong({ field: ["customerId", "items[*].customerId"], beside: { customerId: "keep" } }, { answers: answers(schema) })[0] ?? "", /owners of different things/);
});

test("a comparison with nothing that a caller has does not start", () => {
  assert.match(wrong({ field: "customerId", is: "principal.branch" })[0] ?? "", /"principal.branch" is nothing.*principal.id, principal.subject, principal.client, principal.tenant, .*claims: \{/);
  assert.match(wrong({ field: "customerId", is: "tenant" })[0] ?? "", /nothing that a caller has/);
  assert.match(wrong({ field: "customerId", is: "principal.admin" })[0] ?? "", /declared as bool/);
  assert.match(wrong({ field: "customerId", unless: { reason: "because of it" } })[0] ?? "", /names nobody/);
  assert.match(wrong({ field: "customerId", unless: { role: "x", reason: "because of it" } })[0] ?? "", /does not say where roles come from/);
  assert.match(wrong({ field: "customerId", unless: { scope: "x" } })[0] ?? "", /"reason" is missing/);
  assert.match(wrong({ field: "customerId", errors: [404] })[0] ?? "", /404 says that there is nothing/);
  assert.match(wrong({ field: "a..b" })[0] ?? "", /not a path/);
  assert.match(wrong({}).join(), /"field" is missing/);
});
