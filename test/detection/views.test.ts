/** Views: the same text as those behind might read it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { marksOf } from "../../src/detection/marks.ts";
import { decodeBase64 } from "../../src/detection/views/base64.ts";
import { stripComments } from "../../src/detection/views/comments.ts";
import { decodeEntities } from "../../src/detection/views/entities.ts";
import { decodeEscapes } from "../../src/detection/views/escapes.ts";
import { foldCharacters, foldSevenBits, readOctets } from "../../src/detection/views/folding.ts";
import { decodeLeniently } from "../../src/detection/views/percent.ts";
import { VIEWS_MAX, viewsOf } from "../../src/detection/views.ts";

test("percent-encoding is undone as the most lenient would, and what is none stays", () => {
  const cases: readonly (readonly [string, string])[] = [["a%27b", "a'b"], ["%u0027", "'"], ["%c0%ae", "."], ["%e2%82%ac", "\u{20ac}"], ["%f0%9f%98%80", "\u{1f600}"], ["100%", "100%"], ["5%zz", "5%zz"], ["%e2%82", "\u{e2}\u{82}"], ["%ff", "\u{ff}"], ["%f7%bf%bf%bf", "\u{f7}\u{bf}\u{bf}\u{bf}"], ["%", "%"]];
  for (const [text, decoded] of cases) assert.equal(decodeLeniently(text), decoded, text);
});

test("character references are undone with and without their semicolon; tabs and line ends fall away, as in addresses", () => {
  const cases: readonly (readonly [string, string])[] = [["&lt;b&gt;", "<b>"], ["&#60;&#x3c;&#0060", "<<<"], ["&LT;", "<"], ["&lbrace;&colon;&lpar;", "{:("], ["jav&Tab;a&#10;x", "javax"], ["AT&T", "AT&T"], ["&unknown;", "&unknown;"], ["&#;", "&#;"], ["&#x110000;", "&#x110000;"], ["&lt", "<"], ["&colon", "&colon"], ["&", "&"]];
  for (const [text, decoded] of cases) assert.equal(decodeEntities(text), decoded, text);
});

test("escapes of programs are undone", () => {
  const cases: readonly (readonly [string, string])[] = [["\\x27\\u0027\\u{27}\\47", "''''"], ["a\\nb\\tc", "a\nb\tc"], ["\\'", "'"], ["C:\\dir", "C:\\dir"], ["\\u{110000}", "\\u{110000}"], ["\\", "\\"], ["\\xzz", "\\xzz"], ["\\1", "\\1"]];
  for (const [text, decoded] of cases) assert.equal(decodeEscapes(text), decoded, text);
});

test("comments become blanks, and what MySQL runs within them stays", () => {
  const cases: readonly (readonly [string, string])[] = [["a/*x*/b", "a b"], ["/*!50000union*/x", " union x"], ["a/*b", "a/*b"], ["/**/", " "], ["*/a/*", "*/a/*"]];
  for (const [text, stripped] of cases) assert.equal(stripComments(text), stripped, text);
});

test("characters that become others are folded, and the typographic quotes of prose are not", () => {
  assert.equal(foldCharacters("\u{ff1c}\u{ff07}\u{2bc}\u{200b}x"), "<''x");
  assert.equal(foldCharacters("it\u{2019}s \u{201c}fine\u{201d}"), "it\u{2019}s \u{201c}fine\u{201d}");
  assert.equal(foldSevenBits("\u{bc}b\u{be}"), "<b>");
  assert.equal(readOctets("\u{c3}\u{a9}"), "\u{e9}");
  assert.equal(readOctets("\u{e9}"), undefined);
  assert.equal(readOctets("\u{20ac}"), undefined);
});

test("base64 is read where it is a text, and left alone where it is none", () => {
  assert.equal(decodeBase64("PHNjcmlwdD4="), "<script>");
  assert.equal(decodeBase64("PHNjcmlwdD4"), "<script>");
  for (const text of ["", "PHNj", "not base64!", "AAAAAAAAAAAA", "iVBORw0KGgoAAAANSUhEUgAA"]) assert.equal(decodeBase64(text), undefined, text);
});

test("a view that says nothing new is left out, there are never more than the bound, and none is longer than the text", () => {
  const plain = "nothing to see";
  assert.deepEqual(viewsOf(plain, marksOf(plain)), [{ name: "plain", text: plain }]);
  for (const text of ["%2527/*x*/&lt;\u{ff1c}\\x41", "\u{c3}\u{a9}%27/**/&amp;\\n", "JTI3IG9yIDE9MQ=="]) {
    const views = viewsOf(text, marksOf(text));
    assert.ok(views.length > 1 && views.length <= VIEWS_MAX, text);
    assert.ok(views.every((view) => view.text.length <= text.length), text);
    assert.equal(new Set(views.map((view) => view.text)).size, views.length, text);
  }
});

test("what a shell takes out of words is taken out between letters, and nowhere else", () => {
  for (const written of ["x;c''at /etc/passwd", "x;c\"\"at /etc/passwd", "x;c\\at /etc/passwd"]) assert.ok(viewsOf(written, marksOf(written)).some(({ text }) => text === "x;cat /etc/passwd"), written);
  for (const kept of ["say '' or \"\"", "5'' pipe", "a\\1", "''quoted''"]) assert.ok(viewsOf(kept, marksOf(kept)).every(({ name }) => name !== "without quotes"), kept);
});

test("a comment of SQL up to the end of its line is taken out where a line comes behind", () => {
  const seen = (text: string): readonly string[] => viewsOf(text, marksOf(text)).map((view) => view.text);
  assert.ok(seen("' union-- a fox\nselect 1").includes("' union select 1"));
  assert.ok(seen("' union#a fox\nselect 1").includes("' union select 1"));
  for (const kept of ["a--b\nc", "# Heading\ntext", "a -- b"]) assert.deepEqual(seen(kept), [kept]);
});
