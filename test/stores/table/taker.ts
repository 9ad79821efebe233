/** Taker: a thread that takes from meters of a table that it shares with others, as often as it is told. */
import { parentPort, workerData } from "node:worker_threads";
import { memoryStore } from "../../../src/stores/memory.ts";
import type { Limit } from "../../../src/stores/store.ts";

export interface TakerOrders {
  readonly table: SharedArrayBuffer;
  readonly limit: Limit;
  readonly owners: number;
  readonly attempts: number;
  readonly now: number;
  /** Raised by each taker when it is ready; all begin when it has reached `takers`. */
  readonly gate: SharedArrayBuffer;
  readonly takers: number;
  /** Never ends, until it is ended. */
  readonly endless?: boolean;
}

export interface TakerReport {
  /** How often each owner was granted. */
  readonly granted: Int32Array;
  readonly faults: number;
}

// Only the test starts this file.
const { table, limit, owners, attempts, now, gate, takers, endless = false } = workerData as TakerOrders;
const meter = memoryStore({ table }).meter(limit);
const names = Array.from({ length: owners }, (_, owner) => `owner ${owner}`);
const ready = new Int32Array(gate);
Atomics.add(ready, 0, 1);
Atomics.notify(ready, 0);
for (let seen = Atomics.load(ready, 0); seen < takers; seen = Atomics.load(ready, 0)) Atomics.wait(ready, 0, seen, 1_000);

const granted = new Int32Array(owners);
let faults = 0;
let again: boolean;
do {
  again = endless;
  for (let attempt = 0; attempt < attempts; attempt++) {
    const owner = attempt % owners;
    try {
      const taken = meter.take(names[owner] ?? "", 1, now);
      if (!(taken instanceof Promise) && taken.granted) granted[owner] = (granted[owner] ?? 0) + 1;
    } catch {
      faults++;
    }
  }
} while (again);
parentPort?.postMessage({ granted, faults } satisfies TakerReport);
