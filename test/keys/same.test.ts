import assert from "node:assert/strict";
import { test } from "node:test";
import { isSame } from "../../src/keys/same.ts";

test("Secrets of any length are the same when every byte is", () => {
  assert.ok(isSame("a", "a"));
  assert.ok(isSame("", new Uint8Array(0)));
  assert.ok(isSame("\u{e9}", Buffer.from("\u{e9}")));
  for (const other of ["", "b", "aa", "A", "a\0"]) assert.ok(!isSame("a", other), JSON.stringify(other));
});
