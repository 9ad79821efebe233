import assert from "node:assert/strict";
import { test } from "node:test";
import { Content, type Sink } from "../../../../src/exchange/content.ts";
import { problem, type Problem } from "../../../../src/exchange/problem.ts";
import { UpstreamBody } from "../../../../src/hosts/gateway/wire/upstream-body.ts";
import type { UpstreamConnection } from "../../../../src/hosts/gateway/wire/upstream-connection.ts";

const bytes = (text: string): Uint8Array => Buffer.from(text);
const broken = problem("body-broken", 400, "Broken");

interface Scene {
  readonly body: UpstreamBody;
  readonly sink: Sink;
  readonly written: () => string;
  readonly faults: Problem[];
  /** Cancels and resumes of the content. */
  readonly log: string[];
}

function scene(declared: number | undefined, room = true): Scene {
  let text = "";
  const log: string[] = [];
  const faults: Problem[] = [];
  let sink: Sink | undefined;
  const write = (part: string): boolean => {
    text += part;
    return room;
  };
  const connection = { write, writeBytes: (part: Uint8Array) => write(Buffer.from(part).toString()), hold: () => (text += "<"), release: () => (text += ">") };
  const content = new Content({ open: (to) => (sink = to), cancel: () => log.push("cancel"), resume: () => log.push("resume") }, declared);
  // As much of a connection as a body looks at.
  const body = new UpstreamBody(connection as unknown as UpstreamConnection, content, (why) => faults.push(why));
  body.start();
  return { body, sink: sink ?? assert.fail("not opened"), written: () => text, faults, log };
}

test("with a length the bytes go out as they are; without one, each piece is a chunk that leaves at once", () => {
  const plain = scene(4);
  assert.equal(plain.sink.data(bytes("ab")), true);
  assert.equal(plain.sink.data(bytes("")), true);
  assert.equal(plain.sink.data(bytes("cd")), true);
  plain.sink.end();
  assert.deepEqual([plain.written(), plain.body.sent], ["abcd", true]);

  const chunks = scene(undefined);
  chunks.sink.data(bytes("0123456789abcdef"));
  assert.equal(chunks.sink.data(bytes("")), true);
  chunks.sink.data(bytes("x"));
  chunks.sink.end();
  assert.equal(chunks.written(), "<10\r\n0123456789abcdef><\r\n1\r\nx>\r\n0\r\n\r\n");
  const empty = scene(undefined);
  empty.sink.end();
  assert.equal(empty.written(), "0\r\n\r\n");
});

test("no room asks for a pause; room again asks for more, until the end", () => {
  for (const declared of [4, undefined]) {
    const { sink, body, log } = scene(declared, false);
    assert.equal(sink.data(bytes("ab")), false);
    body.drained();
    assert.deepEqual(log, ["resume"]);
    sink.data(bytes("cd"));
    sink.end();
    body.drained();
    assert.deepEqual(log, ["resume"]);
  }
});

test("a byte too much or too little is never sent as if it were right", () => {
  const much = scene(3);
  assert.equal(much.sink.data(bytes("abcd")), false);
  much.sink.end();
  assert.deepEqual([much.written(), much.faults.map(({ type }) => type), much.log, much.body.sent], ["", ["request-unwritable"], ["cancel"], false]);
  const little = scene(3);
  little.sink.data(bytes("ab"));
  little.sink.end();
  assert.deepEqual([little.faults.map(({ type }) => type), little.body.sent], [["request-unwritable"], false]);
});

test("after a stop, a break or the end nothing more is written or told", () => {
  const stopped = scene(undefined);
  stopped.body.stop();
  stopped.body.stop();
  assert.equal(stopped.sink.data(bytes("a")), false);
  stopped.sink.end();
  stopped.sink.fail(broken());
  stopped.body.drained();
  assert.deepEqual([stopped.written(), stopped.faults, stopped.log, stopped.body.sent], ["", [], ["cancel"], false]);

  const failed = scene(undefined);
  failed.sink.fail(broken());
  failed.sink.fail(broken());
  failed.sink.end();
  assert.deepEqual([failed.written(), failed.faults.map(({ type }) => type), failed.body.sent], ["", ["body-broken"], false]);

  const ended = scene(undefined);
  ended.sink.end();
  ended.sink.end();
  ended.sink.fail(broken());
  assert.deepEqual([ended.written(), ended.faults], ["0\r\n\r\n", []]);
});
