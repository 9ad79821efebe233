/**
 * AuthZEN: no bytes of a decision point are taken for a yes but those that say it, and no question from outside makes the
 * reader of questions throw.
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import * as fc from "fast-check";
import type { Json, JsonObject } from "../src/contract/json-value.ts";
import { readDecision } from "../src/doors/inbound/authorize/decision-point/read-decision.ts";
import { QUESTIONS_MAX, readRequest } from "../src/hosts/decisions/read-request.ts";

const JSON_VALUE = fc.jsonValue({ maxDepth: 3 }).map((value) => value as Json); // what fast-check calls a JSON value is one
const DECISION: fc.Arbitrary<Json> = fc.oneof({ weight: 3, arbitrary: fc.boolean() }, fc.constantFrom<Json>("true", "false", 1, 0, null, {}, [], [true]), JSON_VALUE);
const ANSWER: fc.Arbitrary<Json> = fc.oneof(
  fc.record({ decision: DECISION, context: fc.oneof(JSON_VALUE, fc.constantFrom<Json>({ acr_values: "urn:loa:3" }, { acr_values: 'a"b' }, { acr_values: ["a"] })) }, { requiredKeys: [] }),
  fc.record({ evaluations: fc.oneof(fc.array(fc.record({ decision: DECISION }, { requiredKeys: [] }), { maxLength: 4 }), JSON_VALUE), decision: DECISION }, { requiredKeys: [] }),
  JSON_VALUE,
);
const MANY = fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined });
/** Text that was damaged on the way: a piece cut out, put in, or doubled. */
const DAMAGE = fc.tuple(fc.nat(), fc.constantFrom("", "true", "\"decision\":true,", "{", "}", ",", "\u0000", "\\u0074"), fc.nat(8));

const ENTITY = fc.record({ type: fc.oneof(fc.constantFrom("user", "route", ""), JSON_VALUE), id: fc.oneof(fc.constantFrom("a", ""), JSON_VALUE), properties: JSON_VALUE }, { requiredKeys: [] });
const TUPLE = fc.record({ subject: fc.oneof(ENTITY, JSON_VALUE), action: fc.oneof(fc.record({ name: fc.oneof(fc.constantFrom("GET"), JSON_VALUE) }, { requiredKeys: [] }), JSON_VALUE), resource: fc.oneof(ENTITY, JSON_VALUE), context: JSON_VALUE }, { requiredKeys: [] });
const BODY = fc.oneof(JSON_VALUE, TUPLE, fc.tuple(TUPLE, fc.oneof(fc.array(fc.oneof(TUPLE, JSON_VALUE), { maxLength: 4 }), JSON_VALUE), fc.oneof(fc.constantFrom<Json>({}, { evaluations_semantic: "deny_on_first_deny" }), JSON_VALUE)).map(([tuple, evaluations, options]) => ({ ...tuple, evaluations, options })));

export function run(iterations: number, seed: number): void {
  fc.assert(fc.property(ANSWER, MANY, isYesOnlyWhenSaid), { numRuns: iterations, seed });
  fc.assert(fc.property(ANSWER, DAMAGE, MANY, isJudgedAsItReads), { numRuns: iterations, seed });
  fc.assert(fc.property(BODY, fc.boolean(), isReadOrRefused), { numRuns: iterations, seed });
}

function isYesOnlyWhenSaid(answer: Json, many: number | undefined): void {
  const decision = readDecision(Buffer.from(JSON.stringify(answer)), many);
  const permitted = "permitted" in decision && decision.permitted;
  strictEqual(permitted && !saysYes(answer, many), false, `taken for a yes: ${JSON.stringify(answer)}`);
  if ("permitted" in decision && !decision.permitted && decision.stronger !== undefined) ok(!/["\\\r\n]/.test(decision.stronger), "a challenge that can be broken out of");
}

/** Written apart from the reader. */
function saysYes(answer: Json, many: number | undefined): boolean {
  const object = answer as JsonObject | null;
  if (typeof object !== "object" || object === null || Array.isArray(object)) return false;
  if (many === undefined) return object["decision"] === true;
  const { evaluations } = object;
  return Array.isArray(evaluations) && evaluations.length === many && evaluations.every((one: JsonObject | null) => one !== null && one["decision"] === true);
}

function isJudgedAsItReads(answer: Json, [at, piece, cut]: readonly [number, string, number], many: number | undefined): void {
  const text = JSON.stringify(answer);
  const from = at % (text.length + 1);
  const damaged = text.slice(0, from) + piece + text.slice(from + cut);
  const decision = readDecision(Buffer.from(damaged), many);
  if (!("permitted" in decision) || !decision.permitted) return;
  // A yes out of damaged bytes must be one to whoever reads them in another way as well.
  ok(saysYes(JSON.parse(damaged) as Json, many), `taken for a yes: ${damaged}`);
}

function isReadOrRefused(body: Json, several: boolean): void {
  const asked = readRequest(body, several);
  if ("wrong" in asked) return ok(asked.wrong.length > 0);
  const questions = "one" in asked ? [asked.one] : asked.all;
  ok(questions.length <= QUESTIONS_MAX);
  for (const question of questions) {
    if ("wrong" in question) continue;
    const { subject, action, resource } = question;
    for (const name of [subject.type, subject.id, action, resource.type, resource.id]) ok(typeof name === "string" && name !== "");
    deepStrictEqual([Array.isArray(subject.properties), Array.isArray(resource.properties)], [false, false]);
  }
}

if (import.meta.main) run(Number(process.argv[2] ?? 50_000), Number(process.argv[3] ?? Date.now()));
