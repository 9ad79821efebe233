import assert from "node:assert/strict";
import { test } from "node:test";
import type { Location, RawPair } from "../../src/contract/operation.ts";
import { PARAMETER_ITEMS_MAX, type Splitters, splittersOf } from "../../src/contract/parameter-style.ts";

function splitters(location: Location, style: string, explode: boolean, name = "color"): Splitters {
  const found = splittersOf({ in: location, name, style, explode });
  assert.ok(found);
  return found;
}

const RGB = [
  ["R", "100"],
  ["G", "200"],
];
const pairs = (...values: string[]): readonly RawPair[] => values.map((value) => ["color", value]);

/** The examples of OpenAPI's style table, written for each place. */
const TABLE: readonly [Location, string, boolean, text: string | readonly RawPair[] | undefined, list: string | readonly RawPair[] | undefined, object: string | readonly RawPair[] | undefined][] = [
  ["path", "simple", false, "blue", "blue,black", "R,100,G,200"],
  ["path", "simple", true, "blue", "blue,black", "R=100,G=200"],
  ["path", "label", false, ".blue", ".blue,black", ".R,100,G,200"],
  ["path", "label", true, ".blue", ".blue.black", ".R=100.G=200"],
  ["path", "matrix", false, ";color=blue", ";color=blue,black", ";color=R,100,G,200"],
  ["path", "matrix", true, ";color=blue", ";color=blue;color=black", ";R=100;G=200"],
  ["query", "form", false, pairs("blue"), pairs("blue,black"), pairs("R,100,G,200")],
  ["query", "form", true, pairs("blue"), pairs("blue", "black"), [["R", "100"], ["G", "200"]]],
  ["query", "spaceDelimited", false, undefined, pairs("blue%20black"), pairs("R%20100%20G%20200")],
  ["query", "spaceDelimited", true, undefined, pairs("blue", "black"), undefined],
  ["query", "pipeDelimited", false, undefined, pairs("blue|black"), pairs("R%7C100%7cG|200")],
  ["query", "pipeDelimited", true, undefined, pairs("blue", "black"), undefined],
  ["query", "deepObject", true, undefined, undefined, [["color[R]", "100"], ["color[G]", "200"]]],
  ["header", "simple", false, "blue", "blue, black", "R, 100,G\t,200"],
  ["header", "simple", true, "blue", "blue ,black", "R=100, G=200"],
  ["cookie", "form", false, "blue", "blue,black", "R,100,G,200"],
  ["cookie", "form", true, "blue", undefined, undefined],
  ["cookie", "cookie", false, "blue", "blue,black", "R,100,G,200"],
  ["cookie", "cookie", true, "blue", undefined, undefined],
];

for (const [location, style, explode, text, list, object] of TABLE) {
  test(`${style} in ${location}, explode ${explode}, is taken apart as OpenAPI writes it`, () => {
    const { text: one, items, fields } = splitters(location, style, explode);
    assert.deepEqual([one !== undefined, items !== undefined, fields !== undefined], [text, list, object].map((example) => example !== undefined));
    if (text !== undefined) assert.equal(one?.(text), "blue");
    if (list !== undefined) assert.deepEqual(items?.(list), ["blue", "black"]);
    if (object !== undefined) assert.deepEqual(fields?.(object), RGB);
  });
}

test("a style at a place where OpenAPI does not define it has no splitters", () => {
  for (const [location, style] of [["path", "form"], ["query", "simple"], ["header", "form"], ["cookie", "simple"], ["path", "deepObject"], ["query", "cookie"], ["query", "constructor"], ["query", ""]] as const) {
    assert.equal(splittersOf({ in: location, name: "a", style, explode: false }), undefined, `${location} ${style}`);
  }
});

test("an encoded delimiter is data where a plain one exists", () => {
  assert.deepEqual(splitters("path", "simple", false).items?.("a%2Cb,c"), ["a%2Cb", "c"]);
  assert.deepEqual(splitters("query", "form", false).items?.(pairs("a%2Cb,c")), ["a%2Cb", "c"]);
  assert.deepEqual(splitters("path", "matrix", true).items?.(";color=a%3Bb"), ["a%3Bb"]);
  assert.deepEqual(splitters("query", "pipeDelimited", false).items?.(pairs("a%257Cb")), ["a%257Cb"]);
  assert.deepEqual(splitters("query", "spaceDelimited", false).items?.(pairs("a%2520b")), ["a%2520b"]);
});

test("a value that must be one is refused when it comes twice or not at all", () => {
  for (const style of ["form", "pipeDelimited"]) {
    const { items, text } = splitters("query", style, false);
    for (const raw of [pairs("a", "b"), []]) {
      assert.match(JSON.stringify(items?.(raw)), /"unique"/);
      if (text !== undefined) assert.match(JSON.stringify(text(raw)), /"unique"/);
    }
  }
  assert.match(JSON.stringify(splitters("path", "matrix", false).items?.(";color=a;color=b")), /"unique"/);
  assert.match(JSON.stringify(splitters("path", "matrix", true).text?.(";color=a;color=b")), /"unique"/);
});

test("a prefix that the style asks for has to be there", () => {
  for (const text of ["", "blue", ";blue"]) assert.match(JSON.stringify(splitters("path", "label", false).text?.(text)), /full stop/);
  for (const text of ["", "color=blue", ";colour=blue", ";colorblue", ";"]) assert.match(JSON.stringify(splitters("path", "matrix", false).text?.(text)), /semicolon/, text);
  for (const text of ["color=a", ";color=a;x=b", ";color=a;"]) assert.match(JSON.stringify(splitters("path", "matrix", true).items?.(text)), /semicolon/, text);
});

test("a matrix name may be encoded, and stand without a value", () => {
  const { text } = splitters("path", "matrix", false, "a b");
  assert.equal(text?.(";a%20b=c"), "c");
  assert.equal(text?.(";a%20b"), "");
});

test("fields that do not come as names with values are refused", () => {
  for (const text of ["R", "R,100,G", "R,100,"]) assert.match(JSON.stringify(splitters("path", "simple", false).fields?.(text)), /"style"/, text);
  for (const text of ["R", "=100", "R=100,", "R=100,G"]) assert.match(JSON.stringify(splitters("path", "simple", true).fields?.(text)), /"style"/, text);
  assert.deepEqual(splitters("path", "simple", true).fields?.("R=1=2"), [["R", "1=2"]]);
});

test("deepObject is one level deep and has a name between its brackets", () => {
  const { fields } = splitters("query", "deepObject", true);
  for (const name of ["color", "color[", "color[]", "color[ab", "color[a][b]", "color[a]]", "color[a]b", "color[[a]]", "colour[a]", "xcolor[a]"]) {
    assert.match(JSON.stringify(fields?.([[name, "1"]])), /"style"/, name);
  }
});

test("an empty header field is an empty list, other empty texts are one empty item", () => {
  assert.deepEqual(splitters("header", "simple", false).items?.(""), []);
  assert.deepEqual(splitters("query", "form", false).items?.(pairs("")), [""]);
  assert.deepEqual(splitters("query", "form", true).items?.(pairs("")), [""]);
  assert.deepEqual(splitters("header", "simple", false).items?.("a,,b, "), ["a", "", "b", ""]);
});

test("a parameter holds at most PARAMETER_ITEMS_MAX items or fields", () => {
  const many = (count: number): string => Array.from({ length: count }, () => "a").join(",");
  assert.deepEqual(splitters("header", "simple", false).items?.(many(PARAMETER_ITEMS_MAX)), Array(PARAMETER_ITEMS_MAX).fill("a"));
  assert.match(JSON.stringify(splitters("header", "simple", false).items?.(many(PARAMETER_ITEMS_MAX + 1))), /"maxItems"/);
  const repeated = pairs(...many(PARAMETER_ITEMS_MAX + 1).split(","));
  assert.match(JSON.stringify(splitters("query", "form", true).items?.(repeated)), /"maxItems"/);
  assert.match(JSON.stringify(splitters("query", "form", true).fields?.(repeated)), /"maxItems"/);
});

test("blanks around header items take time in proportion to their number", () => {
  const start = performance.now();
  splitters("header", "simple", false).items?.(`a${" ".repeat(200_000)}b`);
  assert.ok(performance.now() - start < 500);
});
