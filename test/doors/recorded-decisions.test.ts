/** What the record says of a decision: the rule, the names of what it looked at, the outcome; and nobody's values. */
import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import type { JsonObject } from "../../src/contract/json-value.ts";
import type { Operation } from "../../src/contract/operation.ts";
import { decisionPoint } from "../../src/doors/inbound/authorize/decision-point.ts";
import { role } from "../../src/doors/inbound/authorize/role.ts";
import { rule } from "../../src/doors/inbound/authorize/rule.ts";
import { scope } from "../../src/doors/inbound/authorize/scope.ts";
import { properties } from "../../src/doors/outbound/disclose/properties.ts";
import { owner } from "../../src/doors/outbound/verify/owner.ts";
import type { Outcome } from "../../src/exchange/decision.ts";
import { identityOf } from "../../src/policy/identity.ts";
import { documentOf, readDocument } from "../contract/read-document.ts";
import { type Given, type Posting, post, principal } from "../walk.ts";
import { json, openTestPoint } from "./inbound/authorize/decision-point/test-point.ts";
import { refusal } from "./samples.ts";

/** Stands in every value that is somebody's: in the path, the query, the claims, both bodies. */
const CANARY = "canary7f3a";

const content = { "application/json": { schema: { type: "object", properties: { owner: { type: "string" }, items: { type: "array", items: { type: "object", properties: { owner: { type: "string" }, secret: { type: "string" } } } } } } } };
const document = documentOf({
  components: { securitySchemes: { bearer: { type: "http", scheme: "bearer" } } },
  paths: {
    "/things/{id}": {
      parameters: [{ name: "id", in: "path", required: true, schema: { type: "string" } }],
      get: { operationId: "read", parameters: [{ name: "sort", in: "query", schema: { type: "string" } }], responses: { 200: { description: "one", content } } },
      post: { operationId: "write", security: [{ bearer: [] }], requestBody: { required: true, content }, responses: { 200: { description: "one", content } } },
    },
  },
});
const identity = identityOf({ from: [{ claim: ["roles"], issuer: undefined, as: undefined }], known: ["teller"] }, new Map([["tenant", { path: ["tenant"], type: "string" }]]));

function find(t: TestContext, id: string): Operation {
  return readDocument(t, document).operations.find((one) => one.id === id) ?? assert.fail(`no ${id}`);
}

const caller = principal({ subject: `${CANARY}-sub`, id: `https://id.example#${CANARY}`, claims: { tenant: `${CANARY}-tenant`, roles: [`${CANARY}-role`] }, scopes: new Set([`${CANARY}-scope`]) });
const given: Given = { pathValues: [`${CANARY}-id`], query: [["sort", CANARY]], target: `/things/${CANARY}-id?sort=${CANARY}`, path: `/things/${CANARY}-id`, principal: caller };

async function because(posting: Posting, more: Given = {}): Promise<JsonObject> {
  const { outcome, exchange } = await post({ ...posting, site: { identity, ...posting.site } })({ ...given, ...more });
  const told = toldOf(outcome) ?? exchange.observed[0]?.problem.because ?? assert.fail("nothing was decided");
  assert.ok(!JSON.stringify(told).includes(CANARY), `a value is told: ${JSON.stringify(told)}`);
  return told;
}

function toldOf(outcome: Outcome): JsonObject | undefined {
  return outcome === undefined ? undefined : refusal(outcome).because;
}

const answer = (body: JsonObject): Given => ({ answer: { fields: [["content-type", "application/json"]], body: JSON.stringify(body) } });

test("rule: its words, what it names, what came of it, a failure too", async (t) => {
  const operation = find(t, "read");
  const allow = "principal.tenant == path.id";
  assert.deepEqual(await because({ guard: rule, options: { allow }, operation }), { rule: allow, names: ["principal.tenant", "path.id"], outcome: "false" });
  const failing = await because({ guard: rule, options: { allow: "int(path.id) > 1" }, operation });
  assert.deepEqual(failing["names"], ["path.id"]);
  assert.match(JSON.stringify(failing["outcome"]), /^"failed: /);
});

test("role and scope: what was needed, and that it was missing or cannot be read", async (t) => {
  const operation = find(t, "read");
  assert.deepEqual(await because({ guard: role, options: { any: ["teller"] }, operation }), { needed: { any: ["teller"], all: [] }, outcome: "missing" });
  const unreadable = principal({ claims: { roles: { [CANARY]: true } } });
  assert.match(JSON.stringify(await because({ guard: role, options: { any: ["teller"] }, operation }, { principal: unreadable })), /"outcome":"unreadable: /);
  assert.deepEqual(await because({ guard: scope, options: { also: ["things:read"] }, operation }), { needed: ["things:read"], outcome: "missing" });
});

test("owner: whose it had to be, and whether it was foreign, missing or cannot be read; of a list how many", async (t) => {
  const operation = find(t, "read");
  const one = { guard: owner, options: { field: "owner", is: "principal.tenant" }, operation };
  const said = "owner is principal.tenant";
  assert.deepEqual(await because(one, answer({ owner: `${CANARY}-other` })), { rule: said, outcome: "foreign" });
  assert.deepEqual(await because(one, { answer: { status: 404, fields: [["content-type", "text/plain"]], body: CANARY } }), { rule: said, outcome: "missing" });
  assert.equal((await because(one, answer({ owner: { [CANARY]: 1 } })))["outcome"], "unreadable");
  const list = { guard: owner, options: { field: "items[*].owner", is: "principal.tenant", beside: { owner: "keep" } }, operation };
  assert.deepEqual(await because(list, answer({ items: [{ owner: `${CANARY}-other` }, { owner: `${CANARY}-tenant` }] })), { rule: "items[*].owner is principal.tenant", outcome: "foreign items", cut: 1, left: 1 });
});

test("properties: the places, on the way in; never what stood there", async (t) => {
  const options = { write: { "items[*].secret": { scope: "things:keep" } } };
  const told = await because({ guard: properties, options, operation: find(t, "write") }, { fields: [["content-type", "application/json"]], body: JSON.stringify({ items: [{ secret: CANARY }] }), answer: { from: "door" } });
  assert.match(JSON.stringify(told), /\/items\/0\/secret/);
});

test("decision-point: which point, what it was told of, and what it said", async (t) => {
  const point = await openTestPoint(t, json({ decision: false, context: { reason: CANARY } }));
  const share = <T>(_key: string, make: () => { readonly value: T; readonly close?: () => void }): T => {
    const { value, close } = make();
    t.after(() => close?.());
    return value;
  };
  const told = await because({ guard: decisionPoint, options: { url: point.url, resource: { type: "thing", id: "path.id" } }, operation: find(t, "read"), site: { share, challenges: [] } });
  assert.equal(told["point"], new URL(point.url).host);
  assert.equal(told["outcome"], "refused");
  assert.ok(JSON.stringify(told["names"]).includes("path.id"), JSON.stringify(told));
});
