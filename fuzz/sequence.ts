/**
 * Sequence: whatever an API streams and however it is cut, nothing throws; what leaves is a beginning of what came; no item
 * leaves that was not judged; and a reader of its own finds in what has left only items that fit.
 */
import { deepStrictEqual, ok } from "node:assert/strict";
import * as fc from "fast-check";
import type { Json } from "../src/contract/json-value.ts";
import { DECODE_BOUNDS } from "../src/contract/media/decode.ts";
import { framingOf } from "../src/contract/media/sequence/framing.ts";
import { SequenceJudge } from "../src/contract/media/sequence/sequence.ts";
import type { Validator } from "../src/contract/operation.ts";

const RANGES: readonly string[] = ["application/jsonl", "application/json-seq", "text/event-stream"];
const PIECES: readonly string[] = ["1", '"x"', '"bad"', "{}", "{", "\n", "\n", "\r\n", "\r", "\n\n", "\u001e", "data: ", "data:x\n", "data: bad\n", "event: e\n", "id: 1\n", ": c\n", " ", "\ufeff", "\0", "\u00e9"];
const BODY: fc.Arbitrary<string> = fc.array(fc.constantFrom(...PIECES), { maxLength: 24 }).map((pieces) => pieces.join(""));
const ITEM_BYTES = 24;

export function run(iterations: number, seed: number): void {
  fc.assert(fc.property(fc.constantFrom(...RANGES), BODY, fc.array(fc.nat(80), { maxLength: 10 }), holds), { numRuns: iterations, seed });
}

const fits = (value: Json): boolean => !JSON.stringify(value).includes("bad");
const validator: Validator = { check: fits, explain: () => [], open: false };

function holds(range: string, body: string, cuts: readonly number[]): void {
  const whole = judge(range, body, []);
  const cut = judge(range, body, cuts);
  deepStrictEqual([cut.wrong, cut.wrong ? "" : cut.left], [whole.wrong, whole.wrong ? "" : whole.left], "the cuts matter");
  for (const { left } of [whole, cut]) {
    ok(Buffer.from(body).subarray(0, left.length).equals(left), "what leaves is not what came");
    ok(!left.toString().includes("bad"), "an item left that does not fit");
  }
}

function judge(range: string, body: string, cuts: readonly number[]): { readonly left: Buffer; readonly wrong: boolean } {
  const framing = framingOf(range);
  ok(framing !== undefined);
  const judging = new SequenceJudge(framing, validator, DECODE_BOUNDS, ITEM_BYTES);
  const bytes = Buffer.from(body);
  const places = [0, ...cuts.map((at) => Math.min(at, bytes.length)).sort((one, other) => one - other), bytes.length];
  const left: Buffer[] = [];
  for (const step of [...places.map((from, index) => () => judging.take(bytes.subarray(from, places[index + 1] ?? bytes.length))), () => judging.end()]) {
    const judged = step();
    if (!Buffer.isBuffer(judged)) return { left: Buffer.concat(left), wrong: judged.length > 0 };
    left.push(judged);
  }
  return { left: Buffer.concat(left), wrong: false };
}

if (import.meta.main) run(Number(process.argv[2] ?? 50_000), Number(process.argv[3] ?? Date.now()));
