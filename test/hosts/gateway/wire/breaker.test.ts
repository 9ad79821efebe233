/** Breaker: a target that fails more often than not is left alone, and tried again. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Breaker, PAUSE_MILLISECONDS_MAX, WINDOW_SECONDS } from "../../../../src/hosts/gateway/wire/breaker.ts";

const RULES = { percent: 50, least: 4, pause: 1_000 };

function ask(breaker: Breaker, now: number, ...outcomes: readonly (boolean | undefined)[]): void {
  for (const fine of outcomes) {
    breaker.begin(now);
    breaker.end(now, fine);
  }
}

test("It opens when enough requests have failed, and not before there were enough of them", () => {
  const breaker = new Breaker(RULES);
  ask(breaker, 1, false, false, false);
  assert.ok(!breaker.isOpen(1));
  ask(breaker, 1, false);
  assert.ok(breaker.isOpen(1));
});

test("It stays shut below the stated part of failures", () => {
  const breaker = new Breaker(RULES);
  for (let at = 0; at < 50; at++) ask(breaker, 1, true, true, false);
  assert.ok(!breaker.isOpen(1));
});

test("What nobody knows, and what is long past, does not count", () => {
  const breaker = new Breaker(RULES);
  ask(breaker, 1, ...Array.from({ length: 50 }, () => undefined));
  ask(breaker, 1, false, false, false);
  ask(breaker, 1 + WINDOW_SECONDS * 1_000, false, false, false);
  assert.ok(!breaker.isOpen(1 + WINDOW_SECONDS * 1_000));
  ask(breaker, WINDOW_SECONDS * 1_000 + 900, false);
  assert.ok(breaker.isOpen(WINDOW_SECONDS * 1_000 + 900));
});

test("After the pause one request finds out; while it does, the others wait", () => {
  const breaker = new Breaker(RULES);
  ask(breaker, 1, false, false, false, false);
  assert.ok(breaker.isOpen(1_000));
  assert.ok(!breaker.isOpen(1_001));
  breaker.begin(1_001);
  assert.ok(breaker.isOpen(1_001));
  breaker.end(1_050, true);
  assert.ok(!breaker.isOpen(1_050));
  ask(breaker, 1_050, false, false, false);
  assert.ok(!breaker.isOpen(1_050), "it begins to count anew");
});

test("A trial that takes its time makes way for another one after a pause, and what either finds out counts", () => {
  for (const fine of [true, false]) {
    const breaker = new Breaker(RULES);
    ask(breaker, 1, false, false, false, false);
    breaker.begin(1_001);
    assert.ok(breaker.isOpen(2_000));
    assert.ok(!breaker.isOpen(2_001));
    breaker.begin(2_001);
    assert.ok(breaker.isOpen(3_000), "one after each pause");
    breaker.end(2_100, fine);
    assert.equal(breaker.isOpen(2_100), !fine);
    breaker.end(2_200, undefined);
    assert.equal(breaker.isOpen(2_200), !fine, "the slow one is not asked any more");
  }
});

test("A trial that fails doubles the pause, up to a bound; one whose caller leaves says nothing", () => {
  const breaker = new Breaker(RULES);
  ask(breaker, 0, false, false, false, false);
  let now = 1_000;
  for (let pause = 2_000; pause <= 128_000; pause *= 2) {
    breaker.begin(now);
    breaker.end(now, undefined);
    assert.ok(!breaker.isOpen(now), "another one may try");
    breaker.begin(now);
    breaker.end(now, false);
    const expected = Math.min(pause, PAUSE_MILLISECONDS_MAX);
    assert.ok(breaker.isOpen(now + expected - 1));
    assert.ok(!breaker.isOpen(now + expected));
    now += expected;
  }
  breaker.begin(now);
  breaker.end(now, true);
  ask(breaker, now, false, false, false, false);
  assert.ok(!breaker.isOpen(now + RULES.pause), "the pause is the shortest again");
});

test("Requests that were on their way when it opened do not end the trial", () => {
  const breaker = new Breaker(RULES);
  ask(breaker, 1, false, false, false, false);
  breaker.end(2, true);
  breaker.end(2, false);
  assert.ok(breaker.isOpen(1_000));
  assert.ok(!breaker.isOpen(1_001));
});
