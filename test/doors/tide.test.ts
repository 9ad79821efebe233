import assert from "node:assert/strict";
import { test } from "node:test";
import { openTide } from "../../src/doors/tide.ts";

interface Desk {
  now: number;
  readonly gone: string[];
  readonly wait: (name: string, since: number, step: number) => void;
  /** Gives the tide's timer the time to look at the clock. */
  readonly settle: () => Promise<void>;
}

/** A clock of the test's own. */
function desk(): Desk {
  const tide = openTide(() => self.now);
  const self: Desk = {
    now: 1_000,
    gone: [],
    wait: (name, since, step) => void tide(since, step).then(() => self.gone.push(name)),
    settle: () => new Promise((resolve) => void setTimeout(resolve, 30)),
  };
  return self;
}

test("who took more and who took less of one step go at the same moment", async () => {
  const at = desk();
  at.wait("quick", 999, 20);
  at.wait("slow", 985, 20);
  await at.settle();
  assert.deepEqual(at.gone, []);
  at.now = 1_004;
  await at.settle();
  assert.deepEqual(at.gone, []);
  at.now = 1_005;
  await at.settle();
  assert.deepEqual(at.gone, ["slow"], "its step began earlier");
  at.now = 1_019;
  await at.settle();
  assert.deepEqual(at.gone, ["slow", "quick"]);
});

test("who comes later and is due earlier is not kept by who came first", async () => {
  const at = desk();
  at.wait("long", 1_000, 50);
  at.wait("short", 1_000, 10);
  at.now = 1_010;
  await at.settle();
  assert.deepEqual(at.gone, ["short"]);
  at.now = 1_050;
  await at.settle();
  await at.settle();
  assert.deepEqual(at.gone, ["short", "long"]);
});

test("who took longer than a step waits for the end of another one", async () => {
  const at = desk();
  at.wait("one", 950, 20);
  at.now = 1_009;
  await at.settle();
  assert.deepEqual(at.gone, []);
  at.now = 1_010;
  await at.settle();
  assert.deepEqual(at.gone, ["one"]);
});

test("a clock that was set back keeps nobody waiting for longer than a step", async () => {
  const at = desk();
  at.wait("one", 900_000, 20);
  at.now = 1_020;
  await at.settle();
  assert.deepEqual(at.gone, ["one"]);
});
