import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { Json, JsonObject } from "../../../../src/contract/json-value.ts";
import type { Operation } from "../../../../src/contract/operation.ts";
import { rule } from "../../../../src/doors/inbound/authorize/rule.ts";
import type { Refusal } from "../../../../src/exchange/decision.ts";
import { type Identity, identityOf } from "../../../../src/policy/identity.ts";
import { LIST_ITEMS_MAX } from "../../../../src/policy/expression/kind.ts";
import { documentOf, OK, readDocument } from "../../../contract/read-document.ts";
import { type Given, misfits, operation, post, principal } from "../../../walk.ts";
import { CANARY } from "../../samples.ts";

const identity: Identity = identityOf(
  { from: [{ claim: ["roles"], issuer: undefined, as: undefined }], known: undefined },
  new Map([["tenant", { path: ["tenant"], type: "string" }], ["level", { path: ["app", "level"], type: "int" }], ["teams", { path: ["teams"], type: "strings" }]]),
);

const parameterOf = (name: string, where: string, schema: JsonObject, required = where === "path"): JsonObject => ({ name, in: where, required, schema });

/** An operation with parameters of every kind, read from a contract as the gateway does. */
function contracted(t: TestContext): Operation {
  const parameters = [
    parameterOf("tenantId", "path", { type: "string", pattern: "^[a-z]{1,10}$" }),
    parameterOf("page", "query", { type: "integer", minimum: 1 }),
    parameterOf("share", "query", { type: "number" }),
    parameterOf("must", "query", { type: "string" }, true),
    parameterOf("ids", "query", { type: "array", items: { type: "integer" } }),
    parameterOf("mixed", "query", { type: ["string", "integer"] }),
    parameterOf("X-Branch", "header", { type: "string", maxLength: 10 }),
    parameterOf("session", "cookie", { type: "string" }),
  ];
  const read = readDocument(t, documentOf({ paths: { "/tenants/{tenantId}/orders": { get: { operationId: "listOrders", tags: ["orders"], parameters, responses: { 200: OK } } } } }));
  return read.operations[0] ?? assert.fail("the contract was not read");
}

interface Asked {
  readonly rule: Json;
  readonly at: Operation;
  readonly claims?: JsonObject | undefined;
  readonly given?: Given;
}

async function ask({ rule: allow, at, claims = { tenant: "north" }, given = {} }: Asked): Promise<Refusal | undefined> {
  const options = typeof allow === "string" ? { allow } : allow;
  const send = post({ guard: rule, options, operation: at, site: { identity } });
  const { outcome } = await send({ pathValues: ["north"], principal: principal({ claims }), ...given });
  assert.notEqual(outcome?.kind, "replied");
  return outcome as Refusal | undefined;
}

const OWN = "principal.tenant == path.tenantId";
const because = (refusal: Refusal | undefined): JsonObject => refusal?.problem.because ?? {};

test("what the rule allows passes, what it does not is refused and recorded by names alone", async (t) => {
  const at = contracted(t);
  assert.equal(await ask({ rule: OWN, at }), undefined);
  const refusal = await ask({ rule: OWN, at, claims: { tenant: CANARY } });
  assert.equal(refusal?.problem.type, "rule-refused");
  assert.equal(refusal.problem.status, 403);
  assert.deepEqual(because(refusal), { rule: OWN, names: ["principal.tenant", "path.tenantId"], outcome: "false" });
  assert.doesNotMatch(JSON.stringify(refusal), new RegExp(CANARY));
  assert.equal(refusal.problem.detail, undefined);
});

test("a rule can have a name for the record and a message for the caller", async (t) => {
  const refusal = await ask({ rule: { allow: OWN, name: "own tenant", message: "Only your own tenant." }, at: contracted(t), claims: { tenant: "south" } });
  assert.equal(refusal?.problem.detail, "Only your own tenant.");
  assert.equal(because(refusal)["rule"], "own tenant");
});

test("a long condition is named by its beginning", async (t) => {
  const named = async (characters: number): Promise<unknown> => because(await ask({ rule: `false || "${"x".repeat(characters - 17)}" == ""`, at: contracted(t) }))["rule"];
  assert.equal(String(await named(100)).length, 100);
  assert.match(String(await named(101)), /^.{100}\.\.\.$/);
});

test("a stranger is refused wherever the rule names the principal, whatever else it says", async (t) => {
  const at = contracted(t);
  const send = post({ guard: rule, options: { allow: `true || ${OWN}` }, operation: at, site: { identity } });
  const { outcome } = await send({ pathValues: ["north"] });
  assert.ok(outcome?.kind === "refusal");
  assert.equal(because(outcome)["outcome"], "unreadable: principal: a stranger");
  const open = post({ guard: rule, options: { allow: 'address.within("192.0.2.0/24")' }, operation: at, site: { public: "price list, agreed" } });
  assert.equal((await open({ address: "192.0.2.9" })).outcome, undefined);
  assert.equal((await open({ address: "198.51.100.9" })).outcome?.kind, "refusal");
});

test("a claim that is missing fails the rule, one of another type refuses even where the rule would not need it", async (t) => {
  const at = contracted(t);
  assert.equal(because(await ask({ rule: OWN, at, claims: {} }))["outcome"], "failed: no_such_key");
  assert.equal(await ask({ rule: `!has(principal.tenant) || ${OWN}`, at, claims: {} }), undefined);
  for (const tenant of [null, 7, ["north"], { id: "north" }, true]) {
    assert.equal(because(await ask({ rule: `true || ${OWN}`, at, claims: { tenant } }))["outcome"], "unreadable: principal.tenant", JSON.stringify(tenant));
  }
  assert.equal(because(await ask({ rule: "principal.level > 3", at, claims: { app: "x" } }))["outcome"], "unreadable: principal.level");
  assert.equal(await ask({ rule: "principal.level > 3", at, claims: { app: { level: 4 } } }), undefined);
});

test("roles, scopes and what else every principal has can be named", async (t) => {
  const at = contracted(t);
  const who = principal({ id: "https://id.example#user:ann", client: "shop", scopes: new Set(["orders:read"]), methods: ["jwt"], claims: { roles: ["teller"], teams: ["a"] } });
  const all = '"teller" in principal.roles && "orders:read" in principal.scopes && principal.id == "https://id.example#user:ann" && principal.subject == "ann" && principal.issuer == "https://id.example" && principal.client == "shop" && principal.methods == ["jwt"] && principal.party == "user" && "a" in principal.teams';
  assert.equal(await ask({ rule: all, at, given: { principal: who } }), undefined);
  assert.equal(because(await ask({ rule: 'principal.client == "shop"', at }))["outcome"], "failed: no_such_key");
  assert.equal(because(await ask({ rule: '!("suspended" in principal.roles)', at, claims: { roles: { suspended: true } } }))["outcome"], "unreadable: principal.roles");
});

test("parameters have the types of the contract", async (t) => {
  const at = contracted(t);
  const query = (name: string, value: string): Given => ({ query: [[name, value]] });
  assert.equal(await ask({ rule: "query.page + 1 == 8", at, given: query("page", "7") }), undefined);
  assert.equal(await ask({ rule: "query.share < 0.5", at, given: query("share", "0.25") }), undefined);
  assert.equal(await ask({ rule: "query.ids.all(id, id < 10)", at, given: { query: [["ids", "1"], ["ids", "9"]] } }), undefined);
  assert.ok((await ask({ rule: "query.ids.all(id, id < 10)", at, given: { query: [["ids", "1"], ["ids", "10"]] } })) !== undefined);
  assert.equal(await ask({ rule: "!has(query.page) && !has(header.x_branch)", at }), undefined);
  assert.equal(await ask({ rule: 'header["X-Branch"] == "south" && header["x-branch"] == "south" && header.X_Branch == header.x_branch', at, given: { fields: [["x-branch", "south"]] } }), undefined);
});

test("a parameter that does not fit the contract is refused as such, whatever the rule would say", async (t) => {
  const at = contracted(t);
  for (const given of [{ query: [["page", "x"]] }, { query: [["page", "0"]] }, { query: [["page", "1"], ["page", "2"]] }] as const) {
    const refusal = await ask({ rule: "true || query.page == 1", at, given });
    assert.equal(refusal?.problem.type, "request-invalid", JSON.stringify(given));
  }
  assert.equal((await ask({ rule: "true || query.must == ''", at }))?.problem.type, "request-invalid");
  assert.equal((await ask({ rule: "has(header.x_branch)", at, given: { fields: [["x-branch", "a"], ["x-branch", "b"]] } }))?.problem.type, "request-invalid");
  assert.equal((await ask({ rule: OWN, at, given: { pathValues: ["NORTH"] } }))?.problem.type, "request-invalid");
  assert.equal((await ask({ rule: OWN, at, given: { pathValues: [] } }))?.problem.type, "request-invalid");
});

test("lists that are longer than a rule may work with refuse", async (t) => {
  const at = contracted(t);
  const many = (count: number): readonly string[] => Array.from({ length: count }, (_, index) => `t${index}`);
  assert.equal(await ask({ rule: '"t1" in principal.teams', at, claims: { teams: many(LIST_ITEMS_MAX) } }), undefined);
  assert.equal(because(await ask({ rule: '"t1" in principal.teams', at, claims: { teams: many(LIST_ITEMS_MAX + 1) } }))["outcome"], "unreadable: principal.teams");
  assert.equal(because(await ask({ rule: '"t1" in principal.roles', at, claims: { roles: many(LIST_ITEMS_MAX + 1) } }))["outcome"], "unreadable: principal.roles");
});

test("operation, method, address and time can be named", async (t) => {
  const at = contracted(t);
  const given = { now: Date.parse("2026-11-20T10:00:00Z"), address: "10.0.0.1" };
  assert.equal(await ask({ rule: 'operation.id == "listOrders" && operation.method == "GET" && operation.path == "/tenants/{tenantId}/orders" && "orders" in operation.tags', at, given }), undefined);
  assert.equal(await ask({ rule: 'time.getHours("Europe/Vienna") == 11 && address == "10.0.0.1"', at, given }), undefined);
});

test("names that contract and policy do not know do not start", (t) => {
  const at = contracted(t);
  const said = (allow: string): string => misfits(rule, { allow }, at, { identity }).join();
  assert.match(said("principal.tenant == path.tenant"), /path has no "tenant" here; allowed: tenantId/);
  assert.match(said("principal.tennant == path.tenantId"), /principal has no "tennant" here; allowed: id, issuer, party, subject, client, scopes, roles, methods, tenant, level, teams/);
  assert.match(said("query.offset > 5"), /query has no "offset" here; allowed: page, share, must, ids, mixed/);
  assert.match(said('header["x-other"] == "a"'), /header has no "x-other"/);
  assert.match(said("query.page == principal.tenant"), /no such overload: int == string/);
  assert.match(said("query.mixed == 'a'"), /query\.mixed may be of several types \(string, integer\)/);
  assert.match(said("cookie.session == 'a'"), /there is no "cookie"/);
  assert.match(misfits(rule, { allow: "path.tenantId == 'a'" }, operation()).join(), /path has no "tenantId" here; allowed: nothing/);
  assert.match(misfits(rule, { allow: OWN }, at, { identity, public: "price list, agreed" }).join(), /strangers may come in/);
});

test("a name that two parameters would share belongs to neither", (t) => {
  const schema = { type: "string" };
  const parameters = [parameterOf("a-b", "query", schema), parameterOf("a.b", "query", schema), parameterOf("c-d", "query", schema), parameterOf("c_d", "query", { type: "integer" })];
  const at = readDocument(t, documentOf({ paths: { "/orders": { get: { operationId: "list", parameters, responses: { 200: OK } } } } })).operations[0] ?? assert.fail();
  assert.match(misfits(rule, { allow: "query.a_b == 'x'" }, at, { identity }).join(), /query has no "a_b" here/);
  assert.deepEqual(misfits(rule, { allow: 'query["a-b"] == query["a.b"] && query.c_d == 5' }, at, { identity }), []);
});

test("a rule for a tag is nothing to check elsewhere, and no misfit there", async (t) => {
  const other = operation({ id: "other", tags: ["prices"] });
  assert.deepEqual(misfits(rule, { allow: OWN, methods: "POST" }, other, { identity }), []);
  assert.equal(await ask({ rule: { allow: "false", methods: ["POST"] }, at: contracted(t) }), undefined);
});
