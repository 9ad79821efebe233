import assert from "node:assert/strict";
import { test } from "node:test";
import { DECLARED_MAX, declareName, isTold, WORD_CAPITALS, WORD_CHARACTERS, WORD_DIGITS } from "../../src/contract/told-names.ts";

test("a word is told up to each of its bounds, and no further", () => {
  const pairs: readonly (readonly [last: string, beyond: string])[] = [
    ["a".repeat(WORD_CHARACTERS), "a".repeat(WORD_CHARACTERS + 1)],
    [`abcdef${"1".repeat(WORD_DIGITS)}`, `abcdef${"1".repeat(WORD_DIGITS + 1)}`],
    ["A".repeat(WORD_CAPITALS), "A".repeat(WORD_CAPITALS + 1)],
    ["aBcDefghi", "aBcDeFghi"],
    ["12345678", "123456789"],
  ];
  for (const [last, beyond] of pairs) assert.deepEqual([isTold(last), isTold(beyond)], [true, false], beyond);
});

test("names that a contract speaks of are told, as many as are remembered", () => {
  const name = (at: number): string => `#${at}`;
  assert.equal(isTold(name(0)), false);
  for (let at = 0; at <= DECLARED_MAX; at += 1) declareName(name(at));
  assert.deepEqual([0, DECLARED_MAX - 1, DECLARED_MAX].map((at) => isTold(name(at))), [true, true, false]);
});
