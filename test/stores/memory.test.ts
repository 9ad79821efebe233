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

test("no seed of the dice makes the store forget the oldest instead of the least", () => {
  for (const random of [() => new Uint8Array(4), () => Uint8Array.of(0, 0, 0, 1), () => Uint8Array.of(255, 255, 255, 255)]) {
    const store = memoryStore({ keysMax: 20, random });
    for (let turn = 0; turn < 5; turn++) store.take("greedy", HOURLY);
    for (let key = 0; key < 1_000; key++) store.take(`foreign ${key}`, HOURLY);
    assert.equal(taken(store.take("greedy", HOURLY)).granted, false);
  }
});

test("a store for one name remembers one name", () => {
  const store = memoryStore({ keysMax: 1 });
  for (let key = 0; key < 100; key++) {
    store.take(`key ${key}`, HOURLY);
    assert.equal(store.size, 1);
    assert.equal(taken(store.take(`key ${key}`, { ...HOURLY, cost: 0 })).left, 4, "the newest");
  }
});

test("after any clearing away, every entry is still found", () => {
  const store = memoryStore();
  for (let key = 0; key < 300; key++) store.take(`key ${key}`, { cost: 1, capacity: 5, perMillisecond: 5 / (key % 3 === 0 ? 3_600_000 : 100), now: START });
  for (let key = 300; key < 1_000; key++) store.take(`key ${key}`, { ...HOURLY, now: START + 1_000 });
  for (let key = 0; key < 300; key += 3) assert.ok(taken(store.take(`key ${key}`, { ...HOURLY, cost: 0, now: START + 1_000 })).left < 5, `key ${key}`);
  assert.equal(store.size, 100 + 700);
});

test("less than a millisecond of debt is not forgotten", () => {
  // A token takes a third of a millisecond.
  const store = memoryStore();
  const want = { cost: 1, capacity: 3, perMillisecond: 3, now: START };
  store.take("a", want);
  for (let key = 0; key < 10; key++) store.take(`key ${key}`, HOURLY);
  assert.equal(taken(store.take("a", { ...want, cost: 0 })).left, 2);
  for (let turn = 0; turn < 4; turn++) store.take("b", want);
  assert.equal(taken(store.take("b", { ...want, now: START + 1 })).granted, true);
});

test("a window of broken milliseconds is rounded up, and noise of the division is not", () => {
  const waitOf = (capacity: number, perMillisecond: number): number => {
    const store = memoryStore();
    const want = { cost: capacity, capacity, perMillisecond, now: START };
    store.take("a", want);
    return taken(store.take("a", want)).waitMilliseconds;
  };
  assert.equal(waitOf(10, 10 / 1_000.4), 1_001);
  assert.equal(waitOf(10, 10 / 0.4), 1);
  assert.equal(NOISY[0] / (NOISY[0] / NOISY[1]) > NOISY[1], true);
  assert.equal(waitOf(NOISY[0], NOISY[0] / NOISY[1]), NOISY[1]);
});

/** A capacity and a window that division does not give back. */
const NOISY = [9, 60_000] as const;

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
