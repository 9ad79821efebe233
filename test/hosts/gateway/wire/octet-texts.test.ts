/** Octet texts: found by their octets, and a memory that nobody can fill. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { hashOn, OctetTexts, PLACES_MAX } from "../../../../src/hosts/gateway/wire/octet-texts.ts";

const TEXTS_MAX = 128;
const BYTES_MAX = 20;
const hashOf = (text: string): number => Buffer.from(text, "latin1").reduce(hashOn, 0);

/** As a walk finds it: somewhere in a buffer. */
function find<Made>(texts: OctetTexts<Made>, text: string): Made {
  return texts.find(Buffer.from(`..${text}: x`, "latin1"), 2, 2 + text.length, hashOf(text));
}

test("what was made of a text comes again, the same object", () => {
  const texts = new OctetTexts(TEXTS_MAX, BYTES_MAX, (text) => ({ text }));
  for (const text of ["", "a", "\u00e9\u00ff", "constructor", "__proto__"]) {
    const made = find(texts, text);
    assert.deepEqual(made, { text });
    assert.equal(find(texts, text), made);
  }
  texts.clear();
  assert.equal(texts.size, 0);
  assert.deepEqual(find(texts, "a"), { text: "a" });
});

test("a text of the longest length is kept, one byte more is not", () => {
  const texts = new OctetTexts(TEXTS_MAX, BYTES_MAX, (text) => text);
  for (let round = 0; round < 2; round++) assert.equal(find(texts, "x".repeat(BYTES_MAX + 1)).length, BYTES_MAX + 1);
  assert.equal(texts.size, 0);
  find(texts, "x".repeat(BYTES_MAX));
  assert.equal(texts.size, 1);
});

test("texts that were made to share one hash are told apart, and only a few of them are kept", () => {
  const texts = new OctetTexts(TEXTS_MAX, BYTES_MAX, (text) => text);
  // In base 31 one letter more in front is worth 31 less behind.
  const made = Array.from({ length: 64 }, (_, at) => [5, 4, 3, 2, 1, 0].map((bit) => (((at >> bit) & 1) === 0 ? "bB" : "aa")).join(""));
  assert.equal(new Set(made.map(hashOf)).size, 1);
  for (let round = 0; round < 2; round++) for (const text of made) assert.equal(find(texts, text), text);
  assert.equal(texts.size, PLACES_MAX);
});

test("another text under the hash of a known one is not taken for it", () => {
  const texts = new OctetTexts(TEXTS_MAX, BYTES_MAX, (text) => text);
  find(texts, "host");
  for (const text of ["hose", "hos", "hosts", ""]) assert.equal(texts.find(Buffer.from(text), 0, text.length, hashOf("host")), text);
});

test("there are so many and no more", () => {
  const texts = new OctetTexts(TEXTS_MAX, BYTES_MAX, (text) => text);
  for (let at = 0; at < 8 * TEXTS_MAX; at++) assert.equal(find(texts, `x-${at}`), `x-${at}`);
  assert.equal(texts.size, TEXTS_MAX);
  assert.ok(texts.full);
});
