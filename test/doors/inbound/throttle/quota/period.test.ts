import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { periodAt, PERIODS } from "../../../../../src/doors/inbound/throttle/quota/period.ts";

const at = (text: string): number => Date.parse(text);
const written = ({ begins, ends }: { readonly begins: number; readonly ends: number }): readonly string[] => [begins, ends].map((moment) => new Date(moment).toISOString());

test("periods are those of the calendar, in UTC", () => {
  const now = at("2028-02-29T23:59:59.999Z");
  assert.deepEqual(PERIODS.map((name) => written(periodAt(name, now))), [
    ["2028-02-29T23:00:00.000Z", "2028-03-01T00:00:00.000Z"],
    ["2028-02-29T00:00:00.000Z", "2028-03-01T00:00:00.000Z"],
    ["2028-02-28T00:00:00.000Z", "2028-03-06T00:00:00.000Z"],
    ["2028-02-01T00:00:00.000Z", "2028-03-01T00:00:00.000Z"],
    ["2028-01-01T00:00:00.000Z", "2029-01-01T00:00:00.000Z"],
  ]);
  assert.deepEqual(written(periodAt("month", at("2026-12-31T12:00:00Z"))), ["2026-12-01T00:00:00.000Z", "2027-01-01T00:00:00.000Z"]);
  assert.equal(new Date(periodAt("week", now).begins).getUTCDay(), 1, "weeks begin on Monday");
});

test("every moment lies in one period, and the next one begins where it ends", () => {
  fc.assert(
    fc.property(fc.constantFrom(...PERIODS), fc.integer({ min: 0, max: 4_000_000_000_000 }), (name, now) => {
      const { begins, ends } = periodAt(name, now);
      assert.ok(begins <= now && now < ends);
      assert.deepEqual(periodAt(name, begins), { begins, ends });
      assert.equal(periodAt(name, ends).begins, ends);
    }),
    { numRuns: 2_000 },
  );
});
