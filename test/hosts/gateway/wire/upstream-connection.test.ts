import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import type { Content } from "../../../../src/exchange/content.ts";
import type { Problem } from "../../../../src/exchange/problem.ts";
import { openWireUpstream, type WireUpstream, type WireUpstreamOptions } from "../../../../src/hosts/gateway/wire/upstream.ts";
import { type Api, ask, exchangeOf, startSockets, wordOf } from "./upstream-trial.ts";

async function open(t: TestContext, take: Parameters<typeof startSockets>[0], options: WireUpstreamOptions = {}, protocol = "http"): Promise<{ upstream: WireUpstream; api: Api }> {
  const api = await startSockets(take);
  const upstream = openWireUpstream(new URL(`${protocol}://${api.url.host}`), options);
  t.after(async () => {
    await upstream.close();
    api.close();
  });
  return { upstream, api };
}

/** That it did not end before its limit. By how much later is the clock's own test: a busy machine is late with everything. */
function assertKept(milliseconds: number, limit: number): void {
  assert.ok(milliseconds >= limit, `${milliseconds} ms instead of ${limit}`);
}

test("a connection that does not open in time is given up, handshake included", async (t) => {
  const { upstream, api } = await open(t, (socket) => void socket.resume(), { connectMilliseconds: 500 }, "https");
  const start = performance.now();
  assert.equal(wordOf(await ask(upstream.forward)), "api-unreachable CONNECT_TIMEOUT");
  assertKept(performance.now() - start, 500);
  await wait(20);
  assert.deepEqual([api.open.size, upstream.counts().open], [0, 0]);
});

test("a body that stalls is broken off, one that trickles is not", async (t) => {
  const head = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n";
  const stalls = await open(t, (socket) => socket.on("data", () => socket.write(`${head}hello`)), { stallMilliseconds: 500 });
  const start = performance.now();
  assert.equal(wordOf(await ask(stalls.upstream.forward)), "200 api-broke-off STALLED");
  assertKept(performance.now() - start, 500);
  assert.equal(stalls.upstream.counts().open, 0);

  const trickles = await open(
    t,
    (socket) =>
      socket.on("data", () => {
        socket.write(head);
        for (let at = 0; at < 10; at++) setTimeout(() => socket.write("x"), 200 * at);
      }),
    { stallMilliseconds: 500 },
  );
  assert.equal(wordOf(await ask(trickles.upstream.forward)), "200 xxxxxxxxxx");
});

test("an answer that is long in coming is the deadline's, not the wire's; nor is a body that this side holds up", async (t) => {
  const { upstream } = await open(t, (socket) => socket.on("data", () => setTimeout(() => socket.write("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel"), 1_200)), { stallMilliseconds: 300 });
  let fault: Problem | undefined;
  const content = await new Promise<Content>((resolve, reject) => void upstream.forward(exchangeOf({}), { head: (_status, _fields, body) => resolve(body), fail: reject }));
  const pieces: string[] = [];
  // Nobody opens it for a while, then it is paused for a while.
  await wait(1_000);
  content.stream({ data: (piece) => pieces.push(Buffer.from(piece).toString()) === 0, end: () => undefined, fail: (why) => (fault = why) });
  await wait(1_000);
  assert.deepEqual([pieces, fault], [["hel"], undefined]);
  content.resume();
  await wait(1_000);
  assert.equal(fault?.because?.["code"], "STALLED");
});

test("an API that shuts its side within an answer, or before one, has broken off", async (t) => {
  const { upstream } = await open(t, (socket) => socket.once("data", () => socket.end("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello")));
  assert.equal(wordOf(await ask(upstream.forward)), "200 api-broke-off ENDED_EARLY");
  const silent = await open(t, (socket) => socket.once("data", () => socket.end()));
  assert.equal(wordOf(await ask(silent.upstream.forward, { method: "POST" })), "api-unreachable ENDED_EARLY");
});

test("an idle connection that the API ends is forgotten at once", async (t) => {
  for (const how of ["end", "destroy", "resetAndDestroy"] as const) {
    const { upstream, api } = await open(t, (socket) =>
      socket.on("data", () => {
        socket.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        setTimeout(() => socket[how](), 20);
      }),
    );
    assert.equal(wordOf(await ask(upstream.forward)), "200 ");
    assert.equal(upstream.counts().idle, 1);
    await wait(60);
    assert.deepEqual(upstream.counts(), { open: 0, idle: 0, waiting: 0 });
    assert.equal(wordOf(await ask(upstream.forward, { method: "POST" })), "200 ");
    assert.equal(api.connections(), 2);
  }
});

test("a process that stood still does not send into connections that grew old meanwhile", async (t) => {
  const { upstream, api } = await open(t, (socket) => socket.on("data", () => socket.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")), { idleMilliseconds: 300 });
  await ask(upstream.forward);
  const end = performance.now() + 400;
  while (performance.now() < end);
  await ask(upstream.forward, { method: "POST" });
  assert.equal(api.connections(), 2);
});
