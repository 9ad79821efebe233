/** Judge case: what of a case's expectations did not come true, in sentences. */
import { isDeepStrictEqual } from "node:util";
import { follow, readPointer } from "../../contract/json-pointer.ts";
import { isJsonObject, type Json, type JsonObject } from "../../contract/json-value.ts";
import type { Expectation } from "./case-shape.ts";
import type { Outcome } from "./run-case.ts";

/** Characters of a value that a message shows. */
const SHOWN_CHARACTERS_MAX = 200;

export function judgeCase(expect: Expectation, outcome: Outcome): readonly string[] {
  const { record } = outcome;
  const wrong: string[] = [];
  const compare = (what: string, expected: Json | undefined, found: Json | undefined): void => {
    if (expected !== undefined && !isDeepStrictEqual(plainOf(expected), plainOf(found ?? null))) wrong.push(`expected ${what} ${show(expected)}, found ${show(found)}`);
  };
  compare("status", expect.status, outcome.status);
  compare("guard", expect.guard, record.guard);
  compare("problem", expect.problem, record.problem);
  if (expect.because !== undefined && !holds(record.because ?? {}, expect.because)) wrong.push(`expected because to hold ${show(expect.because)}, found ${show(record.because)}`);
  compare("reached", expect.reached, outcome.reached);
  compare("observed", expect.observed, (record.observed ?? []).map(({ guard }) => guard));
  for (const [name, value] of expect.headers) compare(`header ${name}`, value, outcome.headers.filter(([one]) => one === name).map(([, one]) => one).join(", "));
  wrong.push(...judgeBody(expect, outcome.body));
  if (outcome.unanswered && (expect.status !== undefined || expect.body !== undefined || expect.holds !== undefined)) wrong.push("the API was asked, and the case does not say what it answers: give it an answer, or expect reached: true alone");
  return wrong;
}

function judgeBody({ body, holds: part, lacks }: Expectation, bytes: Uint8Array): readonly string[] {
  if (body === undefined && part === undefined && lacks.length === 0) return [];
  const found = readBody(bytes);
  const wrong: string[] = [];
  if (body !== undefined && !isDeepStrictEqual(plainOf(body), plainOf(found))) wrong.push(`expected the body ${show(body)}, found ${show(found)}`);
  if (part !== undefined && !holds(found, part)) wrong.push(`expected the body to hold ${show(part)}, found ${show(found)}`);
  for (const pointer of lacks) {
    const there = follow(found, readPointer(pointer) ?? []);
    if (there !== undefined) wrong.push(`expected nothing at ${pointer}, found ${show(there)}`);
  }
  return wrong;
}

/** JSON where it is JSON, else the text. */
function readBody(bytes: Uint8Array): Json {
  const text = Buffer.from(bytes).toString("utf8");
  if (text === "") return null;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}

/** Members that are expected are there, at any depth; items of a list are compared one by one. */
function holds(found: Json, expected: Json): boolean {
  if (isJsonObject(expected)) return isJsonObject(found) && Object.entries(expected).every(([name, value]) => Object.hasOwn(found, name) && holds(found[name] ?? null, value));
  if (Array.isArray(expected)) return Array.isArray(found) && found.length === expected.length && expected.every((value: Json, at) => holds((found as readonly Json[])[at] ?? null, value));
  return found === expected;
}

/** Objects that a shape read have no prototype; what counts is what they hold. */
function plainOf(value: Json): Json {
  return JSON.parse(JSON.stringify(value)) as Json;
}

function show(value: Json | JsonObject | undefined): string {
  if (value === undefined) return "nothing";
  const text = JSON.stringify(value);
  return text.length > SHOWN_CHARACTERS_MAX ? `${text.slice(0, SHOWN_CHARACTERS_MAX)}...` : text;
}
