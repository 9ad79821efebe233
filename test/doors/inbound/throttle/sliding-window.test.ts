import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../../../../src/contract/json-value.ts";
import { slidingWindow } from "../../../../src/doors/inbound/throttle/sliding-window.ts";
import { memoryStore } from "../../../../src/stores/memory.ts";
import type { Meter, Store } from "../../../../src/stores/store.ts";
import { dice } from "../../../stores.cases.ts";
import { conclude, type Given, misfits, post, type Posting, principal, type Sent, silent } from "../../../walk.ts";

const START = 1_800_000_000_000;
const ANN = principal();
const BOB = principal({ id: "https://id.example#bob", subject: "bob" });

type Send = (given?: Given) => Promise<Sent>;

function posting(options: JsonObject = {}, more: Partial<Posting> = {}): Send {
  const sent = post({ guard: slidingWindow, options: { rate: "3/10s", ...options }, store: memoryStore(), ...more });
  return (given) => sent({ now: START, ...given });
}

function status({ outcome }: Sent): number {
  return outcome?.kind === "refusal" ? outcome.problem.status : 200;
}

async function run(send: Send, ...offsets: number[]): Promise<number[]> {
  const list: number[] = [];
  for (const offset of offsets) list.push(status(await send({ principal: ANN, now: START + offset })));
  return list;
}

test("as many as it says pass in a window, and the next one when the oldest is out of it", async () => {
  assert.deepEqual(await run(posting(), 0, 4_000, 9_000, 9_999, 10_000, 10_001, 14_000), [200, 200, 200, 429, 200, 429, 200]);
});

test("the one who is refused is told when, to the second", async () => {
  const send = posting();
  await run(send, 0, 4_000, 9_000);
  const { outcome, exchange } = await send({ principal: ANN, now: START + 9_500 });
  assert.ok(outcome?.kind === "refusal");
  assert.deepEqual([outcome.problem.type, outcome.problem.headers], ["too-many-requests", { "retry-after": "1" }]);
  assert.deepEqual(exchange.reply.list, ["ratelimit-policy", '"window";q=3;w=10', "ratelimit", '"window";r=0;t=1']);
});

/** Whoever chooses his moments well: most that passed in any window. */
async function mostInAnyWindow(send: Send, window: number): Promise<number> {
  const roll = dice(3);
  const passed: number[] = [];
  for (let now = START; now < START + 20 * window; now += 1 + Math.floor((roll() < 0.02 ? 600 : 12) * roll())) {
    if (status(await send({ principal: ANN, now })) === 200) passed.push(now);
  }
  return passed.reduce((most, from, at) => Math.max(most, passed.slice(at).filter((time) => time < from + window).length), 0);
}

test("no choice of moments gets more than the rate through in any window, with stamps or with a bucket", async () => {
  assert.equal(await mostInAnyWindow(posting({ rate: "20/1s" }), 1_000), 20);
  const spread = await mostInAnyWindow(posting({ rate: "20/1s", keep: "bucket" }), 1_000);
  assert.ok(spread <= 20 && spread >= 15, String(spread));
  const large = await mostInAnyWindow(posting({ rate: "400/2s", keep: "bucket", burst: 100 }), 2_000);
  assert.ok(large <= 400 && large >= 100, String(large));
});

test("a bucket gives its burst at once, and the rest over the window", async () => {
  const send = posting({ rate: "8/60s", keep: "bucket" });
  assert.deepEqual(await run(send, 0, 0, 0, 9_999, 10_000, 20_000), [200, 200, 429, 429, 200, 200]);
});

test("everybody has a window of his own; strangers that of their address, with wider ones around it", async () => {
  const send = posting({ rate: "1/10s" });
  assert.deepEqual([status(await send({ principal: ANN })), status(await send({ principal: ANN })), status(await send({ principal: BOB })), status(await send()), status(await send())], [200, 429, 200, 200, 429]);
  let passed = 0;
  for (let host = 0; host < 100; host++) if (status(await send({ address: `203.0.113.${host}` })) === 200) passed++;
  assert.equal(passed, 16);
});

test("plans have numbers of their own", async () => {
  const send = posting({ plans: { pro: { rate: "5/10s" } } });
  let passed = 0;
  while (status(await send({ principal: principal({ claims: { plan: "pro" } }) })) === 200) passed++;
  assert.equal(passed, 5);
});

test("failures alone are counted, and all guesses at the same moment are", async () => {
  const send = posting({ count: "failures" });
  for (let time = 0; time < 50; time++) conclude((await send({ principal: ANN })).exchange, { status: 200, now: START });
  const all = await Promise.all(Array.from({ length: 50 }, () => send({ principal: ANN })));
  assert.equal(all.filter((sent) => status(sent) === 200).length, 3);
});

test("who keeps asking waits twice as long each time", async () => {
  const send = posting({ rate: "1/10s", penalty: { after: 1, upTo: "1m" } });
  const waits: (string | undefined)[] = [];
  for (let time = 0; time < 6; time++) {
    const { outcome } = await send({ principal: ANN });
    waits.push(outcome?.kind === "refusal" ? outcome.problem.headers?.["retry-after"] : undefined);
  }
  for (const [at, least] of [undefined, 10, 20, 40, 60, 60].entries()) assert.ok(least === undefined ? waits[at] === undefined : Number(waits[at]) >= least && Number(waits[at]) <= least * 1.125, `${at}: ${waits[at]}`);
  assert.deepEqual(await run(send, 59_999, 120_001), [429, 200]);
});

function storing(take: Meter["take"]): Store {
  return { ...silent, stamps: () => ({ take, charge: () => undefined }), meter: () => ({ take, charge: () => undefined }) };
}

test("a store that answers late is waited for; one that is broken lets nobody pass", async () => {
  assert.equal(status(await posting({}, { store: storing(async () => ({ granted: true, left: 1, waitMilliseconds: 0 })) })({ principal: ANN })), 200);
  for (const take of [() => Promise.reject(new Error("down")), () => ({ granted: true }) as never, () => assert.fail("down")]) assert.equal(status(await posting({}, { store: storing(take) })({ principal: ANN })), 503);
});

const WRONG: readonly (readonly [string, JsonObject])[] = [
  ["more than can be remembered", { rate: "65/1m" }],
  ["bytes", { rate: "5MiB/1m" }],
  ["a burst without a bucket", { burst: 1 }],
  ["a burst of the whole rate", { keep: "bucket", burst: 3 }],
  ["a bucket for one", { rate: "1/1m", keep: "bucket" }],
  ["a plan that does not fit", { plans: { pro: { rate: "65/1m" } } }],
];

for (const [what, options] of WRONG) test(`${what} is a misfit`, () => assert.equal(misfits(slidingWindow, { rate: "3/10s", ...options }).length, 1));

test("every option at its bounds is understood", () => {
  const store = memoryStore();
  for (const options of [{ rate: "1/1s" }, { rate: "64/31d" }, { rate: "1000000/1s", keep: "bucket" }, { rate: "2/31d", keep: "bucket", burst: 1 }]) assert.deepEqual(misfits(slidingWindow, options, {}, { store }), [], JSON.stringify(options));
});
