import assert from "node:assert/strict";
import { test } from "node:test";
import { TARGET_BYTES_MAX } from "../../../../src/contract/target.ts";
import { SINGLE_FIELDS } from "../../../../src/doors/inbound/screen/framing/field-faults.ts";
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

const HOSTS: readonly (readonly [string, Pairs])[] = [
  ["missing", []],
  ["given twice", [...HOST, ...HOST]],
  ["empty", [["host", ""]]],
  ["a list", [["host", "api.example, evil.example"]]],
  ["a user name", [["host", "evil@api.example"]]],
  ["a path", [["host", "api.example/x"]]],
  ["a port that is none", [["host", "api.example:x"]]],
  ["with a space", [["host", "api example"]]],
];

for (const [what, fields] of HOSTS) test(`host: ${what} is refused`, async () => assert.equal(await said(fields), MALFORMED));

test("HTTP/1.0 may leave the host out, not write it badly", async () => {
  assert.equal(await said([["host", "a b"]], { version: "1.0" }), MALFORMED);
  assert.equal(await said([], { version: "2" }), MALFORMED);
});

test("only hosts of the list are answered for", async () => {
  const listed = post({ guard: framing, options: { hosts: ["API.example", "admin.example:8443", "[2001:db8:0::1]"] } });
  const at = async (host: string): Promise<string> => verdict((await listed({ fields: [["host", host]] })).outcome);
  for (const host of ["api.example", "API.EXAMPLE:9999", "admin.example:8443", "[2001:db8::1]:80"]) assert.equal(await at(host), "passes", host);
  for (const host of ["evil.example", "api.example.evil.example", "api.example.", "admin.example", "admin.example:443"]) assert.equal(await at(host), "421 host-refused", host);
  assert.equal(verdict((await listed({ fields: [], version: "1.0" })).outcome), "421 host-refused");
});

for (const name of ["", "x y", "x:", "x\u0000", "X-Upper", ":authority", "x(", "\u00e9", "x\r\n"]) {
  test(`the field name ${JSON.stringify(name)} is refused`, async () => assert.equal(await said([...HOST, [name, "a"]]), MALFORMED));
}

test("a field name with an underscore is refused: some readers take it for a hyphen", async () => {
  assert.equal(await said([...HOST, ["x_forwarded_for", "10.0.0.1"]]), MALFORMED);
  assert.equal(await said([...HOST, ["content_length", "5"]]), MALFORMED);
});

for (const value of ["a\u0000b", "a\rb", "a\nb", "a\r\n b", "a\u001fb", "a\u007f", "\u0100", "a\u2028", " a", "a ", "\ta", "a\t"]) {
  test(`the field value ${JSON.stringify(value)} is refused`, async () => assert.equal(await said([...HOST, ["x-any", value]]), MALFORMED));
}

for (const name of SINGLE_FIELDS) {
  test(`the field ${name} is refused when it comes twice`, async () => {
    const { outcome } = await send({ fields: [...HOST.filter(([one]) => one !== name), [name, "1"], ["x-between", ""], [name, "1"]] });
    assert.ok(outcome?.kind === "refusal");
    assert.equal(outcome.problem.because?.["fault"], `the field ${name} came twice`);
  });
}

const LENGTHS: readonly (readonly [string, Pairs, Given])[] = [
  ["a length that is no number", [["content-length", "0x10"]], {}],
  ["a length with a sign", [["content-length", "+5"]], {}],
  ["a negative length", [["content-length", "-1"]], {}],
  ["an empty length", [["content-length", ""]], {}],
  ["a list of lengths", [["content-length", "5, 5"]], {}],
  ["a length that no number holds", [["content-length", "9".repeat(16)]], {}],
  ["length and coding together", [["content-length", "5"], ["transfer-encoding", "chunked"]], {}],
  ["another coding", [["transfer-encoding", "gzip"]], {}],
  ["two codings", [["transfer-encoding", "gzip, chunked"]], {}],
  ["chunked twice", [["transfer-encoding", "chunked, chunked"]], {}],
  ["a coding that only looks like chunked", [["transfer-encoding", "xchunked"]], {}],
  ["a vertical tab before chunked", [["transfer-encoding", "\u000bchunked"]], {}],
  ["an empty coding", [["transfer-encoding", ""]], {}],
  ["identity", [["transfer-encoding", "identity"]], {}],
  ["a coding in HTTP/1.0", [["transfer-encoding", "chunked"]], { version: "1.0" }],
  ["a coding in HTTP/2", [["transfer-encoding", "chunked"]], { version: "2" }],
];

for (const [what, fields, given] of LENGTHS) test(`the end of the body: ${what} is refused`, async () => assert.equal(await said([...HOST, ...fields], given), MALFORMED));

test("the longest length that is read is the longest that passes", async () => assert.equal(await said([...HOST, ["content-length", "9".repeat(15)]]), "passes"));

test("a connection that names other fields is refused", async () => {
  for (const value of ["close", "Keep-Alive", "TE, close"]) assert.equal(await said([...HOST, ["connection", value]]), "passes", value);
  for (const value of ["x-user", "close, authorization", "host", "", "close,", "content-length"]) assert.equal(await said([...HOST, ["connection", value]]), MALFORMED, value);
  assert.equal(await said([...HOST, ["connection", "close"], ["connection", "x-user"]]), MALFORMED);
  for (const name of ["connection", "keep-alive", "proxy-connection"]) assert.equal(await said([...HOST, [name, "close"]], { version: "2" }), MALFORMED, name);
});

test("a method that is none is refused", async () => {
  for (const method of ["", "get", "GET ", "G\u00cbT", "A".repeat(33)]) assert.equal(await said(HOST, { method }), MALFORMED, method);
  for (const method of ["GET", "M-SEARCH", "A".repeat(32)]) assert.equal(await said(HOST, { method }), "passes", method);
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

test("a coded body is refused, with the coding that is accepted", async () => {
  assert.equal(await said([...HOST, ["content-encoding", "Identity"]]), "passes");
  for (const value of ["gzip", "br", "", "identity, gzip"]) {
    const { outcome } = await send({ fields: [...HOST, ["content-encoding", value]] });
    assert.ok(outcome?.kind === "refusal");
    assert.deepEqual([verdict(outcome), outcome.problem.headers], ["415 content-coding-refused", { "accept-encoding": "identity" }]);
  }
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

test("hosts that are none are misfits", () => {
  assert.equal(misfits(framing, { hosts: ["api.example", "http://api.example"] }).length, 1);
  assert.equal(misfits(framing, { hosts: "api.example" }).length, 0);
  assert.equal(misfits(framing, { host: ["api.example"] }).length, 1);
});
