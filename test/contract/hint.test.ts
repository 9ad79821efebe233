import assert from "node:assert/strict";
import { test } from "node:test";
import { type Hint, HINT_LEVELS_MAX, HINT_SCHEMAS_MAX, hintOf } from "../../src/contract/hint.ts";
import type { Json } from "../../src/contract/json-value.ts";
import { memoryLibrary } from "./memory-library.ts";

function hint(schema: Json, schemas: Record<string, Json> = {}): Hint {
  return hintOf({ file: "/api.json", pointer: "/schema" }, memoryLibrary({ schema, ...schemas }));
}

function types(schema: Json, schemas: Record<string, Json> = {}): string {
  return [...hint(schema, schemas).types].toSorted().join(" ");
}

test("a type says what it is, and a number may be an integer", () => {
  for (const type of ["null", "boolean", "integer", "string", "array", "object"]) assert.equal(types({ type }), type);
  assert.equal(types({ type: "number" }), "integer number");
  assert.equal(types({ type: ["integer", "null"] }), "integer null");
});

test("nullable widens the type beside it, and only that", () => {
  assert.equal(types({ type: "integer", nullable: true }), "integer null");
  assert.equal(types({ type: "integer", nullable: false }), "integer");
  assert.equal(types({ nullable: true }), "string");
});

test("values of enum and const tell their types", () => {
  assert.equal(types({ enum: ["a", 1, null] }), "integer null string");
  assert.equal(types({ enum: [1.5, true, [], {}] }), "array boolean integer number object");
  assert.equal(types({ const: false }), "boolean");
  assert.equal(types({ const: null }), "null");
  assert.equal(types({ type: "string", enum: ["1", 1] }), "string");
});

test("without a type the keywords tell, and without those text stays text", () => {
  assert.equal(types({ maxLength: 3 }), "string");
  assert.equal(types({ pattern: "^a" }), "string");
  assert.equal(types({ minimum: 3 }), "integer number");
  assert.equal(types({ format: "int64" }), "integer number");
  assert.equal(types({ format: "uuid" }), "string");
  assert.equal(types({ items: {} }), "array");
  assert.equal(types({ properties: {} }), "object");
  for (const schema of [{}, true, { description: "x" }, { not: { type: "string" } }]) assert.equal(types(schema), "string");
  assert.equal(types({ type: "string", minimum: 1 }), "string");
});

test("allOf narrows, anyOf and oneOf widen, and all hold together", () => {
  assert.equal(types({ allOf: [{ type: ["string", "integer"] }, { type: ["integer", "null"] }] }), "integer");
  assert.equal(types({ allOf: [{ type: "integer" }, { minimum: 1 }] }), "integer");
  assert.equal(types({ anyOf: [{ type: "string" }, { type: "array" }] }), "array string");
  assert.equal(types({ oneOf: [{ const: "a" }, { type: "boolean" }] }), "boolean string");
  assert.equal(types({ type: "string", anyOf: [{ maxLength: 3 }, { enum: ["a", 1] }] }), "string");
  assert.equal(types({ anyOf: [{ type: "integer" }, {}] }), "string");
  assert.equal(types({ anyOf: [{ type: "integer" }], oneOf: [{ type: "number" }, { type: "string" }] }), "integer");
});

test("a schema that takes nothing has no types", () => {
  assert.equal(types(false), "");
  assert.equal(types({ allOf: [{ type: "string" }, { type: "integer" }] }), "");
});

test("references are followed, with what stands beside them", () => {
  const schemas = { a: { $ref: "#/b" }, b: { type: ["string", "integer"] } };
  assert.equal(types({ $ref: "#/a" }, schemas), "integer string");
  assert.equal(types({ $ref: "#/a", type: "string" }, schemas), "string");
  assert.equal(types({ $ref: "#/nothing", type: "integer" }, schemas), "integer");
});

test("a cycle limits nothing", () => {
  assert.equal(types({ anyOf: [{ $ref: "#/schema" }, { type: "integer" }] }), "string");
  assert.equal(types({ allOf: [{ $ref: "#/schema" }, { type: "integer" }] }), "integer");
  assert.equal(types({ $ref: "#/a" }, { a: { allOf: [{ $ref: "#/b" }] }, b: { allOf: [{ $ref: "#/a" }, { type: "boolean" }] } }), "boolean");
});

test("a schema that is used twice is no cycle", () => {
  assert.equal(types({ anyOf: [{ $ref: "#/a" }, { $ref: "#/a" }] }, { a: { type: "integer" } }), "integer");
});

test("items, properties and the rest have hints of their own", () => {
  const { items, prefix, properties, rest } = hint({
    prefixItems: [{ type: "boolean" }],
    items: { type: "integer" },
    properties: { a: { type: "integer" }, __proto__x: { type: "null" } },
    additionalProperties: { type: "boolean" },
  });
  assert.deepEqual([...(items?.types ?? [])], ["integer"]);
  assert.deepEqual([...(prefix[0]?.types ?? [])], ["boolean"]);
  assert.deepEqual([...properties.keys()], ["a", "__proto__x"]);
  assert.deepEqual([...(rest?.types ?? [])], ["boolean"]);
});

test("properties of all parts come together", () => {
  const { properties } = hint({
    allOf: [{ properties: { a: { type: ["integer", "string"] } } }, { properties: { a: { type: "integer" }, b: { type: "boolean" } } }],
    anyOf: [{ properties: { c: { type: "integer" } } }, { properties: { c: { type: "null" } } }],
  });
  assert.deepEqual([...properties].map(([name, property]) => [name, [...property.types].join(" ")]), [
    ["a", "integer"],
    ["b", "boolean"],
    ["c", "integer null"],
  ]);
});

test("levels are looked into as far as HINT_LEVELS_MAX", () => {
  const nested = { type: "array", items: { type: "array", items: { type: "array", items: { type: "integer" } } } };
  let depth = 0;
  for (let level: Hint | undefined = hint(nested); level !== undefined; level = level.items) depth++;
  assert.equal(depth, HINT_LEVELS_MAX + 1);
});

test("alternatives that double at every level are given up after HINT_SCHEMAS_MAX schemas", () => {
  const schemas: Record<string, Json> = { s40: { type: "integer" } };
  for (let level = 0; level < 40; level++) {
    schemas[`s${level}`] = { anyOf: [{ $ref: `#/s${level + 1}` }, { $ref: `#/s${level + 1}` }] };
  }
  let looked = 0;
  const library = memoryLibrary({ schema: { $ref: "#/s0" }, ...schemas });
  const found = hintOf({ file: "/api.json", pointer: "/schema" }, { ...library, resolve: (...given) => (looked++, library.resolve(...given)) });
  assert.deepEqual([...found.types], ["string"]);
  assert.ok(looked <= HINT_SCHEMAS_MAX);
});
