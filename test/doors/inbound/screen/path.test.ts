import assert from "node:assert/strict";
import { test } from "node:test";
import { path } from "../../../../src/doors/inbound/screen/path.ts";
import { post } from "../../../walk.ts";

test("a path that the contract does not list is not found", async () => {
  const { outcome } = await post({ guard: path, operation: { listed: "path", id: "", method: "", path: "" } })();
  assert.ok(outcome?.kind === "refusal");
  assert.deepEqual([outcome.guard, outcome.problem.status, outcome.problem.type], ["path", 404, "not-found"]);
});

for (const listed of ["operation", "method", "unlisted"] as const) {
  test(`listed as ${listed}: passes`, async () => assert.equal((await post({ guard: path, operation: { listed } })()).outcome, undefined));
}

test("it stands everywhere without being named", () => assert.equal(path.standing, true));
