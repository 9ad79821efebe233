import assert from "node:assert/strict";
import { test } from "node:test";
import type { Json } from "../../../src/contract/json-value.ts";
import { readMemberPath } from "../../../src/contract/member-path.ts";
import { findMember, isMissing } from "../../../src/contract/sketch/find-member.ts";
import { PARTS_MAX } from "../../../src/contract/sketch/parts.ts";
import { mayBe, type Sketch } from "../../../src/contract/sketch/sketch.ts";
import { compileAt } from "../schema/desk.ts";

type Options = Parameters<typeof compileAt>[2];

function sketch(schema: Json, options: Options = {}): Sketch {
  return sketchAt(schema, "", options);
}

function sketchAt(document: Json, pointer: string, options: Options = {}): Sketch {
  const { validator, misfits } = compileAt({ "openapi.json": document }, pointer, options);
  return validator?.sketch ?? assert.fail(JSON.stringify(misfits));
}

/** "found", or what is missing. */
function find(schema: Json, path: string, options: Options = {}): string {
  const read = readMemberPath(path);
  const found = "path" in read ? findMember(sketch(schema, options), read.path) : assert.fail(read.wrong);
  return isMissing(found) ? `${found.wrong}; ${found.allowed}` : "found";
}

const text = { type: "string" };
const customer = { type: "object", properties: { id: text, customerId: text } };

test("a declared member is found, one that is not is named with those that are", () => {
  assert.equal(find(customer, "customerId"), "found");
  assert.equal(find(customer, "custmerId"), 'the value has no member "custmerId" in the contract; id, customerId');
  assert.equal(find({ type: "array", items: customer }, "customerId"), 'the value has no member "customerId" in the contract; [*]');
  assert.equal(find({ type: "array", items: customer }, "[*].customerId"), "found");
  assert.equal(find({ type: "object", properties: { items: { type: "array", items: customer } } }, "items[*].owner"), 'items[*] has no member "owner" in the contract; id, customerId');
  assert.equal(find({}, "a"), 'the value has no member "a" in the contract; a schema that says what stands there');
  assert.equal(find(customer, "id.x"), 'id has no member "x" in the contract; a schema that says what stands there');
  assert.equal(find(customer, "[*]"), "the value has no items in the contract; id, customerId");
});

test("references, parts, alternatives and conditions are looked through", () => {
  const defs = { $defs: { base: customer } };
  for (const schema of [
    { ...defs, $ref: "#/$defs/base" },
    { ...defs, allOf: [{ $ref: "#/$defs/base" }, { properties: { more: text } }] },
    { oneOf: [customer, { type: "object", properties: { code: text } }] },
    { anyOf: [{ type: "null" }, customer] },
    // oxlint-disable-next-line unicorn/no-thenable -- a keyword of JSON Schema
    { if: { required: ["kind"] }, then: customer },
    { if: { required: ["kind"] }, else: customer },
    { dependentSchemas: { kind: customer } },
  ]) assert.equal(find(schema, "customerId"), "found", JSON.stringify(schema));
  assert.notEqual(find({ not: customer }, "customerId"), "found");
  assert.notEqual(find({ if: customer }, "customerId"), "found", "a condition declares nothing");
});

test("heirs that only a discriminator names are found", () => {
  const document = { components: { schemas: { Pet: { type: "object", properties: { kind: text }, discriminator: { propertyName: "kind", mapping: { cat: "Cat", dog: "#/components/schemas/Dog" } } }, Cat: { allOf: [{ $ref: "#/components/schemas/Pet" }, { properties: { claws: text } }] }, Dog: { properties: { bark: text } } } } };
  const pet = sketchAt(document, "/components/schemas/Pet");
  assert.ok(pet.member("claws") !== undefined && pet.member("bark") !== undefined && pet.member("wings") === undefined);
});

test("schemas that refer to themselves come to an end", () => {
  const tree = { type: "object", properties: { owner: text, children: { type: "array", items: { $ref: "#" } } } };
  const root = sketch(tree);
  const child = root.member("children")?.items;
  assert.equal(find(tree, "children[*].children[*].owner"), "found");
  assert.equal(child?.member("children")?.items?.key, child?.key);
});

test("members without names of their own: patterns, and others with a schema", () => {
  const map = { type: "object", additionalProperties: customer };
  assert.equal(find(map, "*.customerId"), "found");
  assert.equal(find(map, "anything.customerId"), "found");
  assert.equal(sketch(map).others?.claims, undefined, "all that are left");
  const patterned = { type: "object", patternProperties: { "^x-": text } };
  assert.deepEqual(["x-a", "a"].map((name) => sketch(patterned).others?.claims?.(name)), [true, false]);
  assert.equal(find(patterned, "x-a"), "found");
  assert.notEqual(find(patterned, "a"), "found");
  for (const open of [true, {}, { description: "anything" }, false]) assert.equal(sketch({ type: "object", additionalProperties: open }).others, undefined, "says nothing of them");
  assert.equal(find({ type: "object", properties: { a: text }, additionalProperties: customer }, "*.customerId"), 'the value has no members in the contract; a, any other name', "members with names are to be named");
});

test("items of lists and of tuples are drawn together", () => {
  const tuple = { type: "array", prefixItems: [text, customer], items: { type: "object", properties: { rest: text } } };
  assert.equal(find(tuple, "[*].customerId"), "found");
  assert.equal(find(tuple, "[*].rest"), "found");
});

test("types are those that are possible, so that nothing is refused that may be", () => {
  assert.deepEqual([...(sketch({ type: ["string", "null"] }).types ?? [])], ["string", "null"]);
  assert.equal(sketch({}).types, undefined);
  assert.deepEqual([...(sketch({ allOf: [{ type: ["string", "null"] }, { type: "string" }] }).types ?? [])], ["string"]);
  assert.deepEqual([...(sketch({ anyOf: [{ type: "string" }, { type: "integer" }] }).types ?? [])], ["string", "integer"]);
  assert.deepEqual([...(sketch({ type: "number", allOf: [{ type: "integer" }] }).types ?? [])], ["integer"]);
  assert.deepEqual([...(sketch({ enum: ["a", 1, null] }).types ?? [])], ["string", "integer", "null"]);
  assert.deepEqual([...(sketch({ const: 1.5 }).types ?? [])], ["number"]);
  assert.deepEqual([...(sketch({ type: "string", nullable: true }, { dialect: "3.0" }).types ?? [])], ["string", "null"]);
  assert.equal(mayBe(sketch({}), "object"), true);
  assert.equal(mayBe(sketch({ type: "string" }), "object", "array"), false);
});

test("notes of every schema that applies are kept, with their places", () => {
  const schema = { properties: { a: { $ref: "#/$defs/a", "x-sallyport-read": "one" } }, $defs: { a: { type: "string", readOnly: true, "x-sallyport-read": "two" } } };
  const a = sketch(schema).member("a") ?? assert.fail();
  assert.deepEqual(a.notes("x-sallyport-read").map(({ value, place }) => [value, place.pointer]), [["one", "/properties/a/x-sallyport-read"], ["two", "/$defs/a/x-sallyport-read"]]);
  assert.deepEqual(a.notes("readOnly").map(({ value }) => value), [true]);
});

test("in OpenAPI 3.0 nothing beside a reference counts, but for notes that take away", () => {
  const document = { components: { schemas: { a: { type: "object", properties: { id: text } }, b: { properties: { a: { $ref: "#/components/schemas/a", "x-sallyport-read": "one", properties: { other: text } } } } } } };
  const a = sketchAt(document, "/components/schemas/b", { dialect: "3.0" }).member("a");
  assert.deepEqual(a?.names, ["id"]);
  assert.deepEqual(a?.notes("x-sallyport-read").map(({ value }) => value), ["one"]);
});

test("names that somebody asks for are known", () => {
  assert.deepEqual([...sketch({ allOf: [{ required: ["a"] }, { required: ["b"] }] }).required], ["a", "b"]);
});

test("more schemas than can be put together are not believed", () => {
  const many = (count: number): Json => ({ anyOf: Array.from({ length: count }, () => ({ properties: { a: text } })) });
  assert.equal(find(many(PARTS_MAX - 1), "a"), "found");
  assert.equal(find(many(PARTS_MAX), "a"), "the value has too many schemas to be understood; a simpler schema");
});
