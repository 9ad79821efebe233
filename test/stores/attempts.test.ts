import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { accountKey, type Admission, type Attempt, ATTEMPT_LIMITS, type AttemptLimits, type Attempts, openAttempts } from "../../src/stores/attempts.ts";
import { memoryStore } from "../../src/stores/memory.ts";
import type { Store } from "../../src/stores/store.ts";

const START = 1_800_000_000_000;
const SECRET = randomBytes(32);

function open(limits: Partial<AttemptLimits> = {}, store: Store = memoryStore(), name = "basic"): Attempts {
  return openAttempts({ name, store, secret: SECRET, random: (bytes) => randomBytes(bytes), limits });
}

async function begin(attempts: Attempts, attempt: Partial<Attempt> = {}): Promise<Admission> {
  return attempts.begin({ account: "ann", address: "192.0.2.1", now: START, ...attempt });
}

/** How many wrong guesses are looked at until one is refused, and by what. */
async function guesses(attempts: Attempts, attempt: (guess: number) => Partial<Attempt>, most = 5_000): Promise<readonly [number, string | undefined]> {
  for (let guess = 0; guess < most; guess++) {
    const admission = await begin(attempts, attempt(guess));
    if (!admission.allowed) return [guess, admission.by];
  }
  return [most, undefined];
}

async function succeed(attempts: Attempts, attempt: Partial<Attempt> = {}): Promise<string> {
  const admission = await begin(attempts, attempt);
  assert.ok(admission.allowed);
  return admission.succeed(attempt.now ?? START);
}

const elsewhere = (guess: number): string => `198.${18 + (guess >>> 16)}.${(guess >>> 8) & 255}.${guess & 255}`;

test("an account is guessed at ten times, from however many addresses, existing or not", async () => {
  for (const account of ["ann", "nobody of this name"]) assert.deepEqual(await guesses(open(), (guess) => ({ account, address: `203.0.${guess}.1` })), [10, "account"]);
});

test("in the long run, an account is guessed at a hundred times in a month and a few more", async () => {
  const attempts = open();
  let looked = 0;
  for (let hour = 0; hour < 24 * 30; hour++) {
    const [some] = await guesses(attempts, (guess) => ({ address: elsewhere(hour * 20 + guess), now: START + hour * 3_600_000 }));
    looked += some;
  }
  assert.ok(looked >= 100 && looked <= 200, String(looked));
});

test("a hundred guesses at the same moment are a hundred", async () => {
  const attempts = open();
  const all = await Promise.all(Array.from({ length: 100 }, (_, guess) => begin(attempts, { address: elsewhere(guess * 256) })));
  assert.equal(all.filter(({ allowed }) => allowed).length, 10);
});

test("an address is let fail thirty times, however many accounts it tries; ranges around it eight times as often", async () => {
  assert.deepEqual(await guesses(open(), (guess) => ({ account: `user ${guess}` })), [30, "address"]);
  assert.deepEqual(await guesses(open(), (guess) => ({ account: `user ${guess}`, address: `192.0.2.${guess % 256}` })), [240, "address"]);
  assert.deepEqual(await guesses(open(), (guess) => ({ account: `user ${guess}`, address: `2001:db8:1:${(guess % 60_000).toString(16)}::1` })), [240, "address"]);
});

test("who knows the secret starts afresh; a good account buys no guesses at others", async () => {
  const attempts = open();
  const guess = (account: string, times: number): Promise<readonly [number, string | undefined]> => guesses(attempts, () => ({ account }), times);
  await guess("ann", 9);
  await succeed(attempts, { account: "ann" });
  assert.deepEqual(await guess("ann", 9), [9, undefined]);
  // 18 of the 30 failures of the address are used, whatever ann's successes.
  for (let time = 0; time < 5; time++) await succeed(attempts, { account: "mallory" });
  assert.deepEqual(await guesses(attempts, (at) => ({ account: `user ${at}` })), [12, "address"]);
});

test("successes cost nothing", async () => {
  const attempts = open();
  for (let time = 0; time < 1_000; time++) await succeed(attempts, { account: `user ${time}` });
});

test("a device that once brought the secret gets in while strangers keep the account busy", async () => {
  const attempts = open();
  const device = await succeed(attempts, { address: "203.0.113.1" });
  assert.deepEqual(await guesses(attempts, (guess) => ({ address: elsewhere(guess * 256) })), [10, "account"]);
  assert.equal((await begin(attempts, { address: "203.0.113.1" })).allowed, false, "without its cookie it is a stranger");
  const renewed = await succeed(attempts, { device });
  assert.notEqual(renewed, device);
  assert.equal((await begin(attempts, { address: "203.0.113.9" })).allowed, false, "the account is not opened for others by that");
  assert.deepEqual(await guesses(attempts, () => ({ device: renewed })), [10, "device"], "and a stolen device has a limit, too");
});

test("a device cookie is good for its account, its time and this house alone", async () => {
  const attempts = open({ account: { burst: 1, window: 900_000 } });
  const device = await succeed(attempts);
  await begin(attempts);
  const allowed = async (attempt: Partial<Attempt>): Promise<boolean> => (await begin(attempts, attempt)).allowed;
  assert.equal(await allowed({ device }), true);
  const [nonce = "", until = "", signature = ""] = device.split(".");
  const forged = [`${nonce}.${until}.${signature.slice(0, -2)}AA`, `${nonce}.${Number(until) + 1}.${signature}`, `${"A".repeat(16)}.${until}.${signature}`, `${device}.`, "", device.toUpperCase(), `${nonce}.${until}`];
  for (const cookie of forged) assert.equal(await allowed({ device: cookie }), false, cookie);
  await begin(attempts, { account: "bob" });
  assert.equal(await allowed({ account: "bob", device }), false);
  const last = START + ATTEMPT_LIMITS.deviceKnownFor - 1;
  assert.equal(await allowed({ device, now: last }), true);
  await begin(attempts, { now: last });
  assert.equal(await allowed({ device, now: last + 1 }), false);
  assert.doesNotMatch(device, /ann/);
});

test("when all together fail too often, guesses count three times, and known devices go in as before", async () => {
  const attempts = open({ everybody: { burst: 50, window: 60_000 } });
  const device = await succeed(attempts, { account: "owner" });
  for (let guess = 0; guess < 50; guess++) await begin(attempts, { account: `user ${guess}`, address: `203.0.${guess}.1` });
  assert.deepEqual(await guesses(attempts, (guess) => ({ account: "ann", address: `198.51.${guess}.1` })), [3, "account"]);
  assert.deepEqual(await guesses(attempts, (guess) => ({ account: `fresh ${guess}`, address: "192.0.2.77" })), [10, "address"]);
  await succeed(attempts, { account: "owner", device });
});

test("whatever refuses costs the others nothing", async () => {
  const attempts = open({ everybody: { burst: 11, window: 60_000 } });
  assert.deepEqual(await guesses(attempts, (guess) => ({ address: elsewhere(guess * 256) })), [10, "account"]);
  for (let time = 0; time < 100; time++) await begin(attempts, { address: "192.0.2.9" });
  assert.deepEqual(await guesses(attempts, (guess) => ({ account: `user ${guess}`, address: "192.0.2.9" }), 2), [2, undefined]);
});

test("one account has one key, however it is written", () => {
  for (const [one, other] of [["Ann", "ann"], [" ann ", "ann"], ["\u{ff41}nn", "ann"], ["e\u0301va", "\u00e9va"], ["\u212bke", "\u00e5ke"]] as const) assert.equal(accountKey(one), accountKey(other), one);
  assert.notEqual(accountKey("ann"), accountKey("anna"));
});

test("attempts of another name are counted apart, and a store that is shared shares them", async () => {
  const store = memoryStore();
  assert.deepEqual(await guesses(open({}, store), () => ({})), [10, "account"]);
  assert.deepEqual(await guesses(open({}, store, "issuer"), () => ({})), [10, "account"]);
  assert.deepEqual(await guesses(open({}, store), () => ({})), [0, "account"]);
});

test("a store that answers late is waited for; one that is broken lets nobody try", async () => {
  const memory = memoryStore();
  const late: Store = { ...memory, meter: (limit) => {
    const meter = memory.meter(limit);
    return { ...meter, take: async (...wanted) => meter.take(...wanted), charge: (...wanted) => meter.charge(...wanted) };
  } };
  const attempts = open({}, late);
  assert.deepEqual(await guesses(attempts, () => ({})), [10, "account"]);
  const device = await succeed(attempts, { account: "bob" });
  assert.deepEqual(await guesses(attempts, () => ({ account: "bob", device })), [10, "device"]);
  for (const take of [() => Promise.reject(new Error("down")), () => { throw new Error("down"); }, () => ({ granted: true }) as never]) await assert.rejects(async () => begin(open({}, { ...memory, meter: () => ({ take, charge: () => undefined }) })));
});

test("an attempt that was withdrawn has not been made, and forgives nothing that was", async () => {
  for (const device of [undefined, await succeed(open())]) {
    const attempts = open();
    for (let turn = 0; turn < 50; turn++) {
      const admission = await begin(attempts, { device });
      assert.ok(admission.allowed);
      admission.withdraw(START);
    }
    assert.deepEqual(await guesses(attempts, () => ({ device })), [10, device === undefined ? "account" : "device"]);
    const last = await begin(attempts, { device });
    assert.equal(last.allowed, false);
  }
  const attempts = open({ everybody: { burst: 1, window: 60_000 }, tightened: 2 });
  const one = await begin(attempts);
  assert.ok(one.allowed);
  one.withdraw(START);
  const other = await begin(attempts, { account: "bob" });
  assert.ok(other.allowed);
  assert.deepEqual(await guesses(attempts, () => ({ account: "eve", address: "203.0.113.1" })), [5, "account"], "everybody's was given back once, and taken once");
});
