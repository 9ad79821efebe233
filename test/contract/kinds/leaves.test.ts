/** Leaves: which texts of a value need be looked at. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Json } from "../../../src/contract/json-value.ts";
import type { Leaf } from "../../../src/contract/kinds/kind.ts";
import { compile } from "../schema/desk.ts";

function leaf(schema: Json, options: Parameters<typeof compile>[1] = {}): Leaf {
  const { validator, misfits } = compile(schema, options);
  return validator?.leaf ?? assert.fail(JSON.stringify(misfits));
}

function kindAt(given: Leaf, ...path: readonly (string | number)[]): string {
  const [step, ...rest] = path;
  if (step === undefined) return given.text;
  const next = typeof step === "number" ? (given.prefix[step] ?? given.items) : (given.members.get(step) ?? given.rest);
  return next === undefined ? "absent" : kindAt(next, ...rest);
}

test("numbers, flags, known values, and held formats need no look", () => {
  for (const schema of [{ type: "integer" }, { type: ["number", "boolean", "null"] }, { enum: ["a", "b'"] }, { const: "x" }, { type: "string", format: "uuid" }, { type: "string", format: "date-time" }, { type: "string", pattern: "^[a-z]+$" }] as const) assert.ok(leaf(schema).idle, JSON.stringify(schema));
});

test("a text is what its keywords say", () => {
  assert.equal(leaf({ type: "string" }).text, "text");
  assert.equal(leaf({ type: "string", maxLength: 64 }).text, "short");
  assert.equal(leaf({ type: "string", maxLength: 65 }).text, "text");
  assert.equal(leaf({ type: "string", format: "uri" }).text, "url");
  assert.equal(leaf({ type: "string", contentMediaType: "text/html" }).text, "rich");
  assert.equal(leaf({ type: "string", contentMediaType: "text/html", contentEncoding: "base64" }).text, "text");
  assert.equal(leaf({ type: "string", format: "email" }).text, "text");
  assert.equal(leaf({}).text, "text");
});

test("a format that nobody holds says nothing", () => {
  assert.equal(leaf({ type: "string", format: "date" }, { formats: "none" }).text, "text");
});

test("declared members are known, others are free, in name and value", () => {
  const order = leaf({ type: "object", properties: { id: { type: "integer" }, note: { type: "string" } } });
  assert.equal(kindAt(order, "id"), "none");
  assert.equal(kindAt(order, "note"), "text");
  assert.equal(kindAt(order, "anything", "below"), "text");
  assert.ok(order.freeNames && !order.idle);
});

test("what a closed object cannot hold is absent", () => {
  const closed = leaf({ type: "object", properties: { id: { type: "integer" } }, additionalProperties: false });
  assert.ok(closed.idle && !closed.freeNames && closed.rest === undefined);
  const map = leaf({ type: "object", additionalProperties: { type: "integer" } });
  assert.ok(map.freeNames && !map.idle, "its names are the caller's");
  assert.ok(leaf({ type: "object", additionalProperties: { type: "integer" }, propertyNames: { pattern: "^[a-z]+$" } }).idle);
  assert.equal(leaf({ type: "object", unevaluatedProperties: false }).rest, undefined);
  assert.notEqual(leaf({ type: "object", unevaluatedProperties: false, dependentSchemas: { b: { properties: { a: { type: "string" } } } } }).rest, undefined);
});

test("what all must satisfy is as narrow as the narrowest, what one may satisfy as wide as the widest", () => {
  assert.equal(leaf({ allOf: [{ type: "string" }, { pattern: "^[a-z]+$" }] }).text, "none");
  assert.equal(leaf({ anyOf: [{ type: "string", maxLength: 3 }, { type: "integer" }] }).text, "short");
  assert.equal(leaf({ oneOf: [{ type: "string", format: "uuid" }, { type: "string" }] }).text, "text");
  const mixed = leaf({ allOf: [{ type: "object", properties: { a: { type: "integer" } } }, { properties: { b: { type: "string" } }, additionalProperties: { type: "boolean" } }] });
  assert.deepEqual([kindAt(mixed, "a"), kindAt(mixed, "b"), kindAt(mixed, "c")], ["none", "text", "none"]);
  assert.equal(leaf({ allOf: [{ type: "string" }, { type: "integer" }] }).text, "none");
});

test("items are known one by one, then all others", () => {
  const list = leaf({ type: "array", prefixItems: [{ type: "integer" }, { type: "string" }], items: { type: "string", maxLength: 5 } });
  assert.deepEqual([kindAt(list, 0), kindAt(list, 1), kindAt(list, 2)], ["none", "text", "short"]);
  assert.ok(leaf({ type: "array", items: { type: "integer" } }).idle);
  assert.ok(leaf({ type: "array", prefixItems: [{ type: "integer" }], items: false }).idle);
});

test("a recursive schema comes to an end, and is idle only where all of it is", () => {
  const tree = (text: Json): Leaf => leaf({ $defs: { node: { type: "object", properties: { text, next: { $ref: "#/$defs/node" } }, additionalProperties: false } }, $ref: "#/$defs/node" });
  assert.ok(tree({ type: "integer" }).idle);
  assert.ok(!tree({ type: "string" }).idle);
  assert.equal(kindAt(tree({ type: "string" }), "next", "next", "next", "text"), "text");
  const base = { $defs: { base: { properties: { child: { $ref: "#/$defs/base" } } }, more: { allOf: [{ $ref: "#/$defs/base" }, { properties: { child: { $ref: "#/$defs/more" }, n: { type: "integer" } } }] } }, $ref: "#/$defs/more" };
  assert.equal(kindAt(leaf(base), "child", "child", "child", "n"), "none");
});

test("alternatives beyond the bound are looked at as if nobody had described them", () => {
  const many = Array.from({ length: 65 }, (_, index) => ({ type: "string", pattern: `^[a-z]{${index}}$` }));
  assert.equal(leaf({ anyOf: many.slice(0, 64) }).text, "none");
  assert.equal(leaf({ anyOf: many }).text, "text");
});

test("in OpenAPI 3.0 a reference says nothing else", () => {
  const schema = { properties: { a: { $ref: "#/definitions/a", maxLength: 3 } }, definitions: { a: { type: "string" } } };
  assert.equal(kindAt(leaf(schema, { dialect: "3.0" }), "a"), "text");
  assert.equal(kindAt(leaf(schema, { dialect: "3.1" }), "a"), "short");
});
