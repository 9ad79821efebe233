import assert from "node:assert/strict";
import { test } from "node:test";
import { type AnswerHead, BY_CHUNKS, BY_CLOSE, BY_LENGTH, BY_NONE, readAnswerHead } from "../../../../src/hosts/gateway/wire/answer-head.ts";

const read = (text: string, toHead = false): ReturnType<typeof readAnswerHead> => readAnswerHead(Buffer.from(text, "latin1"), 0, text.length, toHead);
const withFields = (...lines: readonly string[]): string => `HTTP/1.1 200 OK\r\n${lines.map((line) => `${line}\r\n`).join("")}\r\n`;

function headOf(text: string, toHead = false): AnswerHead {
  const head = read(text, toHead);
  return typeof head === "object" ? head : assert.fail(`${JSON.stringify(text)}: ${head ?? "unfinished"}`);
}

test("status, fields and end are read, wherever the head begins", () => {
  const text = "HTTP/1.1 418 Teapot \t\u00e9\r\nX-A: b\r\nx-a:c\r\n\r\n";
  const bytes = Buffer.from(`junk${text}more`, "latin1");
  const head = readAnswerHead(bytes, 4, bytes.byteLength, false);
  assert.deepEqual(head, { status: 418, list: ["x-a", "b", "x-a", "c"], framing: BY_CLOSE, length: 0, close: true, idleMilliseconds: undefined, end: 4 + text.length });
});

test("a status line is what RFC 9112 says and nothing near it", () => {
  for (const line of ["HTTP/1.1 100 ", "HTTP/1.1 599 x", "HTTP/1.0 200 OK", "HTTP/1.1 200 ", "HTTP/1.1 200  OK"]) headOf(`${line}\r\n\r\n`);
  const bad = ["HTTP/1.1 200", "HTTP/1.2 200 OK", "HTTP/2.0 200 OK", "HTTP/0.9 200 OK", "http/1.1 200 OK", "HTTP/1.1  200 OK", "HTTP/1.1\t200 OK", "HTTP/1.1 20 OK", "HTTP/1.1 2000 OK", "HTTP/1.1 099 OK", "HTTP/1.1 600 OK", "HTTP/1.1 2a0 OK", "HTTP/1.1 200-OK", "HTTP/1.1 200 O\0K", "HTTP/1.1 200 O\rK", "HTTP/1.1 200 O\u007fK", " HTTP/1.1 200 OK", "\r\nHTTP/1.1 200 OK", "HTTP/11 200 OK", "ICY 200 OK", "SSH-2.0-OpenSSH", "\u0016\u0003\u0001"];
  for (const line of bad) assert.equal(read(`${line}\r\n\r\n`), "STATUS_LINE_MALFORMED", JSON.stringify(line));
  for (const text of ["HTTP/1.1 200 OK\n\n", "HTTP/1.1 200 OK\n", "HTTP/1.1 200 OK\r\r\n"]) assert.equal(read(text), "STATUS_LINE_MALFORMED", JSON.stringify(text));
});

test("what cannot become an answer is refused before its line ends", () => {
  for (const text of ["X", "HTTP/2", "HTTP/1.1 9", "HTTP/1.1 20x"]) assert.equal(read(text), "STATUS_LINE_MALFORMED", text);
});

test("each cut before the end asks for more", () => {
  const text = withFields("Content-Length: 3", "a:");
  for (let to = 0; to < text.length; to++) {
    assert.equal(read(text.slice(0, to)), undefined, String(to));
    assert.equal(readAnswerHead(Buffer.from(`junk${text}`), 4, 4 + to, false), undefined, String(to));
  }
});

test("fields are lines of a token, a colon and a value; too many are said to be that", () => {
  for (const line of ["a : b", " a: b", "a: b\n", "a: b\0", "a", "a: b\r\n folded", "\u00e9: b"]) assert.equal(read(withFields(line)), "FIELDS_MALFORMED", JSON.stringify(line));
  assert.equal(headOf(withFields(...Array.from({ length: 200 }, () => "a: b"))).list.length, 400);
  assert.equal(read(withFields(...Array.from({ length: 201 }, () => "a: b"))), "FIELDS_TOO_MANY");
});

test("a length is said once and in decimal digits", () => {
  for (const [line, length] of [["Content-Length: 0", 0], ["content-length:15", 15], ["CONTENT-LENGTH: 999999999999999", 999_999_999_999_999]] as const) {
    const head = headOf(withFields(line));
    assert.deepEqual([head.framing, head.length, head.close], [BY_LENGTH, length, false]);
  }
  const bad = ["", "+5", "-5", "05", "00", "0x5", "5 5", "5,5", "5, 5", "5;", "5.0", "1e3", "\u00b2", "1000000000000000", "9999999999999999999999"];
  for (const value of bad) assert.equal(read(withFields(`content-length: ${value}`)), "FRAMING_AMBIGUOUS", value);
  for (const value of ["5", "0"]) assert.equal(read(withFields(`content-length: ${value}`, `content-length: ${value}`)), "FRAMING_AMBIGUOUS");
  for (const line of ["content-length: 5 ", "content-length: 5\t"]) assert.equal(read(withFields(line)), "FRAMING_AMBIGUOUS", JSON.stringify(line));
});

test("a transfer coding is chunked, once, and never beside a length", () => {
  for (const value of ["chunked", "Chunked", "CHUNKED"]) assert.equal(headOf(withFields(`transfer-encoding: ${value}`)).framing, BY_CHUNKS);
  const bad = ["", "gzip", "identity", "gzip, chunked", "chunked, chunked", "chunked,", ",chunked", "chunked;a=b", '"chunked"', "chunked\t", "chunked ", "chunked\u00a0", "xchunked"];
  for (const value of bad) assert.equal(read(withFields(`transfer-encoding: ${value}`)), "FRAMING_AMBIGUOUS", JSON.stringify(value));
  assert.equal(read(withFields("transfer-encoding: chunked", "transfer-encoding: chunked")), "FRAMING_AMBIGUOUS");
  for (const lines of [["content-length: 5", "transfer-encoding: chunked"], ["transfer-encoding: chunked", "content-length: 5"], ["transfer-encoding: chunked", "content-length: 0"]]) {
    assert.equal(read(withFields(...lines)), "FRAMING_AMBIGUOUS");
    assert.equal(read(withFields(...lines), true), "FRAMING_AMBIGUOUS");
  }
  assert.equal(read("HTTP/1.0 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"), "FRAMING_AMBIGUOUS");
});

test("HEAD, 204 and 304 have no body, whatever they announce", () => {
  for (const line of ["content-length: 5", "transfer-encoding: chunked", "x: y"]) {
    assert.equal(headOf(withFields(line), true).framing, BY_NONE);
    for (const status of ["204", "304"]) {
      const head = headOf(`HTTP/1.1 ${status} x\r\n${line}\r\n\r\n`);
      // Behind 204 there is nothing to announce: what is announced may come all the same, and late.
      assert.deepEqual([head.framing, head.length, head.close], [BY_NONE, 0, status === "204" && line !== "x: y"]);
    }
  }
});

test("1xx announces neither a body nor the connection's end, nor comes in HTTP/1.0", () => {
  assert.equal(headOf("HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n").framing, BY_NONE);
  for (const line of ["content-length: 0", "transfer-encoding: chunked", "connection: close", "proxy-connection: close"]) assert.equal(read(`HTTP/1.1 100 Continue\r\n${line}\r\n\r\n`), "FRAMING_AMBIGUOUS", line);
  assert.equal(read("HTTP/1.0 100 Continue\r\n\r\n"), "FRAMING_AMBIGUOUS");
});

test("the connection ends when the API says so, with HTTP/1.0, and behind a body without an end", () => {
  const closes = (...lines: readonly string[]): boolean => headOf(withFields("content-length: 1", ...lines)).close;
  for (const lines of [["connection: close"], ["Connection: Close"], ["connection: keep-alive, close"], ["connection: keep-alive", "connection: x, close"], ["connection: close", "connection: keep-alive"], ["proxy-connection: close"], ["connection: Content-Length"], ["connection: keep-alive, transfer-encoding"]]) assert.ok(closes(...lines), lines.join());
  for (const lines of [[], ["connection: keep-alive"], ["connection: Keep-Alive"], ["connection: closed"], ["proxy-connection: keep-alive"]]) assert.ok(!closes(...lines), lines.join());
  assert.ok(headOf("HTTP/1.0 200 OK\r\ncontent-length: 1\r\nconnection: keep-alive\r\n\r\n").close);
  assert.ok(headOf(withFields("x: y")).close);
});

test("what Connection names ends here, but not what the message needs", () => {
  assert.deepEqual(headOf(withFields("x-hop: first", "connection: x-hop", "content-length: 0")).list, ["connection", "x-hop", "content-length", "0"]);
  assert.deepEqual(headOf(withFields("connection: x-hop, content-type", "x-hop: a", "content-type: text/plain", "x-hop: b", "content-length: 0")).list, ["connection", "x-hop, content-type", "content-type", "text/plain", "content-length", "0"]);
});

test("how long the API keeps a connection is read where it is said in seconds", () => {
  const said = (value: string): number | undefined => headOf(withFields("content-length: 0", `keep-alive: ${value}`)).idleMilliseconds;
  assert.deepEqual(["timeout=5", "timeout=5", "max=100, Timeout=72", "timeout=0"].map(said), [5_000, 5_000, 72_000, 0]);
  assert.equal(headOf(withFields("content-length: 0", "x: timeout=5")).idleMilliseconds, undefined);
  assert.deepEqual(["max=5", "timeout", "timeout=", "timeout=x", "timeout=-1", "timeout=99999999999999999"].map(said), [undefined, undefined, undefined, undefined, undefined, undefined]);
});
