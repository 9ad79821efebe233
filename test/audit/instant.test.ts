import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { writeInstant } from "../../src/audit/instant.ts";

test("a moment is written as Date writes it, whatever moment came before", () => {
  const moments = fc.oneof(fc.integer({ min: 1_790_000_000_000, max: 1_790_000_003_000 }), fc.date({ noInvalidDate: true }).map(Number));
  fc.assert(fc.property(fc.array(moments), (list) => {
    for (const moment of list) assert.equal(writeInstant(moment), new Date(moment).toISOString());
  }));
});

test("milliseconds always have three digits", () => {
  for (const rest of [0, 9, 10, 99, 100, 999]) assert.equal(writeInstant(1_790_000_000_000 + rest), `2026-09-21T14:13:20.${String(rest).padStart(3, "0")}Z`);
});
