/** Reading: a text taken apart, and the lexicon that it is looked up in. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { wordTable } from "../../src/detection/lexicon.ts";
import { MARK, marksOf } from "../../src/detection/marks.ts";
import { END, NUMBER, Reading, READING_CHARACTERS_MAX, WORD } from "../../src/detection/reading.ts";

function read(text: string): Reading {
  const reading = new Reading();
  reading.read(text);
  return reading;
}

function tokens(text: string): readonly string[] {
  const reading = read(text);
  return Array.from({ length: reading.count }, (_, at) => reading.textAt(at));
}

test("words, numbers and signs come apart, and blanks fall away", () => {
  assert.deepEqual(tokens("a1 _b 1.5e-3 0x1F x'y' 7or"), ["a1", "_b", "1.5e-3", "0x1F", "x", "'", "y", "'", "7", "or"]);
  assert.deepEqual(tokens("\u{e9}t\u{e9}\u{a0}b"), ["\u{e9}t\u{e9}", "b"]);
  assert.deepEqual(tokens("1.e(x 2e 0xg"), ["1.", "e", "(", "x", "2", "e", "0", "xg"]);
  assert.deepEqual(tokens(""), []);
});

test("what stands together is known, and so is each quote's twin", () => {
  const reading = read("a 'b' c'");
  assert.deepEqual([reading.isGlued(1), reading.isGlued(2), reading.isGlued(0)], [false, true, false]);
  assert.deepEqual([reading.twin[1], reading.twin[3], reading.twin[5]], [3, 5, 0]);
});

test("before the first token and behind the last there is nothing", () => {
  const reading = read("a");
  assert.deepEqual([reading.typeAt(-1), reading.typeAt(0), reading.typeAt(1), reading.textAt(-1), reading.textAt(1)], [END, WORD, END, "", ""]);
  reading.read("1");
  assert.deepEqual([reading.typeAt(0), reading.classAt(0, new Uint8Array(9)), reading.count], [NUMBER, 0, 1]);
});

test("a word is known in any case, and not as a part of another", () => {
  const table = wordTable({ 3: "sesame" });
  const reading = read("SeSaMe sesames ses ame se\u{e9}same");
  assert.deepEqual([0, 1, 2, 3, 4].map((at) => reading.classAt(at, table)), [3, 0, 0, 0, 0]);
});

test("a reading takes its bound of characters and no more", () => {
  assert.equal(read("a ".repeat(READING_CHARACTERS_MAX)).count, READING_CHARACTERS_MAX / 2);
  assert.equal(read("'".repeat(READING_CHARACTERS_MAX + 1)).count, READING_CHARACTERS_MAX);
});

test("groups of characters are marked", () => {
  assert.equal(marksOf("a1 "), MARK.letter | MARK.digit | MARK.blank);
  assert.equal(marksOf("\u{e9}\n"), MARK.high | MARK.line | MARK.blank);
  assert.equal(read("a1\u{e9} <").marks, MARK.letter | MARK.digit | MARK.high | MARK.blank | MARK.angle);
});
