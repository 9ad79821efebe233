import assert from "node:assert/strict";
import { test } from "node:test";
import { remember, REMEMBERED_CHARACTERS_MAX, REMEMBERED_MAX } from "../../src/exchange/remember.ts";

/** What was made, and in which order. */
function witnessed(textsMax?: number): { readonly made: string[]; readonly ask: (text: string) => string } {
  const made: string[] = [];
  return { made, ask: remember((text) => `${made.push(text)} ${text}`, textsMax) };
}

test("what is known of a text is not worked out again", () => {
  const { made, ask } = witnessed();
  assert.equal(ask("host"), ask("host"));
  assert.deepEqual(made, ["host"]);
});

test("texts that differ in one character are two, beyond Latin-1 too", () => {
  const { made, ask } = witnessed();
  const texts = ["a", "A", "a ", "", "\u0161", "a\u0161", "\u00e9", "\ud83d\ude00", "\ud83d"];
  for (const text of [...texts, ...texts]) assert.ok(ask(text).endsWith(` ${text}`));
  assert.deepEqual(made, texts);
});

test("it says no as well as yes", () => {
  let asked = 0;
  const no = remember(() => asked++ > 100);
  assert.equal(no("a"), no("a"));
  assert.equal(asked, 1);
});

test("so many texts are kept and no more; then it begins anew", () => {
  for (const most of [REMEMBERED_MAX, 3]) {
    const { made, ask } = witnessed(most);
    for (let at = 0; at < most; at++) ask(String(at));
    ask("0");
    assert.equal(made.length, most);
    ask("one too many");
    ask("0");
    assert.equal(made.length, most + 2);
  }
});

test("a longer text is worked out each time", () => {
  const { made, ask } = witnessed();
  for (const length of [REMEMBERED_CHARACTERS_MAX, REMEMBERED_CHARACTERS_MAX + 1]) for (let times = 0; times < 2; times++) ask("x".repeat(length));
  assert.equal(made.length, 3);
});
