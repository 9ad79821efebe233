/**
 * Glance: whatever the schema and whatever the bytes, a glance says yes only to what the strict reader reads and the schema takes,
 * in requests and in answers.
 */
import { ok } from "node:assert/strict";
import * as fc from "fast-check";
import { JSON_BOUNDS, type JsonBounds, readJson } from "../src/contract/json.ts";
import type { Json } from "../src/contract/json-value.ts";
import { near, schema, spell, value, withDefinitions } from "../test/contract/glance/dice.ts";
import { compile } from "../test/contract/schema/desk.ts";

const BOUNDS: readonly JsonBounds[] = [JSON_BOUNDS, { ...JSON_BOUNDS, controls: false }, { ...JSON_BOUNDS, exactDecimals: true }, { ...JSON_BOUNDS, depth: 3, values: 12, members: 3, stringBytes: 8 }, { ...JSON_BOUNDS, prototypeNames: true, preciseNumbers: false }];
const DRAWN = schema.chain((one) => fc.tuple(fc.constant(one), fc.oneof(near(one), value)));
const CHANGE = fc.record({ at: fc.nat({ max: 1_000 }), to: fc.oneof(fc.nat({ max: 255 }), fc.constantFrom(...Buffer.from('"\\,:{}[]019-+.eEtfn '))), kind: fc.constantFrom("replace", "insert", "cut") });

export function run(iterations: number, seed: number): void {
  const luck = fc.infiniteStream(fc.nat({ max: 1_000 }));
  fc.assert(fc.property(DRAWN, luck, fc.array(CHANGE, { maxLength: 2 }), fc.constantFrom(...BOUNDS), fc.constantFrom("request", "answer"), holds), { numRuns: iterations, seed });
}

function holds([one, given]: readonly [Json, Json], luck: Iterator<number>, changes: readonly { readonly at: number; readonly to: number; readonly kind: string }[], bounds: JsonBounds, direction: "request" | "answer"): void {
  const { validator } = compile(withDefinitions(one), { direction });
  if (validator === undefined) return;
  const bytes = changes.reduce((text, { at, to, kind }) => {
    const place = at % (text.length + 1);
    return Buffer.concat([text.subarray(0, place), kind === "cut" ? Buffer.alloc(0) : Buffer.of(to), text.subarray(kind === "insert" ? place : place + 1)]);
  }, Buffer.from(spell(given, luck)));
  if (validator.glance?.(bytes, bounds) === undefined) return;
  const read = readJson(bytes, bounds);
  ok("value" in read && validator.check(read.value), `${JSON.stringify(one)} does not take ${JSON.stringify(bytes.toString("latin1"))}`);
}
