/** Field names: lower case, and a memory that nobody can fill. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { lowerName, NAME_CHARACTERS_KEPT_MAX, NAMES_MAX, namesKept } from "../../../../src/hosts/gateway/wire/field-names.ts";

test("names come out in lower case, known or not, again and again", () => {
  for (const name of ["Host", "host", "HOST", "CoNtEnT-LeNgTh", "X-New-Name", "x-new-name", "constructor", "__proto__", "toString"]) {
    for (let round = 0; round < 3; round++) assert.equal(lowerName(name), name.toLowerCase());
  }
});

test("a long name is not kept", () => {
  const before = namesKept();
  lowerName("x".repeat(NAME_CHARACTERS_KEPT_MAX + 1));
  assert.equal(namesKept(), before);
  lowerName("x".repeat(NAME_CHARACTERS_KEPT_MAX));
  assert.equal(namesKept(), before + 1);
});

test("invented names fill the memory up to a bound", () => {
  for (let at = 0; at < 3 * NAMES_MAX; at++) assert.equal(lowerName(`X-${at}`), `x-${at}`);
  assert.equal(namesKept(), NAMES_MAX);
  assert.equal(lowerName("Content-Type"), "content-type");
});
