/**
 * Requests: whatever a caller sends, the API sees what was let in, each as one message, and nobody else's answer is touched.
 *
 * All attacks go through one gateway, and so over the same kept connections to the API, each in one piece and then octet
 * by octet; after each of them another caller asks, and must get his own answer.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { exchangeBytes } from "../../../conformance/raw-http.ts";
import { readByNode } from "../../../conformance/strict-http1.ts";
import { Caller } from "../wire/fronts.ts";
import { openCarrier, type OpenGateway, openRecorder, type Recorder } from "./recorder.ts";
import { type Attack, ATTACKS } from "./requests.ts";

let api: Recorder;
let gateway: OpenGateway;

before(async () => {
  api = await openRecorder();
  gateway = await openCarrier(api.port);
});
after(async () => {
  await gateway.stop();
  await api.stop();
});

/** Everything, and then the end of it: nothing more comes of this caller. */
async function launch({ bytes }: Attack, splits: boolean): Promise<string> {
  if (!splits) return exchangeBytes(gateway.port, Buffer.from(bytes, "latin1"), { half: true });
  const caller = new Caller(gateway.port);
  caller.socket.setNoDelay(true);
  for (const octet of bytes) {
    if (caller.ended || caller.closed) break;
    caller.write(octet);
    await turn();
  }
  caller.socket.end();
  await caller.end();
  return caller.received;
}

/** The statuses of the answers in what came back, final ones alone. No body of a test looks like one. */
function statusesOf(text: string): readonly number[] {
  return [...text.matchAll(/HTTP\/1\.1 ([2-5][0-9]{2}) /g)].map(([, status]) => Number(status));
}

async function attackAndAsk(one: Attack, at: number, splits: boolean): Promise<void> {
  api.forget();
  const got = await launch(one, splits);
  const seen = api.messages();
  assert.ok(typeof seen !== "string", `what the API got is in doubt: ${JSON.stringify(seen)}`);
  assert.deepEqual(seen.map(({ line, body }) => `${line.replace(/ HTTP\/1\.1$/, "")} ${body}`), one.passes);
  for (const bytes of api.connections()) assert.deepEqual(await readByNode(bytes), seen, "Node reads other messages");
  const statuses = statusesOf(got);
  if (one.passes.length === 0) {
    assert.equal(statuses.length, 1, got);
    assert.ok((statuses[0] ?? 0) >= 400, got);
  } else assert.deepEqual(statuses.slice(0, one.passes.length), one.passes.map(() => 200), got);
  // The next caller, over the connection that is left.
  const victim = await exchangeBytes(gateway.port, Buffer.from(`GET /victim-${at} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`));
  assert.ok(victim.startsWith("HTTP/1.1 200 ") && victim.endsWith(`\r\n\r\nGET /victim-${at} HTTP/1.1`), victim);
}

for (const splits of [false, true]) {
  describe(splits ? "what a caller sends octet by octet" : "what a caller sends in one piece", () => {
    for (const [at, one] of ATTACKS.entries()) test(`${one.name} ${one.passes.length === 0 ? "is refused" : "is read in one way"}`, () => attackAndAsk(one, at, splits));
  });
}
