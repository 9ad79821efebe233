import assert from "node:assert/strict";
import { test } from "node:test";
import { problem, publish } from "../../src/exchange/problem.ts";

const refused = problem("test-refusal", 403, "Refused");

test("what the operator learns never leaves the house", () => {
  const body = publish(refused({ because: { token: "canary-5f1d" }, detail: "for everybody", extra: { errors: [] } }), "0b0c");
  assert.ok(!body.includes("canary-5f1d"));
  assert.ok(!body.includes("because") && !body.includes("blame") && !body.includes("headers"));
  assert.deepEqual(JSON.parse(body), {
    type: "https://sallyport.dev/problems/test-refusal",
    title: "Refused",
    status: 403,
    detail: "for everybody",
    instance: "urn:uuid:0b0c",
    errors: [],
  });
});

test("blame follows the status unless it is said", () => {
  assert.equal(refused().blame, "caller");
  assert.equal(problem("test-fault", 500, "Fault")().blame, "sallyport");
  assert.equal(problem("test-api", 502, "API", "api")().blame, "api");
});

test("a bare problem is one frozen value: refusing under attack allocates nothing", () => {
  assert.equal(refused(), refused());
  assert.ok(Object.isFrozen(refused()));
});
