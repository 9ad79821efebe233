/** Json outline: every value of a JSON text is found where it stands. */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { countMembers, outlineJson } from "../../src/contract/json-outline.ts";
import type { Json } from "../../src/contract/json-value.ts";

function listPaths(value: unknown, path: readonly string[] = []): readonly (readonly string[])[] {
  if (typeof value !== "object" || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, child]) => listPaths(child, [...path, key]))];
}

/** The text with blanks wherever JSON allows them. */
function space(text: string, blank: string): string {
  return text.replaceAll(/"(?:[^"\\]|\\.)*"|[{}[\],:]/gs, (token) => `${blank}${token}${blank}`);
}

/** A value at the end of the text without what follows it, read by trying: the judge knows nothing of outlines. */
function startsWithValue(text: string, expected: unknown): boolean {
  const written = JSON.stringify(expected);
  return text.replaceAll(/\s/g, "").startsWith(written.replaceAll(/\s/g, ""));
}

test("Every value is found, whatever the keys and the blanks are", () => {
  const blanks = fc.constantFrom("", " ", "\n\t", "\r\n");
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), blanks, (value, blank) => {
      const text = space(JSON.stringify(value), blank);
      const outline = outlineJson(text);
      for (const path of listPaths(value)) {
        const found = path.reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], value);
        const key = path.at(-1);
        const at = text.slice(outline.locate(path));
        const parent = path.slice(0, -1).reduce<unknown>((from, step) => (from as Record<string, unknown>)[step], value);
        const expected = key !== undefined && !Array.isArray(parent) ? key : found;
        assert.ok(startsWithValue(at, expected), `${path.join("/")} in ${text}`);
      }
    }),
    { numRuns: 300 },
  );
});

test("Members are counted, and none of them stands twice where none was written twice", () => {
  const count = (value: Json): number => (typeof value === "object" && value !== null ? Object.values(value as object).reduce<number>((sum, child) => sum + count(child as Json), Array.isArray(value) ? 0 : Object.keys(value).length) : 0);
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
      const text = JSON.stringify(value);
      assert.equal(countMembers(text), count(value as Json));
      assert.deepEqual(outlineJson(text).duplicates(), []);
    }),
    { numRuns: 300 },
  );
});

test("Names that stand twice are found in any depth and in any spelling", () => {
  assert.deepEqual(outlineJson('{"a":1,"b":[{"c":1,"\\u0063":2}],"a":{"d":0}}').duplicates(), [["a"], ["b", "0", "c"]]);
});

test("A string is found from quote to quote, and what is none is not", () => {
  const text = '{ "a" : ["x", "y\\"z"], "b": 1, "c": "" }';
  const { stringAt } = outlineJson(text);
  const cut = (path: readonly string[]): string | undefined => {
    const span = stringAt(path);
    return span && text.slice(span.from, span.to);
  };
  assert.deepEqual([cut(["a", "1"]), cut(["c"]), cut(["b"]), cut(["a", "2"]), cut(["d"])], ['"y\\"z"', '""', undefined, undefined, undefined]);
});
