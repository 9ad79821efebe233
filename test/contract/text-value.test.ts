import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import type { JsonType } from "../../src/contract/hint.ts";
import { readingsOf } from "../../src/contract/text-value.ts";

const read = (text: string, ...types: JsonType[]): readonly unknown[] => readingsOf(text, new Set(types));

test("booleans are exactly true and false", () => {
  assert.deepEqual(read("true", "boolean"), [true]);
  assert.deepEqual(read("false", "boolean"), [false]);
  for (const text of ["True", "TRUE", "1", "0", "yes", "on", "", " true", "true\n"]) assert.deepEqual(read(text, "boolean"), [], text);
});

test("integers are digits alone, without leading zeros, within the safe range", () => {
  for (const text of ["0", "7", "-7", "9007199254740991", "-9007199254740991"]) assert.deepEqual(read(text, "integer"), [Number(text)], text);
  const none = ["", " ", " 1", "1 ", "+1", "01", "-", "--1", "1.0", "1e2", "0x10", "0b1", "1_0", "1n", "\u0661", "Infinity", "NaN", "1\n", "1\0"];
  for (const text of [...none, "9007199254740992", "-9007199254740992", "9".repeat(400)]) assert.deepEqual(read(text, "integer"), [], text);
});

test("numbers follow the grammar of JSON", () => {
  for (const text of ["0", "-1", "1.5", "-0.25", "1e5", "1E-7", "1.50e+3", "0.30000000000000004", "1e300"]) {
    assert.deepEqual(read(text, "number", "integer"), [Number(text)], text);
  }
  for (const text of ["", ".5", "1.", "1.e3", "e3", "01.5", "+1.5", "1e", "0x1p3", "1,5", "Infinity", "-Infinity", "NaN", "1.5 ", "1e5.5"]) {
    assert.deepEqual(read(text, "number", "integer"), [], text);
  }
});

test("a number that a double would change is none", () => {
  for (const text of ["1e400", "-1e400", "1e-400", "9007199254740993", "0.1000000000000000055511151231257827", "1.00000000000000000001", "123456789012345678.5"]) {
    assert.deepEqual(read(text, "number", "integer"), [], text);
  }
});

test("minus zero is zero", () => {
  for (const text of ["-0", "-0.0", "-0e5"]) assert.ok(Object.is(read(text, "number", "integer")[0], 0), text);
});

test("null is the four letters where null is allowed; the empty text is none", () => {
  assert.deepEqual(read("null", "null"), [null]);
  assert.deepEqual(read("null", "string"), ["null"]);
  for (const text of ["", "Null", "nil", " null"]) assert.deepEqual(read(text, "null"), [], text);
});

test("several readings come narrowest first", () => {
  const all: JsonType[] = ["string", "null", "number", "integer", "boolean"];
  assert.deepEqual(read("true", ...all), [true, "true"]);
  assert.deepEqual(read("12", ...all), [12, "12"]);
  assert.deepEqual(read("null", ...all), [null, "null"]);
  assert.deepEqual(read("01", ...all), ["01"]);
  assert.deepEqual(read("", ...all), [""]);
});

test("every double is read back from its shortest text, every safe integer from its digits", () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      const unsafe = Number.isInteger(value) && !Number.isSafeInteger(value) && !String(value).includes("e");
      assert.deepEqual(read(String(value), "number", "integer"), unsafe ? [] : [value === 0 ? 0 : value]);
    }),
  );
  fc.assert(fc.property(fc.maxSafeInteger(), (value) => assert.deepEqual(read(String(value), "integer"), [value === 0 ? 0 : value])));
});

test("what is read as a number is what JSON reads, and has the same decimal value", () => {
  const digits = fc.string({ unit: fc.constantFrom(..."0123456789".split("")), minLength: 1, maxLength: 22 });
  const text = fc.tuple(fc.constantFrom("", "-"), digits, fc.constantFrom("", "."), digits, fc.constantFrom("", "e", "E-", "e+"), digits);
  fc.assert(
    fc.property(text, ([sign, whole, point, part, mark, exponent]) => {
      const written = `${sign}${whole}${point === "" ? "" : point + part}${mark === "" ? "" : mark + exponent.slice(0, 3)}`;
      const [value] = read(written, "number", "integer");
      if (value !== undefined) assert.equal(value, JSON.parse(written) === 0 ? 0 : JSON.parse(written));
    }),
    { numRuns: 2_000 },
  );
});

test("long texts of zeros take no longer than other texts", () => {
  const start = performance.now();
  read(`0.${"0".repeat(200_000)}1`, "number", "integer");
  read(`${"1".repeat(200_000)}x`, "number", "integer");
  assert.ok(performance.now() - start < 500);
});
