import assert from "node:assert/strict";
import { test } from "node:test";
import { type Hint, type JsonType, TEXT_HINT } from "../../../src/contract/hint.ts";
import { kindOfHint, LIST_ITEMS_MAX, TEXT_CHARACTERS_MAX, toJson, toValue } from "../../../src/policy/expression/kind.ts";

const hint = (types: readonly JsonType[], particulars: Partial<Hint> = {}): Hint => ({ ...TEXT_HINT, types: new Set(types), ...particulars });

test("JSON becomes a value of its kind, and nothing else does", () => {
  assert.equal(toValue("a", "string"), "a");
  assert.equal(toValue(5, "int"), 5n);
  assert.equal(toValue(5, "double"), 5);
  assert.equal(toValue(false, "bool"), false);
  assert.deepEqual(toValue(["a"], "strings"), ["a"]);
  assert.deepEqual(toValue([1, 2], "ints"), [1n, 2n]);
  assert.deepEqual(toValue([], "bools"), []);
  for (const [json, kind] of [[5, "string"], ["5", "int"], [5.5, "int"], [2 ** 53, "int"], [1e300, "int"], [null, "bool"], ["true", "bool"], ["a", "strings"], [["a", 1], "strings"], [[["a"]], "strings"], [{}, "string"], ["2026-01-01T00:00:00Z", "timestamp"]] as const) {
    assert.equal(toValue(json, kind), undefined, `${JSON.stringify(json)} as ${kind}`);
  }
});

test("texts and lists are bounded", () => {
  assert.equal(toValue("x".repeat(TEXT_CHARACTERS_MAX), "string"), "x".repeat(TEXT_CHARACTERS_MAX));
  assert.equal(toValue("x".repeat(TEXT_CHARACTERS_MAX + 1), "string"), undefined);
  const list = (length: number): number[] => Array.from({ length }, () => 1);
  assert.ok(toValue(list(LIST_ITEMS_MAX), "ints") !== undefined);
  assert.equal(toValue(list(LIST_ITEMS_MAX + 1), "ints"), undefined);
});

test("a parameter has the kind of its schema", () => {
  assert.equal(kindOfHint(hint(["string"])), "string");
  assert.equal(kindOfHint(hint(["integer"])), "int");
  assert.equal(kindOfHint(hint(["integer", "number"])), "double");
  assert.equal(kindOfHint(hint(["boolean", "null"])), "bool");
  assert.equal(kindOfHint(hint(["array"], { items: hint(["integer"]) })), "ints");
  assert.equal(kindOfHint(hint(["array"])), "strings");
});

test("a parameter that has no one kind says why", () => {
  const wrong = (of: Hint): string => {
    const kind = kindOfHint(of);
    return typeof kind === "string" ? kind : kind.wrong;
  };
  assert.match(wrong(hint(["string", "integer"])), /several types \(string, integer\)/);
  assert.match(wrong(hint([])), /no value at all/);
  assert.match(wrong(hint(["null"])), /no value at all/);
  assert.match(wrong(hint(["object"])), /is an object/);
  assert.match(wrong(hint(["array"], { items: hint(["array"]) })), /list of lists/);
  assert.match(wrong(hint(["array"], { items: hint(["object"]) })), /each item is an object/);
  assert.match(wrong(hint(["array"], { prefix: [TEXT_HINT] })), /differ by position/);
});

test("a value becomes JSON again, and no number loses its last digits", () => {
  assert.deepEqual(toJson(["a", "b"]), ["a", "b"]);
  assert.equal(toJson(5n), 5);
  assert.equal(toJson(9_007_199_254_740_993n), "9007199254740993");
  assert.equal(toJson(-9_007_199_254_740_993n), "-9007199254740993");
  assert.equal(toJson(new Date(0)), "1970-01-01T00:00:00.000Z");
  assert.equal(toJson(true), true);
});
