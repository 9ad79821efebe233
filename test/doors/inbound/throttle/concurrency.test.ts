import assert from "node:assert/strict";
import { mock, test } from "node:test";
import type { JsonObject } from "../../../../src/contract/json-value.ts";
import { concurrency } from "../../../../src/doors/inbound/throttle/concurrency.ts";
import { memoryStore } from "../../../../src/stores/memory.ts";
import type { Leases, Store } from "../../../../src/stores/store.ts";
import { conclude, type Given, misfits, post, type Posting, principal, type Sent, silent } from "../../../walk.ts";

const START = 1_800_000_000_000;
const ANN = principal();
const BOB = principal({ id: "https://id.example#bob", subject: "bob" });

type Send = (given?: Given) => Promise<Sent>;

function posting(options: JsonObject = {}, more: Partial<Posting> = {}): Send {
  const sent = post({ guard: concurrency, options: { most: 2, ...options }, store: memoryStore(), ...more });
  return (given) => sent({ now: START, ...given });
}

function status({ outcome }: Sent): number {
  return outcome?.kind === "refusal" ? outcome.problem.status : 200;
}

async function run(send: Send, ...givens: Given[]): Promise<number[]> {
  const list: number[] = [];
  for (const given of givens) list.push(status(await send(given)));
  return list;
}

test("as many as it says are under way, and the next one when one is over, however it ended", async () => {
  for (const ending of [{}, { left: true }, { refusedAt: "validate", status: 400 }, { refusedAt: "throttle", status: 429 }] as const) {
    const send = posting();
    const [first] = [await send({ principal: ANN }), await send({ principal: ANN })];
    assert.equal(status(await send({ principal: ANN })), 429);
    conclude(first.exchange, { now: START, ...ending });
    assert.deepEqual(await run(send, { principal: ANN }, { principal: ANN }), [200, 429], JSON.stringify(ending));
  }
});

test("everybody has his own, strangers that of their address, with wider ones around it", async () => {
  const send = posting({ most: 1 });
  assert.deepEqual(await run(send, { principal: ANN }, { principal: ANN }, { principal: BOB }, {}, {}), [200, 429, 200, 200, 429]);
  let held = 0;
  for (let host = 0; host < 100; host++) held += status(await send({ address: `203.0.113.${host}` })) === 200 ? 1 : 0;
  assert.equal(held, 16);
  const { exchange } = await posting({ most: 1, crowd: 1 })({ address: "192.0.2.1" });
  assert.equal(exchange.followers.length, 1);
});

test("what a wide range refuses holds no place in the narrow one", async () => {
  const send = posting({ most: 1, crowd: 1 });
  const first = await send({ address: "192.0.2.1" });
  assert.deepEqual(await run(send, { address: "192.0.2.2" }, { address: "192.0.2.2" }), [429, 429]);
  conclude(first.exchange, { now: START });
  assert.deepEqual(await run(send, { address: "192.0.2.2" }, { address: "192.0.2.2" }), [200, 429]);
});

test("the caller is told what is left, as the draft has it, and the others of an address are not", async () => {
  const send = posting();
  const { exchange } = await send({ principal: ANN });
  assert.deepEqual(exchange.reply.list, ["ratelimit-policy", '"concurrency";q=2;qu="concurrent-requests"', "ratelimit", '"concurrency";r=1']);
  assert.deepEqual((await send()).exchange.reply.list, []);
  await send();
  const refused = await send();
  assert.ok(refused.outcome?.kind === "refusal");
  assert.deepEqual([refused.outcome.problem.type, refused.outcome.problem.status, refused.outcome.problem.headers, refused.outcome.problem.extra], ["too-many-at-once", 429, { "retry-after": "1" }, { "violated-policies": ["concurrency"] }]);
  assert.deepEqual(refused.exchange.reply.all("ratelimit"), ['"concurrency";r=0']);
});

test("plans have numbers of their own", async () => {
  const send = posting({ plans: { pro: 3 } });
  const pro = principal({ claims: { plan: "pro" } });
  assert.deepEqual(await run(send, ...Array.from({ length: 4 }, () => ({ principal: pro }))), [200, 200, 200, 429]);
});

test("a request that lasts longer than a lease keeps its place, and one whose holder died does not", async (t) => {
  mock.timers.enable({ apis: ["setInterval"] });
  t.after(() => mock.timers.reset());
  let elapsed = 0;
  t.mock.method(performance, "now", () => elapsed);
  const pass = (milliseconds: number): void => {
    elapsed += milliseconds;
    mock.timers.tick(milliseconds);
  };
  const store = memoryStore();
  const send = posting({ most: 2, lasts: "30s" }, { store });
  const long = await send({ principal: ANN });
  // Taken by a thread that has died: nobody follows it.
  const dead = post({ guard: concurrency, options: { most: 2, lasts: "30s" }, store: { ...store, leases: (limit) => {
    const leases = store.leases(limit);
    return { take: (...wanted) => leases.take(...wanted), release: () => undefined, renew: () => Promise.reject(new Error("dead")) };
  } } });
  await dead({ now: START, principal: ANN });
  assert.equal(status(await send({ principal: ANN, now: START })), 429);
  for (let second = 0; second < 120; second += 10) {
    pass(10_000);
    await Promise.resolve();
  }
  assert.deepEqual(await run(send, { principal: ANN, now: START + 120_000 }, { principal: ANN, now: START + 120_000 }), [200, 429], "the dead one's place is free, the long one's is not");
  conclude(long.exchange, { now: START + 120_000 });
  assert.equal(status(await send({ principal: ANN, now: START + 120_000 })), 200);
});

function storing(take: Leases["take"], release: Leases["release"] = () => undefined): Store {
  return { ...silent, leases: () => ({ take, release, renew: (_owner, lease) => lease }) };
}

test("a store that answers late is waited for, and gives back what only some places granted", async () => {
  const leases = memoryStore().leases({ name: "a", most: 2, lasts: 60_000 });
  const send = posting({ key: "caller" }, { store: storing(async (...wanted) => leases.take(...wanted), leases.release.bind(leases)) });
  const all = await Promise.all(Array.from({ length: 5 }, () => send({ principal: ANN })));
  assert.equal(all.filter((sent) => status(sent) === 200).length, 2);
  const released: string[] = [];
  let asked = 0;
  const partly = posting({}, { store: storing(async () => (++asked === 2 ? Promise.reject(new Error("down")) : { granted: true, left: 1, lease: 1 }), (owner) => void released.push(owner)) });
  assert.equal(status(await partly({ address: "2001:db8::1" })), 503);
  assert.deepEqual(released, ["a2001:db8::/64", "a2001:db8::/48"]);
});

test("a broken store lets nobody pass", async () => {
  for (const take of [() => Promise.reject(new Error("secret")), () => assert.fail("secret"), () => undefined as never, () => ({ granted: true, left: Number.NaN, lease: 0 }), async () => ({}) as never]) {
    const { outcome } = await posting({}, { store: storing(take) })({ principal: ANN });
    assert.ok(outcome?.kind === "refusal");
    assert.deepEqual([outcome.problem.type, outcome.problem.status], ["store-unavailable", 503]);
    assert.doesNotMatch(JSON.stringify(outcome), /secret/);
  }
});

test("what is no number of requests is a misfit; every option at its bounds is understood", () => {
  const store = memoryStore();
  for (const options of [{}, { most: 0 }, { most: 1.5 }, { most: 1, lasts: "1s" }, { most: 1, plans: { pro: 0 } }, { most: 1, penalty: {} }]) assert.equal(misfits(concurrency, options).length, 1, JSON.stringify(options));
  for (const options of [{ most: 1, lasts: "10s" }, { most: 1_000_000, lasts: "1h", crowd: 1_000, share: "api", key: "everyone" }]) assert.deepEqual(misfits(concurrency, options, {}, { store }), []);
});
