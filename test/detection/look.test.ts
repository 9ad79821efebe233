/** Look: a text in all of its views, however long it is. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { look, OVERLAP_CHARACTERS } from "../../src/detection/look.ts";
import { READING_CHARACTERS_MAX } from "../../src/detection/reading.ts";

const ATTACK = "<script>x</script>";

test("an attack is found however it is encoded, and the view says how", () => {
  assert.deepEqual(look(ATTACK, "text"), { rule: "xss-element", view: "plain" });
  assert.equal(look("%3Cscript%3E", "text")?.view, "decoded");
  assert.equal(look("%253Cscript%253E", "text")?.view, "decoded");
  assert.equal(look("&#60;script&#62;", "text")?.view, "decoded");
  assert.equal(look("\\u003cscript\\x3e", "text")?.view, "decoded");
  assert.equal(look("\u{ff1c}script\u{ff1e}", "text")?.view, "folded");
  assert.equal(look("0 union/*x*/select/**/1,2", "text")?.view, "without comments");
  assert.equal(look(Buffer.from(ATTACK).toString("base64"), "text")?.view, "base64");
  assert.equal(look(Buffer.from("\u{ff1c}script\u{ff1e}").toString("latin1"), "text")?.view, "folded");
});

test("padding before, behind and around hides nothing, wherever the pieces of a long text meet", () => {
  const padding = "Lorem ipsum dolor sit amet, consectetur. ".repeat(600);
  for (const at of [0, 1, READING_CHARACTERS_MAX - OVERLAP_CHARACTERS - 9, READING_CHARACTERS_MAX - 9, READING_CHARACTERS_MAX, padding.length]) {
    assert.equal(look(padding.slice(0, at) + ATTACK + padding.slice(at), "text")?.rule, "xss-element", String(at));
  }
  assert.equal(look(padding, "text"), undefined);
});

test("each kind has its own detectors", () => {
  assert.equal(look("x.php", "filename")?.rule, "filename-run");
  assert.equal(look("x.php", "text"), undefined);
});

test("no text of a few characters, and no word of prose that objects know, breaks anything", () => {
  for (const text of ["", "'", "\\", "%", "&", "&#", "&#x", "%u", "\\u{", "constructor", "toString", "hasOwnProperty", "valueOf", "__defineGetter__", "\u{d800}", "\u{0}", "${", "{{", "<", "<!", "<!--", "/*", "*/"]) assert.equal(look(text, "text"), undefined, JSON.stringify(text));
});

test("one piece over and over is looked through in pieces, and nothing looks further than it may", () => {
  // Each of these once led back to the beginning from every place.
  for (const piece of ["\r\n", "\n ", "|'", "||'", "`", "?'", "%u'", "<?'", "/*", "${", "{{", "((", "<a ", "'or ", "onx=", "../", "[]", "&#", "\\u"]) look(piece.repeat(32_768 / piece.length), "text");
});
