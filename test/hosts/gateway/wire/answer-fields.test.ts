import assert from "node:assert/strict";
import { test } from "node:test";
import { ANSWER_FIELDS_MAX, BAD, FieldWalk, MANY, MORE, WELL } from "../../../../src/hosts/gateway/wire/answer-fields.ts";

const walk = new FieldWalk();
const walkText = (text: string): number => walk.walk(Buffer.from(text, "latin1"), 0, text.length);

function linesOf(text: string): readonly (readonly [string, string])[] {
  assert.equal(walkText(text), WELL, JSON.stringify(text));
  assert.equal(walk.end, text.length);
  const { places } = walk;
  return Array.from({ length: walk.count }, (_, line) => [text.slice(places[4 * line], places[4 * line + 1]), text.slice(places[4 * line + 2], places[4 * line + 3])] as const);
}

test("names and values are found, white space around a value left out", () => {
  assert.deepEqual(linesOf("\r\n"), []);
  assert.deepEqual(linesOf("A:b\r\nc: \t d e\t \r\nf:\r\ng: \r\nh: \u00e9\t\u00ff\r\n\r\n"), [["A", "b"], ["c", "d e"], ["f", ""], ["g", ""], ["h", "\u00e9\t\u00ff"]]);
});

test("each cut before the end asks for more", () => {
  const text = "A: b\r\nc:d\r\n\r\n";
  for (let to = 0; to < text.length; to++) assert.equal(walk.walk(Buffer.from(text), 0, to), MORE, String(to));
});

test("whatever is no line is refused as soon as it is seen", () => {
  const bad = [" a: b", "\ta: b", ": b", "a : b", "a\t: b", "a b: c", "a\r\n", "a", "\u00e9: b", "a: b\n", "a: b\rc", "a: b\0", "a: \u007f", "a: \u000b", "\n", "\r\r", "a: b\r\n c\r\n", "(a): b", "a,b: c", '"a": b'];
  for (const text of bad) assert.equal(walkText(text.endsWith("a") ? `${text}\n` : `${text}\r\n`), BAD, JSON.stringify(text));
});

test("there are so many lines and no more", () => {
  const lines = (count: number): string => `${"a: b\r\n".repeat(count)}\r\n`;
  assert.equal(walkText(lines(ANSWER_FIELDS_MAX)), WELL);
  assert.equal(walkText(lines(ANSWER_FIELDS_MAX + 1)), MANY);
});
