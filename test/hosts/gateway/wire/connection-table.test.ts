/** Connection table: counts that threads share are never too small, and at rest exact; newcomers keep to one pace. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Worker } from "node:worker_threads";
import * as fc from "fast-check";
import { ConnectionTable } from "../../../../src/hosts/gateway/wire/connection-table.ts";

const MODULE = new URL("../../../../src/hosts/gateway/wire/connection-table.ts", import.meta.url).href;

test("with any comings and goings a prefix is never counted too small, and nothing is left when all have gone", () => {
  const step = fc.record({ thread: fc.nat(2), prefix: fc.nat(30), leaves: fc.boolean() });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const memory = ConnectionTable.memoryFor(3);
      const tables = [0, 1, 2].map((thread) => new ConnectionTable(memory, thread));
      const open: { readonly table: ConnectionTable; readonly prefix: number }[] = [];
      for (const { thread, prefix, leaves } of steps) {
        const [gone] = leaves ? open.splice(0, 1) : [];
        if (gone !== undefined) gone.table.leave([gone.table.placeOf(`p${gone.prefix}`)]);
        const table = tables[thread] ?? assert.fail();
        table.enter([table.placeOf(`p${prefix}`)]);
        open.push({ table, prefix });
        assert.equal(table.all, open.length);
        assert.ok(table.of(table.placeOf(`p${prefix}`)) >= open.filter((one) => one.prefix === prefix).length);
      }
      for (const { table, prefix } of open) table.leave([table.placeOf(`p${prefix}`)]);
      assert.deepEqual(tables.map((table) => [table.all, ...Array.from({ length: 31 }, (_, at) => table.of(table.placeOf(`p${at}`)))]), Array(3).fill(Array(32).fill(0)));
    }),
    { numRuns: 50 },
  );
});

test("ten thousand connections of as many prefixes hardly touch a prefix that is none of them", () => {
  const table = new ConnectionTable(ConnectionTable.memoryFor(1), 0);
  for (let at = 0; at < 10_000; at++) table.enter([`a${at}`, `around ${at >> 3}`, `wider ${at >> 5}`].map((range) => table.placeOf(range)));
  const seen = Array.from({ length: 1_000 }, (_, at) => table.of(table.placeOf(`b${at}`)));
  assert.ok(Math.max(...seen) <= 64, `counted as ${Math.max(...seen)} of the 256 that one may have`);
});

test("a thread without a sheet is a fault", () => assert.throws(() => new ConnectionTable(ConnectionTable.memoryFor(2), 2), RangeError));

test("threads that count at the same moment lose nothing, and admit a bucket and not one more", async () => {
  const memory = ConnectionTable.memoryFor(3);
  const table = new ConnectionTable(memory, 2);
  const script = `
    import { parentPort, workerData } from "node:worker_threads";
    const { ConnectionTable } = await import(${JSON.stringify(MODULE)});
    const table = new ConnectionTable(workerData.memory, workerData.thread);
    const place = table.placeOf("one");
    let admitted = 0;
    for (let at = 0; at < 200000; at++) {
      table.enter([place]);
      if (at % 4 !== 0) table.leave([place]);
      if (table.admit(place, 0n, { each: 1n, window: 5000n })) admitted++;
    }
    parentPort.postMessage(admitted);
  `;
  const admitted = await Promise.all([0, 1].map((thread) => new Promise<number>((resolve, reject) => {
    const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(script)}`), { workerData: { memory, thread } });
    worker.once("message", (count: number) => resolve(count)).once("error", reject);
  })));
  assert.equal(table.all, 100_000);
  assert.equal(table.of(table.placeOf("one")), 100_000);
  assert.equal((admitted[0] ?? 0) + (admitted[1] ?? 0), 5_000);
  new ConnectionTable(memory, 0).clear();
  assert.equal(table.all, 50_000);
});
