/** Spelt out: the same JSON without escapes that it does not need. */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { spellOut } from "../../../../../src/doors/outbound/disclose/leaks/spelt-out.ts";

test("what needs no escape has none, and what needs one keeps it", () => {
  for (const [text, plain] of [['"a"', '"a"'], ['"\\/srv\\/app"', '"/srv/app"'], ['"\\u003c?php\\u003E"', '"<?php>"'], ['"\\u0022\\u005c\\u005C\\u000a\\u007f\\u00e9\\n\\""', '"\\u0022\\u005c\\u005C\\u000a\\u007f\\u00e9\\n\\""'], ['"\\\\u003c\\\\/"', '"\\\\u003c\\\\/"'], ['"\\\\\\/"', '"\\\\/"'], ['"\\u0020\\u007e"', '" ~"']] as const) assert.equal(spellOut(text).text, plain);
});

test("it is the same JSON, and each of its characters has its place", () => {
  const unit = fc.constantFrom("a", "/", "\\/", "\\u002f", "\\u0041", "\\u0022", "\\\\", "\\\"", "\\n", "\\u005c", "<", "\\u003C", "\\u00e9");
  fc.assert(
    fc.property(fc.array(unit, { maxLength: 12 }), (units) => {
      const text = JSON.stringify({ a: 1 }).replace("1", `"${units.join("")}"`);
      const { text: plain, at } = spellOut(text);
      assert.deepEqual(JSON.parse(plain), JSON.parse(text));
      assert.equal(at(plain.length), text.length);
      for (let place = 0; place < plain.length; place++) {
        const piece = text.slice(at(place), at(place + 1));
        const character = plain[place] ?? "";
        assert.ok(piece === character || JSON.parse(`"${piece}"`) === character, `${character} is written ${piece}`);
      }
    }),
  );
});

test("the time is linear in the escapes", () => {
  const { text, at } = spellOut("\\/".repeat(500_000));
  assert.equal(text.length, 500_000);
  for (let place = 0; place <= text.length; place += 1_000) assert.equal(at(place), 2 * place);
});
