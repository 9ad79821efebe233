/**
 * Expression: whatever a policy holds where an expression belongs, compiling it answers with a function or with a sentence,
 * and never throws; and whatever values come, evaluating answers with true, false or a failure. What is bounded stays so.
 */
import { ok, strictEqual } from "node:assert/strict";
import * as fc from "fast-check";
import type { Json } from "../src/contract/json-value.ts";
import { compileCondition, compileValue } from "../src/policy/expression/compile-expression.ts";
import type { Vocabulary } from "../src/policy/expression/examine.ts";
import { isValue, type Kind, toValue, type Value } from "../src/policy/expression/kind.ts";

const KINDS: Readonly<Record<string, Readonly<Record<string, Kind>>>> = {
  principal: { id: "string", tenant: "string", level: "int", roles: "strings", limits: "ints" },
  path: { id: "string", page: "int", share: "double", flag: "bool" },
  "": { time: "timestamp", address: "string" },
};
const vocabulary: Vocabulary = new Map(Object.entries(KINDS).map(([record, kinds]) => [record, new Map(Object.entries(kinds))]));
const ALL: readonly Kind[] = ["string", "int", "double", "bool", "strings", "ints", "doubles", "bools", "timestamp"];

const TOKENS: readonly string[] = [
  ..."principal path time address id tenant level roles limits page share flag constructor __proto__ toString google cel type dyn".split(" "),
  ..."has size int double string bool timestamp duration matches within all exists exists_one filter map bind startsWith contains getHours lowerAscii split join".split(" "),
  ..."( ) [ ] { } . , : ? ! - + * / % < > <= >= == != && || in .? [? 0 1 -1 1.5 1e999 9223372036854775808 0xFF 1u true false null".split(" "),
  '"a"', "'b'", '"^(a+)+$"', '"10.0.0.0/8"', '"Europe/Vienna"', 'b"x"', 'r"\\d"', '"""', '"', "\\", "\n", "//", "\u0000", "\u00e9", "\ud800",
];
const TEXT = fc.array(fc.oneof({ weight: 20, arbitrary: fc.constantFrom(...TOKENS) }, fc.string({ unit: "binary", maxLength: 3 })), { maxLength: 30 }).map((tokens) => tokens.join(" "));

/** Expressions that mean something, so that evaluation is reached. */
const STRINGS = fc.constantFrom("principal.id", "principal.tenant", "path.id", "address", '"north"', 'principal["tenant"]', "principal.roles[0]", "string(path.page)");
const INTS = fc.constantFrom("principal.level", "path.page", "size(principal.roles)", "1", "principal.limits[0]", 'time.getHours("Europe/Vienna")', "int(path.share)", "size(path.id)");
const { condition } = fc.letrec<{ condition: string }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 5 },
    fc.tuple(STRINGS, fc.constantFrom("==", "!=", "<"), STRINGS).map((parts) => parts.join(" ")),
    fc.tuple(INTS, fc.constantFrom("==", "<", ">=", "!="), INTS).map((parts) => parts.join(" ")),
    fc.constantFrom("path.flag", "has(path.id)", "has(principal.tenant)", '"a" in principal.roles', 'path.id.matches("^(a|aa)+$")', 'address.within("10.0.0.0/8")', "principal.limits.all(x, x / path.page < 9)", "principal.roles.exists(r, r == path.id)"),
    fc.tuple(tie("condition"), fc.constantFrom("&&", "||"), tie("condition")).map(([left, operator, right]) => `(${left}) ${operator} (${right})`),
    tie("condition").map((inner) => `!(${inner})`),
    fc.tuple(tie("condition"), tie("condition"), tie("condition")).map(([one, two, three]) => `(${one}) ? (${two}) : (${three})`),
  ),
}));

const JSON_VALUE = fc.oneof(
  fc.constantFrom<Json>("north", "a", "", "a".repeat(200), 0, -1, 3, 1.5, 2 ** 53, true, false, null, [], ["a"], ["a", "b"], [1, 2], [1, "a"], {}, "10.0.0.1", "__proto__"),
  fc.jsonValue().map((value) => value as Json), // what fast-check calls a JSON value is one
);

export function run(iterations: number, seed: number): void {
  fc.assert(fc.property(TEXT, answersAlways), { numRuns: iterations, seed });
  fc.assert(fc.property(condition, fc.array(fc.option(JSON_VALUE, { nil: undefined }), { maxLength: 12 }), judgesAlways), { numRuns: iterations, seed });
}

function answersAlways(text: string): void {
  const compiled = compileCondition(text, vocabulary);
  if ("wrong" in compiled) ok(compiled.wrong.length > 0, "a misfit without a word");
  else evaluate(compiled.mentions, compiled.evaluate, []);
  const value = compileValue(text, vocabulary, ALL);
  if ("wrong" in value) ok(value.wrong.length > 0);
}

function judgesAlways(text: string, given: readonly (Json | undefined)[]): void {
  const compiled = compileCondition(text, vocabulary);
  // Deep ones break a bound; all others mean something.
  if ("wrong" in compiled) return ok(/maxDepth|maxAstNodes|too long|steps/.test(compiled.wrong), `${compiled.wrong}: ${text}`);
  const { mentions, evaluate: judge } = compiled;
  const first = evaluate(mentions, judge, given);
  strictEqual(evaluate(mentions, judge, given), first, "the same values were judged in two ways");
}

type Judge = (values: readonly (Value | undefined)[]) => boolean | { readonly failed: string };

function evaluate(mentions: readonly { readonly kind: Kind }[], judge: Judge, given: readonly (Json | undefined)[]): boolean | string {
  const values = mentions.map(({ kind }, at) => {
    if (kind === "timestamp") return new Date(1_800_000_000_000);
    const json = given[at % Math.max(1, given.length)];
    const value = json === undefined ? undefined : toValue(json, kind);
    ok(value === undefined || isValue(value));
    return value;
  });
  const outcome = judge(values);
  ok(typeof outcome === "boolean" || (typeof outcome.failed === "string" && outcome.failed.length > 0), "neither true, nor false, nor a failure");
  return typeof outcome === "boolean" ? outcome : outcome.failed;
}

if (import.meta.main) run(Number(process.argv[2] ?? 20_000), Number(process.argv[3] ?? Date.now()));
