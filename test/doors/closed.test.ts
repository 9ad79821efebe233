import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { Json } from "../../src/contract/json-value.ts";
import { closureOf } from "../../src/doors/closed.ts";
import { documentOf, readDocument } from "../contract/read-document.ts";

function closed(t: TestContext, schema: Json, schemas: Json = {}): boolean {
  const get = { operationId: "a", responses: { 200: { description: "", content: { "application/json": { schema } } } } };
  const [operation] = readDocument(t, documentOf({ components: { schemas }, paths: { "/a": { get } } })).operations;
  const validator = operation?.answers.get("200")?.media[0]?.validator ?? assert.fail("the schema was not read");
  return closureOf({ validator }).closed;
}

const shut: Json = { type: "object", properties: { a: { type: "string" } }, required: ["a"], additionalProperties: false };
const ajar: Json = { type: "object", properties: { a: { type: "string" } }, required: ["a"] };

test("an object whose schema allows no further members is closed, one that says nothing is not", (t) => {
  assert.equal(closed(t, shut), true);
  assert.equal(closed(t, ajar), false);
  assert.equal(closed(t, { ...ajar, additionalProperties: { type: "string" } }), false);
  assert.equal(closed(t, { ...ajar, unevaluatedProperties: false }), true);
  assert.equal(closed(t, { type: "object" }), false);
  assert.equal(closed(t, {}), false);
  assert.equal(closed(t, true), false);
});

test("a dictionary is closed, unless it stands beside members that have a meaning", (t) => {
  assert.equal(closed(t, { type: "object", additionalProperties: { type: "string" } }), true);
  assert.equal(closed(t, { type: "object", additionalProperties: ajar }), false);
  assert.equal(closed(t, { type: "object", additionalProperties: false, properties: { map: { type: "object", additionalProperties: shut } } }), true);
  assert.equal(closed(t, { type: "object", additionalProperties: false, properties: { map: { type: "object", properties: { a: {} }, additionalProperties: { type: "string" } } } }), false);
});

test("what is no object has no members", (t) => {
  assert.equal(closed(t, { type: "string", maxLength: 5 }), true);
  assert.equal(closed(t, { type: "array", items: { type: "integer" }, maxItems: 3 }), true);
});

test("objects in lists and in objects count, too", (t) => {
  assert.equal(closed(t, { type: "array", items: shut }), true);
  assert.equal(closed(t, { type: "array", items: ajar }), false);
  assert.equal(closed(t, { type: "object", additionalProperties: false, properties: { one: shut, many: { type: "array", items: shut } } }), true);
  assert.equal(closed(t, { type: "object", additionalProperties: false, properties: { one: ajar } }), false);
  assert.equal(closed(t, { type: "object", additionalProperties: false, properties: { many: { type: "array", items: ajar } } }), false);
});

test("references and recursion are followed to their end", (t) => {
  const node: Json = { type: "object", additionalProperties: false, properties: { next: { $ref: "#/components/schemas/Node" } } };
  assert.equal(closed(t, { $ref: "#/components/schemas/Node" }, { Node: node }), true);
  assert.equal(closed(t, { $ref: "#/components/schemas/Node" }, { Node: { type: "object", properties: { next: { $ref: "#/components/schemas/Node" } } } }), false);
});

test("alternatives are closed where each says so", (t) => {
  assert.equal(closed(t, { oneOf: [shut, { ...(shut as object), properties: { a: { type: "integer" } } }] }), true);
  assert.equal(closed(t, { anyOf: [ajar, ajar] }), false);
});

test("inside an object alternatives are judged like outside: one that leaves it open leaves it open", (t) => {
  const holding = (one: Json): Json => ({ type: "object", additionalProperties: false, properties: { one } });
  assert.equal(closed(t, holding({ oneOf: [shut, shut] })), true);
  assert.equal(closed(t, holding({ oneOf: [shut, ajar] })), false);
  assert.equal(closed(t, holding({ anyOf: [shut, { type: "object" }] })), false);
  assert.equal(closed(t, holding({ anyOf: [shut, { type: "string" }] })), true);
  assert.equal(closed(t, holding({ oneOf: [holding(shut), holding(ajar)] })), false);
  assert.equal(closed(t, holding({ description: "whatever" })), false);
  assert.equal(closed(t, holding({ enum: [{ a: 1 }, "b"] })), true);
});

test("of parts that apply together one that shuts the object is enough", (t) => {
  const other: Json = { type: "object", properties: { b: { type: "integer" } } };
  assert.equal(closed(t, { allOf: [ajar, other], unevaluatedProperties: false }), true);
  assert.equal(closed(t, { allOf: [ajar, other] }), false);
  assert.equal(closed(t, { type: "object", additionalProperties: false, properties: { one: { allOf: [ajar, other], unevaluatedProperties: false }, two: { allOf: [ajar, shut] } } }), true);
  assert.equal(closed(t, { allOf: [{ type: "object", properties: { in: ajar } }, { type: "object", properties: { in: shut } }], unevaluatedProperties: false }), true);
  assert.equal(closed(t, { allOf: [ajar, { oneOf: [shut, other] }] }), false);
  assert.equal(closed(t, { allOf: [ajar, { oneOf: [shut, { ...(other as object), additionalProperties: false }] }] }), true);
});

test("a condition shuts an object when both of its outcomes do", (t) => {
  const outcomes = (...keywords: readonly string[]): Json => ({ type: "object", if: { required: ["a"] }, ...Object.fromEntries(keywords.map((keyword) => [keyword, shut])) });
  assert.equal(closed(t, outcomes("then", "else")), true);
  assert.equal(closed(t, outcomes("then")), false);
  assert.equal(closed(t, { type: "object", additionalProperties: { type: "object" }, dependentSchemas: { a: { properties: { b: ajar } } } }), false);
  assert.equal(closed(t, { type: "object", additionalProperties: { enum: [1] }, dependentSchemas: { a: { properties: { b: ajar } } } }), true);
});

test("heirs that a discriminator names are judged, and lead to an end", (t) => {
  const heir = (one: Json): Json => ({ allOf: [{ $ref: "#/components/schemas/Pet" }, { type: "object", properties: { one } }] });
  const names = Array.from({ length: 12 }, (_, at) => `Heir${at}`);
  const parent: Json = { type: "object", properties: { kind: { type: "string" } }, unevaluatedProperties: false, discriminator: { propertyName: "kind", mapping: Object.fromEntries(names.map((name) => [name, name])) } };
  const family = (last: Json): Json => ({ Pet: parent, ...Object.fromEntries(names.map((name, at) => [name, heir(at === 11 ? last : shut)])) });
  assert.equal(closed(t, { $ref: "#/components/schemas/Pet" }, family(shut)), true);
  assert.equal(closed(t, { $ref: "#/components/schemas/Pet" }, family(ajar)), false);
});

test("what is too much to look at counts as open", (t) => {
  const wide: Json = { type: "object", additionalProperties: false, properties: Object.fromEntries(Array.from({ length: 1_001 }, (_, at) => [`m${at}`, { type: "integer" }])) };
  assert.equal(closed(t, wide), false);
  const schemas = Object.fromEntries(Array.from({ length: 30 }, (_, at) => [`S${at}`, at === 29 ? shut : { oneOf: [{ $ref: `#/components/schemas/S${at + 1}` }, { $ref: `#/components/schemas/S${at + 1}` }] }]));
  assert.equal(closed(t, { $ref: "#/components/schemas/S0" }, schemas as Json), false);
});
