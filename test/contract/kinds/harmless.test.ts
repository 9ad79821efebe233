/** Harmless: which patterns are proven to let no attack through. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { isHarmless } from "../../../src/contract/kinds/harmless.ts";

test("a pattern whose every character is harmless, from the start of the text to its end, is proven", () => {
  for (const pattern of ["^[A-Za-z0-9_-]{1,64}$", "^acc-[0-9]{6}$", "^(?:a|b)+$", "^a$|^b$", "^(?:^a|b)$", "^(?!x)[a-z]+$", "^[a-z]+(?<!x)$", "^\\d{4}-\\d{2}$", "^[\\u4e00-\\u9fff]+$", "^$", "^[a-z.:]*$", "^x{0}$"]) assert.ok(isHarmless(pattern), pattern);
});

test("a pattern that leaves an edge open proves nothing", () => {
  for (const pattern of ["[a-z]+", "^[a-z]+", "[a-z]+$", "^a|b$", "^a$|b", "(?:^a$)?", ""]) assert.ok(!isHarmless(pattern), pattern);
});

test("a pattern that takes a quote, a blank, a slash or what is not known proves nothing", () => {
  for (const pattern of ["^[a-z ]+$", "^[a-z']+$", "^.*$", "^[^<>]*$", "^[a-z/]+$", "^\\w+\\s$", "^\\p{L}+$", "^[a-z;]$", "^[\\u02b0-\\u02ff]$", "^\\u037e$", "^(a|[<])$", "^(unclosed$"]) assert.ok(!isHarmless(pattern), pattern);
});
