import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { Json } from "../../src/contract/json-value.ts";
import { isClosed } from "../../src/doors/closed.ts";
import { documentOf, readDocument } from "../contract/read-document.ts";

function closed(t: TestContext, schema: Json, schemas: Json = {}): boolean {
  const get = { operationId: "a", responses: { 200: { description: "", content: { "application/json": { schema } } } } };
  const [operation] = readDocument(t, documentOf({ components: { schemas }, paths: { "/a": { get } } })).operations;
  const validator = operation?.answers.get("200")?.media[0]?.validator ?? assert.fail("the schema was not read");
  return isClosed(validator);
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
