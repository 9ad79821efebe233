import assert from "node:assert/strict";
import { test } from "node:test";
import { isEqual } from "../../src/keys/equal.ts";

test("bytes are equal when all of them are, and lengths are compared first", () => {
  const bytes = (text: string): Buffer => Buffer.from(text);
  assert.equal(isEqual(bytes("abc"), bytes("abc")), true);
  assert.equal(isEqual(bytes(""), bytes("")), true);
  for (const other of ["abd", "bbc", "ab", "abcd", ""]) assert.equal(isEqual(bytes("abc"), bytes(other)), false, other);
});
