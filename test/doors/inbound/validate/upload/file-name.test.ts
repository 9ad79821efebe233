import assert from "node:assert/strict";
import { test } from "node:test";
import { extensionsOf, FILE_NAME_BYTES_MAX, nameFault } from "../../../../../src/doors/inbound/validate/upload/file-name.ts";

const GOOD: readonly string[] = ["a.png", "Photo 2026-11-25 (1).jpg", "r\u00e9sum\u00e9.pdf", "\u4e2d\u6587.txt", "a.tar.gz", "a+b=c,d;e'f.txt", "100%.txt", "no-extension", "contract.pdf", "com.example.txt", "x".repeat(FILE_NAME_BYTES_MAX)];
for (const name of GOOD) test(`${JSON.stringify(name.slice(0, 40))} is a name`, () => assert.equal(nameFault(name), undefined));

const BAD: readonly (readonly [name: string, says: RegExp])[] = [
  ["", /no name/],
  ["x".repeat(FILE_NAME_BYTES_MAX + 1), /too long/],
  ["\u00e9".repeat(128), /too long/],
  ["../a.png", /lead elsewhere/],
  ["a/b.png", /lead elsewhere/],
  ["a\\b.png", /lead elsewhere/],
  ["C:a.png", /lead elsewhere/],
  ["a.png::$DATA", /lead elsewhere/],
  ["a<b>.png", /lead elsewhere/],
  ["a|b.png", /lead elsewhere/],
  ["a%2fb.png", /lead elsewhere/],
  ["a%2Fb.png", /lead elsewhere/],
  ["a%5cb.png", /lead elsewhere/],
  ["%2e%2e.png", /hidden/],
  ["a%00.png", /cannot be seen/],
  ["a%FF%2fb.png", /lead elsewhere/],
  ["a\uff0fb.png", /lead elsewhere/],
  ["a\uff3cb.png", /lead elsewhere/],
  ["\u2025.png", /hidden/],
  ["a\0.png", /cannot be seen/],
  ["a\n.png", /cannot be seen/],
  ["a\u202egnp.exe", /cannot be seen/],
  ["a\u200b.png", /cannot be seen/],
  ["a\ufeff.png", /cannot be seen/],
  ["a\ud800.png", /cannot be seen/],
  ["a\u2028.png", /cannot be seen/],
  [".htaccess", /hidden/],
  ["..", /hidden/],
  ["~a.png", /hidden/],
  ["-rf.png", /hidden/],
  ["a.png.", /at its end/],
  ["a.png ", /at its end/],
  [" a.png", /at its end/],
  ["con", /device/],
  ["CON.txt", /device/],
  ["nul.png", /device/],
  ["COM1.log", /device/],
  ["lpt\u00b9.log", /device/],
];
for (const [name, says] of BAD) {
  test(`${JSON.stringify(name.slice(0, 40))} is refused`, () => {
    const fault = nameFault(name);
    assert.match(fault ?? "nothing is wrong", says);
    if (name !== "") assert.ok(!(fault ?? "").includes(name), "the name is not repeated");
  });
}

test("extensions are what stands behind full stops", () => {
  assert.deepEqual(extensionsOf("A.Tar.GZ"), ["tar", "gz"]);
  assert.deepEqual(extensionsOf("a"), []);
});
