import assert from "node:assert/strict";
import { test } from "node:test";
import { framing } from "../../../../../src/doors/inbound/screen/framing.ts";
import { type Given, post } from "../../../../walk.ts";

type Pairs = readonly (readonly [string, string])[];

const HOST: Pairs = [["host", "api.example"]];
const MALFORMED = "400 malformed-request";
const send = post({ guard: framing });

async function said(fields: Pairs, given: Given = {}): Promise<string> {
  const { outcome } = await send({ fields, ...given });
  return outcome?.kind === "refusal" ? `${outcome.problem.status} ${outcome.problem.type}` : "passes";
}

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

test("OPTIONS that counts hops is refused, any other method says nothing by it", async () => {
  for (const left of ["0", "1", ""]) assert.equal(await said([...HOST, ["max-forwards", left]], { method: "OPTIONS" }), MALFORMED, left);
  assert.equal(await said([...HOST, ["max-forwards", "0"]], { method: "GET" }), "passes");
  assert.equal(await said(HOST, { method: "OPTIONS" }), "passes");
});

test("nothing wrong is nothing said", async () => assert.equal(await said([...HOST, ["transfer-encoding", "chunked"], ["connection", "close"]]), "passes"));
