/**
 * Splits: wherever bytes are cut in two, and however far they have come, what is made of them is the same.
 *
 * The table of requests and the table of answers, cut at every octet, straight into the readers of the wire: where a packet
 * ends is the sender's choice, and a reader that decides by it can be told one thing where the next one is told another.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { AnswerReader } from "../../../../src/hosts/gateway/wire/answer-reader.ts";
import { ChunkedReader } from "../../../../src/hosts/gateway/wire/chunked.ts";
import { FRONT_LIMITS } from "../../../../src/hosts/gateway/wire/front-limits.ts";
import { HeadReader } from "../../../../src/hosts/gateway/wire/request-head.ts";
import { type Reply, REPLIES } from "./answers.ts";
import { ATTACKS } from "./requests.ts";

const LEFT_OVER = Buffer.from(" HTTP/1.1\r\nHost: b\r\n\r\n".repeat(4), "latin1");

test(`a head is understood, or refused, in one way however much of it has come: ${ATTACKS.length} requests`, () => {
  let undecided = 0;
  for (const { name, bytes: text } of ATTACKS) {
    const bytes = Buffer.from(text, "latin1");
    const reader = new HeadReader(FRONT_LIMITS);
    const whole = reader.read(bytes, 0, bytes.byteLength);
    let decided = false;
    for (let to = 1; to <= bytes.byteLength; to++) {
      // What an earlier read has left behind `to` is nobody's.
      const head = reader.read(Buffer.concat([bytes.subarray(0, to), LEFT_OVER]), 0, to);
      if (head === undefined) assert.ok(!decided, `${name}: in doubt again after ${to} octets`);
      else assert.deepEqual(head, whole, `${name}: after ${to} octets`);
      decided = head !== undefined;
    }
    if (!decided) undecided++;
    // An offset is no part of what is understood.
    const shifted = reader.read(Buffer.concat([Buffer.from("\r\n\r\n"), bytes]), 4, bytes.byteLength + 4);
    assert.deepEqual(typeof shifted === "object" ? { ...shifted, end: shifted.end - 4 } : shifted, whole, name);
  }
  assert.ok(undecided < ATTACKS.length / 4, "most of the table must be decided, or this proves nothing");
});

/** What is made of a body in chunks: its data, how far it went, and how it ended. */
function chunksOf(pieces: readonly Buffer[]): string {
  const reader = new ChunkedReader();
  let data = "";
  let taken = 0;
  for (const piece of pieces) {
    taken += reader.read(piece, 0, piece.byteLength);
    data += Buffer.from(reader.takePiece(piece) ?? "").toString("latin1");
  }
  return `${reader.whole ? "whole" : reader.broken ? "broken" : "more"} ${taken} ${data}`;
}

test("chunks are the same, cut at any octet", () => {
  let whole = 0;
  for (const { name, bytes: text } of ATTACKS) {
    const body = Buffer.from(text.slice(text.indexOf("\r\n\r\n") + 4), "latin1");
    const made = chunksOf([body]);
    if (made.startsWith("whole")) whole++;
    for (let at = 0; at <= body.byteLength; at++) assert.equal(chunksOf([body.subarray(0, at), body.subarray(at)]), made, `${name}: cut at ${at}`);
    assert.equal(chunksOf([...body].map((octet) => Buffer.of(octet))), made, name);
  }
  assert.ok(whole > 20, `only ${whole} bodies of the table are chunks`);
});

/** What is made of an answer: its head and body, whether anything came behind it, or what is wrong with it. */
function answerOf({ method, ends = false }: Reply, pieces: readonly Buffer[]): string {
  const reader = new AnswerReader();
  reader.begin(method === "HEAD");
  let body = "";
  let surplus = false;
  for (const piece of pieces) {
    if (reader.whole) {
      // Nobody reads on here: what comes behind an answer ends the connection.
      surplus ||= piece.byteLength > 0;
      continue;
    }
    const fault = piece.byteLength === 0 ? undefined : reader.read(Buffer.concat([piece, LEFT_OVER]), piece.byteLength);
    if (fault !== undefined) return fault;
    body += Buffer.from(reader.piece ?? "").toString("latin1");
    surplus ||= reader.surplus;
  }
  const fault = ends && !reader.whole ? reader.end() : undefined;
  if (fault !== undefined) return fault;
  const { status, list, framing, length, close } = reader.head ?? {};
  return JSON.stringify([reader.whole, surplus, status, list, framing, length, close, body]);
}

test(`an answer is the same, cut at any octet: ${REPLIES.length} answers`, () => {
  for (const reply of REPLIES) {
    const bytes = Buffer.from(reply.bytes, "latin1");
    const made = answerOf(reply, [bytes]);
    // The long ones are there for their bounds.
    const step = Math.ceil(bytes.byteLength / 2_000);
    for (let at = 1; at < bytes.byteLength; at += step) assert.equal(answerOf(reply, [bytes.subarray(0, at), bytes.subarray(at)]), made, `${reply.name}: cut at ${at}`);
  }
});
