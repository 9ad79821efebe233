/** Threads that share a table: exact however they meet, and none of them can take it along when it dies. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { type MemoryStore, memoryStore } from "../../../src/stores/memory.ts";
import type { Limit } from "../../../src/stores/store.ts";
import { LOCK_WAIT_MILLISECONDS_MAX } from "../../../src/stores/table/room.ts";
import { limit } from "../../stores.cases.ts";
import type { TakerOrders, TakerReport } from "./taker.ts";

const START = 1_800_000_000_000;
/** SALLYPORT_ATTEMPTS=1000000 is the long run; see bench/README.md. */
const ATTEMPTS = Number(process.env["SALLYPORT_ATTEMPTS"] ?? 250_000);
const TAKER = new URL("./taker.ts", import.meta.url);

function shared(bytes = 8_388_608): MemoryStore & { readonly buffer: SharedArrayBuffer } {
  const store = memoryStore({ shared: true, bytes });
  const { buffer } = store.table;
  assert.ok(buffer instanceof SharedArrayBuffer);
  return { ...store, buffer };
}

function start(orders: Omit<TakerOrders, "now">): Worker {
  return new Worker(TAKER, { workerData: { now: START, ...orders } satisfies TakerOrders });
}

/** All begin at the same moment. Answers how often each owner was granted, by all of them together. */
async function race(takers: number, table: SharedArrayBuffer, one: Limit, owners: number, attempts = ATTEMPTS): Promise<{ readonly granted: readonly number[]; readonly faults: number }> {
  const gate = new SharedArrayBuffer(4);
  const reports = await Promise.all(
    Array.from({ length: takers }, async () => {
      const worker = start({ table, limit: one, owners, attempts, gate, takers });
      return new Promise<TakerReport>((resolve, reject) => worker.once("message", resolve).once("error", reject));
    }),
  );
  return { granted: Array.from({ length: owners }, (_, owner) => reports.reduce((sum, { granted }) => sum + (granted[owner] ?? 0), 0)), faults: reports.reduce((sum, { faults }) => sum + faults, 0) };
}

for (const takers of [1, 2, 4]) {
  test(`${takers} threads that want one bucket get what it holds, and not one more`, async () => {
    const one = limit({ capacity: 50_000, window: 3_600_000 });
    assert.deepEqual(await race(takers, shared().buffer, one, 1), { granted: [50_000], faults: 0 });
  });
}

test("4 threads that meet at a thousand buckets give each of them out exactly", async () => {
  const { granted, faults } = await race(4, shared().buffer, limit({ capacity: 100, window: 3_600_000 }), 1_000);
  assert.deepEqual([Math.min(...granted), Math.max(...granted), faults], [100, 100, 0]);
});

test("4 threads that bring the same newcomers at the same moment make one record for each", async () => {
  const store = shared();
  const { granted } = await race(4, store.buffer, limit({ capacity: 5, window: 3_600_000 }), 10_000, 100_000);
  assert.deepEqual([Math.min(...granted), Math.max(...granted)], [5, 5]);
  assert.equal(store.table.state(START).known.evicted, 0);
});

test("threads that are ended in the middle of their work leave no lock behind, once they are buried", async () => {
  const store = shared(65_536);
  const meter = store.meter(limit({ name: "after", window: 1 }));
  for (let round = 0; round < 5; round++) {
    const gate = new SharedArrayBuffer(4);
    const workers = Array.from({ length: 3 }, () => start({ table: store.buffer, limit: limit({ window: 3_600_000 }), owners: 3_000, attempts: 3_000, gate, takers: 3, endless: true }));
    while ((new Int32Array(gate)[0] ?? 0) < workers.length) await wait(1);
    await wait(round);
    const threads = workers.map(({ threadId }) => threadId);
    await Promise.all(workers.map((worker) => worker.terminate()));
    for (const thread of threads) store.table.bury(thread);
  }
  for (let owner = 0; owner < 5_000; owner++) {
    const taken = meter.take(`owner ${owner}`, 1, START + owner);
    assert.ok(!(taken instanceof Promise) && taken.granted, `owner ${owner}`);
  }
});

test("a lock that a dead thread holds is a fault within a bound, never a yes, until the thread is buried", () => {
  const store = shared(65_536);
  const meter = store.meter(limit());
  const [dead, other] = [77, 78];
  const { words } = store.table.room("known");
  store.table.hash.hash("ann", store.table.hash.prefix("limit"));
  const bucket = store.table.room("known").enter(store.table.hash.high);
  words[bucket] = dead + 1;
  const begun = performance.now();
  assert.throws(() => meter.take("ann", 1, START), { name: "LockFault" });
  assert.ok(performance.now() - begun >= LOCK_WAIT_MILLISECONDS_MAX);
  assert.equal(store.table.bury(other), 0, "only the dead are buried");
  assert.equal(store.table.bury(dead), 1);
  const taken = meter.take("ann", 1, START);
  assert.ok(!(taken instanceof Promise) && taken.granted);
});

test("threads whose clock is set back together agree on how time goes on", () => {
  const store = shared();
  const other = memoryStore({ table: store.buffer });
  const [mine, theirs] = [store, other].map((one) => one.meter(limit({ capacity: 1, window: 60_000 })));
  const day = 86_400_000;
  const granted = [mine?.take("a", 1, START), theirs?.take("a", 1, START - day), mine?.take("a", 1, START - day), theirs?.take("a", 1, START - day + 59_999), mine?.take("a", 1, START - day + 60_000), theirs?.take("a", 1, START - day + 60_001)];
  assert.deepEqual(granted.map((taken) => taken !== undefined && "granted" in taken && taken.granted), [true, false, false, false, true, false]);
});
