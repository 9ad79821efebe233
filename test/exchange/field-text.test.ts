import assert from "node:assert/strict";
import { test } from "node:test";
import { isFieldName, isFieldValue } from "../../src/exchange/field-text.ts";

test("a name is a token in lower case", () => {
  for (const name of ["a", "x-a", "x_a", "!#$%&'*+.^_`|~-9"]) assert.ok(isFieldName(name), name);
  for (const name of ["", "X", "a b", "a:", "a\r", "a\n", "a\n\n", "\u00e9", "a\0", "(a)"]) assert.ok(!isFieldName(name), name);
});

test("a value holds no control but the tab, and nothing beyond one octet", () => {
  for (let code = 0; code < 0x200; code++) {
    const fine = code === 9 || (code >= 0x20 && code <= 0xff && code !== 0x7f);
    assert.equal(isFieldValue(`a${String.fromCharCode(code)}b`), fine, String(code));
  }
  assert.ok(isFieldValue(""));
  // U+010A and U+010D are LF and CR to whoever keeps the lower octet.
  assert.ok(!isFieldValue("a\u010d\u010ab"));
});
