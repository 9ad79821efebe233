/** Json pointer: RFC 6901, and own members only. */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { follow, join, readPointer, writePointer } from "../../src/contract/json-pointer.ts";

test("What is written is read again", () => {
  fc.assert(fc.property(fc.array(fc.string()), (keys) => assert.deepEqual(readPointer(writePointer(keys)), keys)));
});

test("The examples of RFC 6901, section 5, lead where they say", () => {
  const value = { foo: ["bar", "baz"], "": 0, "a/b": 1, "c%d": 2, "m~n": 8 };
  const cases = [["/foo/0", "bar"], ["/", 0], ["/a~1b", 1], ["/c%d", 2], ["/m~0n", 8]] as const;
  for (const [pointer, expected] of cases) assert.deepEqual(follow(value, readPointer(pointer) ?? []), expected, pointer);
  assert.deepEqual(follow(value, readPointer("") ?? ["none"]), value);
});

test("What is no pointer is none", () => {
  for (const text of ["a", "#/a", "/~", "/~2", "/a~"]) assert.equal(readPointer(text), undefined, text);
});

test("Indices are plain numbers within the list, and inherited members are not there", () => {
  for (const key of ["00", "01", "-", "-1", "1e0", "2", "length", "at"]) assert.equal(follow([1, 2], [key]), undefined, key);
  for (const key of ["toString", "__proto__", "constructor"]) assert.equal(follow({ a: 1 }, [key]), undefined, key);
  assert.equal(follow("text", ["length"]), undefined);
});

test("A step is escaped once", () => {
  assert.equal(join("/paths", "/a~b", "get"), "/paths/~1a~0b/get");
});
