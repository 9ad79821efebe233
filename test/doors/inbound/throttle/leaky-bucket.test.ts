import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import type { JsonObject } from "../../../../src/contract/json-value.ts";
import { leakyBucket } from "../../../../src/doors/inbound/throttle/leaky-bucket.ts";
import { UNKNOWN_BYTES, type Waiting } from "../../../../src/doors/inbound/throttle/leaky-bucket/queues.ts";
import { Content } from "../../../../src/exchange/content.ts";
import { memoryStore } from "../../../../src/stores/memory.ts";
import type { Meter, Store } from "../../../../src/stores/store.ts";
import { type Given, misfits, post, type Posting, principal, type Sent, silent } from "../../../walk.ts";

const START = 1_800_000_000_000;
const ANN = principal();
const BOB = principal({ id: "https://id.example#bob", subject: "bob" });

interface Bench {
  readonly send: (given?: Given) => Promise<Sent>;
  readonly waiting: Waiting;
}

function bench(options: JsonObject = {}, more: Partial<Posting> = {}): Bench {
  const waiting: Waiting = { requests: 0, bytes: 0 };
  const sent = post({ guard: leakyBucket, options: { rate: "50/1s", ...options }, store: memoryStore(), site: { share: () => waiting as never }, ...more });
  return { send: (given) => sent({ now: START, principal: ANN, ...given }), waiting };
}

function status({ outcome }: Sent): number {
  return outcome?.kind === "refusal" ? outcome.problem.status : 200;
}

async function statuses(sent: readonly Promise<Sent>[]): Promise<number[]> {
  return (await Promise.all(sent)).map(status);
}

const many = <T>(count: number, make: (at: number) => T): T[] => Array.from({ length: count }, (_, at) => make(at));

test("requests pass one by one, a turn apart; one that comes too early is refused", async () => {
  const { send } = bench({ rate: "10/1s" });
  const list: number[] = [];
  for (const offset of [0, 0, 99, 100, 150, 200, 1_000, 1_001]) list.push(status(await send({ now: START + offset })));
  assert.deepEqual(list, [200, 429, 429, 200, 429, 200, 200, 429]);
});

test("a capacity lets so many come at once", async () => {
  const { send } = bench({ rate: "10/1s", capacity: 3 });
  assert.deepEqual(await statuses(many(5, () => send())), [200, 200, 200, 429, 429]);
});

test("with a queue, what comes too early waits for its turn, in the order in which it came", async () => {
  const { send, waiting } = bench({ queue: {} });
  const order: number[] = [];
  const begun = performance.now();
  const all = many(6, async (at) => {
    const sent = await send();
    order.push(at);
    return sent;
  });
  assert.equal(waiting.requests, 5);
  assert.deepEqual(await statuses(all), [200, 200, 200, 200, 200, 200]);
  assert.deepEqual(order, [0, 1, 2, 3, 4, 5]);
  assert.ok(performance.now() - begun >= 95, "the sixth is five turns of 20 ms after the first");
  assert.deepEqual(waiting, { requests: 0, bytes: 0 });
});

test("one caller's queue is not another's", async () => {
  const { send, waiting } = bench({ rate: "1/1s", queue: {} });
  const held = new AbortController();
  const first = many(3, () => send({ signal: held.signal }));
  assert.deepEqual([status(await send({ principal: BOB })), waiting.requests], [200, 2]);
  held.abort();
  await Promise.all(first);
});

test("whoever would wait too long, or finds no place, is refused at once and told when to come", async () => {
  const long = bench({ rate: "10/1s", queue: { wait: "250ms" } });
  const all = many(5, () => long.send());
  const [, , , fourth] = await Promise.all(all);
  assert.ok(fourth?.outcome?.kind === "refusal");
  assert.equal(fourth.outcome.problem.headers?.["retry-after"], "1");
  assert.deepEqual(await statuses(all), [200, 200, 200, 429, 429]);
  const few = bench({ queue: { most: 2 } });
  assert.deepEqual(await statuses(many(5, () => few.send())), [200, 200, 200, 429, 429]);
});

test("all queues together hold a bounded number of requests and bytes", async () => {
  const few = bench({ rate: "10/1s", queue: { inAll: 2 } });
  const callers = many(4, (at) => principal({ id: `caller ${at}` }));
  for (const one of callers) assert.equal(status(await few.send({ principal: one })), 200);
  assert.deepEqual(await statuses(callers.map((one) => few.send({ principal: one }))), [200, 200, 429, 429]);
  const small = bench({ rate: "20/1s", queue: { bytes: "128KiB" } });
  const unknown = (): Given => ({ content: new Content({ open: () => undefined }, undefined) });
  const sent = many(4, () => small.send(unknown()));
  assert.equal(small.waiting.bytes, 2 * UNKNOWN_BYTES, "a body of unknown length counts");
  assert.deepEqual(await statuses(sent), [200, 200, 200, 429]);
  assert.deepEqual(small.waiting, { requests: 0, bytes: 0 });
});

test("whoever leaves while he waits has used up nothing, and his place is free", async () => {
  const store = memoryStore();
  const charged: number[] = [];
  const counting: Store = { ...store, meter: (limit) => {
    const meter = store.meter(limit);
    return { charge: (...charge) => meter.charge(...charge), take: (...wanted) => {
      const taken = meter.take(...wanted);
      if (!(taken instanceof Promise) && taken.granted) charged.push(wanted[1]);
      return taken;
    } };
  } };
  const { send, waiting } = bench({ rate: "20/1s", queue: { most: 2 } }, { store: counting });
  const leaving = new AbortController();
  const [first, second, third] = [send(), send({ signal: leaving.signal }), send()];
  assert.equal(waiting.requests, 2);
  leaving.abort();
  assert.equal(waiting.requests, 1);
  const fourth = send();
  assert.deepEqual(await statuses([first, second, third, fourth]), [200, 429, 200, 200]);
  assert.equal(charged.length, 3);
  const gone = new AbortController();
  gone.abort();
  assert.equal(status(await send({ signal: gone.signal })), 429, "who has left already does not wait");
  assert.deepEqual(waiting, { requests: 0, bytes: 0 });
});

test("whoever comes later is never earlier, even when there is a token for him", async () => {
  const { send } = bench({ rate: "10/1s", queue: {} });
  await send();
  const order: string[] = [];
  const waits = send().then(() => order.push("first"));
  await wait(20);
  // By its own clock it could pass at once.
  const late = send({ now: START + 1_000 }).then(() => order.push("second"));
  await Promise.all([waits, late]);
  assert.deepEqual(order, ["first", "second"]);
});

function storing(take: Meter["take"]): Store {
  return { ...silent, meter: () => ({ take, charge: () => undefined }) };
}

test("a store that answers late is waited for; one that breaks while somebody waits lets nobody pass", async () => {
  const meter = memoryStore().meter({ name: "a", room: "known", capacity: 1, window: 20 });
  const late = bench({ queue: {} }, { store: storing(async (...wanted) => meter.take(...wanted)) });
  assert.deepEqual(await statuses(many(4, () => late.send())), [200, 200, 200, 200]);
  assert.deepEqual(late.waiting, { requests: 0, bytes: 0 });
  let calls = 0;
  const breaking = bench({ queue: {} }, { store: storing(() => (calls++ === 0 ? { granted: false, left: 0, waitMilliseconds: 5 } : assert.fail("down"))) });
  assert.deepEqual(await statuses(many(3, () => breaking.send())), [503, 503, 503]);
  assert.deepEqual(breaking.waiting, { requests: 0, bytes: 0 });
});

const WRONG: readonly (readonly [string, JsonObject])[] = [
  ["bytes", { rate: "5MiB/1m" }],
  ["a capacity of nothing", { capacity: 0 }],
  ["a wait of hours", { queue: { wait: "1h" } }],
  ["a queue for nobody", { queue: { most: 0 } }],
  ["a plan in bytes", { plans: { pro: { rate: "5MiB/1m" } } }],
];

for (const [what, options] of WRONG) test(`${what} is a misfit`, () => assert.equal(misfits(leakyBucket, { rate: "1/1s", ...options }).length, 1));

test("every option at its bounds is understood", () => {
  for (const options of [{ rate: "1/1s" }, { rate: "1000000/1s", capacity: 1_000_000 }, { rate: "1/31d", queue: { wait: "5m", most: 10_000, inAll: 100_000, bytes: "1GiB" } }, { rate: "1/1s", queue: { wait: "1ms", most: 1, inAll: 1, bytes: "64KiB" } }]) assert.deepEqual(misfits(leakyBucket, options), [], JSON.stringify(options));
});
