import assert from "node:assert/strict";
import { test } from "node:test";
import { LATE_MILLISECONDS_MAX, strangerBound } from "../../../../../src/doors/inbound/authenticate/access-token/stranger-bound.ts";

const START = 1_800_000_000_000;

function working(may: (address: string, now: number) => boolean, now: number): number {
  for (let worked = 0; worked < 1_000; worked++) if (!may("192.0.2.1", now)) return worked;
  return Number.POSITIVE_INFINITY;
}

test("so much at once, and as much again in the window", () => {
  const may = strangerBound({ burst: 10, window: 10_000, crowd: 0 });
  assert.deepEqual([working(may, START), working(may, START + 1_000), working(may, START + 100_000)], [10, 1, 10]);
});

test("a request that was held up on its way here is no clock that was set back, and brings no new bound", () => {
  const may = strangerBound({ burst: 10, window: 10_000, crowd: 0 });
  assert.equal(working(may, START), 10);
  assert.deepEqual([working(may, START - 2_000), working(may, START - LATE_MILLISECONDS_MAX)], [0, 0]);
  assert.equal(working(may, START - LATE_MILLISECONDS_MAX - 1), 10, "so late is nobody: then it was the clock");
});
