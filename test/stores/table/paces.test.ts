/** Paces: nobody is admitted more than he may be, whatever the moments, the threads and the clock. */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { paceOf, Paces, ROW_PLACES } from "../../../src/stores/table/paces.ts";

const [BURST, SECOND] = [5, 1_000_000n];
/** Five at once, and ten in a second. */
const PACE = paceOf(BURST, 500);
const EACH = Number(PACE.each);

test("a pace is said in microseconds", () => {
  assert.deepEqual(PACE, { each: 100_000n, window: 500_000n });
  assert.deepEqual(paceOf(10_000_000, 1_000), { each: 1n, window: 10_000_000n }, "never for nothing");
});

test("no stretch of time sees more than the burst and what comes in meanwhile", () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.nat(20), fc.nat(400)), { maxLength: 80 }), (waits) => {
      const key = Int32Array.of(1, 2, 3, 4);
      const moments = new BigInt64Array(2 * ROW_PLACES);
      const both = [new Paces(key, moments), new Paces(key, moments)];
      let now = 0;
      const admitted: number[] = [];
      for (const [at, wait] of waits.entries()) {
        now += wait * 1_000;
        const paces = both[at % 2] ?? assert.fail();
        if (paces.admit(paces.placeOf("a"), BigInt(now), PACE)) admitted.push(now);
      }
      for (const [from, first] of admitted.entries()) {
        for (const [to, last] of admitted.entries()) if (to >= from) assert.ok(to - from + 1 <= BURST + (last - first) / EACH + 0.01, `${to - from + 1} within ${last - first} us`);
      }
    }),
  );
});

test("the burst comes at once, then one at the pace, and another name has its own", () => {
  const paces = new Paces();
  const admitted = (name: string, milliseconds: number): number => Array.from({ length: 2 * BURST }, () => paces.admit(paces.placeOf(name), BigInt(milliseconds) * 1_000n, PACE)).filter(Boolean).length;
  for (const [now, count] of [[0, BURST], [99, 0], [100, 1], [199, 0], [450, 3], [500, 1], [2_000, BURST]] as const) assert.equal(admitted("a", now), count, `at ${now}`);
  assert.equal(admitted("b", 2_000), BURST);
});

test("who keeps to the pace is never refused", () => {
  const paces = new Paces();
  for (let at = 0; at < 500; at++) assert.ok(paces.admit(paces.placeOf("a"), BigInt(at) * PACE.each, PACE), String(at));
});

test("a clock that is set back shuts nobody out", () => {
  const paces = new Paces();
  const place = paces.placeOf("a");
  for (let at = 0; at < BURST; at++) assert.ok(paces.admit(place, 3_600n * SECOND, PACE));
  assert.ok(paces.admit(place, 0n, PACE));
});

test("a flood of names holds up nobody else for longer than its own bucket", () => {
  const paces = new Paces();
  for (let at = 0; at < 200; at++) for (let time = 0; time < 2 * BURST; time++) paces.admit(paces.placeOf(`a${at}`), 0n, PACE);
  const refused = Array.from({ length: 1_000 }, (_, at) => paces.admit(paces.placeOf(`b${at}`), 0n, PACE)).filter((admitted) => !admitted).length;
  assert.ok(refused <= 10, `${refused} of 1,000 share both places with one of 200 that have used up their buckets`);
});

test("places are told by a key of this process", () => {
  const places = (): string => JSON.stringify(Array.from({ length: 8 }, (_, at) => new Paces().placeOf(`p${at}`)));
  assert.notEqual(places(), places());
  const { first, second } = new Paces().placeOf("p");
  for (const at of [first, second]) assert.ok(Number.isInteger(at) && at >= 0 && at < ROW_PLACES);
});
