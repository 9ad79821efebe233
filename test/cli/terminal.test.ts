import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { openTerminal, type Page, plain, writeJson } from "../../src/cli/terminal.ts";

function page(isTTY: boolean, environment: Record<string, string> = {}): Page {
  return openTerminal({ stdout: { isTTY, write: () => true }, stderr: { write: () => true }, environment, folder: "/" }).out;
}

const red = "\u001b[31mno\u001b[39m";

test("colour is for terminals", () => {
  assert.equal(page(true).style("bad", "no"), red);
  assert.equal(page(false).style("bad", "no"), "no");
});

test("NO_COLOR is obeyed unless it is empty, whatever else is asked for", () => {
  assert.equal(page(true, { NO_COLOR: "1", FORCE_COLOR: "3" }).style("bad", "no"), "no");
  assert.equal(page(true, { NO_COLOR: "" }).style("bad", "no"), red);
  assert.equal(page(true, { TERM: "dumb" }).style("bad", "no"), "no");
  assert.equal(page(false, { FORCE_COLOR: "1" }).style("bad", "no"), "no");
});

test("foreign text cannot move the cursor, break the line or turn its direction around", () => {
  assert.equal(plain("a\u001b[2Jb"), "a\\u{1b}[2Jb");
  assert.equal(plain("one\r\ntwo\ttab"), "one\\u{d}\\u{a}two\\u{9}tab");
  assert.equal(plain("\u009b2J\u007f\u202e\u2066\u2028"), "\\u{9b}2J\\u{7f}\\u{202e}\\u{2066}\\u{2028}");
  assert.equal(plain("Stra\u00dfe \u{1f600}"), "Stra\u00dfe \u{1f600}");
});

test("JSON says the same to a program, and shows a terminal nothing but text", () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.string({ unit: "binary" }), (value, text) => {
      const written = writeJson({ value, text, mark: "\u009b\u202e" });
      assert.doesNotMatch(written.replaceAll("\n", ""), /[\0-\x1f\x7f-\x9f\u202a-\u202e]/);
      assert.deepEqual(JSON.parse(written), JSON.parse(JSON.stringify({ value, text, mark: "\u009b\u202e" })));
    }),
  );
});
