import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { type MemoryStore, memoryStore } from "../../src/stores/memory.ts";
import type { Meter, Taken } from "../../src/stores/store.ts";
import { FALL_BACK_MILLISECONDS_MAX } from "../../src/stores/table/clock.ts";
import { TABLE_BYTES_MIN } from "../../src/stores/table/table.ts";
import { limit, storeCases } from "../stores.cases.ts";

/** With bounds, the smallest table that there is: about 1,200 places for callers who are known, a third of that for names. */
const small = (): MemoryStore => memoryStore({ bytes: TABLE_BYTES_MIN });

for (const shared of [false, true]) {
  for (const { title, run } of storeCases) {
    test(`memory${shared ? " for several threads" : ""}: ${title}`, () => run((bounds) => memoryStore({ shared, ...(bounds === undefined ? {} : { bytes: TABLE_BYTES_MIN }) })));
  }
}

const START = 1_800_000_000_000;
const HOURLY = limit({ window: 3_600_000 });

/** This store answers at once; a promise would be a defect. */
function taken(answer: Taken | Promise<Taken>): Taken {
  assert.ok(!(answer instanceof Promise));
  return answer;
}

function takeAll(meter: Meter, owner: string, now = START): number {
  let granted = 0;
  while (taken(meter.take(owner, 1, now)).granted) granted++;
  return granted;
}

const heldBy = ({ table }: MemoryStore, now = START): number => table.state(now).known.held;

test("the table never grows, whatever it is asked to hold", () => {
  const store = small();
  const meter = store.meter(HOURLY);
  for (let key = 0; key < 20_000; key++) meter.take(`key ${key}`, 1, START);
  const { places, held, evicted } = store.table.state(START).known;
  assert.equal(store.table.buffer.byteLength, TABLE_BYTES_MIN);
  assert.equal(held, places, "and is full in the end");
  assert.equal(evicted, 20_000 - places);
});

test("a refused or free attempt of a newcomer leaves no record", () => {
  const store = small();
  const meter = store.meter(HOURLY);
  meter.take("a", 6, START);
  meter.take("a", 0, START);
  meter.charge("a", -1, START);
  assert.equal(heldBy(store), 0);
});

test("a record that says nothing goes before one that does", () => {
  const store = small();
  const quick = store.meter(limit({ name: "quick", capacity: 5, window: 1_000 }));
  const slow = store.meter(HOURLY);
  const { places } = store.table.state(START).known;
  for (let key = 0; key < places; key++) quick.take(`quick ${key}`, 5, START);
  const before = store.table.state(START).known.evicted;
  for (let key = 0; key < places / 4; key++) slow.take(`slow ${key}`, 1, START + 1_000);
  assert.equal(store.table.state(START).known.evicted, before, "nobody who owed something was forgotten");
});

test("greedy callers outlive a flood of names that owe little", () => {
  const store = small();
  const meter = store.meter(HOURLY);
  for (let greedy = 0; greedy < 100; greedy++) assert.equal(takeAll(meter, `greedy ${greedy}`), 5);
  for (let key = 0; key < 50_000; key++) meter.take(`foreign ${key}`, 1, START);
  for (let greedy = 0; greedy < 100; greedy++) assert.equal(takeAll(meter, `greedy ${greedy}`), 0, `greedy ${greedy}`);
});

test("a flood of strangers does not touch those who proved who they are, nor logins", () => {
  const store = small();
  const [known, logins, strangers] = (["known", "logins", "strangers"] as const).map((room) => store.meter(limit({ room, window: 3_600_000 })));
  assert.ok(known !== undefined && logins !== undefined && strangers !== undefined);
  for (const meter of [known, logins]) meter.take("ann", 1, START);
  for (let key = 0; key < 20_000; key++) takeAll(strangers, `stranger ${key}`);
  for (const meter of [known, logins]) assert.equal(taken(meter.take("ann", 0, START)).left, 4);
});

test("what one thread has taken, another one finds taken", () => {
  const store = memoryStore({ shared: true, bytes: TABLE_BYTES_MIN });
  assert.ok(store.table.buffer instanceof SharedArrayBuffer);
  const other = memoryStore({ table: store.table.buffer });
  assert.equal(takeAll(store.meter(HOURLY), "a"), 5);
  assert.equal(takeAll(other.meter(HOURLY), "a"), 0);
  assert.equal(other.once("a", START + 1_000, START), "first");
  assert.equal(store.once("a", START + 1_000, START), "again");
  store.marks("given").mark("a", 1_000, START);
  assert.equal(other.marks("given").isMarked("a", START), true);
});

test("whoever does a great many things once does not keep others from proving who they are", () => {
  const store = memoryStore({ bytes: 1_048_576 });
  let full = 0;
  for (let at = 0; at < 20_000; at++) if (store.once(`text ${at}`, START + 86_400_000, START) === "full") full++;
  assert.ok(full > 0, "an attack that never works proves nothing");
  for (let at = 0; at < 100; at++) assert.equal(store.once(`proof ${at}`, START + 60_000, START, "proofs"), "first");
  assert.equal(store.once("proof 7", START + 60_000, START, "proofs"), "again");
  assert.equal(store.once("text 0", START + 60_000, START, "proofs"), "first", "rooms share no names");
});

test("there is room for as many marks as the manual says", () => {
  assert.equal(memoryStore().table.state(START).marks.places, 157_275);
});

test("every table has a key of its own", () => {
  const [one, other] = [small(), small()].map(({ table }) => {
    table.hash.hash("a");
    return `${table.hash.low} ${table.hash.high}`;
  });
  assert.notEqual(one, other);
});

test("a clock that falls back a little stands still; by more, time goes on at once", () => {
  for (const [back, granted] of [[FALL_BACK_MILLISECONDS_MAX, false], [FALL_BACK_MILLISECONDS_MAX + 1, true]] as const) {
    let wall = START;
    const meter = memoryStore({ wall: () => wall }).meter(limit({ capacity: 1, window: 1_000 }));
    const one = (now: number): boolean => taken(meter.take("a", 1, (wall = now))).granted;
    assert.equal(one(START), true);
    assert.equal(one(START - back), false);
    assert.equal(one(START - back + 1_000), granted, String(back));
  }
});

test("a request that arrived long ago is no clock that was set back: whoever is slow does not make time go faster", () => {
  let wall = START;
  const store = memoryStore({ wall: () => wall });
  const meter = store.meter(limit({ capacity: 1, window: 3_600_000 }));
  const steps = store.steps("cart", 3_600_000);
  assert.equal(taken(meter.take("a", 1, START)).granted, true);
  for (let turn = 0; turn < 60; turn++) {
    wall++;
    // Its body took two minutes to come: a guard behind the body asks with the moment of its arrival.
    void steps.take("slow", 0, START - 120_000);
  }
  assert.equal(taken(meter.take("a", 1, wall)).granted, false);
  // The clock is set back an hour, and the first to ask is one who came two minutes before.
  wall = START - 3_600_000;
  meter.take("b", 1, wall - 120_000);
  assert.equal(taken(meter.take("a", 1, wall + 3_540_000)).granted, false);
  assert.equal(taken(meter.take("a", 1, wall + 3_600_000)).granted, true);
});

test("less than a millisecond of debt is not forgotten", () => {
  // A token takes a third of a millisecond.
  const meter = memoryStore().meter(limit({ capacity: 3, window: 1 }));
  meter.take("a", 1, START);
  const { left } = taken(meter.take("a", 0, START));
  assert.equal(left, 2);
  for (let turn = 0; turn < 4; turn++) meter.take("b", 1, START);
  assert.equal(taken(meter.take("b", 1, START + 1)).granted, true);
});

test("a window of broken milliseconds makes buckets, too", () => {
  // 3,000 in a second, one at a time: a third of a millisecond for each.
  const meter = memoryStore().meter(limit({ capacity: 1, window: 1 / 3 }));
  assert.equal(taken(meter.take("a", 1, START)).granted, true);
  assert.deepEqual({ ...taken(meter.take("a", 1, START)) }, { granted: false, left: 0, waitMilliseconds: 1 });
  assert.equal(taken(meter.take("a", 1, START + 1)).granted, true);
});

test("a table of no size that can be is a fault", () => {
  for (const bytes of [0, TABLE_BYTES_MIN - 1, 100_000.5, Number.NaN, Number.POSITIVE_INFINITY]) assert.throws(() => memoryStore({ bytes }), String(bytes));
});

test("no order of attempts and times gets more than the burst and the rate", () => {
  const attempts = fc.array(fc.record({ step: fc.integer({ min: 0, max: 5_000 }), cost: fc.integer({ min: 1, max: 4 }) }), { maxLength: 200 });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 20_000 }), attempts, (capacity, window, list) => {
      const meter = small().meter(limit({ capacity, window }));
      let [now, spent] = [START, 0];
      for (const { step, cost } of list) {
        now += step;
        const { granted, left, waitMilliseconds } = taken(meter.take("a", cost, now));
        if (granted) spent += cost;
        assert.ok(left >= 0 && left <= capacity && waitMilliseconds >= 0);
        // In whole numbers, so that the judge makes no error of its own.
        assert.ok(spent * window <= capacity * window + (now - START) * capacity, `${spent} of ${capacity} in ${window}`);
        if (granted || cost > capacity) continue;
        assert.equal(taken(meter.take("a", 0, now)).left, left);
        now += waitMilliseconds;
        assert.equal(taken(meter.take("a", cost, now)).granted, true, "the wait was true");
        spent += cost;
      }
    }),
    { numRuns: 200 },
  );
});
