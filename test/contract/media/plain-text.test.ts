/** Plain text: which characters only control something. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { isControl, isPlainLine, isPlainText } from "../../../src/contract/media/plain-text.ts";

const LAYOUT: ReadonlySet<number> = new Set([0x09, 0x0a, 0x0d, 0x85]);

test("controls are those of C0, DEL and C1; tabs and the ends of lines are none in a text", () => {
  for (let code = 0; code <= 0x200; code++) {
    const control = code < 0x20 || (code >= 0x7f && code < 0xa0);
    const text = `a${String.fromCharCode(code)}b`;
    assert.equal(isPlainLine(text), !control, String(code));
    assert.equal(isPlainText(text), !control || LAYOUT.has(code), String(code));
    assert.equal(isControl(code), control && !LAYOUT.has(code), String(code));
  }
  assert.ok(isPlainText("") && isPlainText("\u{1f600}\ud800"));
});
