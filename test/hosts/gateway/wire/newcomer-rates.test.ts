/** Newcomer rates: exact over generations of buckets, and bounded. */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { NewcomerRates, PREFIXES_MAX } from "../../../../src/hosts/gateway/wire/newcomer-rates.ts";

const PER_SECOND = 10;
const BURST = 5;

test("no stretch of time sees more than the burst and what comes in meanwhile, whenever somebody comes", () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.nat(20), fc.nat(400)), { maxLength: 80 }), (waits) => {
      const rates = new NewcomerRates(PER_SECOND, BURST);
      let now = 0;
      const admitted: number[] = [];
      for (const wait of waits) {
        now += wait;
        if (rates.admit("a", now)) admitted.push(now);
      }
      for (const [from, first] of admitted.entries()) {
        for (const [to, last] of admitted.entries()) if (to >= from) assert.ok(to - from + 1 <= BURST + ((last - first) * PER_SECOND) / 1_000 + 0.01, `${to - from + 1} within ${last - first} ms`);
      }
    }),
  );
});

test("the burst comes at once, and then one at the pace, and another address has its own", () => {
  const rates = new NewcomerRates(PER_SECOND, BURST);
  const admitted = (prefix: string, now: number): number => Array.from({ length: 2 * BURST }, () => rates.admit(prefix, now)).filter(Boolean).length;
  // Across a change of generations, too, which comes every half second.
  for (const [now, count] of [[0, BURST], [99, 0], [100, 1], [199, 0], [450, 3], [500, 1], [501, 0], [600, 1], [2_000, BURST]] as const) assert.equal(admitted("a", now), count, `at ${now}`);
  assert.equal(admitted("b", 2_000), BURST);
});

test("who keeps to the pace is never refused", () => {
  const rates = new NewcomerRates(PER_SECOND, BURST);
  for (let at = 0; at < 500; at++) assert.ok(rates.admit("a", at * (1_000 / PER_SECOND)), String(at));
});

test("what is full again is forgotten, and there are so many and no more", () => {
  const rates = new NewcomerRates(PER_SECOND, BURST);
  for (let at = 0; at < 100; at++) rates.admit(`a${at}`, 0);
  rates.admit("b", 500);
  rates.admit("c", 1_000);
  assert.equal(rates.size, 2);
  for (let at = 0; at < 3 * PREFIXES_MAX; at++) rates.admit(`d${at}`, 1_001);
  assert.ok(rates.size <= 2 * PREFIXES_MAX);
});
