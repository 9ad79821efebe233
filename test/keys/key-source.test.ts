import assert from "node:assert/strict";
import { test } from "node:test";
import { type KeySet, keySetOf } from "../../src/keys/key-set.ts";
import { COOLDOWN_MILLISECONDS, type KeySource, type LoadKeys, remoteKeys, RETRY_MILLISECONDS } from "../../src/keys/key-source.ts";
import { NOW } from "./issuer.ts";

const TIMES = { refreshMilliseconds: 600_000, staleMilliseconds: 3_600_000 };

/** An issuer that answers when it is told to: with what stands in `sets`, or not at all when there is nothing. */
function issuer(): { readonly source: KeySource; readonly sets: (KeySet | undefined)[]; readonly asked: () => number } {
  const sets: (KeySet | undefined)[] = [];
  let asked = 0;
  const load: LoadKeys = async () => {
    asked++;
    await new Promise((resolve) => setImmediate(resolve));
    return sets.shift() ?? { wrong: "down" };
  };
  return { source: remoteKeys(load, TIMES), sets, asked: () => asked };
}

const empty = (): KeySet => keySetOf([]);

async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
}

test("many tokens wait for one first fetch", async () => {
  const { source, sets, asked } = issuer();
  const set = empty();
  sets.push(set);
  const all = await Promise.all(Array.from({ length: 1_000 }, async () => source.keys(NOW)));
  assert.ok(all.every((one) => one === set));
  assert.equal(asked(), 1);
  assert.equal(source.keys(NOW + 1), set);
});

test("without keys the answer is that there are none, and a failed fetch is repeated ever more seldom", async () => {
  const { source, sets, asked } = issuer();
  assert.deepEqual(await source.keys(NOW), { unavailable: "down" });
  assert.deepEqual(source.keys(NOW + RETRY_MILLISECONDS - 1), { unavailable: "down" });
  assert.equal(asked(), 1);
  let now = NOW;
  for (const wait of [1_000, 2_000, 4_000, 8_000, 16_000, COOLDOWN_MILLISECONDS, COOLDOWN_MILLISECONDS]) {
    const before = asked();
    assert.deepEqual(await source.keys(now + wait - 1), { unavailable: "down" });
    assert.equal(asked(), before);
    now += wait;
    await source.keys(now);
    assert.equal(asked(), before + 1);
  }
  sets.push(empty());
  assert.ok("keys" in (await source.keys(now + COOLDOWN_MILLISECONDS)));
});

test("keys are fetched again in the background, and nobody waits", async () => {
  const { source, sets, asked } = issuer();
  const [first, second] = [empty(), empty()];
  sets.push(first, second);
  await source.keys(NOW);
  assert.equal(source.keys(NOW + 599_999), first);
  assert.equal(asked(), 1);
  assert.equal(source.keys(NOW + 600_000), first);
  assert.equal(source.keys(NOW + 600_000), first);
  await settle();
  assert.equal(asked(), 2);
  assert.equal(source.keys(NOW + 600_001), second);
});

test("while the issuer is down the last good keys count for the stated time and no longer", async () => {
  const { source, sets } = issuer();
  const set = empty();
  sets.push(set);
  await source.keys(NOW);
  for (let now = NOW; now < NOW + TIMES.staleMilliseconds; now += 60_000) {
    assert.equal(source.keys(now), set);
    await settle();
  }
  assert.deepEqual(await source.keys(NOW + TIMES.staleMilliseconds), { unavailable: "down" });
});

test("an unknown key id asks once, joined by all that wait, and then not before the cooldown is over", async () => {
  const { source, sets, asked } = issuer();
  const [first, second] = [empty(), empty()];
  sets.push(first, second);
  await source.keys(NOW);
  const renewed = await Promise.all(Array.from({ length: 100 }, async () => source.renewed(first, NOW)));
  assert.ok(renewed.every((one) => one === second));
  assert.equal(asked(), 2);
  for (let one = 0; one < 10_000; one++) assert.equal(await source.renewed(second, NOW + COOLDOWN_MILLISECONDS - 1), second);
  assert.equal(asked(), 2);
  await source.renewed(second, NOW + COOLDOWN_MILLISECONDS);
  assert.equal(asked(), 3);
});

test("a fetch that began before the rotation does not use up the question", async () => {
  const { source, sets, asked } = issuer();
  const [first, second] = [empty(), empty()];
  sets.push(first, first, second);
  await source.keys(NOW);
  assert.equal(source.keys(NOW + 600_000), first);
  assert.equal(await source.renewed(first, NOW + 600_000), second);
  assert.equal(asked(), 3);
});

test("a failing question keeps the keys that are there", async () => {
  const { source, sets } = issuer();
  const set = empty();
  sets.push(set);
  await source.keys(NOW);
  assert.equal(await source.renewed(set, NOW), set);
  assert.equal(source.keys(NOW + 1), set);
});

test("a clock that was set back does not stop the fetching", async () => {
  const { source, sets, asked } = issuer();
  sets.push(empty(), empty());
  await source.keys(NOW);
  await source.keys(NOW - 31_536_000_000);
  assert.equal(asked(), 2);
});

test("a loader that breaks is an issuer that is down", async () => {
  const source = remoteKeys(() => Promise.reject(new TypeError("secret words")), TIMES);
  assert.deepEqual(await source.keys(NOW), { unavailable: "TypeError" });
});
