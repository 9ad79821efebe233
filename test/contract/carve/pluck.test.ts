import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { NameTable } from "../../../src/contract/carve/name-table.ts";
import { pluck } from "../../../src/contract/carve/pluck.ts";
import { isJsonObject, type Json } from "../../../src/contract/json-value.ts";
import { raw, writeRaw } from "./raw-json.ts";

const NAMES = ["id", "owner", "\u00e9", 'q"'];
const table = new NameTable(new Map(NAMES.map((name) => [name, name])));
const plucked = (text: string): readonly Json[] | undefined => pluck(Buffer.from(text), table);

test("of each item the named members are there, as whole values, and no others", () => {
  assert.deepEqual(plucked('[{"id":1,"x":{"id":2}}, {"owner" : ["a",{"b":"}"}]} ,{}, 7, null, "id", [{"id":3}]]'), [{ id: 1 }, { owner: ["a", { b: "}" }] }, {}, 7, null, "id", [{ id: 3 }]]);
  assert.deepEqual(plucked("[ ]"), []);
});

test("a name is found however it is written", () => {
  assert.deepEqual(plucked('[{"\\u0069d":1,"\u00e9":2,"q\\"":3,"i\\u0064x":4}]'), [{ id: 1, "\u00e9": 2, 'q"': 3 }]);
});

test("what is no list is not plucked", () => {
  for (const text of ['{"id":1}', "1", '"[1]"', "null", "", " "]) assert.equal(plucked(text), undefined, text);
});

test("of any list it finds what a parser finds", () => {
  fc.assert(
    fc.property(fc.array(raw, { maxLength: 4 }), fc.constantFrom("", " ", "\n"), (items, blank) => {
      const text = `${blank}[${items.map((item) => blank + writeRaw(item) + blank).join(",")}]${blank}`;
      const whole = JSON.parse(text) as readonly Json[];
      assert.deepEqual(plucked(text), whole.map((item) => (isJsonObject(item) ? Object.fromEntries(Object.entries(item).filter(([name]) => NAMES.includes(name))) : item)));
    }),
  );
});
