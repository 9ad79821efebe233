/** Thread: one that ends or is stuck is started again, and nobody waits for its answers for ever. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Worker } from "node:worker_threads";
import type { JsonObject } from "../../../../src/contract/json-value.ts";
import { Thread, type ThreadTools } from "../../../../src/hosts/gateway/crew/thread.ts";

/** In the place of a member: what it does is the test's. */
const OPEN = `
  const { parentPort, workerData } = require("node:worker_threads");
  const tell = (message) => parentPort.postMessage(message);
  const beat = setInterval(() => Atomics.add(new Int32Array(workerData.pulse), 0, 1), 10);
  const open = () => tell({ kind: "open", url: "http://127.0.0.1:1", policy: "one" });
`;
const OBEY = `
  parentPort.on("message", ({ kind }) => {
    if (kind === "stop") { clearInterval(beat); parentPort.close(); }
    if (kind === "count") tell({ kind: "counted", ready: true });
  });
  open();
`;

interface Trial {
  readonly thread: Thread;
  readonly said: (readonly [event: string, particulars: JsonObject])[];
  readonly workers: Worker[];
  readonly returned: Promise<string>;
}

function trial(scripts: readonly string[], tools: Partial<ThreadTools> = {}): Trial {
  const said: (readonly [string, JsonObject])[] = [];
  const workers: Worker[] = [];
  const { promise: returned, resolve } = Promise.withResolvers<string>();
  const events = {
    said: (_severity: unknown, event: string, particulars: JsonObject) => void said.push([event, particulars]),
    audit: (_text: string, done: () => void) => done(),
    document: () => Promise.resolve({ wrong: "nobody fetches here" }),
    ended: () => undefined,
    returned: resolve,
  };
  const start: ThreadTools["start"] = (workerData, name) => {
    const worker = new Worker(`${OPEN}${scripts[Math.min(workers.length, scripts.length - 1)] ?? ""}`, { eval: true, workerData, name });
    workers.push(worker);
    return worker;
  };
  return { thread: new Thread(1, { policyFile: "policy.yaml", port: 1, limits: undefined, table: undefined, connections: { memory: new SharedArrayBuffer(0), thread: 0 } }, events, { start, ...tools }), said, workers, returned };
}

test("A thread that ends by a fault is started again, and says why", async () => {
  const { thread, said, returned } = trial([`open(); setTimeout(() => { throw new Error("broken"); }, 30);`, OBEY]);
  assert.deepEqual(await thread.open(), { kind: "open", url: "http://127.0.0.1:1", policy: "one" });
  assert.equal(await returned, "one");
  assert.equal(said[0]?.[0], "a thread ended and is started again");
  assert.equal(said[0]?.[1]["reason"], "Error: broken");
  assert.equal((await thread.ask({ kind: "count" }, "counted"))?.ready, true);
  await thread.stop();
});

test("A thread that runs out of memory ends alone, and is started again", async () => {
  const start: ThreadTools["start"] = (workerData, name) => {
    const script = starts++ === 0 ? `open(); const hold = []; setInterval(() => { for (let n = 0; n < 1e6; n++) hold.push({ n }); }, 1);` : OBEY;
    return new Worker(`${OPEN}${script}`, { eval: true, workerData, name, resourceLimits: { maxOldGenerationSizeMb: 32 } });
  };
  let starts = 0;
  const { thread, said, returned } = trial([], { start });
  await thread.open();
  await returned;
  assert.match(JSON.stringify(said[0]?.[1]), /memory/);
  await thread.stop();
});

test("A stuck thread is ended and started again", async () => {
  const { thread, said, workers, returned } = trial([`open(); setTimeout(() => { for (;;); }, 100);`, OBEY], { stuckMilliseconds: 300 });
  await thread.open();
  await returned;
  assert.equal(workers.length, 2);
  assert.equal(said[0]?.[0], "a thread ended and is started again");
  await thread.stop();
});

test("Nobody waits for an answer of a thread that has ended", async () => {
  const { thread } = trial([`open(); parentPort.on("message", () => process.exit(1));`, OBEY]);
  await thread.open();
  assert.equal(await thread.ask({ kind: "count" }, "counted"), undefined);
  assert.equal(await thread.ask({ kind: "count" }, "counted"), undefined);
  await thread.kill();
});

test("What keeps the first start from listening is the answer, and a thread that ends at once is a misfit", async () => {
  const misfit = { level: "error", place: { file: "policy.yaml", pointer: "" }, message: "no" };
  const told = trial([`tell({ kind: "misfits", misfits: [${JSON.stringify(misfit)}] });`]);
  assert.deepEqual(await told.thread.open(), { kind: "misfits", misfits: [misfit] });
  await told.thread.kill();
  const ended = trial([`process.exit(3);`]);
  const answer = await ended.thread.open();
  assert.match("misfits" in answer ? (answer.misfits[0]?.message ?? "") : "", /ended while it started/);
  await ended.thread.kill();
});

test("Files that do not fit any more are said when a thread starts again, and it is tried again later", async () => {
  const { thread, said, workers } = trial([`open(); setTimeout(() => process.exit(1), 30);`, `tell({ kind: "misfits", misfits: [{ level: "error", place: { file: "", pointer: "" }, message: "no contract" }] });`]);
  await thread.open();
  while (!said.some(([event]) => event.includes("cannot start"))) await new Promise((resolve) => setTimeout(resolve, 20));
  assert.deepEqual(said.find(([event]) => event.includes("cannot start"))?.[1]["reasons"], ["no contract"]);
  while (workers.length < 3) await new Promise((resolve) => setTimeout(resolve, 20));
  await thread.kill();
});

test("A stopped thread is not started again", async () => {
  const { thread, workers } = trial([OBEY]);
  await thread.open();
  await thread.stop();
  await new Promise((resolve) => setTimeout(resolve, 300));
  assert.equal(workers.length, 1);
  assert.equal(await thread.ask({ kind: "count" }, "counted"), undefined);
});
