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

test("text longer than a format can be is refused", () => {
  assert.equal(TEXT_FORMATS.get("email")?.(`${"a".repeat(FORMAT_CHARACTERS)}@a.example`), false);
  assert.equal(TEXT_FORMATS.get("uri")?.(`http://a.example/${"a".repeat(LONG_FORMAT_CHARACTERS)}`), false);
  assert.equal(TEXT_FORMATS.get("uri")?.("http://a.example/a"), true);
});
