/** Request body: what a sink gets, and when it gets nothing more. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Sink } from "../../../../src/exchange/content.ts";
import { ByteQueue } from "../../../../src/hosts/gateway/wire/byte-queue.ts";
import { FRONT_LIMITS } from "../../../../src/hosts/gateway/wire/front-limits.ts";
import { bodyBrokeOff, RequestBody } from "../../../../src/hosts/gateway/wire/request-body.ts";

class Collector implements Sink {
  readonly heard: string[] = [];
  more = true;
  also: (() => void) | undefined;
  data(chunk: Uint8Array): boolean {
    this.heard.push(Buffer.from(chunk).toString("latin1"));
    this.also?.();
    return this.more;
  }
  end(): void {
    this.heard.push("END");
  }
  fail({ type }: { readonly type: string }): void {
    this.heard.push(type.toUpperCase());
  }
}

function bodyOf(declared: number | undefined): { readonly body: RequestBody; readonly asked: string[] } {
  const asked: string[] = [];
  return { body: new RequestBody({ bodyOpened: () => asked.push("opened"), bodyResumed: () => asked.push("resumed") }, declared), asked };
}
const bytes = (text: string): Buffer => Buffer.from(text, "latin1");

function queueOf(chunk: Buffer): ByteQueue {
  const queue = new ByteQueue();
  queue.add(chunk);
  return queue;
}

/** What is left of the bytes. */
function take(body: RequestBody, text: string): string {
  const queue = queueOf(bytes(text));
  body.take(queue);
  return queue.bytes.toString("latin1", queue.from, queue.to);
}

test("what is the body's is taken, and no more", () => {
  for (const [declared, text, end] of [[4, "bodyGET", 4], [undefined, "4\r\nbody\r\n0\r\n\r\nGET", 14]] as const) {
    const { body } = bodyOf(declared);
    const sink = new Collector();
    body.open(sink);
    assert.equal(take(body, text), text.slice(end));
    assert.deepEqual(sink.heard, ["body", "END"]);
    assert.equal(body.whole, true);
  }
});

test("a body that arrives whole is handed on as it came", () => {
  const { body } = bodyOf(4);
  const whole = bytes("body");
  let got: Uint8Array | undefined;
  body.open({ data: (chunk) => (got = chunk) === chunk, end: () => undefined, fail: () => undefined });
  body.take(queueOf(whole));
  assert.equal(got, whole);
});

test("a sink that asks for a pause blocks the body until there is room", () => {
  const { body, asked } = bodyOf(8);
  const sink = new Collector();
  sink.more = false;
  body.open(sink);
  take(body, "body");
  assert.equal(body.blocked, true);
  body.resume();
  body.resume();
  assert.deepEqual(asked, ["opened", "resumed"]);
  assert.equal(body.blocked, false);
});

test("a sink that gives up inside its data hears nothing more", () => {
  for (const declared of [4, 8]) {
    const { body } = bodyOf(declared);
    const sink = new Collector();
    sink.more = false;
    sink.also = () => body.cancel();
    body.open(sink);
    take(body, "body");
    assert.deepEqual(sink.heard, ["body"]);
    assert.equal(body.blocked, false);
  }
});

test("a body that fails says so once, also to whoever opens it later", () => {
  const { body } = bodyOf(8);
  body.fail(bodyBrokeOff());
  body.fail(bodyBrokeOff());
  const late = new Collector();
  body.open(late);
  assert.deepEqual(late.heard, ["BODY-BROKE-OFF"]);
});

test("a body that was thrown away is not an empty one", () => {
  const { body } = bodyOf(4);
  take(body, "body");
  const late = new Collector();
  body.open(late);
  assert.deepEqual(late.heard, ["BODY-BROKE-OFF"]);
});

test("malformed chunks fail behind the data that stood before them", () => {
  const { body } = bodyOf(undefined);
  const sink = new Collector();
  body.open(sink);
  take(body, "4\r\nbody\r\nx");
  assert.deepEqual(sink.heard, ["body", "BODY-BROKE-OFF"]);
  assert.equal(body.broken, true);
});

test("what is left can be skipped when it is little, and of chunks only when they are whole and untouched", () => {
  const queue = new ByteQueue();
  const { body } = bodyOf(8);
  take(body, "bod");
  assert.equal(body.canSkip(queue, 4), false);
  assert.equal(body.canSkip(queue, 5), true);
  for (const [text, rest] of [["4\r\nbody\r\n0\r\n\r\nGET", "GET"], ["4\r\nbody\r\n0\r\n", undefined], ["4 \r\nbody\r\n0\r\n\r\n", undefined]] as const) {
    queue.clear();
    queue.add(bytes(text));
    const chunked = bodyOf(undefined).body;
    assert.equal(chunked.canSkip(queue, 5), false, "too many bytes");
    assert.equal(chunked.canSkip(queue, 100), rest !== undefined, text);
    if (rest !== undefined) assert.equal(queue.bytes.toString("latin1", queue.from, queue.to), rest);
  }
  const opened = bodyOf(undefined).body;
  opened.open(new Collector());
  queue.add(bytes("0\r\n\r\n"));
  assert.equal(opened.canSkip(queue, 100), false);
});

test("the pace counts what came since somebody waits", () => {
  const limits = { ...FRONT_LIMITS, bodyBytesPerSecond: 100, bodyGraceMilliseconds: 1_000 };
  const { body } = bodyOf(1_000);
  take(body, "x".repeat(500));
  body.watch();
  assert.equal(body.keepsPace(1_000, limits), true);
  take(body, "x".repeat(10));
  assert.equal(body.keepsPace(100, limits), true);
  assert.equal(body.keepsPace(100, limits), false);
  body.watch();
  assert.equal(body.keepsPace(1_000, limits), true);
});
