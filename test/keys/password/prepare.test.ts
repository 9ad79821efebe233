import assert from "node:assert/strict";
import { test } from "node:test";
import { findPasswordFault, NAME_CHARACTERS_MAX, PASSWORD_CHARACTERS_MAX, PASSWORD_CHARACTERS_MIN, prepareName, preparePassword } from "../../../src/keys/password/prepare.ts";

test("R33: the same letters on two keyboards are one password and one name", () => {
  assert.equal(preparePassword("caf\u00e9\u00a0au\u2003lait"), preparePassword("cafe\u0301 au lait"));
  assert.equal(prepareName("andr\u00e9"), prepareName("andre\u0301"));
});

test("nothing else is made alike: neither case, nor width, nor blanks at the ends of a password", () => {
  assert.notEqual(preparePassword("Secret"), preparePassword("secret"));
  assert.notEqual(preparePassword("\uff21"), preparePassword("A"));
  assert.equal(preparePassword(" x "), " x ");
  assert.notEqual(prepareName("Ann"), prepareName("ann"));
});

test("what cannot be a name or a password is none", () => {
  for (const text of ["", "a:b", "a\0b", "a\nb", "\u0085", " ann", "ann ", "\ud800"]) assert.equal(prepareName(text), undefined, JSON.stringify(text));
  for (const text of ["", "a\0b", "a\rb", "\u007f", "\udc00"]) assert.equal(preparePassword(text), undefined, JSON.stringify(text));
  assert.equal(preparePassword("a:b"), "a:b");
  assert.equal(prepareName("n".repeat(NAME_CHARACTERS_MAX))?.length, NAME_CHARACTERS_MAX);
  assert.equal(prepareName("n".repeat(NAME_CHARACTERS_MAX + 1)), undefined);
  assert.equal(preparePassword("p".repeat(PASSWORD_CHARACTERS_MAX))?.length, PASSWORD_CHARACTERS_MAX);
  assert.equal(preparePassword("p".repeat(PASSWORD_CHARACTERS_MAX + 1)), undefined);
});

test("a new password is long and not to be guessed, whatever its letters", () => {
  assert.equal(findPasswordFault("correct horse battery", "ann"), undefined);
  assert.equal(findPasswordFault("\u{1f511}\u{1f512}\u{1f513}abcd efgh ijkx", "ann"), undefined);
  assert.match(findPasswordFault("x1y2z3".repeat(3).slice(0, PASSWORD_CHARACTERS_MIN - 1), "ann") ?? "", /shorter than 15/);
  assert.equal(findPasswordFault("x1y2z3".repeat(3).slice(0, PASSWORD_CHARACTERS_MIN), "ann"), undefined);
  assert.match(findPasswordFault("\u{1f511}".repeat(8), "ann") ?? "", /shorter/);
  assert.match(findPasswordFault("aaaaaaaabbbbbbbbcc", "ann") ?? "", /too few different/);
  assert.match(findPasswordFault("Annabell.example2026", "annabell.example") ?? "", /made of the name/);
  for (const run of ["0123456789012345", "abcdefghijklmnopq", "9876543210987654"]) assert.match(findPasswordFault(run, "ann") ?? "", /a row/, run);
});
