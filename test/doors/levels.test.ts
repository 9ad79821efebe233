import assert from "node:assert/strict";
import { test } from "node:test";
import type { Json } from "../../src/contract/json-value.ts";
import { levelsOf } from "../../src/doors/levels.ts";
import { GUARDS } from "../../src/doors/guards.ts";

const of = (name: string, options: Json = {}): readonly string[] => levelsOf({ name, risks: [], options });

test("guards speak about the levels that they are made for", () => {
  assert.deepEqual(of("scope"), ["function"]);
  assert.deepEqual(of("role", { any: ["a"] }), ["function"]);
  assert.deepEqual(of("owner", { field: "customerId" }), ["object"]);
  assert.deepEqual(of("owner", { provenance: { kind: "account", with: "path.id" } }), ["object"]);
  assert.deepEqual(of("owner", { provenance: { kind: "account", issues: "id" } }), [], "who issues ids holds nobody back yet");
  assert.deepEqual(of("properties"), ["property"]);
  assert.deepEqual(of("jwt"), []);
});

test("a rule speaks about the object where it holds the request against the caller", () => {
  assert.deepEqual(of("rule", { allow: "principal.tenant == path.tenantId" }), ["function", "object"]);
  assert.deepEqual(of("rule", { allow: 'principal.id == header["x-user"]' }), ["function", "object"]);
  assert.deepEqual(of("rule", { allow: "query.limit < 10" }), ["function"]);
  assert.deepEqual(of("rule", { allow: "principal.path == 'query.id'" }), ["function"]);
  assert.deepEqual(of("rule", { allow: '"\\"principal.a" == path.b' }), ["function"]);
  assert.deepEqual(of("rule", {}), ["function"]);
});

test("a decision point is about the object where it is told of it", () => {
  assert.deepEqual(of("decision-point", { resource: { id: "path.accountId" } }), ["function", "object"]);
  assert.deepEqual(of("decision-point", { resource: { properties: { at: "query.from" } } }), ["function", "object"]);
  assert.deepEqual(of("decision-point", { subject: { properties: { at: "query.from" } } }), ["function"]);
});

test("authorization details are about the object where they hold the grant against what the request names", () => {
  assert.deepEqual(of("authorization-details", { same: { debtor: "path.accountId" } }), ["function", "object"]);
  assert.deepEqual(of("authorization-details", { same: { debtor: "body.path" }, atMost: { amount: "query.amount" } }), ["function"]);
  assert.deepEqual(of("authorization-details", { actions: ["read"] }), ["function"]);
});

test("a guard that nobody knows is taken at the word of its risks", () => {
  assert.deepEqual(levelsOf({ name: "mine", risks: ["API1:2023", "API5:2023", "API8:2023"] }), ["object", "function"]);
});

test("no guard of the house is taken for a level by its risks alone", () => {
  // credentials answers API5 by knowing who it is, and body answers API3 by holding content to the contract.
  const known = new Set(["scope", "role", "rule", "decision-point", "authorization-details", "owner", "properties"]);
  const taken = GUARDS.filter((guard) => !known.has(guard.name) && levelsOf(guard).length > 0).map(({ name }) => name);
  assert.deepEqual(taken, []);
});
