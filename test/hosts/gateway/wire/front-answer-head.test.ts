/** Front answer head: only what may stand in a head is written, for every character. */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { fieldsOf } from "../../../../src/exchange/fields.ts";
import { writeAnswerHead } from "../../../../src/hosts/gateway/wire/front-answer-head.ts";

const write = (list: string[]): string | undefined => writeAnswerHead(200, fieldsOf(list), "date: now\r\n", "content-length: 0\r\n");

test("every character of a value is looked at", () => {
  for (let code = 0; code < 0x300; code++) {
    const fits = code === 9 || (code >= 0x20 && code < 0x100 && code !== 0x7f);
    assert.equal(write(["x-note", `a${String.fromCharCode(code)}b`]) !== undefined, fits, `${code}`);
  }
});

test("every character of a name is looked at", () => {
  for (let code = 0; code < 0x300; code++) {
    const character = String.fromCharCode(code);
    assert.equal(write([`x${character}y`, "a"]) !== undefined, /[!#$%&'*+.^_`|~0-9a-z-]/.test(character), `${code}`);
  }
});

test("whatever the fields are, a head has as many lines as were meant, or there is none", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.string({ unit: "binary", maxLength: 8 }), fc.string({ unit: "binary", maxLength: 20 })), { maxLength: 6 }), (pairs) => {
      const text = write(pairs.flat());
      if (text === undefined) return;
      assert.ok(text.endsWith("\r\n\r\n"));
      assert.ok(text.split(/\r\n|\r|\n/).length <= pairs.length + 5);
      assert.ok(Buffer.from(text, "latin1").toString("latin1") === text);
    }),
    { numRuns: 2_000 },
  );
});

test("many invented names change nothing", () => {
  for (let at = 0; at < 3_000; at++) assert.match(write([`x-${at}`, "a"]) ?? "", new RegExp(`\r\nx-${at}: a\r\n`));
  assert.doesNotMatch(write(["connection", "a", "transfer-encoding", "b"]) ?? "", /connection|transfer/);
});
