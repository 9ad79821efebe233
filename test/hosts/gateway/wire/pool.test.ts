import assert from "node:assert/strict";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { Socket } from "node:net";
import { test, type TestContext } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { openWireUpstream, type WireUpstream, type WireUpstreamOptions } from "../../../../src/hosts/gateway/wire/upstream.ts";
import { type Api, ask, exchangeOf, startApi, startSockets, wordOf } from "./upstream-trial.ts";

const OK = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

interface Slow {
  readonly api: Api;
  readonly upstream: WireUpstream;
  /** Requests that came and have no answer yet: their target and where to answer. */
  readonly open: { readonly path: string; readonly socket: Socket }[];
  /** Answers the oldest. */
  readonly answer: (text?: string) => void;
}

/** An API that answers when it is told to. */
async function slow(t: TestContext, options: WireUpstreamOptions): Promise<Slow> {
  const open: { path: string; socket: Socket }[] = [];
  const api = await startApi((socket, text) => void open.push({ socket, path: text.split(" ")[1] ?? "" }));
  const upstream = openWireUpstream(api.url, options);
  t.after(async () => {
    await upstream.close();
    api.close();
  });
  return { api, upstream, open, answer: (text = OK) => void open.shift()?.socket.write(text) };
}

async function until(condition: () => boolean): Promise<void> {
  for (let turn = 0; turn < 200 && !condition(); turn++) await wait(5);
  assert.ok(condition(), condition.toString());
}

test("connections are bounded; who waits is served in the order of coming", async (t) => {
  const { api, upstream, open, answer } = await slow(t, { connections: 3 });
  const told = Array.from({ length: 8 }, (_, at) => ask(upstream.forward, { path: `/${at}` }));
  await until(() => open.length === 3);
  assert.deepEqual(upstream.counts(), { open: 3, idle: 0, waiting: 5 });
  const order: string[] = [];
  for (let count = 0; count < 8; count++) {
    await until(() => open.length > 0);
    order.push(open[0]?.path ?? "");
    answer();
    await wait(10);
  }
  assert.deepEqual(order.slice(3), ["/3", "/4", "/5", "/6", "/7"]);
  assert.deepEqual((await Promise.all(told)).map(wordOf), Array.from({ length: 8 }, () => "200 hello"));
  assert.deepEqual([api.connections(), upstream.counts().waiting], [3, 0]);
});

test("who waits is bounded too: beyond it the answer comes at once", async (t) => {
  const { upstream, open } = await slow(t, { connections: 1, waiting: 2 });
  for (let count = 0; count < 3; count++) upstream.forward(exchangeOf({}), { head: () => undefined, fail: () => undefined });
  await until(() => open.length === 1 && upstream.counts().waiting === 2);
  assert.equal(wordOf(await ask(upstream.forward)), "api-unreachable QUEUE_FULL");
});

test("who gives up does not wait any more, and is not asked for", async (t) => {
  const { upstream, open, answer } = await slow(t, { connections: 1 });
  const first = ask(upstream.forward, { path: "/first" });
  await until(() => open.length === 1);
  let calls = 0;
  const giveUp = upstream.forward(exchangeOf({ path: "/gone" }), { head: () => calls++, fail: () => calls++ });
  const last = ask(upstream.forward, { path: "/last" });
  assert.equal(upstream.counts().waiting, 2);
  giveUp();
  assert.equal(upstream.counts().waiting, 1);
  answer();
  await until(() => open.length === 1);
  assert.equal(open[0]?.path, "/last");
  answer();
  assert.deepEqual([wordOf(await first), wordOf(await last), calls], ["200 hello", "200 hello", 0]);
});

test("a connection that is lost makes room for who waits", async (t) => {
  const { upstream, open, answer } = await slow(t, { connections: 1 });
  const first = ask(upstream.forward, { method: "POST" });
  await until(() => open.length === 1);
  const second = ask(upstream.forward);
  open.shift()?.socket.destroy();
  assert.match(wordOf(await first), /^api-unreachable/);
  await until(() => open.length === 1);
  answer();
  assert.equal(wordOf(await second), "200 hello");
});

test("the connection used last is used next, and the others end in time", async (t) => {
  const { upstream, open, answer, api } = await slow(t, { idleMilliseconds: 600 });
  const told = Array.from({ length: 3 }, () => ask(upstream.forward));
  await until(() => open.length === 3);
  while (open.length > 0) answer();
  await Promise.all(told);
  assert.equal(upstream.counts().idle, 3);
  const used = new Set<Socket>();
  for (let count = 0; count < 6; count++) {
    await wait(250);
    const one = ask(upstream.forward);
    await until(() => open.length === 1);
    used.add(open[0]?.socket ?? assert.fail());
    answer();
    await one;
  }
  assert.deepEqual([used.size, upstream.counts().idle, api.connections()], [1, 1, 3]);
});

test("a connection is kept a little shorter than the API says", async (t) => {
  const says = (seconds: number): string => `HTTP/1.1 200 OK\r\nKeep-Alive: timeout=${seconds}\r\nContent-Length: 5\r\n\r\nhello`;
  const { upstream, open, answer, api } = await slow(t, { idleMarginMilliseconds: 400 });
  const once = async (seconds: number): Promise<void> => {
    const one = ask(upstream.forward);
    await until(() => open.length === 1);
    answer(says(seconds));
    await one;
  };
  await once(1);
  await wait(300);
  await once(0);
  assert.equal(api.connections(), 1);
  await once(1);
  assert.equal(api.connections(), 2, "timeout=0 keeps nothing");
  await wait(650);
  await once(1);
  assert.equal(api.connections(), 3, "600 ms are over");
});

test("after a stale connection a new one is opened where there is room, though others are idle", async (t) => {
  let stale = false;
  const api = await startApi((socket, _text, count) => {
    if (stale && count > 1) socket.destroy();
    else setTimeout(() => socket.write(OK), 5);
  });
  const upstream = openWireUpstream(api.url, { connections: 3 });
  t.after(async () => {
    await upstream.close();
    api.close();
  });
  await Promise.all(Array.from({ length: 3 }, () => ask(upstream.forward)));
  stale = true;
  for (let count = 0; count < 3; count++) assert.equal(wordOf(await ask(upstream.forward)), "200 hello");
  assert.equal(upstream.counts().open, 3);
});

test("of several targets the one with the least to do is asked", async (t) => {
  const one = await slow(t, {});
  const other = await slow(t, {});
  const upstream = openWireUpstream([one.api.url, other.api.url]);
  t.after(() => upstream.close());
  const told = Array.from({ length: 6 }, () => ask(upstream.forward));
  await until(() => one.open.length + other.open.length === 6);
  assert.deepEqual([one.open.length, other.open.length], [3, 3]);
  for (let count = 0; count < 3; count++) one.answer();
  await wait(20);
  told.push(...Array.from({ length: 3 }, () => ask(upstream.forward)));
  await until(() => one.open.length === 3);
  assert.equal(other.open.length, 3);
  for (const { open, answer } of [one, other]) while (open.length > 0) answer();
  await Promise.all(told);
});

test("a target that cannot be reached is passed over for a while, and its requests go to the other one", async (t) => {
  const dead = await startApi(() => undefined);
  dead.close();
  const alive = await startApi((socket) => void socket.write(OK));
  const upstream = openWireUpstream([dead.url, alive.url], { asideMilliseconds: 10_000 });
  let dialled = 0;
  const count = (): number => dialled++;
  subscribe("net.client.socket", count);
  t.after(async () => {
    unsubscribe("net.client.socket", count);
    await upstream.close();
    alive.close();
  });
  for (let count = 0; count < 10; count++) assert.equal(wordOf(await ask(upstream.forward, { method: "POST" })), "200 hello");
  assert.equal(dialled, 2);
  await wait(600);
  for (let count = 0; count < 10; count++) await ask(upstream.forward);
  assert.equal(dialled, 2);
  const both = openWireUpstream([dead.url, dead.url]);
  t.after(() => both.close());
  assert.equal(wordOf(await ask(both.forward)), "api-unreachable ECONNREFUSED");
});

test("a target that was passed over is asked again when its time is up", async (t) => {
  const port = Number((await startApi(() => undefined).then((api) => (api.close(), api.url))).port);
  const alive = await startApi((socket) => void socket.write(OK));
  const upstream = openWireUpstream([new URL(`http://127.0.0.1:${port}`), alive.url], { asideMilliseconds: 200 });
  t.after(async () => {
    await upstream.close();
    alive.close();
  });
  for (let count = 0; count < 4; count++) await ask(upstream.forward);
  const back = await startSockets((socket) => socket.on("data", () => socket.write(OK.replace("hello", "again"))), port);
  t.after(() => back.close());
  await wait(800);
  const words = new Set<string>();
  for (let count = 0; count < 4; count++) words.add(wordOf(await ask(upstream.forward)));
  assert.deepEqual([...words].sort(), ["200 again", "200 hello"]);
});

test("an upstream without a target is a mistake that shows at once", () => {
  assert.throws(() => openWireUpstream([]), /target/);
});

test("who retires answers whoever asks or waits, keeps no connection, and is done with the last of them", async (t) => {
  const { upstream, open, answer } = await slow(t, { connections: 2 });
  const told = Array.from({ length: 4 }, (_, at) => ask(upstream.forward, { path: `/${at}` }));
  await until(() => open.length === 2);
  let retired = false;
  const done = upstream.retire().then(() => (retired = true));
  assert.deepEqual(upstream.counts(), { open: 2, idle: 0, waiting: 2 });
  for (let count = 0; count < 4; count++) {
    await until(() => open.length > 0);
    assert.equal(retired, false);
    answer();
  }
  assert.deepEqual((await Promise.all(told)).map(wordOf), Array.from({ length: 4 }, () => "200 hello"));
  assert.deepEqual(upstream.counts(), { open: 0, idle: 0, waiting: 0 }, "kept for nobody");
  await done;
});

test("an idle connection ends at once when its upstream retires", async (t) => {
  const api = await startApi((socket) => void socket.write(OK));
  const upstream = openWireUpstream(api.url);
  t.after(api.close);
  assert.equal(wordOf(await ask(upstream.forward)), "200 hello");
  assert.equal(upstream.counts().idle, 1);
  const done = upstream.retire();
  assert.deepEqual(upstream.counts(), { open: 0, idle: 0, waiting: 0 });
  await done;
});
