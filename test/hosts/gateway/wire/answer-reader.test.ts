import assert from "node:assert/strict";
import { test } from "node:test";
import { ANSWER_HEAD_BYTES_MAX } from "../../../../src/hosts/gateway/wire/answer-head.ts";
import { AnswerReader, INTERIM_MAX, TRAILER_BYTES_MAX } from "../../../../src/hosts/gateway/wire/answer-reader.ts";

/** Reads `text` cut at `cuts`; the end of the connection follows. "200 body", or the fault; ` +` when bytes came behind. */
function read(text: string, cuts: readonly number[] = [], toHead = false): string {
  const reader = new AnswerReader();
  reader.begin(toHead);
  let body = "";
  let from = 0;
  for (const to of [...cuts, text.length]) {
    const fault = reader.read(Buffer.from(text.slice(from, to), "latin1"), to - from);
    if (fault !== undefined) return fault;
    if (reader.piece !== undefined) body += Buffer.from(reader.piece).toString("latin1");
    from = to;
    if (reader.whole) break;
  }
  const fault = reader.whole ? undefined : reader.end();
  return fault ?? `${reader.head?.status} ${body}${reader.surplus || from < text.length ? " +" : ""}`;
}

const answer = (fields: string, body: string, line = "HTTP/1.1 200 OK"): string => `${line}\r\n${fields}\r\n${body}`;
const chunked = (body: string): string => answer("Transfer-Encoding: chunked\r\n", body);

const READINGS: readonly (readonly [string, string])[] = [
  [answer("Content-Length: 5\r\n", "hello"), "200 hello"],
  [answer("Content-Length: 0\r\n", ""), "200 "],
  [answer("", "until the end"), "200 until the end"],
  [answer("", ""), "200 "],
  [answer("Content-Length: 3\r\n", "abc", "HTTP/1.0 404 Not Found"), "404 abc"],
  [answer("Content-Length: 5\r\n", "", "HTTP/1.1 204 None"), "204 "],
  [answer("Transfer-Encoding: chunked\r\n", "", "HTTP/1.1 304 None"), "304 "],
  [chunked("5\r\nhello\r\n0\r\n\r\n"), "200 hello"],
  [chunked("1\r\na\r\n00002\r\nbc\r\nA\r\n0123456789\r\n0\r\n\r\n"), "200 abc0123456789"],
  [chunked("0\r\n\r\n"), "200 "],
  [chunked("1\r\na\r\n0\r\nX-T: b\r\nx-u:\r\n\r\n"), "200 a"],
  [`HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\nlink: a\r\n\r\n${answer("Content-Length: 1\r\n", "x")}`, "200 x"],
  [answer("Content-Length: 5\r\n", "hell"), "ENDED_EARLY"],
  [chunked("5\r\nhello\r\n0\r\n"), "ENDED_EARLY"],
  [chunked("5\r\nhello\r\n"), "ENDED_EARLY"],
  ["HTTP/1.1 200 OK\r\ncontent-le", "ENDED_EARLY"],
  [answer("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), "FRAMING_AMBIGUOUS"],
  ["HTTP/1.1 101 Switching\r\nupgrade: h2c\r\n\r\n", "SWITCHED_PROTOCOLS"],
  [chunked("5;a=b\r\nhello\r\n0\r\n\r\n"), "CHUNKS_MALFORMED"],
  [chunked("5 \r\nhello\r\n0\r\n\r\n"), "CHUNKS_MALFORMED"],
  [chunked("0x5\r\nhello\r\n0\r\n\r\n"), "CHUNKS_MALFORMED"],
  [chunked("\r\n"), "CHUNKS_MALFORMED"],
  [chunked("-1\r\n"), "CHUNKS_MALFORMED"],
  [chunked("5\nhello\n0\n\n"), "CHUNKS_MALFORMED"],
  [chunked("5\r\nhelloX\r\n"), "CHUNKS_MALFORMED"],
  [chunked("5\r\nhello\n0\r\n\r\n"), "CHUNKS_MALFORMED"],
  [chunked("123456789\r\n"), "CHUNKS_MALFORMED"],
  [chunked("0\r\nx y: z\r\n\r\n"), "TRAILERS_MALFORMED"],
  [chunked("0\r\nx: y\n\r\n"), "TRAILERS_MALFORMED"],
  [chunked("0\r\n folded: y\r\n\r\n"), "TRAILERS_MALFORMED"],
  [chunked("0\r\nContent-Length: 3\r\n\r\n"), "TRAILERS_MALFORMED"],
  [chunked("0\r\ntransfer-encoding: chunked\r\n\r\n"), "TRAILERS_MALFORMED"],
  [answer("a : b\r\n", ""), "FIELDS_MALFORMED"],
  ["HTTP/1.1 200 OK\n\n", "STATUS_LINE_MALFORMED"],
];

test("an answer is the same however it is cut: whole, once anywhere, and byte by byte", () => {
  for (const [text, expected] of READINGS) {
    assert.equal(read(text), expected, JSON.stringify(text));
    for (let at = 0; at <= text.length; at++) assert.equal(read(text, [at]), expected, `${JSON.stringify(text)} cut at ${at}`);
    assert.equal(read(text, Array.from({ length: text.length }, (_, at) => at)), expected, `${JSON.stringify(text)} byte by byte`);
  }
});

test("the answer to HEAD ends with its head", () => {
  for (const fields of ["Content-Length: 5\r\n", "Transfer-Encoding: chunked\r\n", ""]) assert.equal(read(answer(fields, ""), [], true), "200 ");
  assert.equal(read(answer("Content-Length: 5\r\n", "hello"), [], true), "200  +");
});

test("bytes behind an answer are seen and never read", () => {
  const next = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil";
  for (const [text, expected] of READINGS.filter(([text, expected]) => /^[234]0[04] /.test(expected) && /content-length|chunked/i.test(text))) {
    for (let at = 0; at < text.length; at++) assert.equal(read(text + next, [at]), `${expected} +`, `${JSON.stringify(text)} cut at ${at}`);
  }
});

test("small chunks of one read are one piece, and it is no part of what was read", () => {
  const reader = new AnswerReader();
  reader.begin(false);
  const bytes = Buffer.from(chunked("1\r\na\r\n1\r\nb\r\n1\r\nc\r\n"));
  assert.equal(reader.read(bytes, bytes.byteLength), undefined);
  assert.equal(Buffer.from(reader.piece ?? []).toString(), "abc");
  bytes.fill(0);
  assert.equal(Buffer.from(reader.piece ?? []).toString(), "abc");
});

test("one reader reads answer after answer, and forgets the one before", () => {
  const reader = new AnswerReader();
  for (const [text, expected] of READINGS.filter(([, expected]) => /^\d/.test(expected))) {
    reader.begin(false);
    assert.deepEqual([reader.touched, reader.head, reader.whole], [false, undefined, false]);
    let body = "";
    for (const octet of Buffer.from(text, "latin1")) {
      assert.equal(reader.read(Buffer.from([octet]), 1), undefined);
      if (reader.piece !== undefined) body += Buffer.from(reader.piece).toString("latin1");
    }
    if (!reader.whole) assert.equal(reader.end(), undefined);
    assert.equal(`${reader.head?.status} ${body}`, expected);
  }
});

test("interim answers are passed over up to a bound", () => {
  const interim = "HTTP/1.1 102 Processing\r\n\r\n";
  const last = answer("Content-Length: 1\r\n", "x");
  for (const cuts of [[], [INTERIM_MAX * 5]]) {
    assert.equal(read(interim.repeat(INTERIM_MAX) + last, cuts), "200 x");
    assert.equal(read(interim.repeat(INTERIM_MAX + 1) + last, cuts), "INTERIM_TOO_MANY");
  }
});

test("a head has a bound, in one piece, in two, and in pieces without a line end", () => {
  const fields = (bytes: number): string => `${"a: ".padEnd(16_381, "b")}\r\n`.repeat(3) + `${"c: ".padEnd(bytes - 3 * 16_383 - "HTTP/1.1 200 OK\r\n\r\n".length - 2, "d")}\r\n`;
  const fits = answer(fields(ANSWER_HEAD_BYTES_MAX), "body");
  assert.equal(fits.length, ANSWER_HEAD_BYTES_MAX + 4);
  for (const cuts of [[], [20], [40_000]]) {
    assert.equal(read(fits, cuts), "200 body");
    assert.equal(read(answer(fields(ANSWER_HEAD_BYTES_MAX + 1), "body"), cuts), "HEAD_TOO_LARGE");
  }
  const endless = `HTTP/1.1 200 OK\r\na: ${"b".repeat(2 * ANSWER_HEAD_BYTES_MAX)}`;
  assert.equal(read(endless), "HEAD_TOO_LARGE");
  assert.equal(read(endless, Array.from({ length: 40 }, (_, at) => 2_000 * (at + 1))), "HEAD_TOO_LARGE");
});

test("trailers have a bound", () => {
  const trailers = (bytes: number): string => `${"t: ".padEnd(bytes - 4, "u")}\r\n\r\n`;
  for (const cut of [0, 70, 4_000]) {
    assert.equal(read(chunked(`0\r\n${trailers(TRAILER_BYTES_MAX)}`), [cut]), "200 ", String(cut));
    assert.equal(read(chunked(`0\r\n${trailers(TRAILER_BYTES_MAX + 1)}`), [cut]), "TRAILERS_MALFORMED", String(cut));
  }
  const endless = chunked(`0\r\nt: ${"u".repeat(3 * TRAILER_BYTES_MAX)}`);
  assert.equal(read(endless, Array.from({ length: 22 }, (_, at) => 1_000 * (at + 1))), "TRAILERS_MALFORMED");
});

test("a head that comes byte by byte costs about its length", () => {
  const text = answer(`a: ${"b".repeat(50_000)}\r\nContent-Length: 1\r\n`, "x");
  const cuts = Array.from({ length: text.length }, (_, at) => at);
  const start = performance.now();
  assert.equal(read(text, cuts), "200 x");
  assert.ok(performance.now() - start < 2_000, `${performance.now() - start} ms`);
});
