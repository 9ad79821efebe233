import assert from "node:assert/strict";
import { test } from "node:test";
import zlib from "node:zlib";
import * as fc from "fast-check";
import { Content, RATIO_FREE_BYTES, type Sink } from "../../src/exchange/content.ts";
import { fieldsOf } from "../../src/exchange/fields.ts";
import type { Gauge } from "../../src/exchange/gauge.ts";
import { type Problem, problem } from "../../src/exchange/problem.ts";

const gone = problem("api-broke-off", 502, "The API broke off", "api");

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

function textOf(bytes: Uint8Array | Problem): string {
  return bytes instanceof Uint8Array ? Buffer.from(bytes).toString() : bytes.type;
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

/** A source that is asked for each chunk, as a socket is: it waits when told to, and goes on when told to. */
function patient(chunks: readonly string[], ends = true): { readonly given: () => number; readonly open: (sink: Sink) => void; readonly resume: () => void } {
  const left = [...chunks];
  let sink: Sink | undefined;
  let flowing = false;
  const flow = (): void => {
    flowing = true;
    while (flowing && left.length > 0) flowing = sink?.data(Buffer.from(left.shift() ?? "")) ?? false;
    if (flowing && ends && left.length === 0) sink?.end();
  };
  return {
    given: () => chunks.length - left.length,
    open(given) {
      sink = given;
      flow();
    },
    resume: () => {
      if (!flowing) flow();
    },
  };
}

test("the beginning is taken and no more, and the rest flows behind it", async () => {
  const told = patient(["ab", "cd", "ef", "gh"]);
  const content = new Content(told, undefined);
  assert.equal(content.begun, false);
  assert.equal(textOf(await content.begin(3)), "abc");
  assert.deepEqual([told.given(), content.begun, content.held], [2, true, undefined]);
  assert.equal(textOf(await content.begin(2)), "ab", "again, and less");
  assert.equal(told.given(), 2);
  assert.equal(textOf(await content.begin(5)), "abcde", "again, and more");
  assert.equal(told.given(), 3);
  assert.deepEqual(collect(content), { text: "abcdefgh", ended: true, fault: undefined });
  assert.equal(content.passed, 8);
});

test("a body that ends within its beginning is held", async () => {
  const content = new Content(patient(["ab", "c"]), undefined);
  assert.equal(textOf(await content.begin(4)), "abc");
  assert.equal(content.held?.byteLength, 3);
  assert.equal(content.passed, 3);
  assert.equal(textOf(await content.begin(1)), "a");
  assert.deepEqual(collect(content), { text: "abc", ended: true, fault: undefined });
});

test("what was begun can be read whole", async () => {
  const content = new Content(patient(["ab", "cd", "ef"]), undefined);
  await content.begin(1);
  assert.equal(textOf(await content.read()), "abcdef");
});

test("the bound holds for what was begun, and for what is behind it", async () => {
  for (const [text, wanted] of [["123456", 6], ["123456", 7], ["123456", 2]] as const) {
    const content = new Content(patient([text.slice(0, 3), text.slice(3)]), undefined);
    content.bound(5);
    const begun = await content.begin(wanted);
    if (wanted === 7) assert.ok(!(begun instanceof Uint8Array));
    assert.equal(collect(content).fault, "content-too-large");
  }
  const content = new Content(patient(["123456"]), 6);
  content.bound(5);
  assert.ok(!((await content.begin(1)) instanceof Uint8Array));
});

test("a body that breaks off within its beginning is that problem, then and later", async () => {
  let sink: Sink | undefined;
  const content = new Content({ open: (given) => void (sink = given) }, undefined);
  const begun = content.begin(4);
  assert.equal(content.awaited, true);
  sink?.data(Buffer.from("a"));
  sink?.fail(gone());
  assert.equal(content.awaited, false);
  assert.deepEqual(await begun, gone());
  assert.equal(collect(content).fault, "api-broke-off");
  assert.deepEqual(await content.begin(1), gone());
});

test("a body that breaks off behind its beginning breaks off for whoever reads it", async () => {
  let sink: Sink | undefined;
  const content = new Content({ open: (given) => void (sink = given) }, undefined);
  const begun = content.begin(1);
  sink?.data(Buffer.from("ab"));
  assert.equal(textOf(await begun), "a");
  const got = { text: "", fault: "" };
  content.stream({ data: (chunk) => (got.text += Buffer.from(chunk).toString()).length > 0, end: () => undefined, fail: ({ type }) => void (got.fault = type) });
  sink?.data(Buffer.from("c"));
  sink?.fail(gone());
  assert.deepEqual(got, { text: "abc", fault: "api-broke-off" });
});

test("a source that cannot be asked to go on is not asked to wait", async () => {
  let sink: Sink | undefined;
  const content = new Content({ open: (given) => void (sink = given) }, undefined);
  const begun = content.begin(1);
  assert.equal(sink?.data(Buffer.from("ab")), true);
  assert.equal(sink?.data(Buffer.from("cd")), true);
  sink?.end();
  assert.equal(textOf(await begun), "a");
  assert.equal(collect(content).text, "abcd");
});

test("however the body is cut and begun, the same bytes come out", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.string({ minLength: 1, maxLength: 5 }), { maxLength: 8 }), fc.array(fc.nat(20), { maxLength: 3 }), fc.boolean(), async (chunks, wants, isPatient) => {
      const content = new Content(isPatient ? patient(chunks) : source(chunks), undefined);
      const whole = Buffer.from(chunks.join(""));
      for (const want of wants) {
        const begun = await content.begin(want);
        assert.deepEqual(begun instanceof Uint8Array ? Buffer.from(begun) : begun, whole.subarray(0, want));
      }
      assert.deepEqual(collect(content), { text: whole.toString(), ended: true, fault: undefined });
      assert.equal(content.passed, whole.byteLength);
    }),
  );
});

const shut = problem("answer-breaks-contract", 502, "The API's answer does not fit its contract", "api");

/** Lets "x" and all before it go on; holds back what follows the last "x"; refuses "!". */
function gauge(): Gauge {
  let kept = "";
  return {
    take(chunk) {
      kept += Buffer.from(chunk).toString();
      const end = kept.lastIndexOf("x") + 1;
      const on = kept.slice(0, end);
      if (on.includes("!")) return shut();
      kept = kept.slice(end);
      return Buffer.from(on);
    },
    end: () => (kept.includes("!") ? shut() : Buffer.from(kept)),
  };
}

test("what flows through a gauge goes on when it has been judged, and not at all behind the first problem", () => {
  for (const [chunks, text, fault] of [[["ax", "bxc", "d"], "axbxcd", undefined], [["ax", "b!x", "cx"], "ax", "answer-breaks-contract"], [["ax", "b!"], "ax", "answer-breaks-contract"], [[], "", undefined]] as const) {
    const told = source(chunks);
    const content = new Content(told, undefined);
    assert.equal(content.pass(gauge()), undefined);
    const got = collect(content);
    assert.deepEqual([got.text, got.fault, got.ended], [text, fault, fault === undefined]);
    assert.equal(told.cancelled, fault === undefined ? 0 : 1);
  }
});

test("a gauge holds for whoever reads the whole, and once", async () => {
  const content = new Content(source(["a", "x", "b"]), undefined);
  content.pass(gauge());
  assert.equal(textOf(await content.read()), "axb");
  assert.deepEqual(collect(content).text, "axb");
  assert.equal(content.held?.byteLength, 3);
  const bad = new Content(source(["a!", "x"]), undefined);
  bad.pass(gauge());
  assert.deepEqual(await bad.read(), shut());
});

test("what is here already is judged at once", () => {
  assert.equal(Content.holding(Buffer.from("axb")).pass(gauge()), undefined);
  assert.deepEqual(Content.holding(Buffer.from("a!x")).pass(gauge()), shut());
  assert.deepEqual(Content.holding(Buffer.from("ax!")).pass(gauge()), shut());
});

test("what was begun and turned out to be all is not held past its gauge", async () => {
  const content = new Content(source(["a!x"]), undefined);
  content.pass(gauge());
  await content.begin(10);
  assert.equal(content.held, undefined);
  assert.equal(collect(content).fault, "answer-breaks-contract");
});

test("two gauges judge one behind the other", () => {
  const seen: string[] = [];
  const note: Gauge = { take: (chunk) => (seen.push(Buffer.from(chunk).toString()), chunk), end: () => (seen.push("end"), new Uint8Array(0)) };
  const content = new Content(source(["ax", "b", "c"]), undefined);
  content.pass(gauge());
  content.pass(note);
  assert.equal(collect(content).text, "axbc");
  assert.deepEqual(seen, ["ax", "bc", "end"]);
});

test("a body that breaks off behind a gauge breaks off", () => {
  let sink: Sink | undefined;
  const content = new Content({ open: (given) => void (sink = given) }, undefined);
  content.pass(gauge());
  const got = { text: "", fault: "" };
  content.stream({ data: (chunk) => (got.text += Buffer.from(chunk).toString()).length > 0, end: () => undefined, fail: ({ type }) => void (got.fault = type) });
  sink?.data(Buffer.from("axb"));
  sink?.fail(gone());
  assert.deepEqual(got, { text: "ax", fault: "api-broke-off" });
});

const PACKERS = [["gzip", zlib.gzipSync], ["br", zlib.brotliCompressSync], ["zstd", zlib.zstdCompressSync]] as const;

for (const [coding, pack] of PACKERS) {
  test(`a body in ${coding} is unpacked, and its fields speak of what was inside`, async () => {
    const packed = pack(Buffer.from("hello ".repeat(100)));
    const fields = fieldsOf(["content-encoding", coding, "content-length", String(packed.byteLength), "x", "y"]);
    const held = Content.holding(packed);
    held.describedBy(fields);
    assert.equal(await held.unpack(coding, 100), undefined);
    assert.equal(textOf(await held.read()), "hello ".repeat(100));
    assert.deepEqual(fields.list, ["content-length", "600", "x", "y"]);
    assert.equal(held.passed, packed.byteLength, "the record counts what came over the wire");
  });

  test(`a body that is not ${coding}, is cut short or has something behind it is refused and stays as it was`, async () => {
    const packed = pack(Buffer.from("hello"));
    for (const bytes of [Buffer.from("hello"), packed.subarray(0, -1), Buffer.concat([packed, Buffer.from("x")])]) {
      const fields = fieldsOf(["content-encoding", coding]);
      const content = Content.holding(bytes);
      content.describedBy(fields);
      assert.equal((await content.unpack(coding, 100))?.type, "content-undecodable");
      assert.deepEqual([content.held, fields.list], [bytes, ["content-encoding", coding]]);
    }
  });

  test(`${coding}: out comes as much as the bound, and not one byte more; and as much as the ratio allows`, async () => {
    const fill = async (bytes: number, bound: number, ratio: number): Promise<string | undefined> => {
      const content = Content.holding(pack(Buffer.alloc(bytes)));
      content.bound(bound);
      return (await content.unpack(coding, ratio))?.type;
    };
    assert.equal(await fill(100_000, 100_000, 10_000), undefined);
    assert.equal(await fill(100_000, 99_999, 10_000), "content-too-large");
    assert.equal(await fill(RATIO_FREE_BYTES, 1_000_000, 1), undefined);
    assert.equal(await fill(RATIO_FREE_BYTES + 1, 1_000_000, 1), "content-too-large");
  });

  test(`${coding}: a bomb is given up at its bound`, async () => {
    // 1:1,029 for gzip; more than a thousand times that for the other two.
    const content = Content.holding(pack(Buffer.alloc(64 * 1_048_576)));
    content.bound(1_048_576);
    const before = process.memoryUsage().arrayBuffers;
    assert.equal((await content.unpack(coding, 10_000))?.type, "content-too-large");
    assert.ok(process.memoryUsage().arrayBuffers - before < 16 * 1_048_576, "what came out was not kept");
  });
}

test("what cannot be read is not unpacked", async () => {
  const content = new Content(source(["123456"]), undefined);
  content.bound(5);
  assert.equal((await content.unpack("gzip", 100))?.type, "content-too-large");
});

test("a body that came whole with its head is held to the bound like any other", async () => {
  for (const [bytes, refused] of [[4, false], [5, true]] as const) {
    const read = Content.holding(new Uint8Array(bytes));
    read.bound(4);
    assert.equal(!((await read.read()) instanceof Uint8Array), refused);
    const begun = Content.holding(new Uint8Array(bytes));
    begun.bound(4);
    assert.equal(!((await begun.begin(2)) instanceof Uint8Array), refused);
    const streamed = Content.holding(new Uint8Array(bytes));
    streamed.bound(4);
    const told: string[] = [];
    streamed.stream({ data: () => told.push("data") > 0, end: () => void told.push("end"), fail: ({ type }) => void told.push(type) });
    assert.deepEqual(told, refused ? ["content-too-large"] : ["data", "end"]);
  }
});
