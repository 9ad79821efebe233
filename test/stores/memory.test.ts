import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { FALL_BACK_MILLISECONDS_MAX, memoryStore, NAME_CHARACTERS_MAX } from "../../src/stores/memory.ts";
import type { Taken, Want } from "../../src/stores/store.ts";
import { storeCases } from "../stores.cases.ts";

for (const { title, run } of storeCases) test(`memory: ${title}`, () => run((options) => memoryStore(options)));

const START = 1_800_000_000_000;
const HOURLY: Want = { cost: 1, capacity: 5, perMillisecond: 5 / 3_600_000, now: START };

/** This store answers at once; a promise would be a defect. */
function taken(answer: Taken | Promise<Taken>): Taken {
  assert.ok(!(answer instanceof Promise));
  return answer;
}

test("the store answers at once and never holds more entries than it may", () => {
  const store = memoryStore({ keysMax: 100 });
  for (let key = 0; key < 10_000; key++) taken(store.take(`key ${key}`, HOURLY));
  assert.equal(store.size, 100);
});

test("a refused or free attempt of a newcomer leaves no entry", () => {
  const store = memoryStore();
  store.take("a", { ...HOURLY, cost: 6 });
  store.take("a", { ...HOURLY, cost: 0 });
  assert.equal(store.size, 0);
});

test("entries that say nothing go as newcomers come, far below the bound", () => {
  const store = memoryStore();
  for (let key = 0; key < 20_000; key++) store.take(`key ${key}`, { cost: 1, capacity: 5, perMillisecond: 5 / 1_000, now: START + key });
  assert.ok(store.size < 1_000, `${store.size} entries`);
});

test("an entry that says nothing goes before one that does", () => {
  const store = memoryStore({ keysMax: 2 });
  store.take("quick", { cost: 1, capacity: 5, perMillisecond: 1, now: START });
  for (let turn = 0; turn < 5; turn++) store.take("slow", HOURLY);
  store.take("newcomer", { ...HOURLY, now: START + 2_000 });
  assert.equal(taken(store.take("slow", { ...HOURLY, now: START + 2_000 })).granted, false);
  assert.equal(store.size, 2);
});

test("greedy callers outlive a flood of names that owe little", () => {
  const store = memoryStore({ keysMax: 500, random: () => Uint8Array.of(1, 2, 3, 4) });
  for (let greedy = 0; greedy < 50; greedy++) for (let turn = 0; turn < 5; turn++) store.take(`greedy ${greedy}`, HOURLY);
  for (let key = 0; key < 20_000; key++) store.take(`foreign ${key}`, HOURLY);
  const reset = Array.from({ length: 50 }, (_, greedy) => taken(store.take(`greedy ${greedy}`, HOURLY)).granted).filter(Boolean).length;
  assert.equal(reset, 0);
});

test("long names are kept short, and stay apart", () => {
  const store = memoryStore();
  const long = "n".repeat(NAME_CHARACTERS_MAX);
  for (const name of [long, `${long}a`, `${long}b`]) assert.equal(taken(store.take(name, HOURLY)).left, 4, name);
  assert.equal(taken(store.take(`${long}a`, HOURLY)).left, 3);
});

test("a clock that falls back a little stands still; by more, time goes on at once", () => {
  for (const [back, granted] of [[FALL_BACK_MILLISECONDS_MAX, false], [FALL_BACK_MILLISECONDS_MAX + 1, true]] as const) {
    const store = memoryStore();
    const one = (now: number): boolean => taken(store.take("a", { cost: 1, capacity: 1, perMillisecond: 1 / 1_000, now })).granted;
    assert.equal(one(START), true);
    assert.equal(one(START - back), false);
    assert.equal(one(START - back + 1_000), granted, String(back));
  }
});

test("a closed store has forgotten everything", () => {
  const store = memoryStore();
  store.take("a", HOURLY);
  store.close();
  assert.equal(store.size, 0);
});

test("no order of attempts and times gets more than the burst and the rate", () => {
  const attempts = fc.array(fc.record({ step: fc.integer({ min: 0, max: 5_000 }), cost: fc.integer({ min: 1, max: 4 }) }), { maxLength: 200 });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 20_000 }), attempts, (capacity, window, list) => {
      const store = memoryStore();
      let [now, spent] = [START, 0];
      for (const { step, cost } of list) {
        now += step;
        const { granted, left, waitMilliseconds } = taken(store.take("a", { cost, capacity, perMillisecond: capacity / window, now }));
        if (granted) spent += cost;
        assert.ok(left >= 0 && left <= capacity && waitMilliseconds >= 0);
        // In whole numbers, so that the judge makes no error of its own.
        assert.ok(spent * window <= capacity * window + (now - START) * capacity, `${spent} of ${capacity} in ${window}`);
        const soon = now + waitMilliseconds;
        if (!granted && cost <= capacity) assert.equal(taken(store.take("a", { cost: 0, capacity, perMillisecond: capacity / window, now })).left, left);
        if (!granted && cost <= capacity) {
          now = soon;
          assert.equal(taken(store.take("a", { cost, capacity, perMillisecond: capacity / window, now })).granted, true, "the wait was true");
          spent += cost;
        }
      }
    }),
    { numRuns: 200 },
  );
});
