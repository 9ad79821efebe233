/** Generator: attacks that were made by grammar, written in every way, and honest texts of many languages. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { look } from "../../src/detection/look.ts";
import { EVASION_POINTS_MAX, scoreEvasion } from "../conformance/evasions.ts";
import { ATTACKS } from "./generator/attacks.ts";
import { EVASIONS } from "./generator/evasions.ts";


test("of attacks as they are 99 of 100 are found", () => {
  const lost = ATTACKS.map(({ text }) => text).filter((text) => look(text, "text") === undefined);
  assert.ok(ATTACKS.length > 1_000, "too few to mean anything");
  assert.ok(lost.length <= ATTACKS.length / 100, `${lost.length} of ${ATTACKS.length}: ${lost.slice(0, 20).join("   ")}`);
});

for (const evasion of EVASIONS) {
  test(`${evasion.name}: costs no more than ${EVASION_POINTS_MAX} points`, () => {
    const { passed, total, bar, failures } = scoreEvasion(evasion);
    assert.ok(total > 20, "it changes nothing");
    assert.ok(passed >= bar, `${total - passed} of ${total}: ${failures.slice(0, 12).join("   ")}`);
  });
}

const HARMLESS = JSON.parse(readFileSync(path.join(import.meta.dirname, "generator/harmless.json"), "utf8")) as Readonly<Record<string, readonly string[]>>;

for (const [register, texts] of Object.entries(HARMLESS)) {
  test(`honest texts pass: ${register}`, () => {
    assert.deepEqual(texts.map((text) => [text, look(text, "text")?.rule]).filter(([, rule]) => rule !== undefined), []);
  });
}
