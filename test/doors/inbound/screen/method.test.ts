import assert from "node:assert/strict";
import { test } from "node:test";
import { method } from "../../../../src/doors/inbound/screen/method.ts";
import type { Operation } from "../../../../src/contract/operation.ts";
import { post } from "../../../walk.ts";

async function verdict(operation: Partial<Operation>, asked: string): Promise<string> {
  const { outcome } = await post({ guard: method, operation })({ method: asked });
  return outcome?.kind === "refusal" ? `${outcome.problem.status} ${outcome.problem.type}; allow: ${outcome.problem.headers?.["allow"]}` : "passes";
}

test("a method that the contract does not list is refused, with those that it does", async () => {
  assert.equal(await verdict({ listed: "method", method: "", allow: ["GET", "POST"] }, "DELETE"), "405 method-not-allowed; allow: GET, POST");
  assert.equal(await verdict({ listed: "method", method: "", allow: ["GET"] }, "OPTIONS"), "405 method-not-allowed; allow: GET");
});

test("a listed operation passes, and a path that is not listed is another guard's business", async () => {
  assert.equal(await verdict({}, "GET"), "passes");
  assert.equal(await verdict({ listed: "path", method: "" }, "GET"), "passes");
});

test("what is forwarded unlisted passes with the methods that every server knows, and no other", async () => {
  for (const asked of ["GET", "DELETE", "PATCH"]) assert.equal(await verdict({ listed: "unlisted", method: "", allow: [] }, asked), "passes", asked);
  for (const asked of ["TRACE", "CONNECT", "PROPFIND", "ANNOUNCE"]) assert.match(await verdict({ listed: "unlisted", method: "", allow: [] }, asked), /^405 method-not-allowed; allow: GET, HEAD/, asked);
});

test("TRACE is refused even where the contract lists it, and not offered", async () => {
  assert.equal(await verdict({ method: "TRACE", allow: ["GET", "TRACE"] }, "TRACE"), "405 method-not-allowed; allow: GET");
});

test("it stands everywhere without being named", () => assert.equal(method.standing, true));
