import assert from "node:assert/strict";
import { test } from "node:test";
import { TARGET_BYTES_MAX } from "../../../../src/contract/target.ts";
import { framing } from "../../../../src/doors/inbound/screen/framing.ts";
import type { Outcome } from "../../../../src/exchange/decision.ts";
import { type Given, misfits, post } from "../../../walk.ts";

type Pairs = readonly (readonly [string, string])[];

const HOST: Pairs = [["host", "api.example"]];
const send = post({ guard: framing });

function verdict(outcome: Outcome): string {
  return outcome?.kind === "refusal" ? `${outcome.problem.status} ${outcome.problem.type}` : "passes";
}

async function said(fields: Pairs, given: Given = {}): Promise<string> {
  return verdict((await send({ fields, ...given })).outcome);
}

const MALFORMED = "400 malformed-request";

test("an ordinary request passes, with and without a body, in every version", async () => {
  const ordinary: Pairs = [...HOST, ["user-agent", "curl/8"], ["accept", "*/*"], ["accept", "text/html"], ["connection", "keep-alive"], ["x-empty", ""], ["x-latin", "caf\u00e9\tau lait"]];
  assert.equal(await said(ordinary), "passes");
  assert.equal(await said([...ordinary, ["content-length", "12"]]), "passes");
  assert.equal(await said([...ordinary, ["transfer-encoding", "Chunked"]]), "passes");
  assert.equal(await said([...HOST, ["cookie", "a=1"], ["cookie", "b=2"]], { version: "2" }), "passes");
  assert.equal(await said([["connection", "close"]], { version: "1.0" }), "passes", "HTTP/1.0 needs no host");
});

test("a target that cannot be read is refused, with the reason in both places and never the target", async () => {
  const { outcome } = await send({ wrong: "the path holds a dot segment", target: "/../secret" });
  assert.ok(outcome?.kind === "refusal");
  assert.deepEqual([verdict(outcome), outcome.problem.detail, outcome.problem.because], [MALFORMED, "the path holds a dot segment.", { fault: "the path holds a dot segment" }]);
});

test("a target that is too long to be read is said to be too long", async () => {
  const target = `/${"a".repeat(TARGET_BYTES_MAX - 1)}`;
  assert.equal(await said(HOST, { wrong: "the target is wrong", target }), MALFORMED);
  assert.equal(await said(HOST, { wrong: "the target is too long", target: `${target}a` }), "414 target-too-long");
});

test("only hosts of the list are answered for", async () => {
  const listed = post({ guard: framing, options: { hosts: ["API.example", "admin.example:8443", "[2001:db8:0::1]"] } });
  const at = async (host: string): Promise<string> => verdict((await listed({ fields: [["host", host]] })).outcome);
  for (const host of ["api.example", "API.EXAMPLE:9999", "admin.example:8443", "[2001:db8::1]:80"]) assert.equal(await at(host), "passes", host);
  for (const host of ["evil.example", "api.example.evil.example", "api.example.", "admin.example", "admin.example:443"]) assert.equal(await at(host), "421 host-refused", host);
  assert.equal(verdict((await listed({ fields: [], version: "1.0" })).outcome), "421 host-refused");
});

test("switching protocols is refused", async () => {
  assert.equal(await said([...HOST, ["connection", "Upgrade"], ["upgrade", "websocket"]]), "400 upgrade-refused");
  assert.equal(await said([...HOST, ["connection", "Upgrade, HTTP2-Settings"], ["upgrade", "h2c"], ["http2-settings", "AAMAAABk"]]), "400 upgrade-refused");
  assert.equal(await said([...HOST, ["upgrade", ""]]), "400 upgrade-refused");
});

test("the only expectation is 100-continue", async () => {
  assert.equal(await said([...HOST, ["expect", "100-Continue"]]), "passes");
  for (const value of ["", "200-ok", "100-continue, x"]) assert.equal(await said([...HOST, ["expect", value]]), "417 expectation-refused", value);
});

test("no refusal quotes the caller", async () => {
  for (const fields of [[...HOST, ["x y", "sekrit"]], [["host", "sekrit sekrit"]], [...HOST, ["content-length", "sekrit"]], [...HOST, ["connection", "sekrit"]]] as Pairs[]) {
    assert.doesNotMatch(JSON.stringify((await send({ fields })).outcome), /sekrit/);
  }
});

test("in observe mode a refusal is witnessed and not obeyed", async () => {
  const { outcome, exchange } = await post({ guard: framing, mode: "observe" })({ fields: [] });
  assert.equal(outcome, undefined);
  assert.deepEqual(exchange.observed.map(({ problem }) => problem.type), ["malformed-request"]);
});

test("it stands everywhere without being named", () => assert.equal(framing.standing, true));

test("hosts that are none are misfits", () => {
  assert.equal(misfits(framing, { hosts: ["api.example", "http://api.example"] }).length, 1);
  assert.equal(misfits(framing, { hosts: "api.example" }).length, 0);
  assert.equal(misfits(framing, { host: ["api.example"] }).length, 1);
});
