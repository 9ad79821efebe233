/**
 * Form: no body makes the reader of forms throw, and whatever it accepts, the WHATWG parser of forms reads alike.
 */
import { deepStrictEqual, ok } from "node:assert/strict";
import * as fc from "fast-check";
import { JSON_BOUNDS } from "../src/contract/json.ts";
import { readFormPairs } from "../src/contract/media/form-text.ts";

const PIECES: readonly string[] = [
  ..."& = + % ; a b [] [a] %20 %26 %3D %3d %2B %3B %25 %252 %C3%A9 %c3 %A9 %C0%AF %ED%A0%80 %00 %0A %0D%0A %09 %1B %7F %C2%85 %C2%9B %g0 %1".split(" "),
  ..."/ ? : @ ! $ ' ( ) * , | ^ ` { } ~ . _ - < > \\ \" #".split(" "),
  " ",
  "\n",
  "\0",
  "\u00e9",
  "\u{1f600}",
  "__proto__=1",
];

const TEXT: fc.Arbitrary<string> = fc.oneof(
  fc.array(fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...PIECES) }, fc.string({ unit: "binary", maxLength: 3 })), { maxLength: 24 }).map((pieces) => pieces.join("")),
  fc.array(fc.tuple(fc.string({ unit: "grapheme" }), fc.string({ unit: "grapheme" })), { maxLength: 6 }).map((pairs) => String(new URLSearchParams(pairs))),
);

export function run(iterations: number, seed: number): void {
  fc.assert(fc.property(TEXT, fc.nat(6), holds), { numRuns: iterations, seed });
}

function holds(text: string, values: number): void {
  const pairs = readFormPairs(Buffer.from(text), JSON_BOUNDS);
  if ("keyword" in pairs) return ok(pairs.message.length > 0);
  deepStrictEqual(pairs.map(({ name, text }) => [name, text]), [...new URLSearchParams(text)]);
  const bounded = readFormPairs(Buffer.from(text), { ...JSON_BOUNDS, values });
  deepStrictEqual("keyword" in bounded, pairs.length > values);
}

if (import.meta.main) run(Number(process.argv[2] ?? 100_000), Number(process.argv[3] ?? Date.now()));
