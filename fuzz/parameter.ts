/**
 * Parameter: what is written in a style is read back as it was, whatever it holds; what nobody wrote is judged by the
 * schema or refused, and nothing makes the decoder throw.
 *
 * The writer shares nothing with the decoder: it follows RFC 6570 and the style table of OpenAPI.
 */
import { deepStrictEqual, ok } from "node:assert/strict";
import * as fc from "fast-check";
import { type Hint, type JsonType, TEXT_HINT } from "../src/contract/hint.ts";
import type { Json } from "../src/contract/json-value.ts";
import type { Location, Parameter, RawPair, Validator } from "../src/contract/operation.ts";
import { compileParameter } from "../src/contract/parameter.ts";
import { readTarget } from "../src/contract/target.ts";

type Fields = readonly (readonly [name: string, value: string])[];
type Value = string | readonly string[] | { readonly fields: Fields };

interface Case {
  readonly in: Location;
  readonly style: string;
  readonly explode: boolean;
}

const CASES: readonly Case[] = ["path simple", "path label", "path matrix", "query form", "query spaceDelimited", "query pipeDelimited", "query deepObject", "header simple", "cookie form"].flatMap(
  (text) => [true, false].map((explode) => ({ in: (text.split(" ")[0] ?? "") as Location, style: text.split(" ")[1] ?? "", explode })), // the list above
);

const NAME = "na me";
const ALL_TYPES: readonly JsonType[] = ["null", "boolean", "integer", "number", "string", "array", "object"];
const TEXT: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom("", "a", "null", "true", "0", "-0", "1e3", "a,b", "a=b", "a;b", "a|b", "a b", "[a]", "%2C", "%", "a+b", "/", "\u00e9", "\u{1f600}"),
  fc.string({ unit: "grapheme", maxLength: 6 }).filter((text) => !/[\u0000-\u001f\u007f-\u009f]/.test(text)),
);
const FIELD: fc.Arbitrary<string> = TEXT.filter((name) => name !== "" && !/[[\]]/.test(name));
const VALUE: fc.Arbitrary<Value> = fc.oneof(
  TEXT,
  fc.array(TEXT, { minLength: 1, maxLength: 5 }),
  fc.uniqueArray(fc.tuple(FIELD, TEXT), { minLength: 1, maxLength: 5, selector: ([name]) => name }).map((fields) => ({ fields })),
);
const PIECE: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...", ; = . | %20 %7C %2C %3D %C3%A9 %C3 % + a b 1 -1 01 1.0 true null __proto__ name ;name= R=".split(" ")),
  fc.string({ unit: "binary", maxLength: 2 }),
);
const RAW: fc.Arbitrary<string> = fc.array(PIECE, { maxLength: 10 }).map((pieces) => pieces.join(""));
const RAWS: fc.Arbitrary<string | readonly RawPair[]> = fc.oneof(
  RAW,
  fc.array(fc.tuple(fc.constantFrom("name", "a", "__proto__", "name[a]", "name[__proto__]", "name[", "name[]", "name[a][b]", "name[a", ""), RAW), { maxLength: 4 }),
);

export function run(iterations: number, seed: number): void {
  fc.assert(fc.property(fc.constantFrom(...CASES), VALUE, comesBack), { numRuns: iterations, seed });
  fc.assert(fc.property(fc.constantFrom(...CASES), fc.subarray([...ALL_TYPES]), RAWS, isJudged), { numRuns: iterations, seed });
}

/** What the style cannot carry is skipped: OpenAPI leaves it undefined, or a delimiter looks like data. */
function comesBack(style: Case, value: Value): void {
  const parameter = compileParameter({ ...style, name: NAME, required: true, place: { file: "f", pointer: "" } }, validatorOf(() => true), hintFor(value));
  if ("wrong" in parameter || !isCarried(style, value)) return;
  const raw = sendRaw(style, write(style, value));
  const expected = typeof value === "string" || Array.isArray(value) ? value : Object.fromEntries((value as { fields: Fields }).fields); // the third of three
  deepStrictEqual(parameter.read(raw), { value: expected }, JSON.stringify([style, value, raw]));
}

function isJudged(style: Case, types: readonly JsonType[], raw: string | readonly RawPair[]): void {
  const hint: Hint = { ...TEXT_HINT, types: new Set(types), properties: new Map([["a", { ...TEXT_HINT, types: new Set<JsonType>(["integer", "null"]) }]]) };
  const seen: Json[] = [];
  const validator = validatorOf((value) => {
    seen.push(value);
    return JSON.stringify(value).length % 2 === 0;
  });
  const parameter: Parameter | { wrong: string } = compileParameter({ ...style, name: "name", required: true, place: { file: "f", pointer: "" } }, validator, hint);
  if ("wrong" in parameter) return;
  const outcome = parameter.read(raw);
  if ("findings" in outcome) return ok(outcome.findings.length > 0);
  ok(seen.includes(outcome.value) && JSON.stringify(outcome.value).length % 2 === 0, "a value that the schema did not take");
  const type = typeOf(outcome.value);
  ok(types.includes(type) || (type === "integer" && types.includes("number")), "a value of another type");
  ok(Object.getPrototypeOf(outcome.value ?? {}) !== null && !Object.hasOwn(Object(outcome.value), "__proto__"));
}

function typeOf(value: Json): JsonType {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  if (typeof value === "number") return Number.isInteger(value) ? "integer" : "number";
  if (typeof value === "boolean") return "boolean";
  return typeof value === "string" ? "string" : "object";
}

function validatorOf(check: (value: Json) => boolean): Validator {
  return { check, explain: () => [{ pointer: "", keyword: "test", message: "must fit" }], open: false };
}

function hintFor(value: Value): Hint {
  if (typeof value === "string") return TEXT_HINT;
  if (Array.isArray(value)) return { ...TEXT_HINT, types: new Set(["array"]) };
  const { fields } = value as { fields: Fields }; // the third of three
  return { ...TEXT_HINT, types: new Set(["object"]), properties: new Map(fields.map(([name]) => [name, TEXT_HINT])) };
}

function isCarried({ in: location, style, explode }: Case, value: Value): boolean {
  const texts = typeof value === "string" ? [value] : Array.isArray(value) ? value : (value as { fields: Fields }).fields.flat(); // the third of three
  if (texts.includes("__proto__")) return false;
  if (location === "path" && texts.some((text: string) => /[/\\]/.test(text))) return false;
  if (location === "header") return texts.every((text: string) => !text.includes(",") && !text.includes("=") && text.trim() === text) && texts[0] !== "";
  // An unreserved full stop is a delimiter there, encoded or not.
  if (style === "label" && explode) return texts.every((text: string) => !text.includes("."));
  if (style === "spaceDelimited" && !explode) return texts.every((text: string) => !text.includes(" "));
  return !(style === "pipeDelimited" && !explode) || texts.every((text: string) => !text.includes("|"));
}

/** Items joined, names and values alike percent-encoded, but in header fields. */
function write({ in: location, style, explode }: Case, value: Value): string {
  const code = (text: string): string => (location === "header" ? text : encodeURIComponent(text).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16)}`));
  const separator = ({ spaceDelimited: "%20", pipeDelimited: "|" } as Record<string, string>)[style] ?? ",";
  const named = { form: "&", spaceDelimited: "&", pipeDelimited: "&", deepObject: "&", matrix: ";", label: "." }[style] ?? ",";
  const own = location === "query" || style === "matrix" ? `${code(NAME)}=` : "";
  const start = { matrix: ";", label: "." }[style] ?? "";
  if (typeof value === "string") return start + own + code(value);
  if (Array.isArray(value)) return start + (explode ? value.map((item: string) => own + code(item)).join(named) : own + value.map(code).join(separator));
  const { fields } = value as { fields: Fields }; // the third of three
  if (style === "deepObject") return fields.map(([name, text]) => `${code(`${NAME}[${name}]`)}=${code(text)}`).join("&");
  if (explode) return start + fields.map(([name, text]) => `${code(name)}=${code(text)}`).join(named);
  return start + own + fields.flat().map(code).join(separator);
}

/** As the door would hand it over: path and query go through the target. */
function sendRaw({ in: location }: Case, text: string): string | readonly RawPair[] {
  if (location !== "path" && location !== "query") return text;
  const target = readTarget(location === "path" ? `/x/_${text}` : `/x?${text}`);
  ok("path" in target, JSON.stringify([text, target]));
  return location === "query" ? target.query : (target.segments[1] ?? "").slice(1);
}

if (import.meta.main) run(Number(process.argv[2] ?? 50_000), Number(process.argv[3] ?? Date.now()));
