/** Retry budget: repetitions are a small part of all requests. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { RetryBudget, SAVED_MAX } from "../../../../src/hosts/gateway/wire/retry-budget.ts";

function takeAll(budget: RetryBudget): number {
  for (let taken = 0; ; taken++) if (!budget.take()) return taken;
}

test("A part of all requests may be repeated, and a few at the start", () => {
  const budget = new RetryBudget(10);
  assert.equal(takeAll(budget), SAVED_MAX / 2);
  for (let request = 0; request < 50; request++) budget.deposit();
  assert.ok([4, 5].includes(takeAll(budget)));
});

test("No more is saved up than the stated number", () => {
  const budget = new RetryBudget(50);
  for (let request = 0; request < 10_000; request++) budget.deposit();
  assert.equal(takeAll(budget), SAVED_MAX);
});

test("With nothing allowed nothing is repeated", () => {
  const budget = new RetryBudget(0);
  for (let request = 0; request < 1_000; request++) budget.deposit();
  assert.equal(takeAll(budget), 0);
});
