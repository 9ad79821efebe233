/**
 * Combine: the rules of one schema become one node.
 *
 * This is where the time of a check is made or lost: the type of the value is looked at once, and only the rules that
 * concern it are run.
 */
import { isJsonObject, type Json } from "../json-value.ts";
import type { Findings, Path } from "./findings.ts";
import { ALWAYS, type Node, OPEN, type Rule, type Rules, type TypeName } from "./rule.ts";
import { Seen } from "./seen.ts";

type Test<Value> = (value: Value) => boolean;

export function combine(rules: Rules): Node {
  if (isOpen(rules)) return OPEN;
  const marked = markRules(rules);
  const isLate = rules.lateArrays.length + rules.lateObjects.length > 0;
  return {
    test: isLate ? (value) => marked(value, new Seen()) : testRules(rules),
    mark: isLate ? markApart(marked) : marked,
    tell: tellRules(rules),
    asks: { kind: "all", rules },
    open: false,
  };
}

/** What a schema with `unevaluated...` knows is its own: what its neighbours looked at does not count for it. */
function markApart(marked: (value: Json, seen: Seen) => boolean): (value: Json, seen: Seen) => boolean {
  return (value, seen) => {
    const own = new Seen();
    if (!marked(value, own)) return false;
    seen.absorb(own);
    return true;
  };
}

function isOpen(rules: Rules): boolean {
  const { any, strings, numbers, arrays, objects, lateArrays, lateObjects } = rules;
  return rules.types === undefined && [any, strings, numbers, arrays, objects, lateArrays, lateObjects].every((list) => list.length === 0);
}

const never = (): boolean => false;

function testRules(rules: Rules): Test<Json> {
  const { types } = rules;
  const allows = (name: TypeName): boolean => types === undefined || types.has(name);
  const strings = allows("string") ? all(rules.strings) : never;
  const numbers = allows("number") ? all(rules.numbers) : allows("integer") ? both<number>(Number.isInteger, all(rules.numbers)) : never;
  const arrays = allows("array") ? all(rules.arrays) : never;
  const objects = allows("object") ? all(rules.objects) : never;
  const rest = all(rules.any);
  const isOnly = (name: TypeName): boolean => types?.size === 1 && types.has(name);
  if (isOnly("string")) return both((value) => typeof value === "string" && strings(value), rest);
  if (isOnly("object")) return both((value) => isJsonObject(value) && objects(value), rest);
  if (isOnly("array")) return both((value) => Array.isArray(value) && arrays(value), rest);
  if (isOnly("number") || isOnly("integer")) return both((value) => typeof value === "number" && numbers(value), rest);
  if (types === undefined && strings === ALWAYS && numbers === ALWAYS && arrays === ALWAYS && objects === ALWAYS) return rest;
  const booleans = allows("boolean");
  const nulls = allows("null");
  const bySort = (value: Json): boolean => {
    if (typeof value === "string") return strings(value);
    if (typeof value === "number") return numbers(value);
    if (typeof value === "boolean") return booleans;
    if (value === null) return nulls;
    return isJsonObject(value) ? objects(value) : arrays(value);
  };
  return both(bySort, rest);
}

function both<Value>(one: Test<Value>, other: Test<Value>): Test<Value> {
  if (other === ALWAYS) return one;
  if (one === ALWAYS) return other;
  return (value) => one(value) && other(value);
}

function all<Value extends Json>(rules: readonly Rule<Value>[]): Test<Value> {
  const [first, second, third, ...more] = rules.map((rule) => rule.test).filter((test) => test !== ALWAYS);
  if (first === undefined) return ALWAYS;
  if (second === undefined) return first;
  if (third === undefined) return (value) => first(value) && second(value);
  if (more.length === 0) return (value) => first(value) && second(value) && third(value);
  return (value) => {
    if (!first(value) || !second(value) || !third(value)) return false;
    for (const test of more) if (!test(value)) return false;
    return true;
  };
}

function markRules(rules: Rules): (value: Json, seen: Seen) => boolean {
  return (value, seen) => {
    if (!hasType(rules.types, value) || !markSort(rules, value, seen) || !markAll(rules.any, value, seen)) return false;
    if (Array.isArray(value)) return rules.lateArrays.every((rule) => rule.mark(value as readonly Json[], seen)); // isArray forgets readonly
    return !isJsonObject(value) || rules.lateObjects.every((rule) => rule.mark(value, seen));
  };
}

function markSort(rules: Rules, value: Json, seen: Seen): boolean {
  if (typeof value === "string") return markAll(rules.strings, value, seen);
  if (typeof value === "number") return markAll(rules.numbers, value, seen);
  if (isJsonObject(value)) return markAll(rules.objects, value, seen);
  return !isList(value) || markAll(rules.arrays, value, seen);
}

function markAll<Value extends Json>(list: readonly Rule<Value>[], value: Value, seen: Seen): boolean {
  for (const rule of list) if (!(rule.mark === undefined ? rule.test(value) : rule.mark(value, seen))) return false;
  return true;
}

function tellRules(rules: Rules): Node["tell"] {
  const isLate = rules.lateArrays.length + rules.lateObjects.length > 0;
  return (value, path, findings) => {
    if (!hasType(rules.types, value)) return findings.add(path, "type", `must be ${nameTypes(rules.types ?? new Set())}`);
    if (typeof value === "string") tellAll(rules.strings, value, path, findings);
    else if (typeof value === "number") tellAll(rules.numbers, value, path, findings);
    else if (isJsonObject(value)) tellAll(rules.objects, value, path, findings);
    else if (isList(value)) tellAll(rules.arrays, value, path, findings);
    tellAll(rules.any, value, path, findings);
    if (isLate) tellLate(rules, value, path, findings);
  };
}

function tellAll<Value extends Json>(list: readonly Rule<Value>[], value: Value, path: Path | undefined, findings: Findings): void {
  for (const rule of list) {
    if (findings.full) return;
    rule.tell(value, path, findings);
  }
}

/** Only where the rest fits: after a no it is unknown what has been looked at. */
function tellLate(rules: Rules, value: Json, path: Path | undefined, findings: Findings): void {
  const seen = new Seen();
  if (!markSort(rules, value, seen) || !markAll(rules.any, value, seen)) return;
  if (isList(value)) for (const rule of rules.lateArrays) rule.tell(value, path, findings, seen);
  else if (isJsonObject(value)) for (const rule of rules.lateObjects) rule.tell(value, path, findings, seen);
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

function hasType(types: ReadonlySet<TypeName> | undefined, value: Json): boolean {
  if (types === undefined) return true;
  if (value === null) return types.has("null");
  if (typeof value === "number") return types.has("number") || (types.has("integer") && Number.isInteger(value));
  if (typeof value === "object") return types.has(isList(value) ? "array" : "object");
  return types.has(typeof value === "string" ? "string" : "boolean");
}

const TYPE_WORDS: Readonly<Record<TypeName, string>> = {
  null: "null",
  boolean: "true or false",
  number: "a number",
  integer: "a whole number",
  string: "a string",
  array: "an array",
  object: "an object",
};

function nameTypes(types: ReadonlySet<TypeName>): string {
  return [...types].map((name) => TYPE_WORDS[name]).join(" or ");
}
