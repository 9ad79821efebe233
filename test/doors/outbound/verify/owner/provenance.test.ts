import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../../../../../src/contract/json-value.ts";
import { properties } from "../../../../../src/doors/outbound/disclose/properties.ts";
import { owner } from "../../../../../src/doors/outbound/verify/owner.ts";
import type { Operation } from "../../../../../src/contract/operation.ts";
import { Content, type Sink } from "../../../../../src/exchange/content.ts";
import type { Json, Marks, Principal, Site, Store } from "../../../../../src/guard.ts";
import { memoryStore } from "../../../../../src/stores/memory.ts";
import { TABLE_BYTES_MIN } from "../../../../../src/stores/table/table.ts";
import { documentOf, readDocument } from "../../../../contract/read-document.ts";
import { conclude, type Given, misfits, post, principal, type Sent, silent } from "../../../../walk.ts";
import { broken, late, refusal, said } from "../../../samples.ts";

const id = { type: ["string", "integer"] };
const account = { type: "object", properties: { id, next: { type: ["string", "null"] }, customerId: { type: "string" } } };
const json = (schema: JsonObject, type = "application/json"): JsonObject => ({ content: { [type]: { schema } } });
const answer = (schema: JsonObject, type?: string): JsonObject => ({ description: "fine", ...json(schema, type) });
const contract = documentOf({
  paths: {
    "/accounts": {
      get: { operationId: "list", responses: { 200: answer({ type: "array", items: account }) } },
      head: { operationId: "peek", responses: { 200: answer({ type: "array", items: account }) } },
      post: { operationId: "create", requestBody: { required: true, ...json(account) }, responses: { 201: answer(account), 202: { description: "later" } } },
    },
    "/accounts/{id}": {
      parameters: [{ name: "id", in: "path", required: true, schema: { type: "string" } }],
      get: { operationId: "get", responses: { 200: answer(account) } },
      delete: { operationId: "close", responses: { 204: { description: "closed" } } },
    },
    "/any": { get: { operationId: "any", responses: { default: answer({ type: "array", items: account }) } } },
    "/events": { get: { operationId: "events", responses: { 200: answer(account, "text/event-stream") } } },
    "/feed": { get: { operationId: "feed", responses: { 200: answer(account, "application/jsonl") } } },
    "/payments": { post: { operationId: "pay", requestBody: { required: true, ...json({ type: "object", properties: { to: {}, items: { type: "array", items: { type: "object", properties: { from: {} } } } } }) }, responses: { 204: { description: "paid" } } } },
  },
});

const ann = principal({ id: "https://id.example#ann", subject: "ann" });
const bob = principal({ id: "https://id.example#bob", subject: "bob" });
const START = 1_800_000_000_000;
const of = (more: JsonObject): JsonObject => ({ provenance: { kind: "account", ...more } });
const LIST = of({ issues: "[*].id" });
const CLOSE = of({ with: "path.id" });
const PAY = of({ with: "body.items[*].from" });

type Walk = (given?: Given) => Promise<Sent>;
type At = (operation: string, options: JsonObject, posting?: { readonly mode?: "observe"; readonly site?: Partial<Site> }) => Walk;

function bench(t: Parameters<typeof readDocument>[0], store: Store = memoryStore()): At {
  return (name, options, more = {}) => post({ guard: owner, options, operation: find(t, name), store, ...more });
}

function find(t: Parameters<typeof readDocument>[0], name: string): Operation {
  return readDocument(t, contract).operations.find((one) => one.id === name) ?? assert.fail(`no ${name}`);
}

const told = (body: Json | string, status = 200): Given => ({ answer: { status, fields: [["content-type", "application/json"]], body: typeof body === "string" ? body : JSON.stringify(body) } });
const bodied = (body: Json): Given => ({ fields: [["content-type", "application/json"]], body: JSON.stringify(body), answer: { from: "door" } });

/** Who gets an answer, and it leaves. */
async function issue(walk: Walk, who: Principal | undefined, body: Json | string, now = START): Promise<Sent> {
  const sent = await walk({ ...told(body), now, ...(who === undefined ? {} : { principal: who }) });
  conclude(sent.exchange, { now });
  return sent;
}

/** A content that comes in pieces, when this test says so. */
function pieces(): { readonly content: Content; readonly push: (text: string) => void } {
  let sink: Sink | undefined;
  return { content: new Content({ open: (to) => void (sink = to) }, undefined), push: (text) => void sink?.data(Buffer.from(text)) };
}

async function use(walk: Walk, who: Principal | undefined, name: string, now = START): Promise<string> {
  return said(await walk({ pathValues: [name], now, answer: { from: "door" }, ...(who === undefined ? {} : { principal: who }) }));
}

test("an id that an answer held may be used by whom it was issued to, and by nobody else", async (t) => {
  const at = bench(t);
  const close = at("close", CLOSE);
  assert.equal(await use(close, ann, "a"), "404 not-found");
  assert.equal(said(await issue(at("list", LIST), ann, [{ id: "a" }, { id: 7 }, { id: null }, {}])), "passes");
  assert.deepEqual([await use(close, ann, "a"), await use(close, ann, "7"), await use(close, ann, "b"), await use(close, ann, "A")], ["passes", "passes", "404 not-found", "404 not-found"]);
  assert.equal(await use(close, bob, "a"), "404 not-found", "another one's");
  assert.equal(await use(at("close", { provenance: { kind: "card", with: "path.id" } }), ann, "a"), "404 not-found", "of another kind");
});

test("the refusal is the one for what is not there; the record says why", async (t) => {
  const close = bench(t)("close", CLOSE);
  const sent = await Promise.all([ann, bob, undefined].map((who) => close({ pathValues: ["a"], ...(who === undefined ? {} : { principal: who }) })));
  for (const { outcome } of sent) assert.deepEqual({ ...refusal(outcome), because: {} }, { ...refusal(sent[0]?.outcome), because: {} });
  assert.deepEqual(sent.map(({ outcome }) => refusal(outcome).because?.["outcome"]), ["not issued", "not issued", "stranger"]);
  const waited: number[] = [];
  const even = bench(t)("close", CLOSE, { site: { tide: async (_since, step) => void waited.push(step) } });
  assert.equal(await use(even, ann, "a"), "404 not-found");
  assert.deepEqual(waited, [10]);
});

test("a stranger is issued nothing, and what was issued to somebody is not his", async (t) => {
  const at = bench(t);
  await issue(at("list", LIST), undefined, [{ id: "a" }]);
  await issue(at("list", LIST), ann, [{ id: "b" }]);
  for (const name of ["a", "b"]) assert.equal(await use(at("close", CLOSE), undefined, name), "404 not-found");
  assert.equal(await use(at("close", CLOSE), ann, "a"), "404 not-found");
});

test("no caller and id make the name of another caller and id", async (t) => {
  const at = bench(t);
  const [one, other] = [principal({ id: "a" }), principal({ id: "a1:" })];
  await issue(at("list", LIST), one, [{ id: "1:b" }]);
  assert.deepEqual([await use(at("close", CLOSE), other, "b"), await use(at("close", CLOSE), one, "1:b")], ["404 not-found", "passes"]);
});

test("what somebody has created is his", async (t) => {
  const at = bench(t);
  const create = at("create", of({ issues: ["id", "next"] }));
  const made = await create({ ...bodied({}), principal: ann, ...told({ id: "new", next: "newer" }, 201) });
  conclude(made.exchange, { now: START, status: 201 });
  for (const name of ["new", "newer"]) assert.equal(await use(at("close", CLOSE), ann, name), "passes");
});

test("what somebody has created is his, too, where only Location names it", async (t) => {
  const at = bench(t);
  const site = { contract: readDocument(t, contract) };
  const create = at("create", of({ location: "id" }), { site });
  const make = async (location: readonly string[], more: Partial<NonNullable<Given["answer"]>> = {}): Promise<readonly (Json | undefined)[]> => {
    const { outcome, exchange } = await create({ ...bodied({}), path: "/v1/accounts", principal: ann, answer: { status: 201, fields: location.map((one) => ["location", one] as const), ...more } });
    assert.equal(outcome, undefined);
    conclude(exchange, { now: START, status: 201 });
    return exchange.observed.map(({ problem: { because } }) => because?.["reason"]);
  };
  const close = at("close", CLOSE);
  const good: readonly (readonly [string, string])[] = [["/accounts/n1", "n1"], ["/v1/accounts/n2", "n2"], ["https://inner.example:8080/v1/accounts/n3", "n3"], ["accounts/n4", "n4"], ["./accounts/n5?x=1#y", "n5"], ["/accounts/a%20b", "a b"]];
  for (const [location, name] of good) {
    assert.deepEqual(await make([location]), [], location);
    assert.equal(await use(close, ann, name), "passes", location);
    assert.equal(await use(close, bob, name), "404 not-found", location);
  }
  for (const location of [["/accounts/"], ["/payments/p"], ["/accounts/a/b"], ["/accounts/%2F"], ["http://["], ["/accounts/x1", "/accounts/x2"], []]) assert.deepEqual(await make(location), ["no Location that a path of the contract fits"], String(location));
  for (const name of ["x1", "x2", "p", "b"]) assert.equal(await use(close, ann, name), "404 not-found", name);
  assert.deepEqual(await make([], { status: 200 }), [], "nothing was made");
  assert.deepEqual(await make(["/accounts/n6"], { status: 204 }), []);
  assert.equal(await use(close, ann, "n6"), "passes", "an answer without content has a Location, too");
  await make(["/accounts/e1"], { status: 409 });
  assert.equal(await use(close, ann, "e1"), "404 not-found", "only what was accepted");
});

test("the items of a sequence issue their ids as they leave, each by itself", async (t) => {
  const at = bench(t);
  const [feed, close] = [at("feed", of({ issues: "[*].id", most: 3 })), at("close", CLOSE)];
  const source = pieces();
  const { outcome, exchange } = await feed({ principal: ann, now: START, answer: { fields: [["content-type", "application/jsonl"]], content: source.content } });
  assert.equal(outcome, undefined);
  let left = "";
  exchange.answer.content.stream({ data: (chunk) => ((left += Buffer.from(chunk).toString()), true), end: () => (left += "."), fail: ({ type }) => (left += type) });
  source.push('{"id":"a"}\n{"id":"b"');
  assert.equal(left, '{"id":"a"}\n', "an item leaves when its end is here");
  assert.deepEqual([await use(close, ann, "a"), await use(close, ann, "b"), await use(close, bob, "a")], ["passes", "404 not-found", "404 not-found"]);
  source.push('}\n{"id":"c"}\n{"id":"d"}\n');
  assert.deepEqual([await use(close, ann, "c"), await use(close, ann, "d")], ["passes", "404 not-found"], "three, and no more");
  assert.deepEqual(exchange.observed.map(({ problem: { because } }) => because?.["reason"]), ["more than 3 ids"]);
  source.push("{\n");
  assert.match(left, /owner-unreadable$/, "what cannot be read ends it");
});

test("each id of a batch is judged, and one that was not issued keeps all of it out", async (t) => {
  const at = bench(t);
  await issue(at("list", LIST), ann, [{ id: "a" }, { id: "b" }]);
  const pay = at("pay", PAY);
  const verdict = async (items: Json): Promise<string> => said(await pay({ ...bodied({ items }), principal: ann }));
  assert.equal(await verdict([{ from: "a" }, { from: "b" }, { from: "a" }]), "passes");
  assert.equal(await verdict([]), "passes", "nothing is named");
  for (const from of ["c", "", 1.5, {}, ["a"], true]) assert.equal(await verdict([{ from: "a" }, { from }, { from: "b" }]), "404 not-found", JSON.stringify(from));
  for (const items of [[{ from: "a" }, {}], [{ from: null }]]) assert.equal(await verdict(items), "400 request-invalid");
  const both = at("pay", of({ with: ["body.items[*].from", "body.to"] }));
  assert.equal(said(await both({ ...bodied({ items: [{ from: "a" }], to: "b" }), principal: ann })), "passes");
  assert.equal(said(await both({ ...bodied({ items: [{ from: "a" }], to: "c" }), principal: ann })), "404 not-found");
  const lax = at("pay", of({ with: "body.to", absent: "pass" }));
  assert.deepEqual([said(await lax({ ...bodied({}), principal: ann })), said(await lax({ ...bodied({ to: "c" }), principal: ann }))], ["passes", "404 not-found"]);
  for (const given of [{ ...bodied({}), body: "{" }, { ...bodied({}), fields: [] }, {}] as Given[]) assert.equal(said(await pay({ ...given, principal: ann })), "400 request-invalid");
  assert.equal(said(await pay({ ...bodied({}), content: broken(), principal: ann })), "502 api-broke-off");
});

test("an id is good until its time is over, and each answer that holds it begins that anew", async (t) => {
  const at = bench(t);
  const [list, close] = [at("list", of({ issues: "[*].id", keep: "10s" })), at("close", CLOSE)];
  await issue(list, ann, [{ id: "a" }, { id: "b" }]);
  await issue(list, ann, [{ id: "b" }], START + 5_000);
  assert.deepEqual([await use(close, ann, "a", START + 9_999), await use(close, ann, "a", START + 10_000)], ["passes", "404 not-found"]);
  assert.deepEqual([await use(close, ann, "b", START + 14_999), await use(close, ann, "b", START + 15_000)], ["passes", "404 not-found"]);
});

test("only what really left is issued: not what was refused, not before it leaves, not when the caller is gone", async (t) => {
  const at = bench(t);
  const [list, close] = [at("list", LIST), at("close", CLOSE)];
  const sent = await list({ ...told([{ id: "a" }]), principal: ann });
  assert.equal(await use(close, ann, "a"), "404 not-found", "not yet");
  conclude(sent.exchange, { now: START, refusedAt: "seal", status: 500 });
  conclude((await list({ ...told([{ id: "a" }]), principal: ann })).exchange, { now: START, left: true });
  for (const given of [told([{ id: "a" }], 404), told([{ id: "a" }], 500), { answer: { ...told([{ id: "a" }]).answer, from: "door" } }] as Given[]) {
    for (const walk of [list, at("any", LIST)]) conclude((await walk({ ...given, principal: ann })).exchange, { now: START });
  }
  assert.equal(await use(close, ann, "a"), "404 not-found");
});

test("items that were cut out of a list, and members that were cut out of an item, are not issued", async (t) => {
  const store = memoryStore();
  const operation = find(t, "list");
  const postings = [post({ guard: owner, options: { field: "[*].customerId" }, operation, store }), post({ guard: properties, options: { read: { "[*].next": { scope: "all" } } }, operation, store }), post({ guard: owner, options: of({ issues: ["[*].id", "[*].next"] }), operation, store })];
  let given: Given = { ...told([{ id: "a", next: "n", customerId: "ann" }, { id: "b", customerId: "bob" }]), principal: ann };
  for (const walk of postings) {
    const { outcome, exchange } = await walk(given);
    assert.equal(outcome, undefined);
    conclude(exchange, { now: START });
    given = { ...given, answer: { ...given.answer, content: exchange.answer.content } };
  }
  assert.equal(owner.stages.at(-1), "seal", "behind all that cuts");
  const close = bench(t, store)("close", CLOSE);
  assert.deepEqual([await use(close, ann, "a"), await use(close, ann, "b"), await use(close, ann, "n")], ["passes", "404 not-found", "404 not-found"]);
});

test("an answer holds so many ids and not one more; what is not issued is told to the operator", async (t) => {
  const at = bench(t);
  const list = at("list", of({ issues: "[*].id", most: 2 }));
  assert.equal((await issue(list, ann, [{ id: "a" }, { id: "b" }, { id: "a" }])).exchange.observed.length, 0);
  const { exchange, outcome } = await issue(list, ann, [{ id: "c" }, { id: "d" }, { id: "e" }]);
  assert.equal(outcome, undefined, "the answer leaves");
  assert.deepEqual(exchange.observed.map(({ problem: { type, because } }) => [type, because?.["reason"]]), [["ids-not-issued", "more than 2 ids"]]);
  assert.deepEqual([await use(at("close", CLOSE), ann, "d"), await use(at("close", CLOSE), ann, "e")], ["passes", "404 not-found"]);
  for (const body of ["{", ""]) assert.equal((await issue(list, ann, body)).exchange.observed.length, 1, body);
  const pay = at("pay", of({ with: "body.items[*].from", most: 2 }));
  const items = (...names: string[]): Given => ({ ...bodied({ items: names.map((from) => ({ from })) }), principal: ann });
  assert.deepEqual([said(await pay(items("a", "b", "a"))), said(await pay(items("a", "b", "d")))], ["passes", "400 objects-too-many"]);
});

test("an answer that comes late is read, and one that breaks off does not leave", async (t) => {
  const at = bench(t);
  const list = at("list", LIST);
  const fields = [["content-type", "application/json"]] as const;
  const sent = await list({ principal: ann, answer: { fields, content: late('[{"id":"a"}]') } });
  conclude(sent.exchange, { now: START });
  assert.equal(await use(at("close", CLOSE), ann, "a"), "passes");
  assert.equal(said(await list({ principal: ann, answer: { fields, content: broken() } })), "502 api-broke-off");
  assert.equal(said(await list({ principal: ann, answer: { fields, content: late("x".repeat(10_485_761)) } })), "502 owner-unreadable");
});

test("a store that is full forgets what ends soonest: it refuses, and lets nobody in", async (t) => {
  const at = bench(t, memoryStore({ bytes: TABLE_BYTES_MIN }));
  const [list, close] = [at("list", of({ issues: "[*].id", most: 10_000 })), at("close", CLOSE)];
  await issue(at("list", of({ issues: "[*].id", keep: "2h" })), ann, [{ id: "long" }]);
  await issue(list, bob, Array.from({ length: 5_000 }, (_, name) => ({ id: `n${name}` })));
  const found = await Promise.all(Array.from({ length: 5_000 }, (_, name) => use(close, bob, `n${name}`)));
  const left = found.filter((verdict) => verdict === "passes").length;
  assert.ok(left > 0 && left < 1_000, String(left));
  assert.equal(await use(close, ann, "long"), "passes", "whatever others fill it with");
});

test("threads share what was issued", async (t) => {
  const store = memoryStore({ shared: true });
  const { buffer } = store.table;
  assert.ok(buffer instanceof SharedArrayBuffer);
  await issue(bench(t, store)("list", LIST), ann, [{ id: "a" }]);
  const other = bench(t, memoryStore({ table: buffer }))("close", CLOSE);
  assert.deepEqual([await use(other, ann, "a"), await use(other, ann, "b"), await use(other, bob, "a")], ["passes", "404 not-found", "404 not-found"]);
});

test("a store that answers late is waited for; one that is broken, or answers nonsense, lets nobody pass", async (t) => {
  const storing = (isMarked: unknown): Store => ({ ...silent, marks: () => ({ mark: () => undefined, isMarked: isMarked as Marks["isMarked"] }) });
  const verdict = async (isMarked: unknown): Promise<string> => use(bench(t, storing(isMarked))("close", CLOSE), ann, "a");
  const wait = async (answer: unknown): Promise<unknown> => new Promise((resolve) => setImmediate(() => resolve(answer)));
  assert.deepEqual([await verdict(() => wait(true)), await verdict(() => wait(false))], ["passes", "404 not-found"]);
  const fail = (): never => {
    throw new Error("canary");
  };
  const broken_: readonly unknown[] = [fail, async () => fail(), () => undefined, () => 1, () => "true", () => wait(undefined), () => wait(null)];
  for (const one of broken_) assert.equal(await verdict(one), "503 store-unavailable", String(one));
});

test("a store that cannot remember changes nothing of the answer", async (t) => {
  const store: Store = { ...silent, marks: () => ({ mark: () => { throw new Error("full"); }, isMarked: () => false }) };
  const sent = await bench(t, store)("list", LIST)({ ...told([{ id: "a" }]), principal: ann });
  assert.equal(said(sent), "passes");
});

test("who is exempt is not asked, and an observed rule refuses nobody and cuts no condition", async (t) => {
  const at = bench(t);
  const exempt = at("close", { ...CLOSE, unless: { scope: "all", reason: "closes for others" } });
  assert.deepEqual([await use(exempt, principal({ scopes: new Set(["all"]) }), "a"), await use(exempt, ann, "a")], ["passes", "404 not-found"]);
  const { outcome, exchange } = await at("close", CLOSE, { mode: "observe" })({ pathValues: ["a"], principal: ann });
  assert.deepEqual([outcome, exchange.observed.map(({ problem }) => problem.type)], [undefined, ["not-found"]]);
  const cached: Given = { ...told([]), principal: ann, fields: [["if-none-match", '"1"']] };
  assert.equal((await at("list", LIST, { mode: "observe" })(cached)).exchange.outgoing.one("if-none-match"), '"1"');
  const enforced = await at("list", LIST)(cached);
  assert.deepEqual([enforced.exchange.outgoing.one("if-none-match"), enforced.exchange.answer.fields.one("cache-control")], [undefined, "no-store"]);
});

test("what does not fit does not start", (t) => {
  const wrong = (name: string, options: JsonObject, site: Partial<Site> = {}): string => misfits(owner, options, find(t, name), { store: memoryStore(), ...site }).join("\n");
  for (const [name, options] of [["list", LIST], ["close", CLOSE], ["pay", PAY], ["create", of({ issues: "id" })], ["get", of({ issues: "id", with: "path.id" })]] as const) assert.equal(wrong(name, options), "", name);
  assert.match(wrong("list", {}), /option "field" is missing.*provenance/);
  assert.match(wrong("list", of({})), /neither issues ids nor asks for them/);
  assert.match(wrong("list", of({ issues: "[*].accountId" })), /provenance: issues: answer 200 application\/json: \[\*\]\.accountId: .* no member "accountId".*id, next, customerId/);
  assert.match(wrong("list", of({ issues: "[*]" })), /no id/);
  assert.match(wrong("feed", of({ issues: "id" })), /a sequence is a list of its items; allowed: \[\*\]\.id/);
  assert.match(wrong("feed", of({ issues: "[*].name" })), /name/);
  assert.match(wrong("events", of({ issues: "[*].id" })), /no answer of it has content/);
  assert.match(wrong("create", of({ location: "accountId" })), /no path of the contract has \{accountId\}/);
  for (const name of ["close", "peek"]) assert.match(wrong(name, of({ issues: "id", with: name === "close" ? "path.id" : [] })), /no answer of it has content/);
  assert.match(wrong("close", of({ with: "path.accountId" })), /provenance: with: the operation has no parameter path.accountId.*path.id/);
  assert.match(wrong("pay", of({ with: "body.form" })), /no member "form"/);
  for (const more of [{ field: "id" }, { lookup: "get" }, { with: { id: "path.id" } }, { beside: { total: "keep" } }, { errors: [403] }, { fields: ["link"] }, { issuer: "x" }] as JsonObject[]) assert.match(wrong("close", { ...CLOSE, ...more }), /asks for no owner/, JSON.stringify(more));
  assert.match(wrong("list", { ...LIST, unless: { scope: "all", reason: "for everybody" } }), /nobody is asked here/);
  assert.match(wrong("list", of({ issues: "[*].id", keep: "31d" })), /keep/);
});

test("an operation that issues the ids in its own path must hold them", (t) => {
  const wrong = (options: JsonObject, site: Partial<Site> = {}): string => misfits(owner, options, find(t, "get"), { store: memoryStore(), ...site }).join("\n");
  const issuing = of({ issues: "id" });
  assert.match(wrong(issuing), /whoever guesses an id in the path would be issued it/);
  assert.match(wrong(issuing, { optionsOf: (name) => (name === "owner" ? [issuing] : []) }), /guesses/);
  for (const other of ["customerId", { field: "customerId" }, CLOSE]) assert.equal(wrong(issuing, { optionsOf: (name) => (name === "owner" ? [issuing, other] : []) }), "", JSON.stringify(other));
  assert.equal(wrong(issuing, { posted: new Set(["rule"]) }), "");
});

test("a change of what the path names may be held by provenance beside a look at the answer", (t) => {
  const operation = { ...find(t, "get"), method: "PATCH" };
  const wrong = (others: readonly Json[]): string => misfits(owner, { field: "customerId" }, operation, { optionsOf: (name) => (name === "owner" ? others : []) }).join("\n");
  assert.match(wrong([]), /only after the API has acted.*lookup or provenance/);
  assert.match(wrong([of({ issues: "id" })]), /only after the API has acted/);
  assert.equal(wrong([CLOSE]), "");
});
