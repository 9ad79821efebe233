import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { Content, type Sink } from "../../src/exchange/content.ts";

/** A source that delivers these chunks when it is opened, and counts what is done to it. */
function source(chunks: readonly string[]): { opened: number; cancelled: number; open: (sink: Sink) => void; cancel: () => void } {
  const told = {
    opened: 0,
    cancelled: 0,
    open(sink: Sink): void {
      told.opened++;
      for (const chunk of chunks) sink.data(Buffer.from(chunk));
      sink.end();
    },
    cancel(): void {
      told.cancelled++;
    },
  };
  return told;
}

function collect(content: Content): { text: string; ended: boolean; fault: string | undefined } {
  const got = { text: "", ended: false, fault: undefined as string | undefined };
  content.stream({
    data: (chunk) => (got.text += Buffer.from(chunk).toString()).length > 0,
    end: () => void (got.ended = true),
    fail: (why) => void (got.fault = why.type),
  });
  return got;
}

test("nothing flows until somebody asks", () => {
  const told = source(["a"]);
  const content = new Content(told, undefined);
  assert.equal(told.opened, 0);
  assert.equal(content.held, undefined);
});

test("reading holds the body; reading again and streaming give the same bytes without asking twice", async () => {
  const told = source(["hello ", "world"]);
  const content = new Content(told, undefined);
  const first = await content.read();
  assert.ok(first instanceof Uint8Array);
  assert.equal(Buffer.from(first).toString(), "hello world");
  assert.equal(content.read(), first);
  assert.deepEqual(collect(content), { text: "hello world", ended: true, fault: undefined });
  assert.equal(told.opened, 1);
  assert.equal(content.passed, 11);
});

test("a body is awaited while somebody wants more of it and none comes", () => {
  let sink: Sink | undefined;
  let room = true;
  const content = new Content({ open: (given) => void (sink = given) }, undefined);
  const seen = [content.awaited];
  const see = (step: () => void): void => {
    step();
    seen.push(content.awaited);
  };
  see(() => content.stream({ data: () => room, end: () => undefined, fail: () => undefined }));
  see(() => sink?.data(Buffer.from("a")));
  room = false;
  see(() => sink?.data(Buffer.from("b")));
  see(() => content.resume());
  see(() => content.pause());
  see(() => content.resume());
  see(() => sink?.end());
  // What comes late from whoever had no room.
  see(() => content.resume());
  assert.deepEqual(seen, [false, true, true, false, true, false, true, false, false]);
});

test("two readers at once share one reading", async () => {
  let sink: Sink | undefined;
  let opened = 0;
  const content = new Content({ open: (given) => void (opened++, (sink = given)) }, undefined);
  const readings = [content.read(), content.read()];
  assert.ok(readings.every((reading) => reading instanceof Promise));
  sink?.data(Buffer.from("x"));
  sink?.end();
  const [one, other] = await Promise.all(readings);
  assert.equal(one, other);
  assert.equal(opened, 1);
});

test("a body that is here when it is asked for is read without waiting", () => {
  const content = new Content(source(["hello ", "world"]), 11);
  const bytes = content.read();
  assert.ok(bytes instanceof Uint8Array);
  assert.equal(Buffer.from(bytes).toString(), "hello world");
});

test("a body of exactly the bound passes, one byte more is refused, read or streamed", async () => {
  for (const [text, fits] of [["12345", true], ["123456", false]] as const) {
    const read = new Content(source([text.slice(0, 3), text.slice(3)]), undefined);
    read.bound(5);
    const bytes = await read.read();
    assert.equal(bytes instanceof Uint8Array, fits);
    const streamed = new Content(source([text.slice(0, 3), text.slice(3)]), undefined);
    streamed.bound(5);
    assert.equal(collect(streamed).fault, fits ? undefined : "content-too-large");
  }
});

test("a length announced beyond the bound is refused before anything is read", async () => {
  const told = source(["123456"]);
  const content = new Content(told, 6);
  content.bound(5);
  const refused = await content.read();
  assert.ok(!(refused instanceof Uint8Array));
  assert.equal(refused.status, 413);
  assert.equal(told.opened, 0);
  assert.equal(told.cancelled, 1);
});

test("a bound can only be lowered", async () => {
  const content = new Content(source(["123456"]), undefined);
  content.bound(5);
  content.bound(50);
  assert.ok(!((await content.read()) instanceof Uint8Array));
});

test("after the bound is passed nothing more reaches the sink", () => {
  fc.assert(
    fc.property(fc.array(fc.string({ minLength: 1, maxLength: 8 }), { maxLength: 20 }), fc.nat(60), (chunks, bound) => {
      const content = new Content(source(chunks), undefined);
      content.bound(bound);
      const { text, ended, fault } = collect(content);
      const whole = Buffer.from(chunks.join(""));
      assert.ok(Buffer.byteLength(text) <= bound);
      assert.equal(ended, whole.byteLength <= bound);
      assert.equal(fault !== undefined, whole.byteLength > bound);
    }),
  );
});

test("no body is an empty body, at once", () => {
  const bytes = new Content(undefined, undefined).read();
  assert.ok(bytes instanceof Uint8Array);
  assert.equal(bytes.byteLength, 0);
});
