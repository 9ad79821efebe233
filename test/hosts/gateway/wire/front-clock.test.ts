/** Front clock: one timer that is never early, does not blame callers for its own delays, and knows the time of day. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { FrontClock, TICK_MILLISECONDS } from "../../../../src/hosts/gateway/wire/front-clock.ts";

test("members are looked at until they leave, and a due time is never early", async () => {
  const clock = new FrontClock();
  const began = performance.now();
  const due = clock.after(300);
  let ended = 0;
  const member = {
    tick: (now: number) => {
      if (now < due) return;
      ended = performance.now() - began;
      clock.delete(member);
    },
  };
  clock.add(member);
  // The clock's timer does not keep a process alive.
  await wait(300 + 4 * TICK_MILLISECONDS);
  clock.stop();
  assert.ok(ended >= 300 && ended <= 300 + 2 * TICK_MILLISECONDS + 100, `${ended}`);
});

test("time in which the process stood still is not counted", async () => {
  const clock = new FrontClock();
  await wait(TICK_MILLISECONDS + 50);
  const before = clock.now;
  const until = performance.now() + 6 * TICK_MILLISECONDS;
  while (performance.now() < until);
  await wait(10);
  assert.ok(clock.now - before <= 2 * TICK_MILLISECONDS, `${clock.now - before}`);
  clock.stop();
});

test("the date is today's", async () => {
  const clock = new FrontClock();
  const said = clock.dateLine;
  assert.match(said, /^date: \w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT\r\n$/);
  assert.ok(Math.abs(Date.parse(said.slice(6)) - Date.now()) < 2_000);
  await wait(1_000 + 2 * TICK_MILLISECONDS);
  assert.notEqual(clock.dateLine, said);
  clock.stop();
});
