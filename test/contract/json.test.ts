import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { JSON_BOUNDS, type JsonBounds, type JsonFault, readJson } from "../../src/contract/json.ts";
import { DEPTH_LEVELS_MAX, FAULT_POINTER_CHARACTERS } from "../../src/contract/json-scan.ts";
import type { Json } from "../../src/contract/json-value.ts";

function read(text: string | Uint8Array, bounds: Partial<JsonBounds> = {}): { value: Json } | { wrong: JsonFault } {
  return readJson(typeof text === "string" ? Buffer.from(text) : text, { ...JSON_BOUNDS, ...bounds });
}

function fault(text: string | Uint8Array, bounds: Partial<JsonBounds> = {}): JsonFault {
  const answer = read(text, bounds);
  assert.ok("wrong" in answer, `was accepted: ${String(text).slice(0, 60)}`);
  return answer.wrong;
}

function accepted(text: string, bounds: Partial<JsonBounds> = {}): Json {
  const answer = read(text, bounds);
  assert.ok("value" in answer, `was refused: ${JSON.stringify(answer)}`);
  return answer.value;
}

test("every document that JSON.stringify writes is read as JSON.parse reads it", () => {
  const value = fc.jsonValue({ maxDepth: 5 }).filter((given) => !JSON.stringify(given).includes("__proto__"));
  fc.assert(
    fc.property(value, fc.constantFrom(0, 2), (given, indent) => {
      const text = JSON.stringify(given, undefined, indent);
      const answer = read(text, { preciseNumbers: false });
      if ("value" in answer) assert.deepEqual(answer.value, JSON.parse(text));
      else assert.equal(answer.wrong.reason, "encoding"); // fast-check also makes strings with half a surrogate pair
    }),
    { numRuns: 500 },
  );
});

test("what JSON.parse refuses is refused, and nothing is thrown, whatever the bytes", () => {
  const piece = fc.constantFrom("{", "}", "[", "]", ",", ":", '"', '"a"', "\\", "\\u12", "1", "-", "0", ".5", "e9", "true", "nul", " ", "\n", "\u00e9", "\0");
  const text = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(""));
  fc.assert(
    fc.property(text, (given) => {
      const answer = read(given);
      if ("value" in answer) assert.deepEqual(answer.value, JSON.parse(given));
    }),
    { numRuns: 3_000 },
  );
  fc.assert(fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => void read(bytes)), { numRuns: 2_000 });
});

test("what the pass accepts, JSON.parse accepts: no syntax is found only when building", () => {
  const piece = fc.constantFrom("{", "}", "[", "]", ",", ":", '"a"', '"b"', "1", "-2", "null", " ");
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 10 }), (pieces) => {
      const text = pieces.join("");
      let parses = true;
      try {
        JSON.parse(text);
      } catch {
        parses = false;
      }
      const answer = read(text, { uniqueNames: false });
      assert.equal("value" in answer, parses, text);
    }),
    { numRuns: 5_000 },
  );
});

test("two members under one name are refused, also when one is written with an escape", () => {
  assert.equal(fault('{"a":1,"a":2}').reason, "duplicate");
  assert.deepEqual(fault('{"x":[{"a":1,"\\u0061":2}]}'), { reason: "duplicate", at: 14, pointer: "/x/0/a" });
  assert.equal(fault('{"\\u0061":1,"a":2}').reason, "duplicate");
  assert.equal(fault('{"\u00e9":1,"\\u00E9":2}').reason, "duplicate");
  assert.equal(fault('{"":1,"":2}').reason, "duplicate");
  assert.deepEqual(accepted('{"a":1,"a":2}', { uniqueNames: false }), { a: 2 });
});

test("one name in two objects is no duplicate, nor are names with one hash", () => {
  accepted('{"a":{"a":{"a":1}},"b":[{"a":1},{"a":2}]}');
  accepted('{"a":{"b":1},"b":2}');
  accepted('{"Aa":1,"BB":2,"AaAa":3,"BBBB":4,"AaBB":5}');
});

test("a duplicate is found among many names, wherever it stands", () => {
  for (const repeated of [0, 7, 8, 9, 150]) {
    const names = Array.from({ length: 200 }, (_, index) => `"n${index}":0`);
    accepted(`{${names.join(",")}}`);
    assert.equal(fault(`{${names.join(",")},"n${repeated}":1}`).reason, "duplicate");
  }
});

test("a member named __proto__ is refused, also when it is written with an escape", () => {
  assert.deepEqual(fault('{"a":{"__proto__":{}}}'), { reason: "prototype", at: 7, pointer: "/a/__proto__" });
  assert.equal(fault('{"__pro\\u0074o__":1}').reason, "prototype");
  const names = Array.from({ length: 20 }, (_, index) => `"n${index}":0`).join(",");
  assert.equal(fault(`{${names},"__proto__":1}`).reason, "prototype");
  assert.deepEqual(Object.keys(accepted('{"__proto__":1}', { prototypeNames: true }) ?? {}), ["__proto__"]);
  assert.deepEqual(accepted('{"constructor":1,"toString":2,"x":"__proto__"}'), { constructor: 1, toString: 2, x: "__proto__" });
});

test("only UTF-8 is read, without a byte order mark, and the broken byte is named", () => {
  assert.equal(fault(Buffer.from([0xef, 0xbb, 0xbf, 0x31])).reason, "encoding");
  assert.deepEqual(fault(Buffer.from([0x22, 0xc3, 0xa9, 0xff, 0x22])), { reason: "encoding", at: 3, pointer: "" });
  assert.equal(fault(Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22])).reason, "encoding");
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 60 }).map((text) => Buffer.from(text)), fc.nat(), (bytes, place) => {
      const at = bytes.length === 0 ? 0 : place % (bytes.length + 1);
      let start = at;
      while (start > 0 && ((bytes[start] ?? 0) & 0xc0) === 0x80) start -= 1;
      assert.equal(fault(Buffer.concat([bytes.subarray(0, start), Buffer.from([0xff]), bytes.subarray(start)])).at, start);
    }),
  );
});

test("half a surrogate pair is refused, a whole one is read", () => {
  for (const text of ['"\\ud800"', '"\\udc00"', '"\\ud800\\ud800"', '"\\ud800a"', '"\\uDBFF\\n"', '{"\\ud83d":1}']) assert.equal(fault(text).reason, "encoding", text);
  assert.equal(accepted('"\\ud83d\\ude00"'), "\u{1f600}");
});

test("a number that JSON.parse would change silently is refused", () => {
  for (const text of ["9007199254740993", "-9007199254740993", "12345678901234567890", "1e400", "-1e400", "1".repeat(400)]) assert.equal(fault(text).reason, "number", text);
  for (const text of ["9007199254740992", "9007199254740991", "100000000000000000000", "0.1234567890123456789", "1e308", "1e-400", "-0"]) accepted(text);
  assert.equal(accepted("9007199254740993", { preciseNumbers: false }), 9007199254740992);
  assert.equal(fault("1e400", { preciseNumbers: false }).reason, "number");
});

test("where decimals have to be exact, a number is what the double that it becomes is written as, or refused", () => {
  for (const text of ["100.000000000000000001", "0.1234567890123456789", "8.0000000000000001", "1.0000000000000000000000001e3", "1e-400", "0.10000000000000001"]) {
    accepted(text);
    accepted(text, { exactDecimals: true, preciseNumbers: false });
    assert.equal(fault(text, { exactDecimals: true }).reason, "number", text);
  }
  for (const text of ["0.1", "0.30000000000000004", "1.50", "-0.0", "0e9", "100e-2", "1.7976931348623157e308", "5e-324", "000.5".slice(2), "123456.789000000000000000000000", "0.000000000000000000000000001", "12E+3"]) accepted(text, { exactDecimals: true });
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.nat({ max: 30 }), fc.integer({ min: -5, max: 5 }), (number, zeros, shift) => {
      const [mantissa = "", exponent = "0"] = String(number).split("e");
      const padded = `${mantissa}${mantissa.includes(".") ? "" : "."}${"0".repeat(zeros + 1)}`;
      accepted(`${padded}e${exponent}`, { exactDecimals: true });
      const [, whole = "", fraction = ""] = /^-?([0-9]+)\.([0-9]*)$/.exec(padded) ?? [];
      if (shift > 0) accepted(`${number < 0 ? "-" : ""}0.${"0".repeat(shift)}${whole}${fraction}e${Number(exponent) + whole.length + shift}`, { exactDecimals: true });
    }),
  );
});

test("each bound holds to the unit, and the fault names it", () => {
  accepted("[[[]]]", { depth: 3 });
  assert.deepEqual(fault("[[[]]]", { depth: 2 }), { reason: "depth", bound: "depth", at: 2, pointer: "/0/0" });
  accepted("[1,2,3]", { values: 4 });
  assert.equal(fault("[1,2,3]", { values: 3 }).bound, "values");
  accepted('{"a":1,"b":2}', { members: 2 });
  assert.equal(fault('{"a":1,"b":2}', { members: 1 }).bound, "members");
  accepted('["\u00e9\u00e9"]', { stringBytes: 4 });
  assert.equal(fault('["\u00e9\u00e9"]', { stringBytes: 3 }).bound, "stringBytes");
  assert.equal(fault('{"abcd":1}', { stringBytes: 3 }).bound, "stringBytes");
});

test("the default bounds hold", () => {
  accepted("[".repeat(JSON_BOUNDS.depth) + "]".repeat(JSON_BOUNDS.depth));
  assert.equal(fault("[".repeat(JSON_BOUNDS.depth + 1) + "]".repeat(JSON_BOUNDS.depth + 1)).bound, "depth");
  assert.equal(fault(`[${"1,".repeat(JSON_BOUNDS.values)}1]`).bound, "values");
  const names = Array.from({ length: JSON_BOUNDS.members + 1 }, (_, index) => `"${index}":0`).join(",");
  assert.equal(fault(`{${names}}`).bound, "members");
  assert.equal(fault(`"${"x".repeat(JSON_BOUNDS.stringBytes + 1)}"`).bound, "stringBytes");
});

test("no policy can ask for a depth that would exhaust the stack", () => {
  const depth = 100_000;
  assert.equal(fault("[".repeat(depth), { depth, values: depth * 2 }).bound, "depth");
  accepted("[".repeat(DEPTH_LEVELS_MAX) + "]".repeat(DEPTH_LEVELS_MAX), { depth });
});

test("a fault's pointer escapes names and is cut where the caller made it long", () => {
  assert.equal(fault('{"a/b":{"~":[0,{"c":tru}]}}').pointer, "/a~1b/~0/1/c");
  assert.equal(fault(`{"${"n".repeat(5_000)}":tru}`).pointer.length, FAULT_POINTER_CHARACTERS);
});

test("a plain Uint8Array that looks into a larger buffer is read from its own bytes", () => {
  const whole = new Uint8Array(Buffer.from('xx{"a":1}yy'));
  assert.deepEqual(read(whole.subarray(2, 9)), { value: { a: 1 } });
});

test("characters that only control something are refused where they are, and tabs and line breaks are not", () => {
  const strict = { ...JSON_BOUNDS, controls: false };
  const read = (text: string): string => {
    const outcome = readJson(Buffer.from(text), strict);
    return "value" in outcome ? "read" : `${outcome.wrong.reason} ${outcome.wrong.pointer}`;
  };
  for (const text of ['{"a":"x\\u0000"}', '{"a":"\\u001B[2J"}', '{"a":"\\b"}', '{"a":"\\f"}', '{"a":"\\u007f"}', '{"a":"\\u009b"}']) assert.equal(read(text), "control /a", text);
  for (const text of ['{"a":"\u007f"}', '{"a":"\u009b\u00e9"}', '{"a\u0080":1}']) assert.equal(read(text), "control ", text);
  assert.equal(read('{"\\u0000":1}'), "control ");
  for (const text of ['"\\t\\n\\r\\"\\\\\\/"', '"\\u0009\\u000A\\u000d\\u0085\\u00a0\\ud83d\\ude00"', '"\u0085\u00a0\u{1f600}"', '{\n"a":\t1}']) assert.equal(read(text), "read", text);
  assert.ok("value" in readJson(Buffer.from('"\\u0000\\b\u009b"'), JSON_BOUNDS), "where they are taken");
});
