/** Generator: attacks that were made by grammar, written in every way, and honest texts of many languages. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { look } from "../../src/detection/look.ts";
import { type Attack, ATTACKS } from "./generator/attacks.ts";
import { EVASIONS } from "./generator/evasions.ts";

/** Points that an evasion may cost. */
const EVASION_POINTS_MAX = 2;

function missed(attacks: readonly Attack[], write: (text: string) => string = (text) => text): readonly string[] {
  return attacks.map(({ text }) => write(text)).filter((text) => look(text, "text") === undefined);
}

test("of attacks as they are 99 of 100 are found", () => {
  const lost = missed(ATTACKS);
  assert.ok(ATTACKS.length > 1_000, "too few to mean anything");
  assert.ok(lost.length <= ATTACKS.length / 100, `${lost.length} of ${ATTACKS.length}: ${lost.slice(0, 20).join("   ")}`);
});

for (const { name, families, write } of EVASIONS) {
  test(`${name} costs no more than ${EVASION_POINTS_MAX} points`, () => {
    const attacks = ATTACKS.filter(({ family, text }) => families.includes(family) && look(text, "text") !== undefined);
    const lost = missed(attacks, write);
    assert.ok(attacks.length > 20 && attacks.some(({ text }) => write(text) !== text), "it changes nothing");
    assert.ok(lost.length <= (attacks.length * EVASION_POINTS_MAX) / 100, `${lost.length} of ${attacks.length}: ${lost.slice(0, 12).map((text) => text.slice(0, 120)).join("   ")}`);
  });
}

const HARMLESS = JSON.parse(readFileSync(path.join(import.meta.dirname, "generator/harmless.json"), "utf8")) as Readonly<Record<string, readonly string[]>>;

for (const [register, texts] of Object.entries(HARMLESS)) {
  test(`honest texts pass: ${register}`, () => {
    assert.deepEqual(texts.map((text) => [text, look(text, "text")?.rule]).filter(([, rule]) => rule !== undefined), []);
  });
}
