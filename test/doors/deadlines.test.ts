import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { Deadlines, TICK_MILLISECONDS } from "../../src/doors/deadlines.ts";

/** Milliseconds that a busy machine may take for a tick. */
const PATIENCE_MILLISECONDS = 10 * TICK_MILLISECONDS;

test("what is late is ended once, soon after its moment and never before", async () => {
  const deadlines = new Deadlines();
  const begun = performance.now();
  const ended: [string, number][] = [];
  for (const [name, milliseconds] of [["long", 300], ["short", 20], ["none", 0]] as const) {
    deadlines.add({ due: begun + milliseconds, expire: () => void ended.push([name, performance.now() - begun - milliseconds]) });
  }
  await wait(300 + 3 * TICK_MILLISECONDS);
  assert.deepEqual(ended.map(([name]) => name).sort(), ["long", "none", "short"]);
  for (const [name, late] of ended) assert.ok(late >= 0 && late < PATIENCE_MILLISECONDS, `${name} was ended ${late} ms late`);
});

test("what was dropped is not ended, not even by another's end", async () => {
  const deadlines = new Deadlines();
  const due = performance.now();
  const dropped = { due, expire: () => assert.fail("it was dropped") };
  let ended = 0;
  deadlines.add({ due, expire: () => (ended++, deadlines.drop(dropped)) });
  deadlines.add(dropped);
  await wait(3 * TICK_MILLISECONDS);
  assert.equal(ended, 1);
});

test("the timer begins again after everything had ended", async () => {
  const deadlines = new Deadlines();
  for (let round = 0; round < 2; round++) {
    let ended = 0;
    deadlines.add({ due: performance.now(), expire: () => void ended++ });
    await wait(4 * TICK_MILLISECONDS);
    assert.equal(ended, 1);
  }
});

test("dropping the first, the middle, the last, and each twice leaves the others waiting", async () => {
  for (const order of [[0, 1], [1, 0], [1, 2], [2, 1], [0, 2], [2, 0]]) {
    const deadlines = new Deadlines();
    const ended: number[] = [];
    const members = [0, 1, 2].map((name) => ({ due: performance.now(), expire: () => void ended.push(name) }));
    for (const member of members) deadlines.add(member);
    for (const at of [...order, ...order]) deadlines.drop(members[at] ?? assert.fail());
    await wait(2 * TICK_MILLISECONDS);
    assert.deepEqual(ended, [0, 1, 2].filter((name) => !order.includes(name)), order.join());
  }
});
