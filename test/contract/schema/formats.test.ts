import assert from "node:assert/strict";
import { test } from "node:test";
import { FORMAT_CHARACTERS, LONG_FORMAT_CHARACTERS, TEXT_FORMATS } from "../../../src/contract/schema/formats.ts";

test("no text that a caller can send makes a format take long", () => {
  const units = ["a", "a.", "@", ":", "/", "%41", "[", "1", "-", "{a}", "~0", "0:", "::", "a@a.", "P1Y", "T", "xn--", "\u00e9", "\"\\\"", "?", "#"];
  for (const [format, check] of TEXT_FORMATS) {
    for (const unit of units) {
      for (const prefix of ["", "http://", "/", "a@"]) {
        const text = `${prefix}${unit.repeat(Math.floor(LONG_FORMAT_CHARACTERS / unit.length) - 8)}!`;
        const start = performance.now();
        check(text);
        check(text.slice(-FORMAT_CHARACTERS));
        const spent = performance.now() - start;
        assert.ok(spent < 500, `${format} took ${spent} ms for ${prefix}${unit}...`);
      }
    }
  }
});

test("a decimal in a text is digits, with a sign and a point at most", () => {
  const fits = (format: string, text: string): boolean | undefined => TEXT_FORMATS.get(format)?.(text);
  for (const text of ["0", "-1.50", "+7", "12345678901234567890.12345678901234567890"]) assert.equal(fits("decimal", text), true, text);
  for (const text of ["", ".5", "1.", "1e5", "1,5", "0x1", "1 ", "NaN", "--1", "1.2.3", "1\n"]) assert.equal(fits("decimal", text), false, text);
  assert.deepEqual(["1e5", "1.5E-30", "1e", "1e99999"].map((text) => fits("decimal128", text)), [true, true, false, false]);
});

test("text longer than a format can be is refused", () => {
  assert.equal(TEXT_FORMATS.get("email")?.(`${"a".repeat(FORMAT_CHARACTERS)}@a.example`), false);
  assert.equal(TEXT_FORMATS.get("uri")?.(`http://a.example/${"a".repeat(LONG_FORMAT_CHARACTERS)}`), false);
  assert.equal(TEXT_FORMATS.get("uri")?.("http://a.example/a"), true);
});
