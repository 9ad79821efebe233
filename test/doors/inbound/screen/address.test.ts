import assert from "node:assert/strict";
import { test } from "node:test";
import { address } from "../../../../src/doors/inbound/screen/address.ts";
import type { Json } from "../../../../src/contract/json-value.ts";
import { type Given, misfits, post } from "../../../walk.ts";

async function verdict(options: Json, given: Given): Promise<string> {
  const { outcome } = await post({ guard: address, options })(given);
  return outcome?.kind === "refusal" ? `${outcome.problem.status} ${outcome.problem.type}` : "passes";
}

const REFUSED = "403 address-refused";

test("it stands everywhere without being named", () => assert.equal(address.standing, true));

test("without ranges everybody may come", async () => {
  assert.equal(await verdict({}, { address: "" }), "passes", "also over a socket that has no address, if the host says it is no fault");
  assert.equal(await verdict({}, { address: "203.0.113.5" }), "passes");
  assert.equal(await verdict({ allow: [], deny: [] }, { address: "2001:db8::1" }), "passes");
});

test("only those who are allowed may come", async () => {
  const options = { allow: ["10.0.0.0/8", "2001:db8::/32"] };
  for (const one of ["10.0.0.0", "10.255.255.255", "::ffff:10.0.0.1", "2001:db8::1"]) assert.equal(await verdict(options, { address: one }), "passes", one);
  for (const one of ["9.255.255.255", "11.0.0.0", "2001:db9::1", "::10.0.0.1"]) assert.equal(await verdict(options, { address: one }), REFUSED, one);
});

test("those who are denied may not, even if they are allowed too", async () => {
  assert.equal(await verdict({ deny: "203.0.113.0/24" }, { address: "203.0.113.255" }), REFUSED);
  assert.equal(await verdict({ deny: "203.0.113.0/24" }, { address: "203.0.114.0" }), "passes");
  assert.equal(await verdict({ allow: "10.0.0.0/8", deny: "10.0.0.7" }, { address: "10.0.0.7" }), REFUSED);
  assert.equal(await verdict({ allow: "10.0.0.0/8", deny: "10.0.0.7" }, { address: "10.0.0.8" }), "passes");
});

test("the caller's address counts, not the proxy's", async () => {
  assert.equal(await verdict({ allow: "10.0.0.0/8" }, { peer: "10.0.0.1", address: "203.0.113.5" }), REFUSED);
});

test("whose address cannot be read is in no range, and refused", async () => {
  assert.equal(await verdict({ deny: "203.0.113.0/24" }, { address: "" }), REFUSED);
  assert.equal(await verdict({ allow: "0.0.0.0/0" }, { address: "unknown" }), REFUSED);
});

test("forwarding fields that cannot be read are refused, ranges or not, and the caller is not told why", async () => {
  const { outcome } = await post({ guard: address })({ addressFault: "Forwarded is malformed" });
  assert.ok(outcome?.kind === "refusal");
  const { status, type, because, detail } = outcome.problem;
  assert.deepEqual([status, type, because, detail], [400, "forwarding-malformed", { fault: "Forwarded is malformed" }, undefined]);
});

test("in observe mode a refusal is witnessed and not obeyed", async () => {
  const { outcome, exchange } = await post({ guard: address, options: { allow: "10.0.0.0/8" }, mode: "observe" })({ address: "203.0.113.5" });
  assert.deepEqual([outcome, exchange.observed.length], [undefined, 1]);
});

test("ranges that are none are misfits, with what was meant", () => {
  assert.deepEqual(misfits(address, { allow: ["10.1.2.3/8"] }), ["/allow: item 1 is not the first address of its range; allowed: 10.0.0.0/8"]);
  assert.equal(misfits(address, { deny: ["example.com"] }).length, 1);
  assert.equal(misfits(address, { only: [] }).length, 1);
});
