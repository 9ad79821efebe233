/**
 * Memory: the store of one process, of fixed size, exact, without timers, for one thread or for all of them.
 */
import { randomBytes } from "node:crypto";
import type { Store } from "./store.ts";
import { TableMeter } from "./table/meters.ts";
import { TableLeases } from "./table/leases.ts";
import { TableMarks } from "./table/marks.ts";
import { OnceNames } from "./table/once-names.ts";
import { TableStamps } from "./table/stamps.ts";
import { TableSteps } from "./table/steps.ts";
import { attachTable, openTable, type Table } from "./table/table.ts";

export interface MemoryStoreOptions {
  /** Bytes that it may take at most; see TABLE_BYTES. */
  readonly bytes?: number;
  /** true: other threads will attach to its table. */
  readonly shared?: boolean;
  /** The table of another thread, in the place of a new one. */
  readonly table?: SharedArrayBuffer;
  readonly random?: (bytes: number) => Uint8Array;
  /** The wall clock, in milliseconds since the epoch: see table/clock.ts. */
  readonly wall?: () => number;
}

export interface MemoryStore extends Store {
  readonly table: Table;
}

/** A store in this process's memory. Every verb answers at once. */
export function memoryStore({ bytes, shared = false, table: given, random = randomBytes, wall = Date.now }: MemoryStoreOptions = {}): MemoryStore {
  const table = given === undefined ? openTable({ ...(bytes === undefined ? {} : { bytes }), shared, random, wall }) : attachTable(given, wall);
  const [names, proofs] = [new OnceNames(table.room("names"), table.clock, table.hash), new OnceNames(table.room("proofs"), table.clock, table.hash)];
  return {
    table,
    meter: (limit) => new TableMeter(table.room(limit.room), table.clock, table.hash, limit),
    stamps: (limit) => new TableStamps(table.room(limit.room === "strangers" ? "stamps_strangers" : "stamps"), table.clock, table.hash, limit),
    leases: (limit) => new TableLeases(table.room("leases"), table.clock, table.hash, limit),
    once: (name, until, now, room) => (room === "proofs" ? proofs : names).take(name, until, now),
    forget: (name, now) => names.forget(name, now),
    steps: (name, lasts) => new TableSteps(table.room("steps"), table.clock, table.hash, name, lasts),
    marks: (name) => new TableMarks(table.room("marks"), table.clock, table.hash, name),
    close: () => undefined,
  };
}
