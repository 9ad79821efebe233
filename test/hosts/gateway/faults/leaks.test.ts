/** Leaks: whatever goes wrong a thousand times leaves nothing in memory. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { SIGNATURE_BYTES } from "../../../../src/contract/media/signature.ts";
import { eachOf } from "../../../conformance/raw-http.ts";
import { type Behind, openApi, openRig, type Rig } from "../rig.ts";
import { Caller, eventually } from "../wire/fronts.ts";

const FAULTS = 1_000;
/** Of what is made once: pools, caches, code. */
const WARM = 400;
const AT_ONCE = 20;
/** A leak holds a socket, an exchange and its fields: several kilobytes each time. Measured: 80 to 620. */
const BYTES_EACH_MAX = 1_024;

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

const HEAD = "HTTP/1.1 200 OK\r\ncontent-type: application/octet-stream\r\n";
const GET = "GET /files/a HTTP/1.1\r\nhost: a\r\n\r\n";
const PUT = `PUT /files/a HTTP/1.1\r\nhost: a\r\ncontent-type: application/octet-stream\r\ncontent-length: ${2 * SIGNATURE_BYTES}\r\n\r\n${"1".repeat(SIGNATURE_BYTES + 1)}`;

let behind: Behind;
let rig: Rig;
/** What the API says, and then resets; undefined: it says nothing and waits. */
let says: string | undefined;
let asked = 0;

before(async () => {
  behind = await openApi((request) => {
    asked++;
    request.resume();
    request.on("error", () => undefined);
    const { socket } = request;
    if (says !== undefined) socket.write(says, () => setImmediate(() => socket.resetAndDestroy()));
  });
  behind.server.on("connection", (socket) => void socket.on("error", () => undefined));
  rig = await openRig(behind.port, {}, { front: { connectionsPerAddress: 10_000, newConnectionsBurst: 1_000_000, newConnectionsInAllBurst: 1_000_000, halfClosedMilliseconds: 10 } });
  // Records are the test's own memory.
  rig.records.push = () => 0;
});
after(async () => {
  await rig.stop();
  await behind.stop();
});

async function heapBytes(): Promise<number> {
  const names = ["sallyport_connections_open", "sallyport_upstream_connections_open", "sallyport_exchanges_open"];
  for (let tries = 0; tries < 500; tries++) {
    const open = await Promise.all(names.map((name) => rig.gauge(name)));
    if (open.every((value) => value === 0)) break;
    await wait(20);
  }
  for (let round = 0; round < 4; round++) {
    collect();
    await wait(20);
  }
  const { heapUsed, external, arrayBuffers } = process.memoryUsage();
  return heapUsed + external + arrayBuffers;
}

/** Asks, and leaves in one of the ways once the API is being asked, by him or by one of those beside him. */
async function askAndLeave(text: string, leave: (caller: Caller) => void): Promise<void> {
  const before = asked;
  const caller = new Caller(rig.port).write(text);
  await eventually(() => asked > before, () => "the API asked", 10_000);
  leave(caller);
  await eventually(() => caller.closed || caller.ended, () => "an end", 10_000);
  caller.leave();
}

async function askToTheEnd(): Promise<void> {
  const caller = new Caller(rig.port).write(GET.replace("\r\n\r\n", "\r\nconnection: close\r\n\r\n"));
  await caller.end(10_000);
  caller.leave();
}

const FAULTY: readonly { readonly title: string; readonly api?: string; readonly once: () => Promise<void> }[] = [
  { title: "a caller who resets while the API is asked", once: () => askAndLeave(GET, ({ socket }) => socket.resetAndDestroy()) },
  { title: "a caller who resets in his body", once: () => askAndLeave(PUT, ({ socket }) => socket.resetAndDestroy()) },
  { title: "a caller who shuts his side and gets no answer", once: () => askAndLeave(GET, ({ socket }) => void socket.end()) },
  { title: "an API that resets before its answer", api: "", once: askToTheEnd },
  { title: "an API that resets in a body with a length", api: `${HEAD}content-length: 9\r\n\r\n1234`, once: askToTheEnd },
  { title: "an API that resets between chunks", api: `${HEAD}transfer-encoding: chunked\r\n\r\n4\r\n1234\r\n`, once: askToTheEnd },
];

describe("nothing is left in memory", () => {
  for (const { title, api, once } of FAULTY) {
    test(`of ${title}, ${FAULTS} times`, async (one) => {
      says = api;
      const suffer = (times: number): Promise<unknown> => eachOf(Array.from({ length: times }, (_, at) => at), AT_ONCE, once);
      await suffer(WARM);
      const base = await heapBytes();
      await suffer(FAULTS);
      const each = ((await heapBytes()) - base) / FAULTS;
      one.diagnostic(`${each.toFixed(0)} bytes each`);
      assert.ok(each < BYTES_EACH_MAX, `${each.toFixed(0)} bytes each`);
    });
  }
});
