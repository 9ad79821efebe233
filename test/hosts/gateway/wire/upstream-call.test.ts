import assert from "node:assert/strict";
import { test } from "node:test";
import { Content, type Sink, type Source } from "../../../../src/exchange/content.ts";
import { type AnswerHead, BY_CHUNKS, BY_LENGTH } from "../../../../src/hosts/gateway/wire/answer-head.ts";
import { targetOf } from "../../../../src/hosts/gateway/wire/dial.ts";
import { UpstreamCall } from "../../../../src/hosts/gateway/wire/upstream-call.ts";
import type { UpstreamConnection } from "../../../../src/hosts/gateway/wire/upstream-connection.ts";
import { apiUnreachable } from "../../../../src/hosts/gateway/wire/upstream-problems.ts";
import { exchangeOf, type Trial } from "./upstream-trial.ts";

const HEAD: AnswerHead = { status: 200, list: ["x", "y"], framing: BY_LENGTH, length: 9, close: false, idleMilliseconds: undefined, end: 0 };
const bytes = (text: string): Uint8Array => Buffer.from(text);

interface Scene {
  readonly call: UpstreamCall;
  /** Everything that the call did to those around it, in order. */
  readonly log: string[];
  /** The body of the answer, once there is one. */
  readonly content: () => Content;
  /** Takes the body; each piece is answered with `more`. */
  readonly open: (more?: boolean) => void;
}

function scene(trial: Trial = {}, send = true): Scene {
  const log: string[] = [];
  const say = (word: string): void => void log.push(word);
  let content: Content | undefined;
  const connection = { write: () => true, writeBytes: () => true, writeWhole: () => undefined, hold: () => undefined, release: () => undefined, pause: () => say("pause"), resume: () => say("resume"), abandon: () => say("abandon") };
  const receiver = {
    head: (status: number, _fields: unknown, body: Content): void => {
      say(`head ${status}${body.held === undefined ? "" : ` ${Buffer.from(body.held).toString()}`}`);
      content = body;
    },
    fail: (why: { readonly type: string }): void => say(`fail ${why.type}`),
  };
  const call = new UpstreamCall({ repeat: () => say("repeat"), mayRepeat: () => false, leave: () => say("leave"), now: () => 0 }, exchangeOf(trial), receiver);
  assert.ok(call.aim(targetOf(new URL("http://api.example"), undefined)));
  // As much of a connection as a call looks at.
  if (send) call.send(connection as unknown as UpstreamConnection);
  const open = (more = true): void => content?.stream({ data: (piece) => (say(`data ${Buffer.from(piece).toString()}`), more), end: () => say("end"), fail: (why) => say(`broken ${why.type}`) });
  return { call, log, open, content: () => content ?? assert.fail("no answer yet") };
}

test("an answer that is whole with its head is held", () => {
  const { call, log, content } = scene();
  call.answered(HEAD, bytes("all of it"), true, false);
  assert.deepEqual([log, content().declared], [["head 200 all of it"], 9]);
});

test("a body of known length says it, one in chunks does not", () => {
  const one = scene();
  one.call.answered(HEAD, undefined, false, false);
  const other = scene();
  other.call.answered({ ...HEAD, framing: BY_CHUNKS, length: 0 }, undefined, false, false);
  assert.deepEqual([one.content().declared, other.content().declared], [9, undefined]);
  assert.deepEqual(one.log, ["head 200"]);
});

test("what comes before somebody opens is kept, and the connection waits", () => {
  const { call, log, open } = scene();
  call.answered(HEAD, undefined, false, false);
  assert.deepEqual(log.splice(0), ["head 200"]);
  call.answered(HEAD, bytes("a"), false, false);
  assert.deepEqual(log.splice(0), ["pause"]);
  open();
  assert.deepEqual(log.splice(0), ["data a", "resume"]);
  call.answered(HEAD, bytes("b"), false, false);
  call.answered(HEAD, bytes("c"), true, false);
  assert.deepEqual(log, ["data b", "data c", "end"]);
});

test("a piece that comes with the head holds the connection up until it is taken", () => {
  const { call, log, open } = scene();
  call.answered(HEAD, bytes("a"), false, false);
  assert.deepEqual(log.splice(0), ["head 200", "pause"]);
  open();
  assert.deepEqual(log, ["data a", "resume"]);
});

test("a sink that asks for a pause gets no more until it resumes, and one end", () => {
  const { call, log, open, content } = scene();
  call.answered(HEAD, undefined, false, false);
  open(false);
  log.length = 0;
  call.answered(HEAD, bytes("a"), false, false);
  assert.deepEqual(log.splice(0), ["data a", "pause"]);
  call.answered(HEAD, bytes("b"), false, false);
  call.answered(HEAD, bytes("c"), true, false);
  assert.deepEqual(log.splice(0), ["pause"]);
  content().resume();
  assert.deepEqual(log.splice(0), ["data b"]);
  content().resume();
  assert.deepEqual(log.splice(0), ["data c"]);
  content().resume();
  assert.deepEqual(log.splice(0), ["end"]);
  content().resume();
  content().pause();
  content().resume();
  assert.deepEqual(log, []);
});

test("the last piece and the end come together, and a late resume brings no second end", () => {
  const { call, log, open, content } = scene();
  call.answered(HEAD, undefined, false, false);
  open(false);
  log.length = 0;
  call.answered(HEAD, bytes("a"), true, false);
  content().resume();
  content().resume();
  assert.deepEqual(log, ["data a", "end"]);
});

test("resuming what was never paused does nothing", () => {
  const { call, log, open, content } = scene();
  call.answered(HEAD, undefined, false, false);
  open();
  log.length = 0;
  content().resume();
  assert.deepEqual(log, []);
});

test("a body that ended before it was opened is told when it is", () => {
  const { call, log, open } = scene();
  call.answered(HEAD, bytes("a"), false, false);
  call.answered(HEAD, bytes("b"), true, false);
  log.length = 0;
  open();
  assert.deepEqual(log, ["data a", "data b", "end"]);
});

test("who asks for a pause before he opens gets nothing until he resumes", () => {
  const { call, log, open, content } = scene();
  call.answered(HEAD, bytes("a"), false, false);
  content().pause();
  log.length = 0;
  open();
  assert.deepEqual(log, []);
  content().resume();
  assert.deepEqual(log, ["data a", "resume"]);
});

test("a break is told to whoever reads, at once or when he opens, and nothing follows it", () => {
  const open = scene();
  open.call.answered(HEAD, undefined, false, false);
  open.open();
  open.call.lost("ECONNRESET", "within");
  open.content().resume();
  open.call.lost("AGAIN", "within");
  assert.deepEqual(open.log, ["head 200", "resume", "broken api-broke-off"]);

  const closed = scene();
  closed.call.answered(HEAD, bytes("a"), false, false);
  closed.call.lost("ECONNRESET", "within");
  closed.open();
  assert.deepEqual(closed.log, ["head 200", "pause", "broken api-broke-off"]);
});

test("a break while a sink rests is told at once, and its resume brings no end", () => {
  const { call, log, open, content } = scene();
  call.answered(HEAD, undefined, false, false);
  open(false);
  call.answered(HEAD, bytes("a"), false, false);
  call.answered(HEAD, bytes("b"), false, false);
  log.length = 0;
  call.lost("ECONNRESET", "within");
  content().resume();
  assert.deepEqual(log, ["broken api-broke-off"]);
});

test("the receiver is told once, whatever follows", () => {
  const { call, log } = scene();
  call.lost("ECONNREFUSED", "before");
  call.fail(apiUnreachable());
  call.answered(HEAD, bytes("a"), true, false);
  call.giveUp();
  assert.deepEqual(log, ["fail api-unreachable"]);
});

test("only a stale connection, and only once, is a reason to ask again", () => {
  for (const when of ["before", "within"] as const) {
    const { call, log } = scene();
    call.lost("X", when);
    assert.deepEqual(log, [when === "within" ? "fail api-broke-off" : "fail api-unreachable"]);
  }
  const { call, log } = scene();
  call.lost("X", "stale");
  assert.deepEqual([log.splice(0), call.fresh], [["repeat"], true]);
  call.lost("X", "stale");
  assert.deepEqual(log, ["fail api-unreachable"]);
  const post = scene({ method: "POST" });
  post.call.lost("X", "stale");
  assert.deepEqual(post.log, ["fail api-unreachable"]);
});

test("giving up leaves the line, or ends the connection, once", () => {
  const waiting = scene({}, false);
  waiting.call.giveUp();
  waiting.call.giveUp();
  assert.deepEqual(waiting.log, ["leave"]);
  const asked = scene();
  asked.call.giveUp();
  asked.call.giveUp();
  assert.deepEqual(asked.log, ["abandon"]);
  const lost = scene();
  lost.call.lost("X", "stale");
  lost.call.giveUp();
  assert.deepEqual(lost.log, ["repeat", "leave"]);
});

test("cancelling a body ends its connection unless it has ended, and brings no more of it", () => {
  const within = scene();
  within.call.answered(HEAD, bytes("a"), false, false);
  within.open(false);
  within.content().cancel();
  within.content().resume();
  within.call.answered(HEAD, bytes("b"), true, false);
  assert.deepEqual(within.log, ["head 200", "pause", "data a", "pause", "abandon"]);
  const ended = scene();
  ended.call.answered(HEAD, bytes("a"), false, false);
  ended.call.answered(HEAD, bytes("b"), true, false);
  ended.log.length = 0;
  ended.content().cancel();
  ended.open();
  assert.deepEqual(ended.log, ["end"]);
});

test("a sink that cancels at a piece is left alone", () => {
  const { call, log, content } = scene();
  call.answered(HEAD, bytes("a"), false, false);
  content().stream({ data: () => (content().cancel(), false), end: () => log.push("end"), fail: () => log.push("broken") });
  call.answered(HEAD, bytes("b"), true, false);
  assert.deepEqual(log, ["head 200", "pause", "abandon"]);
});

function body(): { readonly source: Source; readonly sink: () => Sink; readonly cancels: () => number } {
  let sink: Sink | undefined;
  let cancels = 0;
  return { source: { open: (to) => (sink = to), cancel: () => cancels++ }, sink: () => sink ?? assert.fail("not opened"), cancels: () => cancels };
}

test("a request's body that is not wanted any more is cancelled once, however it comes", () => {
  const ways: readonly ((call: UpstreamCall) => void)[] = [(call) => call.stopSending(), (call) => call.giveUp(), (call) => call.lost("X", "before"), (call) => call.fail(apiUnreachable())];
  for (const way of ways) {
    const { source, sink, cancels } = body();
    const { call } = scene({ method: "PUT", content: new Content(source, 5) });
    assert.equal(call.sent, false);
    assert.equal(sink().data(bytes("ab")), true);
    way(call);
    way(call);
    assert.deepEqual([cancels(), sink().data(bytes("c")), call.sent], [1, false, false]);
  }
});

test("a request is sent when its body's last byte is", () => {
  assert.equal(scene().call.sent, true);
  const { source, sink, cancels } = body();
  const { call } = scene({ method: "PUT", content: new Content(source, 2) });
  sink().data(bytes("ab"));
  assert.equal(call.sent, false);
  sink().end();
  call.stopSending();
  assert.deepEqual([call.sent, cancels()], [true, 0]);
});

test("what is lent is copied for whoever keeps it, and for nobody else", () => {
  const { call, open, log } = scene();
  const piece = Buffer.from("a");
  call.answered(HEAD, piece, false, true);
  piece.fill("x");
  open();
  piece.fill("b");
  call.answered(HEAD, piece, false, true);
  assert.deepEqual(log.filter((line) => line.startsWith("data")), ["data a", "data b"]);

  const other = scene();
  const lent: Uint8Array[] = [];
  other.call.answered(HEAD, undefined, false, false);
  other.content().stream({ data: () => assert.fail("it was copied"), lend: (bytes) => lent.push(bytes) > 0, end: () => undefined, fail: () => undefined });
  other.call.answered(HEAD, piece, false, true);
  assert.equal(lent[0], piece);
});
