import assert from "node:assert/strict";
import { test } from "node:test";
import type { Json, JsonObject } from "../../../../src/contract/json-value.ts";
import { flow } from "../../../../src/doors/inbound/validate/flow.ts";
import { Content } from "../../../../src/exchange/content.ts";
import type { Ending } from "../../../../src/guard.ts";
import { memoryStore } from "../../../../src/stores/memory.ts";
import type { Store } from "../../../../src/stores/store.ts";
import { conclude, type Given, misfits, post, type Posting, principal, type Sent, silent } from "../../../walk.ts";

const START = 1_800_000_000_000;
const ANN = principal();
const BOB = principal({ id: "https://id.example#bob", subject: "bob" });

type Send = (given?: Given & { readonly value?: Json }, ending?: Partial<Ending> & { readonly left?: boolean }) => Promise<string>;

/** Sends, and lets the API accept it unless told otherwise. Answers what the door said. */
function posting(options: JsonObject, more: Partial<Posting> = {}): Send {
  const sent = post({ guard: flow, options, store: memoryStore(), ...more });
  return async ({ value, ...given } = {}, ending = {}) => {
    const content = Content.holding(new Uint8Array(1));
    if (value !== undefined) content.understand(value);
    const { outcome, exchange }: Sent = await sent({ now: START, principal: ANN, content, ...given });
    if (outcome?.kind === "refusal") return outcome.problem.type;
    conclude(exchange, { now: given.now ?? START, status: 201, ...ending });
    return "passed";
  };
}

test("between two requests of one caller lies at least the gap", async () => {
  const send = posting({ gap: "30s" });
  assert.deepEqual([await send(), await send({ now: START + 29_999 }), await send({ principal: BOB }), await send({ now: START + 30_000 })], ["passed", "too-many-requests", "passed", "passed"]);
});

test("a target is met so often, by however many callers", async () => {
  const send = posting({ key: { body: "/recipient" }, rate: "3/1h" });
  const list: string[] = [];
  for (let caller = 0; caller < 5; caller++) list.push(await send({ principal: principal({ id: `caller ${caller}` }), value: { recipient: "ann" } }));
  assert.deepEqual(list, ["passed", "passed", "passed", "too-many-requests", "too-many-requests"]);
  assert.equal(await send({ value: { recipient: "bob" } }), "passed");
});

test("the same content comes once, however it is written, and other content is other content", async () => {
  const send = posting({ key: ["caller", { body: "/text" }], once: "24h" });
  assert.equal(await send({ value: { text: "Buy my  pills" } }), "passed");
  for (const text of ["Buy my  pills", "BUY MY PILLS", " buy\tmy pills\n", "\u{ff22}uy my pills"]) assert.equal(await send({ value: { text } }), "already-done", text);
  for (const value of [{ text: "Buy my pill" }, { text: ["buy my pills"] }, { text: { a: 1 } }, { text: 1 }, { text: "1" }, {}]) assert.equal(await send({ value }), "passed", JSON.stringify(value));
  assert.equal(await send({ value: { text: { a: 1 } } }), "already-done");
  assert.equal(await send({ value: { text: "Buy my pills" }, principal: BOB }), "passed");
  assert.equal(await send({ value: { text: "Buy my pills" }, now: START + 86_400_000 }), "passed");
});

test("what was not accepted may be sent again; what nobody heard of may not", async () => {
  const send = posting({ key: ["caller", { body: "/id" }], once: "1h" });
  assert.deepEqual([await send({ value: { id: 1 } }, { status: 500 }), await send({ value: { id: 1 } }, { status: 201 }), await send({ value: { id: 1 } })], ["passed", "passed", "already-done"]);
  assert.deepEqual([await send({ value: { id: 2 } }, { left: true }), await send({ value: { id: 2 } })], ["passed", "already-done"]);
});

test("a key may be the whole body, whatever the order of its members", async () => {
  const send = posting({ key: ["caller", "body"], once: "1h" });
  assert.deepEqual([await send({ value: { a: 1, b: [2] } }), await send({ value: { b: [2], a: 1 } }), await send({ value: { a: 1, b: [3] } })], ["passed", "already-done", "passed"]);
});

test("without a member in the body, all who lack it share one key, and nobody is free", async () => {
  const send = posting({ key: { body: "/recipient" }, rate: "1/1h" });
  assert.deepEqual([await send({ value: {} }), await send({ value: [] }), await send()], ["passed", "too-many-requests", "too-many-requests"]);
});

interface Shop {
  readonly cart: Send;
  readonly pay: Send;
}

function shop(mark: JsonObject = {}, after: JsonObject = {}): Shop {
  const store = memoryStore();
  return { cart: posting({ mark: "cart", lasts: "10m", ...mark }, { store, operation: { id: "addToCart" } }), pay: posting({ after: "cart", atLeast: "3s", lasts: "10m", ...after }, { store, operation: { id: "pay" } }) };
}

test("a step must have been done before, not less than a while ago and not too long ago, and counts once", async () => {
  const { cart, pay } = shop();
  assert.equal(await pay(), "step-missing");
  assert.equal(await cart(), "passed");
  assert.deepEqual([await pay({ now: START + 2_999 }), await pay({ principal: BOB, now: START + 3_000 }), await pay({ now: START + 3_000 }), await pay({ now: START + 3_001 })], ["step-too-early", "step-missing", "passed", "step-missing"]);
  await cart({ now: START + 4_000 });
  assert.equal(await pay({ now: START + 604_000 }), "step-missing", "too long ago");
});

test("a step counts when the API has accepted it, and is used up by what it accepts", async () => {
  const { cart, pay } = shop();
  await cart({}, { status: 422 });
  assert.equal(await pay({ now: START + 5_000 }), "step-missing");
  await cart({ now: START + 5_000 });
  assert.deepEqual([await pay({ now: START + 9_000 }, { status: 402 }), await pay({ now: START + 9_001 }), await pay({ now: START + 9_002 })], ["passed", "passed", "step-missing"]);
});

test("many payments at the same moment use one cart once", async () => {
  const { cart, pay } = shop();
  await cart();
  const all = await Promise.all(Array.from({ length: 20 }, () => pay({ now: START + 5_000 }, { left: true })));
  assert.equal(all.filter((answer) => answer === "passed").length, 1);
});

test("whoever comes too early is told when", async () => {
  const store = memoryStore();
  const sent = post({ guard: flow, options: { after: "cart", atLeast: "3s" }, store });
  await posting({ mark: "cart" }, { store })();
  const { outcome } = await sent({ principal: ANN, now: START + 500 });
  assert.ok(outcome?.kind === "refusal");
  assert.deepEqual([outcome.problem.status, outcome.problem.headers, outcome.problem.because], [429, { "retry-after": "3" }, { rule: "after", step: "cart" }]);
});

test("strangers have the key of their address", async () => {
  const sent = post({ guard: flow, options: { gap: "30s" }, store: memoryStore() });
  const statuses = [];
  for (const address of ["192.0.2.1", "192.0.2.1", "192.0.2.2"]) statuses.push((await sent({ now: START, address })).outcome?.kind);
  assert.deepEqual(statuses, [undefined, "refusal", undefined]);
});

test("a store that answers late is waited for", async () => {
  const memory = memoryStore();
  const late: Store = {
    ...memory,
    once: async (...wanted) => memory.once(...wanted),
    steps: (...wanted) => {
      const steps = memory.steps(...wanted);
      return { mark: (...one) => steps.mark(...one), restore: (...one) => steps.restore(...one), take: async (...one) => steps.take(...one) };
    },
  };
  const once = posting({ once: "1h" }, { store: late });
  assert.deepEqual([await once(), await once()], ["passed", "already-done"]);
  const [cart, pay] = [posting({ mark: "cart" }, { store: late }), posting({ after: "cart" }, { store: late })];
  assert.deepEqual([await pay(), await cart(), await pay(), await pay()], ["step-missing", "passed", "passed", "step-missing"]);
});

const BROKEN = [() => assert.fail("down"), () => Promise.reject(new Error("down")), () => undefined as never, async () => ({}) as never, () => "full" as never, () => ({ passed: "yes" }) as never];

test("a store that is down, full or mad lets nobody pass", async () => {
  for (const answer of BROKEN) {
    const store: Store = { ...silent, once: answer, steps: () => ({ mark: () => undefined, restore: () => undefined, take: answer }), meter: () => ({ take: answer, charge: () => undefined }) };
    for (const options of [{ once: "1h" }, { after: "cart" }, { gap: "1s" }, { rate: "1/1h" }]) assert.equal(await posting(options, { store })(), "store-unavailable", `${JSON.stringify(options)} ${answer.toString()}`);
  }
});

const WRONG: readonly (readonly [string, JsonObject])[] = [
  ["no rule", {}],
  ["two rules", { gap: "1s", once: "1h" }],
  ["a rate of bytes", { rate: "1MiB/1h" }],
  ["a step that ends before it counts", { after: "cart", atLeast: "1h", lasts: "1h" }],
  ["a member that is nowhere", { once: "1h", key: { body: "recipient" } }],
];

for (const [what, options] of WRONG) test(`${what} is a misfit`, () => assert.equal(misfits(flow, options).length, 1));

test("every option at its bounds is understood", () => {
  const store = memoryStore();
  for (const options of [{ gap: "1s" }, { gap: "31d" }, { once: "31d", key: ["body", "caller", { claim: "a" }, { field: "b" }] }, { mark: "a", lasts: "31d" }, { after: "a", atLeast: "30d", lasts: "31d" }]) assert.deepEqual(misfits(flow, options, {}, { store }), [], JSON.stringify(options));
});
