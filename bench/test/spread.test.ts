/**
 * Tests of the spread.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { takeSpread } from "../spread.ts";

test("the median of an odd and of an even number of values is the middle", () => {
  assert.deepEqual(takeSpread([9, 1, 5]), { median: 5, least: 1, greatest: 9 });
  assert.deepEqual(takeSpread([10, 1, 2, 4]), { median: 3, least: 1, greatest: 10 });
});

test("nothing has no spread", () => {
  assert.equal(takeSpread([]), undefined);
});
