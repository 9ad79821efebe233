/**
 * Growth: twice the text is twice the work, whatever the text repeats, for every kind of text.
 *
 * Counted, not timed, so that it says the same on every machine (see work.ts): blocks of code that are run, and characters that
 * the engine searches. Each piece is repeated up to tens of kilobytes where all detectors look, and some up to a
 * megabyte for every kind. `fuzz/growth/measure.ts` measures the time of the same.
 */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { GROWTH_MAX, READERS, REPEATED, repeat } from "../../fuzz/growth/readers.ts";
import { beginCounting, workOf } from "./work.ts";

after(beginCounting());

/** Blocks and characters for each character of a text: a bound on what linear means. */
const WORK_MAX = 1_200;

/** Enough that what the last, shorter piece of a text costs does not matter. */
const CHARACTERS = 32_768;

function judge(reader: string, piece: string, characters: number): readonly string[] {
  const read = READERS[reader] ?? assert.fail(reader);
  const [half, whole] = [characters / 2, characters].map((length) => {
    const text = repeat(piece, length);
    return workOf(() => read(text));
  });
  const [growth, share] = [(whole ?? 0) / (half ?? 1), (whole ?? 0) / characters];
  return growth < GROWTH_MAX && share < WORK_MAX ? [] : [`${reader} ${JSON.stringify(piece)}: ${growth.toFixed(2)} times, ${share.toFixed(0)} for each character`];
}

test("the count sees work that is not linear, in code of our own and in what the engine searches", () => {
  const nested = (text: string): void => {
    for (let at = text.indexOf("a"); at !== -1; at = text.indexOf("a", at + 1)) text.indexOf("b", at);
  };
  const [half, whole] = [2_048, 4_096].map((length) => workOf(() => nested("a".repeat(length))));
  assert.ok((whole ?? 0) / (half ?? 1) > 3.5);
});

test("the same work counts the same, but for what the engine does with code in between", () => {
  const reader = READERS["text"] ?? assert.fail();
  const text = repeat("a word ", 4_096);
  reader(text);
  const [one, other] = [workOf(() => reader(text)), workOf(() => reader(text))];
  assert.ok(Math.abs(one - other) < one / 20, `${one} and ${other}`);
});

for (const reader of ["text", "leaks"]) {
  test(`twice of any piece is twice the work, read as ${reader}`, () => {
    assert.deepEqual(REPEATED.flatMap((piece) => judge(reader, piece, CHARACTERS)), []);
  });
}

/** The pieces that cost most, each in another place. */
const DEAREST = ["{", "%c0%", "[a", "a=b; "] as const;
/** Cheap ones that once were worse than linear. */
const LONGEST = ["+ADw", "-----BEGIN PRIVATE KEY-----", "&#x"] as const;

for (const reader of Object.keys(READERS)) {
  test(`twice the text is twice the work up to a megabyte, read as ${reader}`, () => {
    assert.deepEqual([...DEAREST.flatMap((piece) => judge(reader, piece, CHARACTERS)), ...LONGEST.flatMap((piece) => judge(reader, piece, 1_048_576))], []);
  });
}
