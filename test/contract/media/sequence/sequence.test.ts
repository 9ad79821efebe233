/** Sequence: many values behind one another. */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import type { Json } from "../../../../src/contract/json-value.ts";
import { DECODE_BOUNDS } from "../../../../src/contract/media/decode.ts";
import { framingOf } from "../../../../src/contract/media/sequence/framing.ts";
import { SequenceJudge } from "../../../../src/contract/media/sequence/sequence.ts";
import type { Finding, Validator } from "../../../../src/contract/operation.ts";
import { decoderOf, outcome, readOne } from "../media-desk.ts";

const LINES = "application/x-ndjson";
const RECORDS = "application/json-seq";
const EVENTS = "text/event-stream";
const ITEM = { type: "object", properties: { a: { type: "integer" } } };

const WHOLE: readonly (readonly [range: string, body: string, expected: Json])[] = [
  [LINES, '{"a":1}\n{"a":2}\n', [{ a: 1 }, { a: 2 }]],
  [LINES, '{"a":1}\r\n{"a":2}', [{ a: 1 }, { a: 2 }]],
  [LINES, "1\n", [1]],
  [LINES, "1\n\n2\n", ["/1 syntax"]],
  [LINES, "\n", ["/0 syntax"]],
  [LINES, "1 2\n", ["/0 syntax"]],
  [LINES, '{"a":1,"a":2}\n', ["/0/a syntax"]],
  [LINES, "1\n{\n", ["/1 syntax"]],
  [LINES, "[1\n]\n", ["/0 syntax"]],
  [RECORDS, '\u001e{"a":1}\n\u001e{"a":\n2}\n', [{ a: 1 }, { a: 2 }]],
  [RECORDS, '{"a":1}\n', ["/0 syntax"]],
  [RECORDS, '\u001e{"a":1}', ["/0 syntax"]],
  [RECORDS, '\u001e1\n\u001e\u001e2\n', ["/1 syntax"]],
  [EVENTS, "data: x\n\n", [{ data: "x" }]],
  [EVENTS, "event: a\nid: 7\nretry: 10\ndata: x\ndata:y\ndata\n\ndata:  z\n\n", [{ event: "a", id: "7", retry: 10, data: "x\ny\n" }, { data: " z" }]],
  [EVENTS, "data: x\r\n\r\ndata: y\r\rdata: z\n\n", [{ data: "x" }, { data: "y" }, { data: "z" }]],
  [EVENTS, "retry: soon\ndata: x\n\n", ["/0 syntax"]],
  [EVENTS, "data: x\nother: y\n\n", ["/0 syntax"]],
  [EVENTS, "data: x\nid: \0\n\n", ["/0 syntax"]],
  [EVENTS, ": c\ndata: x\n\n", [{ data: "x" }]],
  [EVENTS, "\ufeffdata: x\n\n", ["/0 encoding"]],
];
for (const [range, body, expected] of WHOLE) {
  test(`${range}: ${JSON.stringify(body)} is ${JSON.stringify(expected)}`, (t) => {
    assert.deepEqual(outcome(decoderOf(t, range, { itemSchema: {} }, "3.2.0")(body)), expected);
  });
}

test("as many items as the bound, and not one more", (t) => {
  const decode = decoderOf(t, LINES, { itemSchema: {} }, "3.2.0");
  assert.deepEqual(outcome(decode("1\n2\n", LINES, { values: 2 })), [1, 2]);
  assert.deepEqual(outcome(decode("1\n2\n", LINES, { values: 1 })), [" size"]);
});

test("each item is held to its schema, and the first that does not fit is told by its place", (t) => {
  for (const [media, openapi] of [[{ itemSchema: ITEM }, "3.2.0"], [{ schema: ITEM }, "3.0.3"], [{ schema: { type: "array", items: ITEM } }, "3.1.0"]] as const) {
    const { type, down } = readOne(t, LINES, media, openapi);
    assert.deepEqual([type.kind, down], ["sequence", []]);
    const { validator } = type;
    assert.ok(validator !== undefined && type.items?.validator !== undefined);
    assert.equal(validator.check([{ a: 1 }, {}]), true);
    assert.equal(validator.check([{ a: 1 }, { a: "x" }]), false);
    assert.equal(validator.check({ a: 1 }), false);
    assert.deepEqual(validator.explain([{ a: 1 }, { a: "x" }]).map(({ pointer, keyword }) => [pointer, keyword]), [["/1/a", "type"]]);
    assert.deepEqual(validator.explain({}).map(({ keyword }) => keyword), ["type"]);
    assert.deepEqual(validator.explain([]), []);
  }
});

test("a schema that says something of the list is held for the list", (t) => {
  const { type } = readOne(t, LINES, { schema: { type: "array", items: ITEM, maxItems: 1 } });
  assert.deepEqual([type.kind, type.items, type.validator?.check([{}]), type.validator?.check([{}, {}])], ["json", undefined, true, false]);
});

test("what nobody agreed on cannot be checked, and says so", (t) => {
  const events = readOne(t, EVENTS, { schema: ITEM });
  assert.equal(events.type.kind, "unsupported");
  assert.match(events.down.join(), /described by itemSchema/);
  const both = readOne(t, LINES, { schema: { type: "array", maxItems: 3 }, itemSchema: ITEM }, "3.2.0");
  assert.match(both.down.join(), /beside the one for its items/);
});

/** Lets bytes through a judge in pieces: what left, and what was wrong. */
function judge(range: string, pieces: readonly string[], { item = fits, bytes = 100 }: { item?: Validator | undefined; bytes?: number } = {}): { readonly left: string; readonly wrong: readonly string[] } {
  const framing = framingOf(range);
  assert.ok(framing !== undefined);
  const judging = new SequenceJudge(framing, item, DECODE_BOUNDS, bytes);
  let left = "";
  for (const step of [...pieces.map((piece) => () => judging.take(Buffer.from(piece))), () => judging.end()]) {
    const judged: Buffer | readonly Finding[] = step();
    if (!Buffer.isBuffer(judged)) return { left, wrong: judged.map(({ pointer, keyword }) => `${pointer} ${keyword}`) };
    left += judged.toString();
  }
  return { left, wrong: [] };
}

const fits: Validator = { check: (value) => JSON.stringify(value) !== '"bad"' && JSON.stringify(value) !== '{"data":"bad"}', explain: () => [{ pointer: "/x", keyword: "const", message: "no" }], open: false };
const silent: Validator = { check: () => false, explain: () => [], open: false };

test("an answer's items leave one by one, and none behind one that does not fit", () => {
  assert.deepEqual(judge(LINES, ["1\n2", "\n3"]), { left: "1\n2\n3", wrong: [] });
  assert.deepEqual(judge(LINES, ['1\n"bad"\n2\n']), { left: "", wrong: ["/1/x const"] });
  assert.deepEqual(judge(LINES, ["1\n", '"bad"', "\n2\n"]), { left: "1\n", wrong: ["/1/x const"] });
  assert.deepEqual(judge(LINES, ["1\n", "{\n"]), { left: "1\n", wrong: ["/1 syntax"] });
  assert.deepEqual(judge(LINES, ["1\n", '"bad"']), { left: "1\n", wrong: ["/1/x const"] }, "the last one, without its end");
  assert.deepEqual(judge(LINES, ["1\n"], { item: silent }), { left: "", wrong: ["/0 schema"] });
  assert.deepEqual(judge(RECORDS, ["\u001e1\n", "\u001e2\n"]), { left: "\u001e1\n\u001e2\n", wrong: [] });
  assert.deepEqual(judge(EVENTS, ["data: x\n", "\ndata: bad\n\n"]), { left: "", wrong: ["/1/x const"] });
  assert.deepEqual(judge(EVENTS, ["data: x\n\n", "data: bad\n\n"]), { left: "data: x\n\n", wrong: ["/1/x const"] });
});

test("what only keeps a connection open is let through, and counts for nothing", () => {
  assert.deepEqual(judge(LINES, ["\n", "1\n", "\r\n", '"bad"\n']), { left: "\n1\n\r\n", wrong: ["/1/x const"] });
  assert.deepEqual(judge(EVENTS, [": ping\n\n", "\n", "data: bad\n\n"]), { left: ": ping\n\n\n", wrong: ["/0/x const"] });
});

test("an item as long as the bound, and not one byte longer, whether it comes whole or in pieces", () => {
  const [fine, long] = [`"${"x".repeat(7)}"\n`, `"${"x".repeat(8)}"\n`];
  assert.deepEqual(judge(LINES, [fine, fine], { bytes: 10 }), { left: fine + fine, wrong: [] });
  assert.deepEqual(judge(LINES, [fine, long], { bytes: 10 }), { left: fine, wrong: ["/1 size"] });
  assert.deepEqual(judge(LINES, long.split(""), { bytes: 10 }), { left: "", wrong: ["/0 size"] });
  assert.deepEqual(judge(LINES, ["x".repeat(11)], { bytes: 10 }), { left: "", wrong: ["/0 size"] }, "before its end is seen");
});

test("however an answer is cut, the same items leave, or the same one is wrong", () => {
  const bodies: readonly (readonly [string, string])[] = [
    [LINES, '1\r\n"x"\n\n{"a":[1,\t2]}\n"bad"\n3\n'],
    [LINES, "1\n2\n3"],
    [RECORDS, '\u001e1\n\u001e[2,\n3]\n\u001e"bad"\n'],
    [EVENTS, ": a\r\n\r\ndata: x\r\ndata: y\r\n\r\ndata: z\n\n\ndata: w\r\rdata: bad\n\ndata: v\n\n"],
    [EVENTS, "data: x\n\ndata: y"],
  ];
  const whole = ({ left, wrong }: ReturnType<typeof judge>): unknown => [wrong, wrong.length > 0 ? undefined : left];
  fc.assert(
    fc.property(fc.constantFrom(...bodies), fc.array(fc.nat(80), { maxLength: 30 }), ([range, body], cuts) => {
      const places = [0, ...cuts.map((cut) => Math.min(cut, body.length)).sort((one, other) => one - other), body.length];
      const pieces = places.map((from, index) => body.slice(from, places[index + 1] ?? body.length));
      assert.deepEqual(whole(judge(range, pieces)), whole(judge(range, [body])));
      assert.ok(body.startsWith(judge(range, pieces).left));
    }),
  );
  for (const [range, body] of bodies) assert.deepEqual(whole(judge(range, body.split(""))), whole(judge(range, [body])), "character by character");
});
