import assert from "node:assert/strict";
import { test } from "node:test";
import { NAMES_OFFERED_MAX, nearestNames } from "../../src/cli/nearest.ts";

test("a slip of the finger finds the name that was meant", () => {
  const names = ["run", "check", "explain", "init", "completions", "man"];
  assert.deepEqual(nearestNames("chekc", names), ["check"]);
  assert.deepEqual(nearestNames("ru", names), ["run"]);
  assert.deepEqual(nearestNames("expalin", names), ["explain"]);
  assert.deepEqual(nearestNames("complet", names), ["completions"]);
  assert.deepEqual(nearestNames("CHECK", names), ["check"]);
});

test("what is like nothing is offered nothing", () => {
  assert.deepEqual(nearestNames("frobnicate", ["run", "check"]), []);
  assert.deepEqual(nearestNames("", ["run", "check"]), []);
});

test("the nearest come first, and only a few are offered", () => {
  const names = ["getOrderItems", "getOrders", "getOrder", "getOrderx", "listOrders"];
  assert.deepEqual(nearestNames("getOrdr", names).slice(0, 1), ["getOrder"]);
  assert.ok(nearestNames("getOrdr", names).length <= NAMES_OFFERED_MAX);
});

test("names as long as a file are compared in no time", () => {
  const begun = performance.now();
  nearestNames("a".repeat(1_000_000), ["b".repeat(1_000_000)]);
  assert.ok(performance.now() - begun < 200);
});
