/** Loop lag: how late this thread is, by a clock of the test's own. */
import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { openLoopLag, TICK_MILLISECONDS, TICKS } from "../../../../../src/doors/inbound/screen/overload/loop-lag.ts";

test("One late tick is no lag; as many in a row as it looks at are, by the least of them", () => {
  mock.timers.enable({ apis: ["setInterval"] });
  let now = 0;
  const lag = openLoopLag(() => now);
  const tick = (late: number): void => {
    now += TICK_MILLISECONDS + late;
    mock.timers.tick(TICK_MILLISECONDS);
  };
  tick(500);
  assert.equal(lag.milliseconds(), 0);
  for (let at = 0; at < TICKS; at++) tick(100 + at);
  assert.equal(lag.milliseconds(), 100);
  tick(0);
  assert.equal(lag.milliseconds(), 0);
  lag.close();
  mock.timers.reset();
});
