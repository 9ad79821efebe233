/**
 * Flush: a caller who has used up everything invents other callers until the limiter forgets him.
 *
 * It works against a limiter that keeps the callers it saw last, which is what most do that bound their memory at all;
 * `node bench/limits.ts` does the same to one that people use.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { memoryStore } from "../../src/stores/memory.ts";
import type { Meter } from "../../src/stores/store.ts";
import { limit } from "../../test/stores.cases.ts";

const START = 1_800_000_000_000;
const BURST = 10;

type Take = (caller: string) => boolean;

/** Counts the callers that it saw last, and forgets the others. */
function keepsTheLatest(callersMax: number): Take {
  const counts = new Map<string, number>();
  return (caller) => {
    const count = (counts.get(caller) ?? 0) + 1;
    counts.delete(caller);
    counts.set(caller, count);
    const [oldest] = counts.size > callersMax ? counts.keys() : [];
    if (oldest !== undefined) counts.delete(oldest);
    return count <= BURST;
  };
}

function table(room: "known" | "strangers", bytes?: number): Take {
  const meter: Meter = memoryStore(bytes === undefined ? {} : { bytes }).meter(limit({ room, capacity: BURST, window: 3_600_000 }));
  return (caller) => {
    const taken = meter.take(caller, 1, START);
    return !(taken instanceof Promise) && taken.granted;
  };
}

/** The same, each attempt remembered one by one. */
function stamps(room: "known" | "strangers", bytes?: number): Take {
  const meter: Meter = memoryStore(bytes === undefined ? {} : { bytes }).stamps(limit({ room, capacity: BURST, window: 3_600_000 }));
  let now = START;
  return (caller) => {
    // Whoever comes later has the later stamp.
    const taken = meter.take(caller, 1, (now += 0.1));
    return !(taken instanceof Promise) && taken.granted;
  };
}

/** How often a caller gets through who comes again after each wave of invented ones, beyond what is his. */
function flush(take: Take, invented: number, waves: number): number {
  let passed = 0;
  for (let wave = 0; wave < waves; wave++) {
    while (take("greedy")) passed++;
    for (let name = 0; name < invented; name++) take(`invented ${wave} ${name}`);
  }
  while (take("greedy")) passed++;
  return passed - BURST;
}

test("five thousand invented callers bring an exhausted one his burst again, where the latest are kept", () => {
  assert.equal(flush(keepsTheLatest(5_000), 5_001, 3), 3 * BURST, "an attack that never works proves nothing");
});

test("neither five thousand nor five hundred thousand do so here, in the smallest memory that a policy can give or in the usual one", () => {
  assert.equal(flush(table("strangers", 1_048_576), 5_001, 3), 0);
  assert.equal(flush(table("strangers", 1_048_576), 100_000, 2), 0);
  assert.equal(flush(table("strangers"), 500_000, 1), 0);
  assert.equal(flush(table("known"), 500_000, 1), 0);
});

test("nor where each attempt is remembered one by one, for which there is less room", () => {
  assert.equal(flush(stamps("strangers", 1_048_576), 5_001, 3), 0);
  assert.equal(flush(stamps("strangers"), 100_000, 2), 0);
  assert.equal(flush(stamps("known"), 100_000, 1), 0);
});

test("strangers who each use up everything that is remembered one by one wash out nobody who proved who he is", () => {
  const store = memoryStore({ bytes: 1_048_576 });
  const [known, strangers] = [store.stamps(limit({ room: "known", capacity: 2, window: 3_600_000 })), store.stamps(limit({ room: "strangers", capacity: 2, window: 3_600_000 }))];
  const caller = Array.from({ length: 20 }, (_, at) => `caller ${at}`);
  for (const name of caller) for (let time = 0; time < 2; time++) known.take(name, 1, START);
  for (let name = 0; name < 20_000; name++) for (let time = 0; time < 2; time++) strangers.take(`invented ${name}`, 1, START + 1_000);
  for (const name of caller) {
    const taken = known.take(name, 1, START + 1_000);
    assert.ok(!(taken instanceof Promise) && !taken.granted, name);
  }
});

test("invented callers who each use up everything wash out some of their kind, and nobody of another room", () => {
  const store = memoryStore({ bytes: 1_048_576 });
  const [known, strangers] = [store.meter(limit({ room: "known", capacity: 2, window: 3_600_000 })), store.meter(limit({ room: "strangers", capacity: 2, window: 3_600_000 }))];
  const caller = Array.from({ length: 200 }, (_, at) => `caller ${at}`);
  for (const name of caller) for (let time = 0; time < 2; time++) known.take(name, 1, START);
  for (let name = 0; name < 60_000; name++) for (let time = 0; time < 2; time++) strangers.take(`invented ${name}`, 1, START);
  assert.ok(store.table.state(START).strangers.evicted > 0);
  for (const name of caller) {
    const taken = known.take(name, 1, START);
    assert.ok(!(taken instanceof Promise) && !taken.granted, name);
  }
});
