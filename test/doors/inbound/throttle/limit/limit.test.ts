/** What limits of all kinds have in common, tried with the token bucket. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseList } from "structured-headers";
import type { JsonObject } from "../../../../../src/contract/json-value.ts";
import { tokenBucket } from "../../../../../src/doors/inbound/throttle/token-bucket.ts";
import type { Ending } from "../../../../../src/guard.ts";
import { memoryStore } from "../../../../../src/stores/memory.ts";
import type { Principal } from "../../../../../src/exchange/principal.ts";
import { conclude, type Given, misfits, post, type Posting, principal, type Sent } from "../../../../walk.ts";

const START = 1_800_000_000_000;
const ANN = principal();
const BOB = principal({ id: "https://id.example#bob", subject: "bob" });

type Send = (given?: Given) => Promise<Sent>;

function posting(options: JsonObject = {}, more: Partial<Posting> = {}): Send {
  const sent = post({ guard: tokenBucket, options: { burst: 2, window: "10s", ...options }, store: memoryStore(), ...more });
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

/** How many pass until one is refused. */
async function passing(send: Send, given: Given = {}, ending?: Partial<Ending> & { readonly left?: boolean }): Promise<number> {
  for (let passed = 0; passed < 10_000; passed++) {
    const sent = await send(given);
    if (status(sent) !== 200) return passed;
    if (ending !== undefined) conclude(sent.exchange, { now: given.now ?? START, ...ending });
  }
  return Number.POSITIVE_INFINITY;
}

test("a rate says the same as burst and window; with a burst of its own, less comes at once and as much in the long run", async () => {
  const clean = (options: JsonObject): Send => post({ guard: tokenBucket, options, store: memoryStore() });
  assert.equal(await passing(clean({ rate: "60/1m" }), { now: START }), 60);
  const burst = clean({ rate: "60/1m", burst: 10 });
  assert.equal(await passing(burst, { now: START }), 10);
  assert.equal(await passing(burst, { now: START + 999 }), 0);
  assert.equal(await passing(burst, { now: START + 5_000 }), 5);
  assert.equal(await passing(burst, { now: START + 3_600_000 }), 10);
  assert.equal(await passing(clean({ rate: "3000/1s", burst: 1 }), { now: START }), 1);
});

test("a plan that the credential names has numbers of its own, and others have the ordinary ones", async () => {
  const send = posting({ plans: { free: { rate: "1/1m" }, pro: { burst: 5, window: "1m" } } });
  const on = (plan: unknown): Principal => principal({ id: JSON.stringify(plan), claims: { plan: plan as string } });
  assert.deepEqual([await passing(send, { principal: on("free") }), await passing(send, { principal: on("pro") }), await passing(send, { principal: on("PRO") }), await passing(send, { principal: on(7) }), await passing(send, { principal: BOB }), await passing(send)], [1, 5, 2, 2, 2, 2]);
  const named = posting({ plan: "org.tier", plans: { pro: { rate: "5/1m" } } });
  assert.equal(await passing(named, { principal: principal({ claims: { org: { tier: "pro" } } }) }), 5);
});

test("who changes his plan begins with a full bucket of it", async () => {
  const send = posting({ plans: { pro: { rate: "5/1m" } } });
  assert.equal(await passing(send, { principal: ANN }), 2);
  assert.equal(await passing(send, { principal: principal({ claims: { plan: "pro" } }) }), 5);
});

test("failures alone are counted: what succeeds is given back, and what nobody hears of is not", async () => {
  const send = posting({ count: "failures" });
  assert.equal(await passing(send, { principal: ANN }, { status: 401 }), 2);
  assert.equal(await passing(send, { principal: BOB }, { status: 204 }), Number.POSITIVE_INFINITY);
  assert.equal(await passing(send, { address: "192.0.2.9" }, { left: true }), 2, "a caller who leaves before the answer has not succeeded");
});

test("a hundred attempts at the same moment are charged before one of them is known to succeed", async () => {
  const send = posting({ count: "failures" });
  const all = await Promise.all(Array.from({ length: 100 }, () => send({ principal: ANN })));
  assert.equal(all.filter((sent) => status(sent) === 200).length, 2);
});

test("successes alone are counted", async () => {
  const send = posting({ count: "successes" });
  assert.equal(await passing(send, { principal: ANN }, { status: 400 }), Number.POSITIVE_INFINITY);
  assert.equal(await passing(send, { principal: ANN }, { status: 200 }), 2);
});

test("what a limit has taken it gives back when another limit refuses, and not when somebody else does", async () => {
  for (const [refusedAt, more] of [["throttle", 2], ["authorize", 1], ["validate", 1], ["host", 1], [undefined, 1]] as const) {
    const send = posting();
    const { exchange } = await send();
    conclude(exchange, { refusedAt, status: 429, now: START });
    assert.equal(await passing(send), more, String(refusedAt));
  }
});

test("an exchange gives back once, whatever it is told", async () => {
  const send = posting({ count: "failures" });
  const { exchange } = await send();
  await send();
  for (let time = 0; time < 3; time++) conclude(exchange, { status: 200 });
  assert.equal(await passing(send), 1);
});

test("bytes are charged when they are known: ahead as far as the head tells, the rest afterwards", async () => {
  const options = (bytes: string): JsonObject => ({ rate: "10KiB/10s", cost: { bytes } });
  const make = (bytes: string): Send => {
    const send = post({ guard: tokenBucket, options: options(bytes), store: memoryStore() });
    return (given) => send({ now: START, principal: ANN, ...given });
  };
  assert.equal(await passing(make("request"), { body: "x".repeat(4_096) }, { bytesIn: 4_096, bytesOut: 1_000_000 }), 2, "a third one would be too much");
  assert.equal(await passing(make("answer"), { body: "x".repeat(4_096) }, { bytesIn: 4_096, bytesOut: 2_048 }), 5);
  assert.equal(await passing(make("both"), { body: "x".repeat(2_048) }, { bytesIn: 2_048, bytesOut: 2_049 }), 2);
  assert.equal(await passing(make("answer"), {}, { bytesOut: 0 }), 10, "nothing is free");
  // 40 KiB went out of a bucket of 10: it is thirty behind, and one must come in.
  const send = make("answer");
  assert.equal(await passing(send, {}, { bytesOut: 40_960 }), 1);
  assert.deepEqual([await passing(send, { now: START + 30_999 }), await passing(send, { now: START + 31_000 })], [0, 1]);
});

test("a debt of bytes has a bound: ten times what the bucket holds", async () => {
  const send = post({ guard: tokenBucket, options: { rate: "10KiB/10s", cost: { bytes: "answer" } }, store: memoryStore() });
  assert.equal(await passing((given) => send({ now: START, ...given }), {}, { bytesOut: 1_000_000_000 }), 1);
  assert.deepEqual([await passing(send, { now: START + 90_999 }), await passing(send, { now: START + 91_000 })], [0, 1]);
});

test("an announced body that is larger than the bucket costs the whole bucket, not the impossible", async () => {
  const send = post({ guard: tokenBucket, options: { rate: "10KiB/10s", cost: { bytes: "request" } }, store: memoryStore() });
  const sent = await send({ now: START, body: "x".repeat(20_000) });
  assert.equal(status(sent), 200);
  conclude(sent.exchange, { now: START, bytesIn: 20_000 });
  assert.equal(await passing(send, { now: START + 10_000 }), 0);
});

test("who keeps asking waits twice as long each time, up to the bound, and is told the truth", async () => {
  const send = posting({ burst: 1, window: "10s", penalty: { after: 2, upTo: "1m" } });
  assert.equal(await passing(send), 1);
  const waits: (string | undefined)[] = [];
  for (let time = 0; time < 6; time++) {
    const { outcome } = await send();
    waits.push(outcome?.kind === "refusal" ? outcome.problem.headers?.["retry-after"] : undefined);
  }
  const least = [10, 20, 40, 60, 60, 60];
  // The first refusal was the one that ended `passing`.
  for (const [index, wait] of waits.entries()) assert.ok(Number(wait) >= (least[index] ?? 0) && Number(wait) <= (least[index] ?? 0) * 1.13, `${index}: ${wait}`);
  assert.deepEqual([await passing(send, { now: START + 59_999 }), await passing(send, { now: START + 600_000 })], [0, 1]);
});

test("who comes back when he was told to is not punished", async () => {
  const send = posting({ burst: 1, window: "10s", penalty: { after: 1, upTo: "1h" } });
  for (let now = START; now < START + 200_000; now += 10_000) assert.deepEqual(await run(send, { now }, { now }), [200, 429], String(now - START));
});

test("a whole /48, or /24, has no 65,536 buckets: wider ranges hold sixteen times as much, and 256 times", async () => {
  const six = posting();
  let passed = 0;
  for (let net = 0; net < 2_000; net++) passed += await passing(six, { address: `2001:db8:1:${(net * 0x20).toString(16)}::1` });
  assert.equal(passed, 2 * 256);
  const one56 = posting();
  passed = 0;
  for (let net = 0; net < 100; net++) passed += await passing(one56, { address: `2001:db8:1:${net.toString(16)}::1` });
  assert.equal(passed, 2 * 16);
  const four = posting();
  passed = 0;
  for (let host = 0; host < 100; host++) passed += await passing(four, { address: `192.0.2.${host}` });
  assert.equal(passed, 2 * 16);
  assert.equal(await passing(four, { address: "192.0.3.1" }), 2);
  const own = posting({ crowd: 0 });
  passed = 0;
  for (let host = 0; host < 100; host++) passed += await passing(own, { address: `192.0.2.${host}` });
  assert.equal(passed, 200);
});

test("what a wide range refuses costs the caller's own bucket nothing", async () => {
  const send = posting({ crowd: 1 });
  assert.equal(await passing(send, { address: "192.0.2.1" }), 2);
  assert.equal(await passing(send, { address: "192.0.2.2" }), 0);
  assert.deepEqual(await run(send, { address: "192.0.2.2", now: START + 5_000 }, { address: "192.0.2.2", now: START + 10_000 }, { address: "192.0.2.2", now: START + 10_000 }), [200, 200, 429]);
});

const read = (values: readonly string[]): unknown => parseList(values.join(", ")).map(([name, parameters]) => [name, Object.fromEntries(parameters)]);

test("the fields are structured fields as the draft has them, to a parser of somebody else", async () => {
  const store = memoryStore();
  const first = await posting({ burst: 5, window: "1500ms" }, { store })({ principal: ANN });
  assert.deepEqual(read(first.exchange.reply.all("ratelimit-policy")), [["burst", { q: 5, w: 2 }]]);
  assert.deepEqual(read(first.exchange.reply.all("ratelimit")), [["burst", { r: 4, t: 1 }]]);
  const bytes = await post({ guard: tokenBucket, options: { rate: "1MiB/1m", cost: { bytes: "answer" } }, store })({ principal: ANN });
  assert.deepEqual(read(bytes.exchange.reply.all("ratelimit-policy")), [["burst", { q: 1_048_576, w: 60, qu: "content-bytes" }]]);
  assert.deepEqual(read(bytes.exchange.reply.all("ratelimit")), [["burst", { r: 1_047_552, t: 1 }]]);
  const refused = posting({ burst: 1 });
  await refused({ principal: ANN });
  const { exchange, outcome } = await refused({ principal: ANN });
  assert.ok(outcome?.kind === "refusal");
  assert.deepEqual(read(exchange.reply.all("ratelimit")), [["burst", { r: 0, t: Number(outcome.problem.headers?.["retry-after"]) }]]);
  assert.deepEqual(outcome.problem.extra, { "violated-policies": ["burst"] });
});

test("the older fields are there for who asks for them, and show the nearest of several limits", async () => {
  const { exchange } = await posting({ headers: "legacy" })({ principal: ANN });
  assert.deepEqual(exchange.reply.list, ["x-ratelimit-limit", "2", "x-ratelimit-remaining", "1", "x-ratelimit-reset", "5"]);
  assert.deepEqual((await posting({ headers: "none" })({ principal: ANN })).exchange.reply.list, []);
  assert.deepEqual([...new Set((await posting({ headers: "both" })({ principal: ANN })).exchange.reply.list.filter((_, at) => at % 2 === 0))], ["ratelimit-policy", "ratelimit", "x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"]);
});

test("a long wait has up to an eighth on top, so that not all come back at the same moment; a short one is exact", async () => {
  const waitOf = async (dice: number, window: string): Promise<string | undefined> => {
    const send = posting({ burst: 1, window }, { site: { random: (bytes) => new Uint8Array(bytes).fill(dice) } });
    await send();
    const { outcome } = await send();
    return outcome?.kind === "refusal" ? outcome.problem.headers?.["retry-after"] : undefined;
  };
  assert.deepEqual([await waitOf(0, "80s"), await waitOf(255, "80s"), await waitOf(255, "7s"), await waitOf(255, "8s"), await waitOf(128, "16s")], ["80", "89", "7", "8", "17"]);
});

const WRONG: readonly (readonly [string, JsonObject])[] = [
  ["neither rate nor window", { burst: 5 }],
  ["both", { burst: 5, window: "1m", rate: "5/1m" }],
  ["a rate without a time", { rate: "5" }],
  ["a rate of nothing", { rate: "0/1m" }],
  ["a rate with a word too many", { rate: "5/1m/1m" }],
  ["a rate in a time too short", { rate: "5/999ms" }],
  ["a rate in bytes without a cost in bytes", { rate: "5MiB/1m" }],
  ["a cost in bytes without a rate in bytes", { rate: "5/1m", cost: { bytes: "answer" } }],
  ["a burst that counts something else", { rate: "5MiB/1m", burst: 5, cost: { bytes: "answer" } }],
  ["a bucket that takes a year to fill up", { rate: "1/31d", burst: 12 }],
  ["a plan without numbers", { rate: "5/1m", plans: { pro: {} } }],
  ["a plan that no request fits into", { rate: "5/1m", cost: 2, plans: { free: { rate: "1/1m" } } }],
  ["a key of nothing", { rate: "5/1m", key: [] }],
  ["a part of a key that is two things", { rate: "5/1m", key: { claim: "a", path: "b" } }],
  ["a part of a key that is nothing", { rate: "5/1m", key: {} }],
  ["a parameter that the path has not", { rate: "5/1m", key: { path: "userId" } }],
  ["a claim that is nowhere", { rate: "5/1m", key: { claim: "a b" } }],
  ["a plan's claim that is nowhere", { rate: "5/1m", plan: "a b" }],
];

for (const [what, options] of WRONG) test(`${what} is a misfit`, () => assert.equal(misfits(tokenBucket, options).length, 1));

test("every option at its bounds is understood", () => {
  for (const options of [{ rate: "1/1s" }, { rate: "1000000/1s" }, { rate: "1/31d" }, { rate: "1000000/1s", burst: 1 }, { rate: "976MiB/1s", cost: { bytes: "both" } }, { rate: "1KiB/31d", cost: { bytes: "request" } }, { rate: "1/1s", penalty: { after: 1_000, upTo: "31d" }, crowd: 1_000 }]) assert.deepEqual(misfits(tokenBucket, options), [], JSON.stringify(options));
});

test("a request that costs more than this process may give alone is told a day, not a word that is no number", async () => {
  const never = { take: () => ({ granted: false, left: 0, waitMilliseconds: Number.POSITIVE_INFINITY, alone: "local" as const }), charge: () => assert.fail() };
  const { outcome, exchange } = await posting({ cost: 2, headers: "both" }, { store: { ...memoryStore(), meter: () => never } })({ principal: ANN });
  assert.equal(outcome?.kind === "refusal" && outcome.problem.headers?.["retry-after"], "86400");
  assert.deepEqual(parseList(exchange.reply.one("ratelimit") ?? "").map(([, told]) => told.get("t")), [86_400]);
  assert.equal(exchange.reply.one("x-ratelimit-reset"), "86400");
});
