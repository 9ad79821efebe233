import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import type { Json, JsonObject } from "../../../src/contract/json-value.ts";
import { FINDINGS_MAX, POINTER_CHARACTERS } from "../../../src/contract/schema/findings.ts";
import { STEPS_MAX } from "../../../src/contract/schema/steps.ts";
import { compile, compileAt, compileIn, libraryOf, said, sound } from "./desk.ts";

test("a misspelt keyword never accepts everything: the operation is taken down, with its place", () => {
  const compiled = compile({ properties: { name: { type: "string", maxlength: 5 } } });
  assert.equal(compiled.validator, undefined);
  assert.deepEqual(said(compiled, "operation"), ['/properties/name/maxlength: "maxlength" is not a keyword that is known here']);
});

test("a keyword that begins with x- is nobody's business here", () => {
  assert.equal(sound({ type: "string", "x-faker": { deep: [1] } }).check("a"), true);
});

test("a keyword whose value is of the wrong kind takes the operation down", () => {
  const wrong: readonly JsonObject[] = [
    { type: "text" }, { type: [] }, { maxLength: -1 }, { maxLength: "5" }, { minimum: "1" }, { multipleOf: 0 }, { enum: "a" }, { required: true },
    { properties: [] }, { allOf: {} }, { anyOf: [] }, { pattern: 1 }, { uniqueItems: "yes" }, { items: [{}] }, { exclusiveMinimum: true }, { $ref: 1 },
    { dependentRequired: { a: "b" } }, { format: 1 }, { not: 1 }, { properties: { a: null } }, { additionalItems: false, items: {} }, { minItems: 1.5 },
  ];
  for (const schema of wrong) {
    const compiled = compile(schema);
    assert.equal(compiled.validator, undefined, JSON.stringify(schema));
    assert.equal(said(compiled, "operation").length, 1, JSON.stringify(schema));
  }
});

test("what is wrong with a component is told to every operation that reaches it", () => {
  const library = libraryOf({ "openapi.json": { one: { $ref: "#/shared" }, two: { items: { $ref: "#/shared" } }, three: { type: "string" }, shared: { typ: "string" } } });
  for (const pointer of ["/one", "/two", "/one"]) {
    const compiled = compileIn(library, pointer);
    assert.equal(compiled.validator, undefined);
    assert.deepEqual(said(compiled, "operation"), ['/shared/typ: "typ" is not a keyword that is known here']);
  }
  assert.equal(compileIn(library, "/three").validator?.check("a"), true);
});

test("a warning is said once per contract, and takes nothing down", () => {
  const library = libraryOf({ "openapi.json": { one: { $ref: "#/shared" }, two: { $ref: "#/shared" }, shared: { type: "string", nullable: true } } });
  assert.equal(said(compileIn(library, "/one"), "warning").length, 1);
  const second = compileIn(library, "/two");
  assert.deepEqual(second.misfits, []);
  assert.equal(second.validator?.check(null), false);
});

test("a warning is not said again because something else is broken", () => {
  const library = libraryOf({ "openapi.json": { one: { $ref: "#/shared" }, two: { $ref: "#/shared" }, shared: { nullable: true, typ: "string" } } });
  assert.equal(compileIn(library, "/one").misfits.length, 2);
  assert.deepEqual(compileIn(library, "/two").misfits.map(({ level }) => level), ["operation"]);
});

test("an unknown format is said once and asks nothing; a known one is asserted", () => {
  const compiled = compile({ properties: { a: { format: "object-id" }, b: { format: "object-id" }, c: { format: "date" } } });
  assert.deepEqual(said(compiled, "warning"), ['/properties/a/format: the format "object-id" is not known, and not checked']);
  assert.equal(compiled.validator?.check({ a: "?", b: "?", c: "2026-02-28" }), true);
  assert.equal(compiled.validator?.check({ c: "2026-02-30" }), false);
  assert.equal(sound({ format: "date" }, { formats: "none" }).check("?"), true);
});

test("references that lead nowhere, or over the network, take the operation down", () => {
  for (const reference of ["#/nowhere", "other.json", "https://schemas.example/order.json", "#anchor", "http://[", "#/%zz"]) {
    const compiled = compile({ properties: { a: { $ref: reference } } });
    assert.equal(compiled.validator, undefined, reference);
    assert.equal(said(compiled, "operation")[0]?.startsWith("/properties/a/$ref: "), true, reference);
  }
});

test("references are followed across files, and what stands beside them counts", () => {
  const files = {
    "openapi.json": { body: { $ref: "./parts/order.json#/Order", maxProperties: 2 } },
    "parts/order.json": { Order: { type: "object", properties: { line: { $ref: "line.json" }, self: { $ref: "#/Order" } } } },
    "parts/line.json": { type: "object", required: ["sku"], properties: { sku: { type: "string" } } },
  };
  const { validator, misfits } = compileAt(files, "/body");
  assert.deepEqual(misfits, []);
  assert.equal(validator?.check({ line: { sku: "a" }, self: { line: { sku: "b" } } }), true);
  assert.equal(validator?.check({ line: { sku: "a" }, self: { line: {} } }), false);
  assert.equal(validator?.check({ a: 1, b: 2, c: 3 }), false);
});

test("a circle of references is ordinary where the value gets smaller, and a mistake where it does not", () => {
  const tree = sound({ type: "object", properties: { children: { type: "array", items: { $ref: "#" } } }, additionalProperties: false });
  assert.equal(tree.check({ children: [{ children: [] }, {}] }), true);
  assert.equal(tree.check({ children: [{ children: [{ x: 1 }] }] }), false);
  for (const schema of [{ $ref: "#" }, { allOf: [{ anyOf: [{ $ref: "#" }] }] }, { $ref: "#/$defs/a", $defs: { a: { $ref: "#/$defs/b" }, b: { $ref: "#/$defs/a" } } }]) {
    const compiled = compile(schema);
    assert.equal(compiled.validator, undefined);
    assert.match(said(compiled, "operation")[0] ?? "", /refers to itself/);
  }
});

test("names and anchors inside a schema are found, also from a bundled resource", () => {
  const schema = {
    $id: "https://schemas.example/order", $ref: "line#sku",
    $defs: { line: { $id: "line", $defs: { sku: { $anchor: "sku", $ref: "#/$defs/text" }, text: { type: "string", maxLength: 3 } } } },
  };
  assert.equal(sound(schema).check("abc"), true);
  assert.equal(sound(schema).check("abcd"), false);
});

test("a dialect that is not spoken takes the operation down", () => {
  for (const uri of ["http://json-schema.org/draft-07/schema#", "https://schemas.example/meta", 7]) {
    const compiled = compile({ $schema: uri, type: "string" });
    assert.equal(compiled.validator, undefined);
    assert.match(said(compiled, "operation")[0] ?? "", /^\/\$schema: /);
  }
  assert.equal(sound({ $schema: "https://spec.openapis.org/oas/3.1/dialect/base", type: "string" }).check(1), false);
  const document = compileAt({ "openapi.json": { openapi: "3.1.0", jsonSchemaDialect: "https://schemas.example/meta", body: {} } }, "/body");
  assert.equal(document.validator, undefined);
});

test("a metaschema that needs an unknown vocabulary takes the operation down", () => {
  const vocabulary = { "https://json-schema.org/draft/2020-12/vocab/core": true, "https://schemas.example/vocab/units": true };
  const compiled = compileAt({ "openapi.json": { $schema: "meta.json", type: "string" }, "meta.json": { $vocabulary: vocabulary } }, "");
  assert.match(said(compiled, "operation")[0] ?? "", /vocab\/units is needed and not known/);
});

test("names that every object has are no members of it", () => {
  for (const name of ["toString", "constructor", "__proto__", "hasOwnProperty"]) {
    const validator = sound({ type: "object", required: [name] });
    assert.equal(validator.check({}), false, name);
    assert.equal(validator.check(JSON.parse(`{"${name}":1}`) as Json), true, name);
    const closed = sound({ type: "object", properties: { a: {} }, additionalProperties: false });
    assert.equal(closed.check(JSON.parse(`{"${name}":1}`) as Json), false, name);
    const typed = sound(JSON.parse(`{"properties":{"${name}":{"type":"string"}}}`) as Json);
    assert.equal(typed.check({}), true, name);
    assert.equal(typed.check(JSON.parse(`{"${name}":1}`) as Json), false, name);
  }
});

test("an explanation names the place, the keyword and the demand, never the value", () => {
  const validator = sound({
    type: "object", required: ["id"], additionalProperties: false,
    properties: { id: {}, "a/b": { type: "array", items: { type: "string", maxLength: 2, pattern: "^[a-z]*$" } }, n: { type: "integer", minimum: 5, multipleOf: 2 } },
  });
  assert.deepEqual(validator.explain({ "a/b": ["ok", "SECRET"], n: 3, hidden: "SECRET" }), [
    { pointer: "", keyword: "required", message: 'must have the member "id"' },
    { pointer: "/a~1b/1", keyword: "maxLength", message: "must be at most 2 characters long" },
    { pointer: "/a~1b/1", keyword: "pattern", message: "must match the pattern of the contract" },
    { pointer: "/n", keyword: "minimum", message: "must be at least 5" },
    { pointer: "/n", keyword: "multipleOf", message: "must be a multiple of 2" },
    { pointer: "/hidden", keyword: "additionalProperties", message: "is not a member that the contract knows" },
  ]);
});

test("an explanation follows the one alternative that is meant", () => {
  const validator = sound({ anyOf: [{ type: "null" }, { type: "object", required: ["id"] }] });
  assert.deepEqual(validator.explain({}), [{ pointer: "", keyword: "required", message: 'must have the member "id"' }]);
  assert.equal(sound({ oneOf: [{ required: ["a"] }, { required: ["b"] }] }).explain({ a: 1, b: 1 })[0]?.message, "must fit exactly one of 2 alternatives, and fits 2");
});

test("an explanation is bounded in number and in length", () => {
  const validator = sound({ type: "array", items: { additionalProperties: false } });
  const findings = validator.explain(Array.from({ length: 1_000 }, () => ({ ["n".repeat(5_000)]: 1 })));
  assert.equal(findings.length, FINDINGS_MAX);
  assert.ok(findings.every(({ pointer }) => pointer.length <= POINTER_CHARACTERS));
});

test("alternatives that refer to themselves cannot be made to run for ever", () => {
  const part = { type: "object", properties: { next: { $ref: "#" }, leaf: { type: "string" } } };
  const validator = sound({ anyOf: [part, part, part] });
  let value: Json = { leaf: 1 };
  for (let level = 0; level < 30; level += 1) value = { next: value };
  assert.equal(validator.check(value), false);
  assert.equal(validator.explain(value).length > 0, true);
  let fitting: Json = { leaf: "a" };
  for (let level = 0; level < 30; level += 1) fitting = { next: fitting };
  assert.equal(validator.check(fitting), true);
});

test("running out of steps refuses, also below not", () => {
  const validator = sound({ not: { type: "array", items: { $ref: "#/$defs/any" } }, $defs: { any: { not: false } } });
  assert.equal(validator.check(Array.from({ length: STEPS_MAX + 1 }, () => 1)), false);
  assert.equal(sound({ type: "array", items: { $ref: "#/$defs/any" }, $defs: { any: { not: false } } }).check(Array.from({ length: STEPS_MAX + 1 }, () => 1)), false);
});

test("a value deeper than the stack is refused, not thrown over", () => {
  let value: Json = [];
  for (let level = 0; level < 200_000; level += 1) value = [value];
  const validator = sound({ items: { $ref: "#" } });
  assert.equal(validator.check(value), false);
  assert.equal(validator.explain(value).length, 1);
});

test("open says whether anything would be refused", () => {
  for (const schema of [true, {}, { description: "a", default: 1 }, { $ref: "#/$defs/a", $defs: { a: { allOf: [{}, true] } } }, { properties: { a: {} } }, { items: true }]) assert.equal(sound(schema).open, true, JSON.stringify(schema));
  for (const schema of [false, { type: "string" }, { properties: { a: { type: "string" } } }, { $ref: "#/$defs/a", $defs: { a: { maxLength: 1 } } }, { additionalProperties: false }, { format: "date" }, { not: {} }]) {
    assert.equal(sound(schema).open, false, JSON.stringify(schema));
  }
});

test("unevaluatedProperties sees through references and alternatives, and not into its neighbours", () => {
  const validator = sound({
    $ref: "#/$defs/base", anyOf: [{ required: ["b"], properties: { b: {} } }, { required: ["c"], properties: { c: {} } }], unevaluatedProperties: false,
    $defs: { base: { properties: { a: {} } } },
  });
  assert.equal(validator.check({ a: 1, b: 1 }), true);
  assert.equal(validator.check({ a: 1, b: 1, c: 1 }), true);
  assert.equal(validator.check({ a: 1, b: 1, d: 1 }), false);
  assert.deepEqual(validator.explain({ b: 1, d: 1 }), [{ pointer: "/d", keyword: "unevaluatedProperties", message: "is not a member that the contract knows" }]);
});

test("uniqueItems tells apart what differs, and takes time linear in the items", () => {
  const validator = sound({ uniqueItems: true });
  for (const value of [[1, "1"], ["[1]", [1]], [{ a: 1 }, { a: 2 }], ["a", '"a'], [0, false], [[1], [[1]]], [null, "null"]]) assert.equal(validator.check(value), true, JSON.stringify(value));
  for (const value of [[1, 1.0], [{ a: 1, b: 2 }, { b: 2, a: 1 }], [[], []], [0, -0], ["a", "a"]]) assert.equal(validator.check(value), false, JSON.stringify(value));
  const start = performance.now();
  assert.equal(validator.check(Array.from({ length: 100_000 }, (_, index) => ({ index }))), true);
  assert.ok(performance.now() - start < 3_000);
});

test("multipleOf reckons in decimals, however small or large", () => {
  const cents = sound({ multipleOf: 0.01 });
  for (const value of [0, 19.99, -4.35, 1e15, 0.07, 1e308]) assert.equal(cents.check(value), true, String(value));
  for (const value of [0.001, 19.999, 1e-308]) assert.equal(cents.check(value), false, String(value));
});

test("lengths count characters", () => {
  const validator = sound({ minLength: 2, maxLength: 2 });
  assert.deepEqual(["\u{1f600}", "\u{1f600}\u{1f600}", "ab", "a", "abc", "\u{1f600}ab"].map((value) => validator.check(value)), [false, true, true, false, false, false]);
});

const jsonSchema: fc.Arbitrary<Json> = fc.letrec<{ schema: JsonObject }>((tie) => ({
  schema: fc.oneof(
    { depthSize: "small", maxDepth: 3 },
    fc.constantFrom<JsonObject>({}, { type: "string" }, { type: ["number", "null"] }, { enum: [1, "a", null, { a: 1 }] }, { const: [1] }, { minimum: 0 }, { maxLength: 1 }, { pattern: "^a" }, { format: "date" }),
    fc.record({ allOf: fc.array(tie("schema"), { minLength: 1, maxLength: 2 }) }),
    fc.record({ anyOf: fc.array(tie("schema"), { minLength: 1, maxLength: 3 }), unevaluatedProperties: fc.boolean() }),
    fc.record({ oneOf: fc.array(tie("schema"), { minLength: 1, maxLength: 3 }) }),
    fc.record({ not: tie("schema") }),
    // oxlint-disable-next-line unicorn/no-thenable -- a keyword of JSON Schema
    fc.record({ if: tie("schema"), then: tie("schema"), else: tie("schema") }),
    fc.record({ properties: fc.dictionary(fc.constantFrom("a", "b"), tie("schema")), required: fc.subarray(["a", "b"]), additionalProperties: tie("schema") }),
    fc.record({ prefixItems: fc.array(tie("schema"), { minLength: 1, maxLength: 2 }), items: tie("schema"), unevaluatedItems: fc.boolean() }),
    fc.record({ contains: tie("schema"), minContains: fc.nat(2), uniqueItems: fc.boolean() }),
    fc.record({ propertyNames: tie("schema"), maxProperties: fc.nat(2), dependentSchemas: fc.dictionary(fc.constantFrom("a", "b"), tie("schema")) }),
  ),
})).schema;

const value: fc.Arbitrary<Json> = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small", maxDepth: 3 },
    fc.constantFrom<Json>(null, true, 0, 1, -1.5, "", "a", "ab", "2026-01-01"),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom("a", "b", "c"), tie("value"), { maxKeys: 3 }) as fc.Arbitrary<JsonObject>, // a dictionary of Json is Json
  ),
})).value;

test("there is something to explain exactly where a value is refused", () => {
  fc.assert(
    fc.property(jsonSchema, fc.array(value, { minLength: 1, maxLength: 5 }), (schema, values) => {
      const { validator } = compile(schema);
      assert.ok(validator !== undefined);
      for (const given of values) {
        const findings = validator.explain(given);
        assert.equal(findings.length === 0, validator.check(given), JSON.stringify({ schema, given }));
        assert.ok(findings.every(({ keyword }) => keyword !== "schema"), JSON.stringify({ schema, given, findings }));
      }
    }),
    { numRuns: 1_500 },
  );
});

test("writing down what was looked at never changes the answer", () => {
  // `unevaluatedProperties: true` refuses nothing, but makes the whole schema be read by its other reading.
  fc.assert(
    fc.property(jsonSchema, fc.array(value, { minLength: 1, maxLength: 5 }), (schema, values) => {
      const plain = compile({ allOf: [schema] }).validator;
      const marked = compile({ allOf: [schema], unevaluatedProperties: true, unevaluatedItems: true }).validator;
      for (const given of values) assert.equal(marked?.check(given), plain?.check(given), JSON.stringify({ schema, given }));
    }),
    { numRuns: 1_500 },
  );
});

test("what is behind a reference is judged as if it stood there", () => {
  fc.assert(
    fc.property(jsonSchema, fc.array(value, { minLength: 1, maxLength: 5 }), (schema, values) => {
      const plain = compile(schema).validator;
      const referred = compile({ $ref: "#/$defs/a", $defs: { a: { $ref: "#/$defs/b" }, b: schema } }).validator;
      for (const given of values) assert.equal(referred?.check(given), plain?.check(given), JSON.stringify({ schema, given }));
    }),
    { numRuns: 500 },
  );
});
