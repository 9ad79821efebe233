import assert from "node:assert/strict";
import { test } from "node:test";
import { takeLeases } from "../../src/doors/inbound/throttle/concurrency/holding.ts";
import { memoryStore } from "../../src/stores/memory.ts";
import type { Leases, Meter } from "../../src/stores/store.ts";
import { takeAll } from "../../src/stores/take-all.ts";
import { limit } from "../stores.cases.ts";

const START = 1_800_000_000_000;
const broken = (): never => {
  throw new Error("a lock that is not to be had");
};

test("what one bucket granted is given back when the next cannot be asked, at once or later", async () => {
  for (const take of [broken, () => Promise.reject(new Error("the servers are away"))]) {
    const good = memoryStore().meter(limit({ capacity: 2, window: 3_600_000 }));
    const bad: Meter = { take, charge: () => assert.fail("nothing was taken there") };
    const wanted = [good, bad].map((meter) => ({ meter, owner: "ann", tokens: 1 }));
    for (let time = 0; time < 5; time++) await assert.rejects(async () => takeAll(wanted, START));
    assert.equal((await good.take("ann", 0, START)).left, 2);
  }
});

test("so are leases", async () => {
  for (const take of [broken, () => Promise.reject(new Error("the servers are away"))]) {
    const good = memoryStore().leases({ name: "good", most: 1, lasts: 60_000 });
    const bad: Leases = { take, renew: () => assert.fail(), release: () => assert.fail("nothing was taken there") };
    for (let time = 0; time < 5; time++) await assert.rejects(async () => takeLeases([good, bad].map((leases) => ({ leases, owner: "ann" })), START));
    assert.equal((await good.take("ann", START)).granted, true);
  }
});
