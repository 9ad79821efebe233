import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import type { Connect, Wire } from "../../../src/stores/redis/connect.ts";
import { BROKEN_MILLISECONDS, FAILURES_MAX, Link, PAUSE_MILLISECONDS_MAX, StoreDown } from "../../../src/stores/redis/link.ts";
import { SCRIPT_SHA } from "../../../src/stores/redis/script.ts";
import { slotOf } from "../../../src/stores/redis/slot.ts";

const WAIT = 20;

interface Trial {
  readonly link: Link;
  readonly changes: string[];
  readonly sent: (readonly string[])[];
  /** How the server behaves from now on. */
  answer: (key: string, words: readonly string[]) => Promise<unknown>;
  connects: () => Promise<void>;
  lose: (reason: string) => void;
  connected: number;
  closed: number;
}

function trial(cluster = false): Trial {
  const changes: string[] = [];
  const sent: (readonly string[])[] = [];
  const state = {
    changes,
    sent,
    answer: (): Promise<unknown> => Promise.resolve(1),
    connects: (): Promise<void> => Promise.resolve(),
    lose: (): void => undefined,
    connected: 0,
    closed: 0,
  };
  const connect: Connect = async (lost) => {
    await state.connects();
    state.connected++;
    state.lose = lost as () => void;
    const wire: Wire = { send: (key, words) => (sent.push(words), (state.answer as Trial["answer"])(key, words)), close: () => void state.closed++ };
    return wire;
  };
  const link = new Link({ connect, cluster, waitMilliseconds: WAIT, changed: (up, reason) => void changes.push(`${up ? "up" : "down"}: ${reason}`) });
  return Object.assign(state, { link });
}

const silence = (): Promise<unknown> => new Promise(() => undefined);
const down = { name: "StoreDown" };

test("a call is one script with one key, and a server that has not seen it gets it whole", async () => {
  const one = trial();
  assert.equal(await one.link.open(), undefined);
  assert.equal(await one.link.call("key", ["take", "1"]), 1);
  assert.deepEqual(one.sent[0]?.slice(2), ["1", "sallyport:hello", "hello"], "it is sent once before anybody asks");
  assert.deepEqual(one.sent[1], ["EVALSHA", SCRIPT_SHA, "1", "key", "take", "1"]);
  one.answer = (_key, [command]) => (command === "EVALSHA" ? Promise.reject(new Error("NOSCRIPT No matching script.")) : Promise.resolve("whole"));
  assert.equal(await one.link.call("key", ["take", "1"]), "whole");
  await one.link.close();
});

test("before it is open, and after it is closed, everything fails at once", async () => {
  const { link } = trial();
  assert.equal(link.up("key"), false);
  await assert.rejects(link.call("key", []), down);
  await link.open();
  assert.equal(link.up("key"), true);
  await link.close();
  assert.equal(link.up("key"), false);
  await assert.rejects(link.call("key", []), down);
});

test("a server that says nothing costs a few waits, and then none; it is left, looked for, and found again", async () => {
  const one = trial();
  await one.link.open();
  one.answer = silence;
  for (let call = 0; call < FAILURES_MAX; call++) await assert.rejects(one.link.call("key", []), down);
  assert.deepEqual([one.link.up("key"), one.closed, one.changes.at(-1)], [false, 1, "down: no answer in time"]);
  const before = one.sent.length;
  for (let call = 0; call < 50; call++) await assert.rejects(one.link.call("key", []), down);
  assert.equal(one.sent.length, before, "nothing was sent");
  one.answer = () => Promise.resolve(2);
  while (!one.link.up("key")) await wait(5);
  assert.equal(await one.link.call("key", []), 2);
  assert.deepEqual([one.connected, one.changes.at(-1)], [2, "up: connected"]);
  assert.ok(one.link.sinceFailure("key") < 2_000);
  await one.link.close();
});

test("one slow answer breaks nothing, and what fails is told as a word, never as the server said it", async () => {
  const one = trial();
  await one.link.open();
  one.answer = silence;
  await assert.rejects(one.link.call("key", []), down);
  one.answer = () => Promise.reject(new Error("WRONGTYPE canary 31"));
  await assert.rejects(one.link.call("key", []), { name: "StoreDown", message: "WRONGTYPE" });
  one.answer = () => Promise.resolve(1);
  assert.equal(await one.link.call("key", []), 1);
  one.answer = silence;
  await assert.rejects(one.link.call("key", []), down);
  assert.equal(one.link.up("key"), true, "failures count when they come in a row");
  await one.link.close();
});

test("a connection that is lost is told once, and made anew with pauses that grow up to a bound", async (t) => {
  const one = trial();
  await one.link.open();
  let tries = 0;
  const pauses: number[] = [];
  let last = performance.now();
  one.connects = () => {
    pauses.push(performance.now() - last);
    last = performance.now();
    return ++tries < 4 ? Promise.reject(Object.assign(new Error("connect"), { code: "ECONNREFUSED" })) : Promise.resolve();
  };
  one.lose("ECONNRESET");
  one.lose("the connection ended");
  assert.equal(one.link.up("key"), false);
  while (!one.link.up("key")) await wait(10);
  assert.deepEqual(one.changes, ["up: connected", "down: ECONNRESET", "up: connected"]);
  assert.equal(tries, 4);
  t.diagnostic(`pauses: ${pauses.map(Math.round).join(", ")} ms, at most ${PAUSE_MILLISECONDS_MAX}`);
  for (const [at, least] of [50, 100, 200, 400].entries()) assert.ok((pauses[at] ?? 0) >= least - 2, `${at}: ${pauses[at]}`);
  await one.link.close();
});

test("a first attempt that fails is answered with its reason, and others follow", async () => {
  const one = trial();
  let tries = 0;
  one.connects = () => (++tries === 1 ? Promise.reject(new Error("WRONGPASS invalid username-password pair for canary")) : Promise.resolve());
  assert.equal(await one.link.open(), "WRONGPASS");
  while (!one.link.up("key")) await wait(10);
  assert.deepEqual(one.changes, ["down: WRONGPASS", "up: connected"]);
  await one.link.close();
});

/** Two keys that lie in different parts of a cluster. */
const [HERE, THERE] = ["foo", "bar"] as const;

test("in a cluster, a master that hangs holds up only what is his, and one call at a time finds out whether he is well", async () => {
  assert.notEqual(Math.floor(slotOf(HERE) / 256), Math.floor(slotOf(THERE) / 256));
  const one = trial(true);
  await one.link.open();
  one.answer = (key) => (key === HERE ? silence() : Promise.resolve(1));
  for (let call = 0; call < FAILURES_MAX; call++) await assert.rejects(one.link.call(HERE, []), down);
  assert.deepEqual([one.link.up(HERE), one.link.up(THERE), one.closed], [false, true, 0]);
  assert.equal(await one.link.call(THERE, []), 1);
  await wait(BROKEN_MILLISECONDS + 5);
  assert.equal(one.link.up(HERE), true);
  const probe = one.link.call(HERE, []);
  assert.equal(one.link.up(HERE), false, "while one finds out, others do not wait");
  await assert.rejects(probe, down);
  one.answer = () => Promise.resolve(1);
  await wait(BROKEN_MILLISECONDS + 5);
  assert.equal(await one.link.call(HERE, []), 1);
  assert.equal(one.link.up(HERE), true);
  assert.deepEqual(one.changes, ["up: connected", "down: no answer in time", "up: answers come again"]);
  await one.link.close();
});

test("what was asked is answered before it closes", async () => {
  const one = trial();
  await one.link.open();
  let settle: (value: number) => void = () => undefined;
  one.answer = () => new Promise((resolve) => (settle = resolve));
  const asked = one.link.call("key", []);
  const closing = one.link.close();
  assert.equal(one.closed, 0);
  settle(5);
  assert.equal(await asked, 5);
  await closing;
  assert.equal(one.closed, 1);
  assert.ok(new StoreDown("x") instanceof Error);
});
