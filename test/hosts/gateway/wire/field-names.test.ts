/** Field names: lower case, and a memory that nobody can fill. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { hashOn, nameAt, NAME_BYTES_KEPT_MAX, NAMES_MAX, namesKept, PLACES_MAX } from "../../../../src/hosts/gateway/wire/field-names.ts";

const hashOf = (name: string): number => Buffer.from(name).reduce(hashOn, 0);

/** As a walk finds it: somewhere in a buffer. */
function lowered(name: string): string {
  const bytes = Buffer.from(`..${name}: x`);
  return nameAt(bytes, 2, 2 + name.length, hashOf(name));
}

test("names come out in lower case, known or not, again and again", () => {
  for (const name of ["Host", "host", "HOST", "CoNtEnT-LeNgTh", "ETag", "X-New-Name", "x-new-name", "constructor", "__proto__", "toString"]) {
    for (let round = 0; round < 3; round++) assert.equal(lowered(name), name.toLowerCase());
  }
});

test("a long name is not kept", () => {
  const before = namesKept();
  for (let round = 0; round < 2; round++) assert.equal(lowered("x".repeat(NAME_BYTES_KEPT_MAX + 1)).length, NAME_BYTES_KEPT_MAX + 1);
  assert.equal(namesKept(), before);
  lowered("x".repeat(NAME_BYTES_KEPT_MAX));
  assert.equal(namesKept(), before + 1);
});

test("names that were made to share one hash are told apart, and only a few of them are kept", () => {
  // In base 31 the one letter more in front is worth 31 less behind.
  const made = Array.from({ length: 64 }, (_, at) => [5, 4, 3, 2, 1, 0].map((bit) => ((at >> bit) & 1) === 0 ? "bB" : "aa").join(""));
  assert.equal(new Set(made.map(hashOf)).size, 1);
  const before = namesKept();
  for (let round = 0; round < 2; round++) for (const name of made) assert.equal(lowered(name), name.toLowerCase());
  assert.ok(namesKept() - before <= PLACES_MAX);
});

test("another name with the hash of a known one is not taken for it", () => {
  assert.equal(nameAt(Buffer.from("hose"), 0, 4, hashOf("host")), "hose");
  assert.equal(nameAt(Buffer.from("hosts"), 0, 5, hashOf("host")), "hosts");
});

test("invented names fill the memory up to a bound", () => {
  for (let at = 0; at < 8 * NAMES_MAX; at++) assert.equal(lowered(`X-${at}`), `x-${at}`);
  assert.equal(namesKept(), NAMES_MAX);
  assert.equal(lowered("Content-Type"), "content-type");
});
