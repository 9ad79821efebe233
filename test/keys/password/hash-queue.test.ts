import assert from "node:assert/strict";
import { test } from "node:test";
import { HashQueue, type HashWork, QUEUED_MILLISECONDS_MAX } from "../../../src/keys/password/hash-queue.ts";

const WORK: HashWork = { name: "", password: "correct horse", salt: Buffer.alloc(16, 1), secret: Buffer.alloc(32, 2), memory: 1_024, passes: 1, lanes: 1, digestBytes: 32 };

test("the hash is the one of the reference implementation", async () => {
  const work = { ...WORK, password: "password", salt: Buffer.from("somesalt"), secret: Buffer.alloc(0), memory: 65_536, passes: 2 };
  const digest = await new HashQueue({ atOnce: 1, waiting: 0 }).compute(work);
  assert.equal(digest?.toString("base64"), "CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc=");
});

test("the pepper and every other part make another hash", async () => {
  const queue = new HashQueue({ atOnce: 2, waiting: 100 });
  const parts: readonly Partial<HashWork>[] = [{}, { name: "ann" }, { secret: Buffer.alloc(32, 3) }, { password: "correct horsf" }, { salt: Buffer.alloc(16, 2) }, { passes: 2 }, { memory: 2_048 }, { digestBytes: 33 }];
  const digests = await Promise.all(parts.map((part) => queue.compute({ ...WORK, ...part })));
  assert.equal(new Set(digests.map((digest) => digest?.toString("hex"))).size, parts.length);
});

test("no more are computed at once than may be, no more wait than may, and all others are told at once", async () => {
  const queue = new HashQueue({ atOnce: 2, waiting: 3 });
  let most = 0;
  const all = Array.from({ length: 10 }, async () => {
    const done = queue.compute(WORK);
    most = Math.max(most, queue.running);
    assert.ok(queue.waiting <= 3);
    return (await done) !== undefined;
  });
  assert.equal(queue.running, 2);
  assert.equal(queue.waiting, 3);
  assert.deepEqual((await Promise.all(all)).filter(Boolean).length, 5);
  assert.deepEqual([most, queue.running, queue.waiting], [2, 0, 0]);
});

test("who leaves while he waits makes room, and his hash is not computed", async () => {
  const queue = new HashQueue({ atOnce: 1, waiting: 1 });
  const first = queue.compute(WORK);
  const leaving = new AbortController();
  const second = queue.compute(WORK, leaving.signal);
  leaving.abort();
  assert.equal(await second, undefined);
  assert.equal(queue.waiting, 0);
  assert.notEqual(await first, undefined);
  assert.equal(await queue.compute(WORK, leaving.signal), undefined, "who has left already is not begun with");
  assert.notEqual(await queue.compute(WORK), undefined);
});

test("nobody waits for ever", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const queue = new HashQueue({ atOnce: 1, waiting: 1 });
  const first = queue.compute(WORK);
  const second = queue.compute(WORK);
  await Promise.resolve();
  t.mock.timers.tick(QUEUED_MILLISECONDS_MAX);
  assert.equal(await second, undefined);
  assert.notEqual(await first, undefined);
});

test("work that cannot be done rejects, and its place is free again", async () => {
  const queue = new HashQueue({ atOnce: 1, waiting: 1 });
  await assert.rejects(queue.compute({ ...WORK, salt: Buffer.alloc(1) }));
  assert.notEqual(await queue.compute(WORK), undefined);
});
