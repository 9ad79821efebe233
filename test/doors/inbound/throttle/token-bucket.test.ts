import assert from "node:assert/strict";
import { test } from "node:test";
import type { Json, JsonObject } from "../../../../src/contract/json-value.ts";
import { tokenBucket } from "../../../../src/doors/inbound/throttle/token-bucket.ts";
import { memoryStore } from "../../../../src/stores/memory.ts";
import type { Meter, Store, Taken } from "../../../../src/stores/store.ts";
import { type Given, misfits, post, type Posting, principal, type Sent, silent, siteOf } from "../../../walk.ts";

const START = 1_800_000_000_000;
const ANN = principal();
const BOB = principal({ id: "https://id.example#bob", subject: "bob" });

function posting(options: JsonObject = {}, more: Partial<Posting> = {}): (given?: Given) => Promise<Sent> {
  return post({ guard: tokenBucket, options: { burst: 2, window: "10s", ...options }, store: memoryStore(), ...more });
}

function status({ outcome }: Sent): number {
  return outcome?.kind === "refusal" ? outcome.problem.status : 200;
}

async function run(send: (given?: Given) => Promise<Sent>, ...givens: Given[]): Promise<number[]> {
  const list: number[] = [];
  for (const given of givens) list.push(status(await send({ now: START, ...given })));
  return list;
}

test("a burst passes, the request after it is refused and told when to come back", async () => {
  const send = posting();
  assert.deepEqual(await run(send, {}, {}), [200, 200]);
  const { outcome } = await send({ now: START + 1 });
  assert.ok(outcome?.kind === "refusal");
  assert.deepEqual([outcome.problem.status, outcome.problem.type, outcome.problem.blame, outcome.problem.headers], [429, "too-many-requests", "caller", { "retry-after": "5" }]);
});

test("when the stated wait is over there is a token, and not before", async () => {
  const send = posting();
  assert.deepEqual(await run(send, {}, {}, { now: START + 4_999 }, { now: START + 5_000 }, { now: START + 5_001 }), [200, 200, 429, 200, 429]);
});

test("the wait is rounded up to whole seconds", async () => {
  const send = posting({ burst: 1, window: "1500ms" });
  const waitAt = async (now: number): Promise<string | undefined> => {
    const { outcome } = await send({ now });
    return outcome?.kind === "refusal" ? outcome.problem.headers?.["retry-after"] : undefined;
  };
  assert.deepEqual([await waitAt(START), await waitAt(START), await waitAt(START + 499), await waitAt(START + 500), await waitAt(START + 1_499)], [undefined, "2", "2", "1", "1"]);
});

test("every caller has a bucket of his own, wherever he calls from", async () => {
  const send = posting();
  assert.deepEqual(await run(send, { principal: ANN }, { principal: ANN, address: "192.0.2.9" }, { principal: ANN, address: "192.0.2.10" }, { principal: BOB }), [200, 200, 429, 200]);
});

test("strangers share the bucket of their address, whose /64 it is or in what form it is written", async () => {
  assert.deepEqual(await run(posting(), { address: "192.0.2.1" }, { address: "192.0.2.1" }, { address: "192.0.2.1" }, { address: "192.0.2.2" }), [200, 200, 429, 200]);
  assert.deepEqual(await run(posting(), { address: "2001:db8:1:2::1" }, { address: "2001:db8:1:2:ffff::1" }, { address: "2001:db8:1:2::3" }, { address: "2001:db8:1:3::1" }), [200, 200, 429, 200]);
  assert.deepEqual(await run(posting(), { address: "192.0.2.1" }, { address: "::ffff:192.0.2.1" }, { address: "::ffff:c000:201" }), [200, 200, 429]);
});

test("a caller who is called like an address does not share its bucket", async () => {
  const named = principal({ id: "192.0.2.1/32" });
  assert.deepEqual(await run(posting({ burst: 1 }), { principal: named }, { address: "192.0.2.1" }), [200, 200]);
});

test("names cannot be put together so that two callers, or two operations, share a bucket", async () => {
  const names = new Set<string>();
  const spy = storing((owner, _cost, _now, limit) => (names.add(`${limit} ${owner}`), { granted: true, left: 1, waitMilliseconds: 0 }));
  const cases: readonly (readonly [string, string])[] = [["a", "b9:principal"], ["a9:principal", "b"], ["a1:b", ""], ["", "a1:b"], ["api", ""], ["*", ""], ["a", "b"], ["ab", ""]];
  for (const [id, caller] of cases) await posting({}, { store: spy, operation: { id } })({ principal: principal({ id: caller }) });
  for (const share of ["api", "operation"]) for (const key of ["address", "everyone", "caller"]) await posting({ share, key, crowd: 0 }, { store: spy, operation: { id: "" } })();
  assert.equal(names.size, cases.length + 6);
});

test("operations have buckets of their own, unless they share one", async () => {
  for (const [share, third] of [["operation", 200], ["api", 429]] as const) {
    const store = memoryStore();
    const [one, other] = ["listOrders", "listUsers"].map((id) => posting({ share }, { store, operation: { id } }));
    assert.ok(one !== undefined && other !== undefined);
    assert.deepEqual(await run(one, {}, {}), [200, 200]);
    assert.deepEqual(await run(other, {}), [third], share);
  }
});

test("two limits at one operation do not disturb each other, even in one store", async () => {
  const store = memoryStore();
  const [quick, slow] = [posting({ burst: 1, window: "1s" }, { store }), posting({ burst: 1, window: "1h" }, { store })];
  assert.deepEqual([await run(quick, {}), await run(slow, {}), await run(quick, { now: START + 1_000 }), await run(slow, { now: START + 1_000 })], [[200], [200], [200], [429]]);
});

test("by address, a good credential buys no second bucket; by everyone, there is only one", async () => {
  assert.deepEqual(await run(posting({ key: "address" }), { principal: ANN }, { principal: BOB }, {}), [200, 200, 429]);
  assert.deepEqual(await run(posting({ key: "everyone" }), { principal: ANN, address: "192.0.2.1" }, { principal: BOB, address: "192.0.2.2" }, { address: "192.0.2.3" }), [200, 200, 429]);
});

test("a dear operation costs more", async () => {
  assert.deepEqual(await run(posting({ burst: 5, cost: 2 }), {}, {}, {}), [200, 200, 429]);
});

test("callers who are known learn what is left; strangers only that nothing is", async () => {
  const send = posting();
  const fields = async (given: Given): Promise<readonly string[]> => (await send({ now: START, ...given })).exchange.reply.list;
  assert.deepEqual(await fields({ principal: ANN }), ["ratelimit-policy", '"burst";q=2;w=10', "ratelimit", '"burst";r=1;t=5']);
  assert.deepEqual(await fields({ principal: ANN, now: START + 1_000 }), ["ratelimit-policy", '"burst";q=2;w=10', "ratelimit", '"burst";r=0;t=9']);
  assert.deepEqual(await fields({ principal: ANN, now: START + 1_000 }), ["ratelimit-policy", '"burst";q=2;w=10', "ratelimit", '"burst";r=0;t=4']);
  assert.deepEqual(await fields({}), []);
  assert.deepEqual(await fields({}), []);
  assert.deepEqual(await fields({}), ["ratelimit-policy", '"burst";q=2;w=10', "ratelimit", '"burst";r=0;t=5']);
});

test("several limits have several names in the answer", async () => {
  const { exchange } = await posting()({ principal: ANN, now: START });
  const steps = tokenBucket.post({ burst: 9, window: "1h" }, { pointer: "", report: () => assert.fail() });
  assert.ok(steps !== undefined);
  await steps.compile(siteOf({ guard: tokenBucket, store: memoryStore() }))?.(exchange);
  assert.deepEqual(exchange.reply.all("ratelimit-policy"), ['"burst";q=2;w=10', '"burst-2";q=9;w=3600']);
  assert.deepEqual(exchange.reply.all("ratelimit"), ['"burst";r=1;t=5', '"burst-2";r=8;t=400']);
});

test("a clock that runs backwards, and back again, gives no tokens away", async () => {
  assert.deepEqual(await run(posting(), { now: START + 9_000 }, { now: START + 1_000 }, { now: START + 9_000 }), [200, 200, 429]);
});

type Take = (owner: string, cost: number, now: number, limit?: string) => Taken | Promise<Taken>;

function storing(take: Take, charge: Meter["charge"] = () => undefined): Store {
  return { ...silent, meter: ({ name }) => ({ take: (owner, cost, now) => take(owner, cost, now, name), charge }) };
}

test("a store that answers late is waited for", async () => {
  const meter = memoryStore().meter({ name: "late", room: "known", capacity: 2, window: 10_000 });
  const late = storing(async (owner, cost, now) => {
    await new Promise((resolve) => setImmediate(resolve));
    return meter.take(owner, cost, now);
  });
  const send = posting({}, { store: late });
  assert.deepEqual(await run(send, { principal: ANN }, { principal: ANN }, { principal: ANN }), [200, 200, 429]);
  const all = await Promise.all(Array.from({ length: 9 }, () => send({ principal: BOB, now: START })));
  assert.equal(all.filter((sent) => status(sent) === 200).length, 2, "at the same moment, too");
});

const BROKEN: readonly (readonly [string, Take])[] = [
  [
    "throws",
    () => {
      throw new RangeError("secret://user:password@store");
    },
  ],
  ["rejects", () => Promise.reject(new RangeError("secret://user:password@store"))],
  ["rejects with a text", () => Promise.reject("password")],
  ["answers with nothing", () => undefined as unknown as Taken],
  ["answers with something else", () => ({ granted: true }) as unknown as Taken],
  ["answers with something else, late", async () => ({ granted: true, left: Number.NaN, waitMilliseconds: 0 })],
  // oxlint-disable-next-line unicorn/no-thenable -- the strange promise is the point
  ["answers with another kind of promise", () => ({ then: (settle: (taken: Taken) => void) => settle({ granted: true, left: 1, waitMilliseconds: 0 }) }) as unknown as Taken],
];

for (const [what, take] of BROKEN) {
  test(`a store that ${what} lets nobody pass`, async () => {
    const { outcome, exchange } = await posting({}, { store: storing(take) })({ principal: ANN });
    assert.ok(outcome?.kind === "refusal");
    assert.deepEqual([outcome.problem.status, outcome.problem.type, outcome.problem.blame], [503, "store-unavailable", "sallyport"]);
    assert.doesNotMatch(JSON.stringify(outcome), /password/, "what stands in a fault of the store stays in the house");
    assert.deepEqual(exchange.reply.list, []);
  });
}

test("in observe mode a refusal is witnessed and not obeyed", async () => {
  const send = posting({ burst: 1 }, { mode: "observe" });
  assert.deepEqual(await run(send, {}, {}), [200, 200]);
  assert.deepEqual((await send({ now: START })).exchange.observed.map(({ problem }) => problem.type), ["too-many-requests"]);
});

const WRONG: readonly (readonly [string, Json])[] = [
  ["no burst", { window: "1m" }],
  ["no window", { burst: 1 }],
  ["a burst of nothing", { burst: 0, window: "1m" }],
  ["a window without a unit", { burst: 1, window: 60 }],
  ["a window under a second", { burst: 1, window: "999ms" }],
  ["a cost that no bucket holds", { burst: 2, window: "1m", cost: 3 }],
  ["another share", { burst: 2, window: "1m", share: "all" }],
  ["a misspelt option", { burst: 2, windows: "1m", window: "1m" }],
];

for (const [what, options] of WRONG) test(`${what} is a misfit`, () => assert.equal(misfits(tokenBucket, options).length, 1));

test("every option at its bounds is understood", () => {
  assert.deepEqual(misfits(tokenBucket, { burst: 1, window: "1s", cost: 1 }), []);
  assert.deepEqual(misfits(tokenBucket, { burst: 1_000_000, window: "31d", cost: 1_000_000, share: "api", key: "everyone" }), []);
});
