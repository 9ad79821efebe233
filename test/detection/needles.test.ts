/** Needles: every word of a list, wherever it stands, beside a search for each by itself. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { assert as holds, constantFrom, property, string, uniqueArray } from "fast-check";
import { Needles } from "../../src/detection/needles.ts";

test("a word is found wherever it stands", () => {
  const needles = new Needles(["/etc/", "/et", "boot"]);
  assert.equal(needles.find("boot"), "boot");
  assert.equal(needles.find("see /etc/"), "/etc/");
  assert.equal(needles.find("\u00e9boot"), "boot");
  assert.equal(needles.find("bo"), undefined);
  assert.equal(needles.find("/e"), undefined);
  assert.equal(needles.find(""), undefined);
});

test("a place that does not count hides no later one, and none of another word there", () => {
  const needles = new Needles(["abc", "ab"]);
  assert.equal(needles.find("abc abc", (_, at) => at === 4), "abc");
  assert.equal(needles.find("abc", (_text, _at, word) => word === "ab"), "ab");
  assert.equal(needles.find("abc", () => false), undefined);
});

test("it finds what a search for each word finds", () => {
  const word = string({ minLength: 2, maxLength: 4, unit: constantFrom("a", "b", "/", "\u00e9") }).filter((text) => !text.slice(0, 2).includes("\u00e9"));
  const list = uniqueArray(word, { minLength: 1, maxLength: 6 });
  holds(property(list, string({ maxLength: 24, unit: constantFrom("a", "b", "/", "\u00e9") }), (words, text) => {
    assert.equal(new Needles(words).find(text) !== undefined, words.some((one) => text.includes(one)));
  }));
});

test("a word that could never be found is a mistake of who lists it", () => {
  for (const word of ["", "a", "\u00e9b", "b\u00e9"]) assert.throws(() => new Needles([word]), RangeError);
});
