import assert from "node:assert/strict";
import { test } from "node:test";
import { fieldsOf } from "../../../../src/exchange/fields.ts";
import { PREFIXES_MAX } from "../../../../src/hosts/gateway/wire/field-lines.ts";
import { writeRequestHead, WRITTEN_BY_THE_WIRE } from "../../../../src/hosts/gateway/wire/upstream-request.ts";

const HOST = "host: api.example\r\n";
const write = (list: string[] = [], method = "GET", target = "/a?b=c"): string | undefined => writeRequestHead(method, target, HOST, fieldsOf(list), "nothing");

test("a head is the line, the target's host, the fields in their order, and an empty line", () => {
  assert.equal(write(["accept", "*/*", "x-a", "1", "x-a", "2", "x-empty", "", "x-high", "\u00e9"]), "GET /a?b=c HTTP/1.1\r\nhost: api.example\r\naccept: */*\r\nx-a: 1\r\nx-a: 2\r\nx-empty: \r\nx-high: \u00e9\r\n\r\n");
});

test("the body is announced by the wire: its length, or chunks", () => {
  assert.equal(writeRequestHead("POST", "/", HOST, fieldsOf([]), 5), `POST / HTTP/1.1\r\n${HOST}content-length: 5\r\n\r\n`);
  assert.equal(writeRequestHead("POST", "/", HOST, fieldsOf([]), 0), `POST / HTTP/1.1\r\n${HOST}content-length: 0\r\n\r\n`);
  assert.equal(writeRequestHead("PUT", "/", HOST, fieldsOf([]), undefined), `PUT / HTTP/1.1\r\n${HOST}transfer-encoding: chunked\r\n\r\n`);
});

test("what frames and what is about the connection is never taken over", () => {
  const list = [...WRITTEN_BY_THE_WIRE].flatMap((name) => [name, "evil"]);
  assert.equal(write([...list, "x", "y"]), `GET /a?b=c HTTP/1.1\r\n${HOST}x: y\r\n\r\n`);
  for (const name of ["host", "content-length", "transfer-encoding", "connection", "expect", "upgrade", "te", "trailer", "keep-alive", "proxy-connection"]) assert.ok(WRITTEN_BY_THE_WIRE.has(name), name);
});

test("what would split the request is not written at all", () => {
  for (const value of ["a\r\nx: y", "a\nb", "a\rb", "a\0", "\u010a", "\u{1f600}", "\u007f"]) assert.equal(write(["x", value]), undefined, JSON.stringify(value));
  for (const name of ["", "X", "a b", "a:", "a\r\n", "a\n", "\u00e9"]) assert.equal(write([name, "v"]), undefined, JSON.stringify(name));
  for (const method of ["", "get", "GET ", "GE T", "GET\r\n", "GET\n"]) assert.equal(write([], method), undefined, JSON.stringify(method));
  for (const target of ["", "a", "*", "http://other/", "/a b", "/a\r\nx", "/a\n", "/\u00e9", "/\0", "/\u007f", "/\u0120"]) assert.equal(write([], "GET", target), undefined, JSON.stringify(target));
});

test("invented names do not fill the memory, and are written all the same", () => {
  for (let at = 0; at < 2 * PREFIXES_MAX; at++) assert.equal(write([`x-${at}`, "y"]), `GET /a?b=c HTTP/1.1\r\n${HOST}x-${at}: y\r\n\r\n`);
});
