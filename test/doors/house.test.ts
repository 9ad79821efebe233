import assert from "node:assert/strict";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import type { Json } from "../../src/contract/json-value.ts";
import { writeMisfit } from "../../src/contract/misfit.ts";
import { GUARDS } from "../../src/doors/guards.ts";
import { buildHouse, type House } from "../../src/doors/house.ts";
import { openShared } from "../../src/doors/shared.ts";
import { holdDatabase } from "../../src/stores/database/hold-database.ts";
import { holdStore } from "../../src/stores/hold-store.ts";

const CONTRACT = `openapi: 3.1.0
info: { title: shop, version: "1" }
components:
  securitySchemes:
    login: { type: http, scheme: bearer }
paths:
  /orders/{orderId}:
    get:
      operationId: getOrder
      security: [{ login: [] }]
      parameters: [{ name: orderId, in: path, required: true, schema: { type: string } }]
      responses: { "200": { description: fine } }
  /prices:
    get:
      operationId: listPrices
      responses: { "200": { description: fine } }
`;

function build(policy: string, contract = CONTRACT): { house: House | undefined; said: readonly string[] } {
  const folder = mkdtempSync(path.join(tmpdir(), "sallyport-house-"));
  writeFileSync(path.join(folder, "openapi.yaml"), contract);
  writeFileSync(path.join(folder, "policy.yaml"), `contract: ./openapi.yaml\n${policy}`);
  const building = buildHouse(path.join(folder, "policy.yaml"), { guards: GUARDS, openStore: holdStore().open, shared: openShared(), openDatabase: holdDatabase().open });
  const misfits = "misfits" in building ? building.misfits : building.house.warnings;
  return { house: "house" in building ? building.house : undefined, said: misfits.map((misfit) => writeMisfit(misfit).replaceAll(`${folder}${path.sep}`, "")) };
}

function only(house: House | undefined): House {
  return house ?? assert.fail("nothing was built");
}

const OPEN = 'everywhere: { public: "a test without logins" }';
const JWT = `everywhere:
  jwt: { issuer: https://id.example, audience: shop, keys: https://id.example/jwks }
`;

test("an operation without security does not start unless the policy says why", () => {
  const { house, said } = build(JWT);
  assert.equal(house, undefined);
  assert.ok(said.some((line) => line.includes("listPrices") && line.includes("public")), said.join("\n"));
});

test("an operation that the contract secures does not start when nobody can establish a caller, public or not", () => {
  const { house, said } = build(OPEN);
  assert.equal(house, undefined);
  assert.ok(said.some((line) => line.includes("getOrder")), said.join("\n"));
});

test("with an issuer, and a reason for what is public, everything stands", () => {
  const { house } = build(`${JWT}operations:\n  listPrices: { public: "price list for everybody" }\n`);
  const { plans } = only(house);
  assert.deepEqual([...plans.keys()], ["getOrder", "listPrices"]);
  const stages = plans.get("getOrder")?.inbound.map(({ guard }) => guard) ?? [];
  assert.deepEqual(stages.slice(0, 2), ["framing", "size"]);
  assert.ok(stages.indexOf("jwt") < stages.indexOf("credentials"));
  assert.ok(stages.indexOf("credentials") < stages.indexOf("parameters"));
});

test("all faults are said at once, with file, line and what is allowed", () => {
  const { house, said } = build(`deadlin: 5s
everywhere:
  jwtt: {}
  size: { body: large }
operations:
  getOrders: {}
`);
  assert.equal(house, undefined);
  assert.ok(said.some((line) => line.startsWith("policy.yaml:2:") && line.includes('"deadlin"') && line.includes("deadline")), said.join("\n"));
});

test("misfits of postings are said together with those of the contract, sorted by place", () => {
  const { said } = build(`everywhere:
  jwtt: {}
  size: { body: large }
operations:
  getOrders: {}
`);
  assert.ok(said.some((line) => line.startsWith("policy.yaml:3:") && line.includes("jwtt")), said.join("\n"));
  assert.ok(said.some((line) => line.startsWith("policy.yaml:4:") && line.includes("body")), said.join("\n"));
  assert.ok(said.some((line) => line.startsWith("policy.yaml:6:") && line.includes("getOrder")), said.join("\n"));
});

test("what is wrong everywhere is said once, with how many operations it is wrong at", () => {
  const role = "  role: {}\n";
  const faults = (contract?: string): readonly string[] => build(`${JWT}${role}operations:\n  listPrices: { public: "price list for everybody", role: { waived: "prices are for everybody" } }\n`, contract).said.filter((line) => line.includes("no role is asked for"));
  assert.deepEqual(faults().map((line) => line.split(": ").slice(1, 4).join(": ")), ["getOrder: role: no role is asked for; allowed"]);
  const more = Array.from({ length: 5 }, (_, at) => `  /more/${at}:\n    get: { operationId: more${at}, security: [{ login: [] }], responses: { "200": { description: fine } } }\n`).join("");
  assert.deepEqual(faults(CONTRACT + more).map((line) => line.split(": ")[1]), ["6 operations (getOrder, more0, more1 and 3 more)"]);
});

test("a waived guard does not stand, and its reason does", () => {
  const { house } = build(`${JWT}operations:\n  listPrices: { public: "price list for everybody", framing: { waived: "a test without framing" } }\n`);
  const plan = only(house).plans.get("listPrices") ?? assert.fail();
  assert.ok(!plan.inbound.some(({ guard }) => guard === "framing"));
  assert.equal(plan.guards.find(({ guard }) => guard === "framing")?.waived, "a test without framing");
});

test("what is not listed has a plan that refuses it; a listed path with another method another", () => {
  const { house } = build(`${JWT}operations:\n  listPrices: { public: "price list for everybody" }\n`);
  const { find } = only(house);
  const names = (method: string, segments: readonly string[]): readonly string[] => find(method, segments).plan.inbound.map(({ guard }) => guard);
  assert.ok(names("GET", ["nowhere"]).includes("path"));
  assert.ok(names("PUT", ["prices"]).includes("method"));
  assert.ok(!names("GET", ["prices"]).includes("path"));
  assert.deepEqual(find("GET", ["orders", "a-1"]).values, ["a-1"]);
});

test("unlisted requests are forwarded only with a reason, and then every other guard stands", () => {
  const { house } = build('unlisted: { forward: "the contract is being written" }\neverywhere:\n  public: "a test without logins"\n  jwt: { issuer: https://id.example, audience: shop, keys: https://id.example/jwks }\n');
  const guards = new Set(only(house).find("POST", ["nowhere"]).plan.inbound.map(({ guard }) => guard));
  assert.ok(!guards.has("path"));
  for (const name of ["framing", "size", "body", "strip"]) assert.ok(guards.has(name), name);
});

test("a schema that cannot be enforced takes down its operation, or everything when strict", () => {
  const contract = CONTRACT.replace("schema: { type: string }", "schema: { type: strin }");
  const policy = `${JWT}operations:\n  listPrices: { public: "price list for everybody" }\n`;
  const { house, said } = build(policy, contract);
  assert.ok(only(house).plans.get("getOrder")?.down !== undefined);
  assert.equal(only(house).plans.get("listPrices")?.down, undefined);
  assert.ok(said.some((line) => line.startsWith("openapi.yaml:")));
  assert.equal(build(`strict: true\n${policy}`, contract).house, undefined);
});

test("content that cannot be checked takes its operation down, and a waiver with a reason lifts it", () => {
  const contract = CONTRACT.replace('responses: { "200": { description: fine } }\n  /prices', 'responses: { "200": { description: fine, content: { text/html: { schema: { type: object, required: [a] } } } } }\n  /prices');
  const policy = (own: string): string => `${JWT}operations:\n  listPrices: { public: "price list for everybody" }\n${own}`;
  assert.match(only(build(policy(""), contract).house).plans.get("getOrder")?.down ?? "", /text\/html cannot be checked/);
  const lifted = only(build(policy('  getOrder: { answer-body: { waived: "the API answers in XML" } }\n'), contract).house).plans.get("getOrder");
  assert.equal(lifted?.down, undefined);
  assert.ok(lifted?.inbound.some(({ guard }) => guard === "jwt"));
  assert.match(only(build(policy('  getOrder: { body: { waived: "the wrong guard for that" } }\n'), contract).house).plans.get("getOrder")?.down ?? "", /cannot be checked/);
});

test("a policy that is not a policy is one clear misfit, never a throw", () => {
  for (const text of ["", "5", "[]", "a: b: c", "contract: [1]", "\t", "everywhere: 5", "contract: missing.yaml"]) {
    const folder = mkdtempSync(path.join(tmpdir(), "sallyport-house-"));
    writeFileSync(path.join(folder, "policy.yaml"), text);
    const building = buildHouse(path.join(folder, "policy.yaml"), { guards: GUARDS, openStore: holdStore().open, shared: openShared(), openDatabase: holdDatabase().open });
    assert.ok("misfits" in building && building.misfits.length > 0, JSON.stringify(text));
  }
  assert.ok("misfits" in buildHouse("/nowhere/policy.yaml", { guards: GUARDS, openStore: holdStore().open, shared: openShared(), openDatabase: holdDatabase().open }));
});

test("what guards share is made once, kept across a reload, and closed when nobody asks for it any more", async () => {
  const shared = openShared();
  const closed: string[] = [];
  const make = (name: string): (() => { value: Json; close: () => void }) => () => ({ value: name, close: () => void closed.push(name) });
  const first = shared.begin();
  first("keys", make("one"));
  first("old", make("old"));
  shared.settle(0);
  const second = shared.begin();
  assert.equal(second("keys", make("other")), "one");
  shared.settle(0);
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.deepEqual(closed, ["old"]);
  shared.close();
  assert.deepEqual(closed, ["old", "one"]);
});

test("where several issuers are believed, a source of roles says whose, or whoever runs the least of them could name any role", () => {
  const issuers = (...hosts: string[]): string => `everywhere:
  jwt: [${hosts.map((host) => `{ issuer: "https://${host}.example", audience: shop, keys: "https://${host}.example/jwks" }`).join(", ")}]
operations: { listPrices: { public: "prices are for all" } }
`;
  const told = (roles: string, ...hosts: string[]): readonly string[] => {
    const { house, said } = build(`${issuers(...hosts)}roles: { from: [${roles}] }\n`);
    assert.ok(house !== undefined, said.join("\n"));
    assert.ok(house.warnings.every(({ level }) => level === "warning"));
    return said.filter((line) => line.includes("role"));
  };
  const warned = told("roles, { claim: groups, issuer: https://id.example }, { claim: staff, as: { x: admin } }", "id", "partner");
  assert.equal(warned.length, 2, warned.join("\n"));
  for (const line of warned) assert.match(line, /whoever issues tokens here.*https:\/\/id\.example, https:\/\/partner\.example/);
  assert.deepEqual(told("roles", "id"), [], "with one issuer there is nobody else");
  assert.deepEqual(told("{ claim: roles, issuer: https://id.example }", "id", "partner"), []);
});
