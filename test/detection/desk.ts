/** Desk: one detector and its examples: what it finds, and what it must leave alone. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Kind } from "../../src/contract/kinds/kind.ts";
import type { Detector } from "../../src/detection/detector.ts";
import { look } from "../../src/detection/look.ts";
import { Reading } from "../../src/detection/reading.ts";

export interface Examples {
  /** By the rule that finds them. */
  readonly attacks: Readonly<Record<string, readonly string[]>>;
  readonly harmless: readonly string[];
  readonly kind?: Kind;
}

const reading = new Reading();

/** The detector alone finds each attack by its rule; no detector at all minds what is harmless. */
export function exampleTests(detector: Detector, { attacks, harmless, kind = "text" }: Examples): void {
  for (const [rule, texts] of Object.entries(attacks)) {
    test(`${rule} finds what it is for`, () => {
      const found = texts.map((text) => {
        reading.read(text);
        const isAsked = detector.needs === 0 || (reading.marks & detector.needs) !== 0;
        return [text, isAsked ? detector.find(reading) : "not even asked"];
      });
      assert.deepEqual(found.filter(([, by]) => by !== rule), []);
    });
  }
  test(`${detector.name} leaves honest texts alone`, () => {
    assert.deepEqual(harmless.map((text) => [text, look(text, kind)?.rule]).filter(([, by]) => by !== undefined), []);
  });
}
