/** Patches: JSON Merge Patch and JSON Patch against the schema of what is patched. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { Json } from "../../../src/contract/json-value.ts";
import type { Validator } from "../../../src/contract/operation.ts";
import { readOne } from "./media-desk.ts";

const ORDER = {
  type: "object",
  required: ["sku", "to"],
  properties: {
    id: { type: "integer", readOnly: true },
    sku: { type: "string", maxLength: 4 },
    note: { type: "string", maxLength: 4 },
    to: { type: "object", required: ["city"], properties: { city: { type: "string" }, zip: { type: "string" } }, additionalProperties: false, minProperties: 2 },
    lines: { type: "array", items: { type: "object", required: ["count"], properties: { count: { type: "integer" }, label: { type: "string" } }, additionalProperties: false } },
    tags: { type: "array", items: { type: "string" } },
    extra: { type: "object", additionalProperties: { type: "integer" } },
    pay: { oneOf: [{ type: "object", required: ["iban"], properties: { iban: { type: "string" } }, additionalProperties: false }, { type: "object", required: ["card"], properties: { card: { type: "integer" } }, additionalProperties: false }] },
  },
  additionalProperties: false,
};

function validatorOf(t: TestContext, range: string, schema: object | undefined, direction?: "answer"): Validator {
  const { type, down } = readOne(t, range, schema === undefined ? {} : { schema });
  assert.deepEqual([type.kind, down, direction], ["json", [], undefined]);
  return type.validator ?? assert.fail("there is no validator");
}

const said = (validator: Validator, value: Json): readonly string[] => {
  const findings = validator.explain(value).map(({ pointer, keyword }) => `${pointer} ${keyword}`);
  assert.equal(validator.check(value), findings.length === 0, "check and explain agree");
  return findings;
};

const MERGES: readonly (readonly [value: Json, findings: readonly string[]])[] = [
  [{}, []],
  [{ note: "x" }, []],
  [{ note: null }, []],
  [{ sku: null }, ["/sku type"]],
  [{ sku: "12345" }, ["/sku maxLength"]],
  [{ id: 7 }, ["/id readOnly"]],
  [{ id: null }, ["/id readOnly"]],
  [{ other: 1 }, ["/other additionalProperties"]],
  [{ other: null }, ["/other additionalProperties"]],
  [{ to: { zip: "1" } }, []],
  [{ to: { zip: null } }, []],
  [{ to: { city: null } }, ["/to/city type"]],
  [{ to: { other: null } }, ["/to/other additionalProperties"]],
  [{ lines: [{ count: 1 }] }, []],
  [{ lines: [{ label: "x" }] }, ["/lines/0 required"]],
  [{ lines: [{ count: 1, label: null }] }, ["/lines/0/label type"]],
  [{ lines: null }, []],
  [{ extra: { a: null, b: 1 } }, []],
  [{ extra: { a: "x" } }, ["/extra/a type"]],
  [{ pay: { iban: "x" } }, []],
  [{ pay: {} }, []],
  [{ pay: { other: 1 } }, ["/pay oneOf"]],
  [[], [" type"]],
  [null, [" type"]],
];
for (const [value, findings] of MERGES) test(`the merge patch ${JSON.stringify(value)} ${findings.length === 0 ? "fits" : `is refused: ${findings.join()}`}`, (t) => assert.deepEqual(said(validatorOf(t, "application/merge-patch+json", ORDER), value), findings));

test("what a patch may not be stays so: not and if are asked of it as it is", (t) => {
  const validator = validatorOf(t, "application/merge-patch+json", { type: "object", properties: { a: { type: "string" }, b: { type: "string" } }, not: { required: ["a", "b"] } });
  assert.deepEqual(said(validator, { a: "1" }), []);
  assert.deepEqual(said(validator, { a: "1", b: "2" }), [" not"]);
});

const op = (name: string, path: string, more: { readonly [member: string]: Json } = {}): Json => ({ op: name, path, ...more });

const PATCHES: readonly (readonly [operation: Json, finding: string | undefined])[] = [
  [op("replace", "/note", { value: "x" }), undefined],
  [op("add", "/note", { value: "12345" }), "/0/value maxLength"],
  [op("test", "/id", { value: 7 }), undefined],
  [op("replace", "/id", { value: 7 }), "/0/path readOnly"],
  [op("remove", "/id"), "/0/path readOnly"],
  [op("add", "/other", { value: 1 }), "/0/path path"],
  [op("remove", "/note"), undefined],
  [op("remove", "/sku"), "/0/path required"],
  [op("remove", ""), "/0/path required"],
  [op("replace", "", { value: { sku: "1", to: { city: "x", zip: "y" } } }), undefined],
  [op("replace", "", { value: { sku: "1" } }), "/0/value required"],
  [op("replace", "/to", { value: { city: "x", zip: "1" } }), undefined],
  [op("replace", "/to", { value: { zip: "1" } }), "/0/value required"],
  [op("replace", "/to/city", { value: 1 }), "/0/value type"],
  [op("remove", "/to/city"), "/0/path required"],
  [op("add", "/to/other", { value: 1 }), "/0/path path"],
  [op("add", "/lines/-", { value: { count: 1 } }), undefined],
  [op("add", "/lines/0", { value: { label: "x" } }), "/0/value required"],
  [op("replace", "/lines/0/count", { value: 2 }), undefined],
  [op("replace", "/lines/0/count", { value: "2" }), "/0/value type"],
  [op("replace", "/lines/-", { value: { count: 1 } }), "/0/path path"],
  [op("replace", "/lines/01/count", { value: 2 }), "/0/path path"],
  [op("replace", "/lines/x", { value: 2 }), "/0/path path"],
  [op("add", "/sku/0", { value: "x" }), "/0/path path"],
  [op("add", "/extra/any", { value: 1 }), undefined],
  [op("add", "/extra/0", { value: 1 }), undefined],
  [op("add", "/extra/any", { value: "x" }), "/0/value type"],
  [op("replace", "/pay/iban", { value: "x" }), undefined],
  [op("replace", "/pay/card", { value: "x" }), "/0/value type"],
  [op("add", "/pay/other", { value: "x" }), "/0/path path"],
  [op("add", "/a~1b", { value: 1 }), "/0/path path"],
  [op("move", "/note", { from: "/sku" }), "/0/from required"],
  [op("copy", "/note", { from: "/sku" }), "/0/from path"],
  [op("copy", "/tags/-", { from: "/tags/0" }), undefined],
  [op("move", "/tags/0", { from: "/tags/1" }), undefined],
  [op("move", "/tags/0", { from: "/other" }), "/0/from path"],
  [op("copy", "/id", { from: "/id" }), "/0/path readOnly"],
  [op("move", "/lines/0/label", { from: "/lines/0" }), "/0/path move"],
  [op("move", "/note", { from: "/note" }), undefined],
  [op("add", "note", { value: 1 }), "/0/path format"],
  [op("add", "/~2", { value: 1 }), "/0/path format"],
  [op("add", "/note"), "/0 required"],
  [op("remove", "/note", { value: 1 }), "/0 additionalProperties"],
  [op("increment", "/note", { value: 1 }), "/0/op enum"],
  [{ path: "/note" }, "/0/op enum"],
  [{ op: "remove" }, "/0 required"],
  ["remove", "/0 type"],
];
for (const [operation, finding] of PATCHES) {
  test(`the operation ${JSON.stringify(operation)} ${finding === undefined ? "fits" : `is refused: ${finding}`}`, (t) => {
    assert.deepEqual(said(validatorOf(t, "application/json-patch+json", ORDER), [operation]), finding === undefined ? [] : [finding]);
  });
}

test("a patch is a list, and all that is wrong in it is told, up to a bound", (t) => {
  const validator = validatorOf(t, "application/json-patch+json", ORDER);
  assert.deepEqual(said(validator, []), []);
  assert.deepEqual(said(validator, {}), [" type"]);
  assert.deepEqual(said(validator, [op("remove", "/sku"), op("remove", "/note"), op("remove", "/other")]), ["/0/path required", "/2/path path"]);
  assert.equal(said(validator, Array.from({ length: 30 }, () => op("remove", "/sku"))).length, 20);
});

test("a schema of the operations themselves is held as it stands, beside their form", (t) => {
  const literal = validatorOf(t, "application/json-patch+json", { type: "array", maxItems: 1, items: { type: "object", properties: { path: { enum: ["/note"] } } } });
  assert.deepEqual(said(literal, [op("remove", "/note")]), []);
  assert.deepEqual(said(literal, [op("remove", "/sku")]), ["/0/path enum"]);
  assert.deepEqual(said(literal, [op("increment", "/note")]), ["/0/op enum"]);
  assert.deepEqual(said(validatorOf(t, "application/json-patch+json", undefined), [op("remove", "/anything")]), []);
  assert.deepEqual(said(validatorOf(t, "application/json-patch+json", undefined), [op("remove", "anything")]), ["/0/path format"]);
});

test("schemas that lead back to themselves, and paths as deep as a body may be", (t) => {
  const tree = { type: "object", properties: { label: { type: "string" }, next: { $ref: "#/paths/~1a/post/requestBody/content/application~1json-patch+json/schema" } }, additionalProperties: false };
  const validator = validatorOf(t, "application/json-patch+json", tree);
  assert.deepEqual(said(validator, [op("add", `${"/next".repeat(200)}/label`, { value: "x" })]), []);
  assert.deepEqual(said(validator, [op("add", `${"/next".repeat(200)}/label`, { value: 1 })]), ["/0/value type"]);
  assert.deepEqual(said(validator, [op("add", `${"/next".repeat(5_000)}/label`, { value: "x" })]), ["/0/path path"]);
});

test("patterns for names cannot be walked, and say so", (t) => {
  const { type, down } = readOne(t, "application/json-patch+json", { schema: { type: "object", patternProperties: { "^a": { type: "string" } } } });
  assert.equal(type.kind, "unsupported");
  assert.match(down.join(), /too many places, or patterns/);
});
