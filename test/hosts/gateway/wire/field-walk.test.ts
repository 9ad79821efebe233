import assert from "node:assert/strict";
import { test } from "node:test";
import { BAD, FieldWalk, LONG, MANY, MORE, WELL } from "../../../../src/hosts/gateway/wire/field-walk.ts";

const FIELDS_MAX = 5;
const LINE_BYTES_MAX = 30;
const walk = new FieldWalk(FIELDS_MAX, LINE_BYTES_MAX);
const walkText = (text: string): number => walk.walk(Buffer.from(text, "latin1"), 0, text.length);

function linesOf(text: string): readonly (readonly [string, string])[] {
  assert.equal(walkText(text), WELL, JSON.stringify(text));
  assert.equal(walk.end, text.length);
  const bytes = Buffer.from(text, "latin1");
  return Array.from({ length: walk.count }, (_, line) => [walk.names[line]?.name ?? "", walk.valueOf(line, bytes, text, 0)] as const);
}

test("names and values are found, names in lower case, white space around a value left out", () => {
  assert.deepEqual(linesOf("\r\n"), []);
  assert.deepEqual(linesOf("A:b\r\nc: \t d e\t \r\nf:\r\ng: \r\nh: \u00e9\t\u00ff\r\n\r\n"), [["a", "b"], ["c", "d e"], ["f", ""], ["g", ""], ["h", "\u00e9\t\u00ff"]]);
});

test("values that repeat are read as others are, and belong to the line that they stand in", () => {
  for (let round = 0; round < 2; round++) {
    assert.deepEqual(linesOf("Host: a\r\nhost:  b \r\nVia:\r\n\r\n"), [["host", "a"], ["host", "b"], ["via", ""]]);
    assert.deepEqual(linesOf("Host: b\r\nhost: \u00e9\r\n\r\n"), [["host", "b"], ["host", "\u00e9"]]);
  }
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
  assert.equal(walkText(lines(FIELDS_MAX)), WELL);
  assert.equal(walkText(lines(FIELDS_MAX + 1)), MANY);
});

test("a line is so long and no longer, whole or not", () => {
  const line = (bytes: number): string => `a: ${"b".repeat(bytes - 5)}`;
  assert.equal(walkText(`${line(LINE_BYTES_MAX)}\r\n\r\n`), WELL);
  assert.equal(walkText(`${line(LINE_BYTES_MAX + 1)}\r\n\r\n`), LONG);
  assert.equal(walkText(line(LINE_BYTES_MAX)), MORE);
  assert.equal(walkText(line(LINE_BYTES_MAX + 1)), LONG);
  assert.equal(walkText("n".repeat(LINE_BYTES_MAX)), LONG);
});
