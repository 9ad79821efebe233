import assert from "node:assert/strict";
import { test } from "node:test";
import { type Affix, captureAffix, readTemplate, type Template } from "../../src/contract/template.ts";

function read(text: string): Template {
  const template = readTemplate(text);
  if ("wrong" in template) assert.fail(`${text}: ${template.wrong}`);
  return template;
}

function refuse(text: string, reason: RegExp): void {
  const template = readTemplate(text);
  assert.ok("wrong" in template, `accepted: ${text}`);
  assert.match(template.wrong, reason);
}

function affix(text: string): Affix {
  const [segment] = read(`/${text}`).segments;
  assert.equal(segment?.kind, "affix");
  return segment;
}

test("a template is literals, expressions, and expressions with text around them", () => {
  assert.deepEqual(read("/a/{b}/c.{ext}"), {
    text: "/a/{b}/c.{ext}",
    segments: [
      { kind: "literal", text: "a" },
      { kind: "expression", name: "b" },
      { kind: "affix", literals: ["c.", ""], names: ["ext"] },
    ],
    names: ["b", "ext"],
  });
  assert.deepEqual(affix("{base}...{head}"), { kind: "affix", literals: ["", "...", ""], names: ["base", "head"] });
});

test("a trailing slash is a last, empty literal", () => {
  assert.deepEqual(read("/").segments, [{ kind: "literal", text: "" }]);
  assert.equal(read("/a/").segments.length, 2);
});

test("literal text takes the canonical form of a request's path", () => {
  assert.deepEqual(read("/%61%2c").segments, [{ kind: "literal", text: "a%2C" }]);
  assert.deepEqual(read("/caf\u00e9 [1]|").segments, [{ kind: "literal", text: "caf%C3%A9%20%5B1%5D%7C" }]);
});

test("a template that no request could match is refused with its reason", () => {
  refuse("", /begins with a slash/);
  refuse("a/b", /begins with a slash/);
  refuse("{a}", /begins with a slash/);
  refuse("//", /empty segment/);
  refuse("/a//b", /empty segment/);
  for (const text of ["/.", "/a/..", "/%2e%2E/b", "/..;x"]) refuse(text, /dot segment/);
  for (const text of ["/a?b", "/a?b={c}", "/a/{b}?"]) refuse(text, /query/);
  for (const text of ["/a#b", "/#{x}"]) refuse(text, /fragment/);
  refuse("/a\\b", /backslash/);
  refuse("/a%2Fb", /slash or backslash/);
  refuse("/a\nb", /control/);
  refuse("/a%zz", /hexadecimal/);
  refuse("/%c0%ae", /UTF-8/);
  refuse("/\ud800", /Unicode/);
});

test("braces that do not pair up within a segment are refused", () => {
  for (const text of ["/{a", "/a{", "/{a/b}", "/{{a}}", "/{a{b}"]) refuse(text, /opening brace/);
  for (const text of ["/a}", "/}{a}", "/{a}}"]) refuse(text, /closing brace/);
  refuse("/{}", /needs a name/);
});

test("two expressions of one name, or with nothing between them, are refused", () => {
  refuse("/{a}/b/{a}", /\{a\} stands there twice/);
  refuse("/{a}-{a}", /\{a\} stands there twice/);
  refuse("/{a}{b}", /between them/);
  assert.deepEqual(read("/{a}/{A}").names, ["a", "A"]);
});

test("text around an expression has to be there, and something between", () => {
  const report = affix("report-{day}.csv");
  assert.deepEqual(captureAffix("report-7.csv", report), ["7"]);
  assert.deepEqual(captureAffix("report-7.csv.csv", report), ["7.csv"]);
  for (const text of ["report-.csv", "report-7.txt", "xreport-7.csv", "report-", ".csv", "", "report-csv"]) {
    assert.equal(captureAffix(text, report), undefined, text);
  }
});

test("prefix and suffix may not share characters", () => {
  assert.equal(captureAffix("aba", affix("ab{x}ba")), undefined);
  assert.equal(captureAffix("abba", affix("ab{x}ba")), undefined);
  assert.deepEqual(captureAffix("abxba", affix("ab{x}ba")), ["x"]);
});

test("each expression but the last takes as little as it can", () => {
  assert.deepEqual(captureAffix("a.tar.gz", affix("{name}.{ext}")), ["a", "tar.gz"]);
  assert.deepEqual(captureAffix("..gz", affix("{name}.{ext}")), [".", "gz"]);
  assert.deepEqual(captureAffix("1-2-3", affix("{a}-{b}-{c}")), ["1", "2", "3"]);
  for (const text of ["1-2-", "-2-3", "1--", "1-2"]) assert.equal(captureAffix(text, affix("{a}-{b}-{c}")), undefined, text);
});

test("an expression never takes half a percent-encoded octet", () => {
  assert.equal(captureAffix("%2Cx", affix("{a}2{b}")), undefined);
  assert.equal(captureAffix("a%2C", affix("{a}C")), undefined);
  assert.deepEqual(captureAffix("%2C2x", affix("{a}2{b}")), ["%2C", "x"]);
  assert.deepEqual(captureAffix("a%2Cb", affix("{a}%2c{b}")), ["a", "b"]);
});
