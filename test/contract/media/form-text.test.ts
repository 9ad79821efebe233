/** Form text: pairs with one reading, or none. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { JSON_BOUNDS } from "../../../src/contract/json.ts";
import { readFormPairs } from "../../../src/contract/media/form-text.ts";

function read(text: string | Uint8Array, bounds: { values?: number; stringBytes?: number } = {}): unknown {
  const pairs = readFormPairs(typeof text === "string" ? Buffer.from(text) : text, { ...JSON_BOUNDS, ...bounds });
  return "keyword" in pairs ? pairs.keyword : pairs.map(({ name, text }) => [name, text]);
}

const READ: readonly (readonly [text: string, pairs: readonly (readonly [string, string])[]])[] = [
  ["a=1", [["a", "1"]]],
  ["a=1&b=2&a=3", [["a", "1"], ["b", "2"], ["a", "3"]]],
  ["a=", [["a", ""]]],
  ["a", [["a", ""]]],
  ["a=b=c", [["a", "b=c"]]],
  ["a+b=c+d%20e", [["a b", "c d e"]]],
  ["%61=%C3%A9", [["a", "\u00e9"]]],
  ["a=%252e", [["a", "%2e"]]],
  ["a=1%0D%0A2%09", [["a", "1\r\n2\t"]]],
  ["a[]=1&a[b]=~!*()'/?:@,$|^`{}", [["a[]", "1"], ["a[b]", "~!*()'/?:@,$|^`{}"]]],
  ["a=%26%3D%2B%3B", [["a", "&=+;"]]],
];
for (const [text, pairs] of READ) test(`${text} is ${JSON.stringify(pairs)}`, () => assert.deepEqual(read(text), pairs));

const REFUSED: readonly (readonly [text: string | Uint8Array, keyword: string, why: string])[] = [
  ["a=1&", "syntax", "an empty pair at the end"],
  ["&a=1", "syntax", "an empty pair at the beginning"],
  ["a=1&&b=2", "syntax", "an empty pair between"],
  ["=1", "syntax", "an empty name"],
  ["a=1;b=2", "syntax", "a raw semicolon, which separates for some"],
  ["?a=1", "syntax", "a question mark in front, which some drop"],
  ["a=1 2", "syntax", "a raw blank"],
  ["a=1\nb=2", "syntax", "a raw line break"],
  ["a=\u00e9", "syntax", "raw octets beyond ASCII"],
  [Uint8Array.of(0x61, 0x3d, 0x00), "syntax", "a raw NUL"],
  ["a=%", "encoding", "half a triplet"],
  ["a=%g0", "encoding", "a triplet that is none"],
  ["a=%C3", "encoding", "octets that are no UTF-8"],
  ["a=%C0%AF", "encoding", "an overlong form"],
  ["a=%00", "encoding", "an encoded NUL"],
  ["a=%1B%5B2J", "encoding", "an escape sequence"],
  ["a=%C2%9B", "encoding", "a control of U+0080 to U+009F"],
  ["a%0A=1", "encoding", "a line break in a name"],
];
for (const [text, keyword, why] of REFUSED) test(`${why} is refused as ${keyword}`, () => assert.equal(read(text), keyword));

test("as many pairs as the bound, and not one more; values and names as long as the bound, and not one byte more", () => {
  assert.deepEqual(read("a=1&b=2", { values: 2 }), [["a", "1"], ["b", "2"]]);
  assert.equal(read("a=1&b=2", { values: 1 }), "size");
  assert.deepEqual(read("a=12&bc=3", { stringBytes: 2 }), [["a", "12"], ["bc", "3"]]);
  assert.equal(read("a=123", { stringBytes: 2 }), "size");
  assert.equal(read("abc=1", { stringBytes: 2 }), "size");
});
