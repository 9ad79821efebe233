import assert from "node:assert/strict";
import { test } from "node:test";
import { compile, compileAt, said, sound } from "./desk.ts";

test("nullable adds null to the type beside it, and to nothing else", () => {
  const validator = sound({ type: "string", nullable: true }, { dialect: "3.0" });
  assert.deepEqual([null, "a", 1].map((value) => validator.check(value)), [true, true, false]);
  const alone = compile({ nullable: true, allOf: [{ type: "object" }] }, { dialect: "3.0" });
  assert.deepEqual(said(alone, "warning"), ["/nullable: nullable has no effect without type in the same schema (OpenAPI 3.0.3)"]);
  assert.equal(alone.validator?.check(null), false);
  assert.equal(sound({ type: "string", nullable: true, enum: ["a"] }, { dialect: "3.0" }).check(null), false);
});

test("exclusive bounds are true or false, and a number is taken for what it means since", () => {
  const validator = sound({ minimum: 1, exclusiveMinimum: true, maximum: 3, exclusiveMaximum: false }, { dialect: "3.0" });
  assert.deepEqual([1, 1.5, 3, 3.5].map((value) => validator.check(value)), [false, true, true, false]);
  const numeric = compile({ exclusiveMaximum: 3 }, { dialect: "3.0" });
  assert.equal(said(numeric, "warning").length, 1);
  assert.equal(numeric.validator?.check(3), false);
});

test("what stands beside a reference has no effect, and is said unless it is an annotation", () => {
  const files = { "openapi.json": { body: { $ref: "#/text", maxLength: 1, description: "a" }, text: { type: "string" } } };
  const compiled = compileAt(files, "/body", { dialect: "3.0" });
  assert.deepEqual(said(compiled, "warning"), ["/body/maxLength: maxLength has no effect beside $ref in OpenAPI 3.0"]);
  assert.equal(compiled.validator?.check("abc"), true);
  assert.equal(compiled.validator?.check(1), false);
});

test("keywords of later dialects are enforced all the same, with a warning", () => {
  const compiled = compile({ type: "object", patternProperties: { "^n": { const: 1 } } }, { dialect: "3.0" });
  assert.equal(said(compiled, "warning").length, 2);
  assert.equal(compiled.validator?.check({ n: 2 }), false);
  const types = compile({ type: ["string", "null"] }, { dialect: "3.0" });
  assert.equal(said(types, "warning").length, 1);
  assert.deepEqual([null, "a", 1].map((value) => types.validator?.check(value)), [true, true, false]);
});

test("an unknown keyword takes the operation down here too", () => {
  assert.equal(compile({ type: "string", maxlength: 1 }, { dialect: "3.0" }).validator, undefined);
});

test("$id and anchors mean nothing: references go by file and pointer", () => {
  const compiled = compile({ $id: "https://schemas.example/a", properties: { a: { $ref: "#/$defs/b" } }, $defs: { b: { type: "string" } } }, { dialect: "3.0" });
  assert.equal(said(compiled, "warning").length, 1);
  assert.equal(compiled.validator?.check({ a: 1 }), false);
});

test("formats of OpenAPI are enforced on the type that they are for", () => {
  const cases: readonly (readonly [string, readonly unknown[], readonly unknown[]])[] = [
    ["int32", [0, -2147483648, 2147483647, "text"], [2147483648, 1.5]],
    ["int64", [-(2 ** 63), 2 ** 53, "9223372036854775807"], [2 ** 63, 0.5]],
    ["float", [3.4e38, -1.5], [3.5e38]],
    ["double", [1.7e308], []],
    ["byte", ["", "YWJj", "YQ==", 7], ["YQ", "Y-_=", "YQ=="[0] ?? "", "====", "YQ= "]],
    ["binary", ["\u0000\u00ff"], []],
    ["password", ["?"], []],
    ["date-time", ["2026-11-23T10:00:00Z"], ["2026-11-23", "2026-13-01T00:00:00Z"]],
    ["date", ["2024-02-29"], ["2023-02-29"]],
    ["uuid", ["123e4567-e89b-12d3-a456-426614174000"], ["123e4567"]],
  ];
  for (const [format, fits, fails] of cases) {
    const validator = sound({ format }, { dialect: "3.0" });
    for (const value of fits) assert.equal(validator.check(value as string), true, `${format} ${String(value)}`); // each is a string or a number
    for (const value of fails) assert.equal(validator.check(value as string), false, `${format} ${String(value)}`);
  }
});
