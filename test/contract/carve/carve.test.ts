import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { type Blade, carve, CUT, type Inside, KEEP } from "../../../src/contract/carve/carve.ts";
import { NameTable } from "../../../src/contract/carve/name-table.ts";
import { readJson } from "../../../src/contract/json.ts";
import { bladeOf, fateOf, raw, write, writeRaw } from "./raw-json.ts";

function carved(text: string, blade: Blade): string {
  return Buffer.from(carve(Buffer.from(text), blade)).toString();
}

const object = (names: Record<string, Blade>, rest: Inside["rest"] = KEEP): Blade => ({ kind: "inside", members: new NameTable(new Map(Object.entries(names))), rest, items: KEEP });
const list = (items: Inside["items"]): Blade => ({ kind: "inside", members: undefined, rest: KEEP, items });

test("what is kept whole is handed back as it is", () => {
  const bytes = Buffer.from(' {"a": 1e400} ');
  assert.equal(carve(bytes, KEEP), bytes);
  assert.equal(carve(bytes, object({ b: CUT })), bytes, "nothing was there to cut");
});

test("a member goes with its comma, wherever it stands", () => {
  const text = '{"a": 1, "b": [2, {"c": "}"}], "c" : 3}';
  assert.equal(carved(text, object({ a: CUT })), '{"b": [2, {"c": "}"}], "c" : 3}');
  assert.equal(carved(text, object({ b: CUT })), '{"a": 1, "c" : 3}');
  assert.equal(carved(text, object({ c: CUT })), '{"a": 1, "b": [2, {"c": "}"}]}');
  assert.equal(carved(text, object({ b: CUT, c: CUT })), '{"a": 1}');
  assert.equal(carved(text, object({ a: CUT, c: CUT })), '{"b": [2, {"c": "}"}]}');
  assert.equal(carved(text, object({}, CUT)), "{}");
  assert.equal(carved('{"a":1,"b":2,"c":3,"d":4}', object({ b: KEEP }, CUT)), '{"b":2}');
});

test("an item goes with its comma, wherever it stands", () => {
  assert.equal(carved("[1, 2, 3]", list([CUT, KEEP, KEEP])), "[2, 3]");
  assert.equal(carved("[1, 2, 3]", list([KEEP, CUT, KEEP])), "[1, 3]");
  assert.equal(carved("[1, 2, 3]", list([KEEP, CUT, CUT])), "[1]");
  assert.equal(carved("[ 1, 2 ]", list(CUT)), "[  ]");
  assert.equal(carved("[]", list(CUT)), "[]");
  assert.equal(carved("[1, 2]", list([KEEP])), "[1]", "an item that nobody speaks of does not stay");
});

test("a name is found however it is written", () => {
  assert.equal(carved('{"\\u0061":1,"b":2}', object({ a: CUT })), '{"b":2}');
  assert.equal(carved('{"\u00e9":1,"\\u00e9x":2}', object({ "\u00e9": CUT, "\u00e9x": CUT })), "{}");
  assert.equal(carved('{"a\\"b":1,"c":2}', object({ 'a"b': CUT })), '{"c":2}');
});

test("one value stands in the place of another, inside of what stays", () => {
  const blade = object({ total: { kind: "write", text: "1" }, items: list([KEEP, CUT]) });
  assert.equal(carved('{"total": 2, "items": [{"id":1}, {"id":2}]}', blade), '{"total": 1, "items": [{"id":1}]}');
  assert.equal(carved('{"items": [{"id":1}, {"id":2}], "total": 2, "x":0}', object({ total: { kind: "write", text: "10" }, items: list([CUT, KEEP]), x: CUT })), '{"items": [{"id":2}], "total": 10}');
});

test("a tree that leads back to itself is followed as deep as the text goes", () => {
  const table = new Map<string, Blade>([["secret", CUT]]);
  const node: { -readonly [K in keyof Inside]: Inside[K] } = { kind: "inside", members: undefined, rest: KEEP, items: KEEP };
  node.items = node;
  table.set("children", node);
  node.members = new NameTable(table);
  assert.equal(carved('{"secret":1,"children":[{"secret":2,"id":3,"children":[{"secret":4}]}]}', node), '{"children":[{"id":3,"children":[{}]}]}');
});

test("where the text is of another kind than the tree, it stays", () => {
  assert.equal(carved("5", object({ a: CUT })), "5");
  assert.equal(carved('{"a":[{"b":1}]}', object({ a: object({ b: CUT }) })), '{"a":[{"b":1}]}');
});

test("of any text what is left is what was to stay, byte by byte", () => {
  fc.assert(
    fc.property(raw, (value) => {
      const text = writeRaw(value);
      assert.ok("value" in readJson(Buffer.from(text)), text);
      const left = carved(text, bladeOf(value));
      assert.equal(left, write(value, fateOf));
      assert.ok("value" in readJson(Buffer.from(left)), left);
    }),
    { numRuns: 2_000 },
  );
});

test("whatever the bytes, it comes to an end", () => {
  const letters = fc.constantFrom(...'{}[]",:\\ \nau0'.split(""));
  const blades = [list(CUT), object({ a: CUT })];
  fc.assert(
    fc.property(fc.array(letters, { maxLength: 40 }).map((parts) => parts.join("")), (text) => {
      for (const blade of blades) {
        try {
          carve(Buffer.from(text), blade);
        } catch (fault) {
          // A name that is none, or an end behind the end: whoever carves what was not read has broken something, and hears of it.
          assert.ok(fault instanceof SyntaxError || fault instanceof RangeError, String(fault));
        }
      }
    }),
    { numRuns: 2_000 },
  );
});
