/** Pace: a grace, then a least pace, and no credit beyond the grace. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Pace } from "../../../../src/hosts/gateway/wire/pace.ts";

/** How many ticks of a quarter of a second it lasts with `bytes` in each. */
function ticks(bytes: number, start = 0): number {
  const pace = new Pace(100, 2_000);
  if (start > 0) pace.keep(start, 0);
  let count = 0;
  while (count < 1_000 && pace.keep(bytes, 250)) count++;
  return count;
}

test("who sends nothing has the grace", () => assert.equal(ticks(0), 8));
test("who sends half the pace has nearly twice the grace", () => assert.equal(ticks(12.5), 15));
test("who keeps the pace has all the time", () => assert.equal(ticks(25), 1_000));
test("a quick start buys no more than the grace", () => assert.equal(ticks(0, 1_000_000), 8));
