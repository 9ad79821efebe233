import assert from "node:assert/strict";
import { test } from "node:test";
import type { Operation } from "../../../../../src/contract/operation.ts";
import type { JsonObject } from "../../../../../src/contract/json-value.ts";
import { owner } from "../../../../../src/doors/outbound/verify/owner.ts";
import type { Marks, Principal, Site, Store } from "../../../../../src/guard.ts";
import { memoryStore } from "../../../../../src/stores/memory.ts";
import { documentOf, readDocument } from "../../../../contract/read-document.ts";
import { conclude, type Given, misfits, post, principal, type Sent, silent } from "../../../../walk.ts";
import { said } from "../../../samples.ts";

const requestBody: JsonObject = { required: true, content: { "application/json": { schema: { type: "object" } } } };
const contract = documentOf({
  paths: {
    "/notes/{id}": {
      parameters: [{ name: "id", in: "path", required: true, schema: { type: "string" } }],
      put: { operationId: "put", requestBody, responses: { 201: { description: "made" }, 204: { description: "changed" } } },
      delete: { operationId: "close", responses: { 204: { description: "closed" } } },
    },
  },
});

const ann = principal({ id: "https://id.example#ann" });
const bob = principal({ id: "https://id.example#bob" });
const START = 1_800_000_000_000;
const of = (more: JsonObject): JsonObject => ({ provenance: { kind: "note", ...more } });
const CHOOSE = of({ chosen: "path.id" });
const CLOSE = of({ with: "path.id" });

type Walk = (given?: Given) => Promise<Sent>;
type At = (operation: string, options: JsonObject, posting?: { readonly mode?: "observe"; readonly site?: Partial<Site> }) => Walk;

function bench(t: Parameters<typeof readDocument>[0], store: Store = memoryStore()): At {
  return (name, options, more = {}) => post({ guard: owner, options, operation: find(t, name), store, ...more });
}

function find(t: Parameters<typeof readDocument>[0], name: string): Operation {
  return readDocument(t, contract).operations.find((one) => one.id === name) ?? assert.fail(`no ${name}`);
}

const bodied: Given = { body: "{}", principal: ann };

async function use(walk: Walk, who: Principal, name: string): Promise<string> {
  return said(await walk({ pathValues: [name], now: START, answer: { from: "door" }, principal: who }));
}

/** Puts a thing under an id, and tells what the API was asked and what came of it. */
async function put(walk: Walk, who: Principal | undefined, name: string, status: number, fields: readonly (readonly [string, string])[] = []): Promise<readonly (string | undefined)[]> {
  const sent = await walk({ body: "{}", fields: [["content-type", "application/json"], ...fields], pathValues: [name], now: START, answer: { status }, ...(who === undefined ? {} : { principal: who }) });
  if (sent.outcome === undefined) conclude(sent.exchange, { now: START, status });
  return [sent.exchange.outgoing.one("if-none-match"), said(sent)];
}

test("an id that a caller chose is his once the API has made what it names, and it is asked for nothing else", async (t) => {
  const at = bench(t);
  const [choose, close] = [at("put", CHOOSE), at("close", CLOSE)];
  assert.deepEqual(await put(choose, ann, "mine", 201), ["*", "passes"]);
  assert.deepEqual([await use(close, ann, "mine"), await use(close, bob, "mine")], ["passes", "404 not-found"]);
  assert.deepEqual(await put(choose, ann, "mine", 204), [undefined, "passes"], "what is his he may change");
  assert.deepEqual(await put(choose, bob, "mine", 412), ["*", "404 not-found"], "somebody has it");
  assert.equal(await use(close, bob, "mine"), "404 not-found");
});

test("an API that changes what it was to make gives nobody an id, and the answer does not leave", async (t) => {
  const at = bench(t);
  for (const status of [200, 204, 302]) assert.deepEqual(await put(at("put", CHOOSE), bob, `s${status}`, status), ["*", "502 owner-unreadable"]);
  assert.deepEqual(await put(at("put", CHOOSE), bob, "s409", 409), ["*", "passes"]);
  for (const status of [200, 204, 302, 409]) assert.equal(await use(at("close", CLOSE), bob, `s${status}`), "404 not-found");
});

test("a caller's own conditions do not weaken the one that keeps foreign things safe", async (t) => {
  const choose = bench(t)("put", CHOOSE);
  for (const [name, value] of [["if-none-match", '"1"'], ["if-match", "*"], ["if-unmodified-since", "Thu, 01 Jan 2026 00:00:00 GMT"]] as const) {
    const { exchange } = await choose({ ...bodied, fields: [["content-type", "application/json"], [name, value]], pathValues: ["x"], answer: { status: 412 } });
    assert.deepEqual(exchange.outgoing.list.filter((one) => one.startsWith("if-")), ["if-none-match"]);
    assert.equal(exchange.outgoing.one("if-none-match"), "*");
  }
});

test("a stranger chooses nothing, and without a store nobody does", async (t) => {
  assert.deepEqual(await put(bench(t)("put", CHOOSE), undefined, "x", 201), [undefined, "404 not-found"]);
  const fail = (): never => {
    throw new Error("gone");
  };
  for (const isMarked of [fail, async () => fail(), () => 1, async () => undefined] as unknown as Marks["isMarked"][]) {
    const store: Store = { ...silent, marks: () => ({ mark: () => undefined, isMarked }) };
    assert.deepEqual(await put(bench(t, store)("put", CHOOSE), ann, "x", 201), [undefined, "503 store-unavailable"]);
  }
});

test("who is exempt puts what he likes, and an observed rule changes no request", async (t) => {
  const at = bench(t);
  const staff = principal({ scopes: new Set(["all"]) });
  assert.deepEqual(await put(at("put", { ...CHOOSE, unless: { scope: "all", reason: "staff puts for all" } }), staff, "x", 204), [undefined, "passes"]);
  assert.deepEqual(await put(at("put", CHOOSE, { mode: "observe" }), ann, "x", 204), [undefined, "passes"]);
});

test("only what the path of a PUT names can be chosen", (t) => {
  const wrong = (name: string, options: JsonObject, more: Partial<Operation> = {}): string => misfits(owner, options, { ...find(t, name), ...more }, { store: memoryStore() }).join("\n");
  assert.equal(wrong("put", CHOOSE), "");
  assert.match(wrong("close", CHOOSE), /only PUT makes that/);
  assert.match(wrong("put", CHOOSE, { path: "/accounts/{id}/title" }), /what the path names/);
  assert.match(wrong("put", of({ chosen: "body.id" })), /has no member "id"/);
  assert.match(wrong("put", of({ chosen: "path.nobody" })), /provenance: chosen: the operation has no parameter path.nobody/);
  assert.match(wrong("put", of({ chosen: "path.id", with: "path.id" })), /either asked for or chosen/);
});
