import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import type { Json } from "../../../../../src/contract/json-value.ts";
import { amountOf, isSameValue } from "../../../../../src/doors/inbound/validate/authorization-details/amount.ts";

test("one amount has one value, however it is written", () => {
  for (const [one, other] of [[123.5, "123.50"], ["0123.5", "123.5"], [10, "10.000"], [0, "-0"], ["0.1", 0.1], [-5, "-5.0"]] as const) assert.ok(isSameValue(one, other), `${one} ${other}`);
  for (const [one, other] of [[123.5, "123.51"], ["1", "10"], [0.1 + 0.2, "0.3"], ["9007199254740993", 9_007_199_254_740_992]] as const) assert.ok(!isSameValue(one, other), `${one} ${other}`);
});

test("what cannot be compared exactly is no amount", () => {
  const odd: readonly (Json | undefined)[] = ["", " 1", "1 ", "+1", "1.", ".5", "1e3", 1e21, 1e-7, "0x10", "1,5", "\u{661}", "1".repeat(19), `0.${"1".repeat(13)}`, "1".repeat(40), null, true, [1], { a: 1 }, undefined];
  for (const value of odd) assert.equal(amountOf(value), undefined, JSON.stringify(value));
  assert.equal(amountOf("9".repeat(18)), BigInt(`${"9".repeat(18)}${"0".repeat(12)}`));
  assert.equal(amountOf(`0.${"1".repeat(12)}`), 111_111_111_111n);
});

test("texts are the same when they are the same text; nothing, lists and objects never are", () => {
  assert.ok(isSameValue("DE89 3704", "DE89 3704"));
  assert.ok(isSameValue(true, true));
  for (const [one, other] of [["de", "DE"], ["", undefined], [null, null], [undefined, undefined], [true, "true"]] as const) assert.ok(!isSameValue(one, other));
  const list: Json = [1];
  assert.ok(!isSameValue(list, list));
});

test("amounts are ordered as numbers are", () => {
  const cents = fc.integer({ min: -1_000_000_000, max: 1_000_000_000 });
  fc.assert(fc.property(cents, cents, (one, other) => (amountOf((one / 100).toFixed(2)) ?? 0n) < (amountOf(other / 100) ?? 0n) === one < other));
});
