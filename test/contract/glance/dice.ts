/** Dice: random schemas, and values that are near to fitting them. */
import * as fc from "fast-check";
import type { Json, JsonObject } from "../../../src/contract/json-value.ts";

const NAMES = ["a", "b", "id", "name", "n\u00e9", "__proto__", "toString", "1", "x y", "q\"uote"] as const;
const TEXTS = ["", "a", "book", "tool", "cat", "dog", "2026-11-20T10:00:00Z", "2026-02-30", "2026-02-28", "2024-02-29", "n\u00e9", "\ud83d\ude00", "tab\t", "1", "4f9a0c2e-1d1f-4a8e-9b0e-0a1b2c3d4e5f", "line\nbreak", "a\\b", "SKU-00012", "2026-11-20T23:59:60Z", "2026-11-20T10:00:00.5+01:00", "\u0085", "\u0007"] as const;
const NUMBERS = [0, -0, 1, 1.5, -1, 2, 10, 100, 0.1, 1e21, 12345678901234, 0.000001, -7.25, 2 ** 31, 2 ** 53] as const;

const text = fc.constantFrom(...TEXTS);
const number = fc.constantFrom(...NUMBERS);
const scalar: fc.Arbitrary<Json> = fc.oneof(text, number, fc.boolean(), fc.constant(null));
const name = fc.constantFrom(...NAMES);

/** Any value, of the same names and texts of which the schemas speak. */
export const value: fc.Arbitrary<Json> = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof({ maxDepth: 4, depthSize: "small" }, scalar, fc.array(tie("value"), { maxLength: 4 }), members(tie("value"))),
})).value;

function members<Value>(of: fc.Arbitrary<Value>): fc.Arbitrary<{ readonly [name: string]: Value }> {
  return fc.array(fc.tuple(name, of), { maxLength: 5 }).map((pairs) => Object.fromEntries(pairs));
}

const type = fc.constantFrom("string", "number", "integer", "boolean", "null", "array", "object");
const count = fc.nat({ max: 4 });

export const schema: fc.Arbitrary<Json> = fc.letrec<{ schema: Json }>((tie) => {
  const one = tie("schema");
  const some = fc.array(one, { minLength: 1, maxLength: 3 });
  const words: Readonly<Record<string, fc.Arbitrary<Json>>> = {
    type: fc.oneof(type, fc.uniqueArray(type, { minLength: 1, maxLength: 3 })), enum: fc.array(fc.oneof(scalar, value), { minLength: 1, maxLength: 4 }), const: scalar,
    minLength: count, maxLength: fc.nat({ max: 20 }), pattern: fc.constantFrom("^[a-z]*$", "a", "^SKU-[0-9]{5}$", "\u00e9"), format: fc.constantFrom("date-time", "date", "uuid", "int32", "email"),
    minimum: number, maximum: number, exclusiveMinimum: number, exclusiveMaximum: number, multipleOf: fc.constantFrom(1, 0.5, 0.01),
    items: one, prefixItems: some, minItems: count, maxItems: count, uniqueItems: fc.boolean(), contains: one, minContains: count, maxContains: count, unevaluatedItems: one,
    properties: members(one), patternProperties: fc.constantFrom({ "^a": { type: "string" } }, { "[0-9]": false }), additionalProperties: one, required: fc.uniqueArray(name, { maxLength: 2 }),
    minProperties: count, maxProperties: count, propertyNames: fc.constantFrom({ maxLength: 2 }, { pattern: "^[a-z]+$" }), unevaluatedProperties: one,
    dependentRequired: fc.constantFrom({ a: ["b"] }, { id: ["name"] }), dependentSchemas: members(one), readOnly: fc.boolean(), writeOnly: fc.boolean(), allOf: some, anyOf: some, oneOf: some, not: one, if: one, ...Object.fromEntries(["then", "else"].map((word) => [word, one])),
    $ref: fc.constantFrom("#/$defs/tree", "#/$defs/item", "#/$defs/nullable", "#/$defs/pet"),
  };
  // A few words each: of many, nothing would fit.
  const few = fc.uniqueArray(fc.constantFrom(...Object.keys(words)), { maxLength: 5 }).chain((chosen) => fc.record(Object.fromEntries(chosen.map((word) => [word, words[word] ?? one]))));
  return { schema: fc.oneof({ maxDepth: 3, depthSize: "small" }, { arbitrary: fc.boolean(), weight: 1 }, { arbitrary: few, weight: 9 }) };
}).schema;

/** With the schemas to which the above refer. */
export function withDefinitions(drawn: Json): JsonObject {
  return {
    $defs: {
      tree: { type: "object", properties: { a: { $ref: "#/$defs/tree" }, b: { type: "array", items: { $ref: "#/$defs/tree" } }, id: { type: "integer" } }, additionalProperties: false },
      item: { allOf: [{ type: "object", required: ["id"], properties: { id: { type: "integer" } } }, { properties: { name: { type: "string", maxLength: 5 } } }] },
      cat: { type: "object", required: ["name"], properties: { name: { type: "string" }, a: { type: "integer", readOnly: true } } },
      dog: { type: "object", required: ["name"], properties: { name: { enum: ["dog", "hound"] }, b: { type: "string", writeOnly: true } }, additionalProperties: false },
      pet: { anyOf: [{ $ref: "#/$defs/cat" }, { $ref: "#/$defs/dog" }], discriminator: { propertyName: "name", mapping: { hound: "#/$defs/dog" } } },
      nullable: { anyOf: [{ $ref: "#/$defs/item" }, { type: "null" }, { type: "string", format: "date" }] },
    },
    allOf: [drawn],
  };
}

/** A value that the schema speaks of, as far as that is easily seen. */
export function near(drawn: Json): fc.Arbitrary<Json> {
  if (typeof drawn !== "object" || drawn === null || Array.isArray(drawn)) return value;
  const { type: types, enum: listed, properties, items, required, allOf, anyOf, oneOf, $ref: reference } = drawn as JsonObject;
  if (Array.isArray(listed)) return fc.constantFrom(...(listed as readonly Json[]));
  for (const parts of [allOf, anyOf, oneOf]) if (Array.isArray(parts)) return fc.oneof(...(parts as readonly Json[]).map(near));
  if (typeof reference === "string") return reference === "#/$defs/pet" ? pet : tree;
  const kind = Array.isArray(types) ? types[0] : types;
  if (kind === "object" || properties !== undefined || required !== undefined) return nearObject(properties, Array.isArray(required) ? required : []);
  if (kind === "array" || items !== undefined) return fc.array(near(items ?? true), { maxLength: 4 });
  if (kind === "string") return text;
  if (kind === "number" || kind === "integer") return number;
  if (kind === "boolean") return fc.boolean();
  return kind === "null" ? fc.constant(null) : value;
}

function nearObject(properties: Json | undefined, required: readonly Json[]): fc.Arbitrary<Json> {
  const known = Object.entries((properties ?? {}) as JsonObject).map(([own, inner]): fc.Arbitrary<readonly [string, Json]> => near(inner).map((made) => [own, made] as const));
  const asked = required.filter((own) => typeof own === "string").map((own): fc.Arbitrary<readonly [string, Json]> => value.map((made) => [own, made] as const));
  const more = fc.array(fc.tuple(name, value), { maxLength: 2 });
  return fc.tuple(fc.tuple(...asked, ...known), fc.shuffledSubarray(known.map((_, index) => index)), fc.oneof({ arbitrary: fc.constant([]), weight: 3 }, { arbitrary: more, weight: 1 })).map(([made, , others]) => Object.fromEntries([...made, ...others]));
}

const tree: fc.Arbitrary<Json> = fc.letrec<{ tree: Json }>((tie) => ({
  tree: fc.record({ a: tie("tree"), b: fc.array(tie("tree"), { maxLength: 2 }), id: fc.constantFrom(1, 2, 1.5), name: fc.constantFrom("n", "n\u00e9", "longer than five") }, { requiredKeys: [] }).map((made) => made as JsonObject),
})).tree;

const pet: fc.Arbitrary<Json> = fc.record({ name: fc.constantFrom("cat", "dog", "hound", "a", 1), a: fc.constantFrom(1, "a"), b: fc.constantFrom("b", 1), id: fc.constant(1) }, { requiredKeys: [] }).map((made) => made as JsonObject);

/** The same value, written with the blanks, escapes and numbers that a writer may choose. */
export function spell(given: Json, luck: Iterator<number>): string {
  const roll = (sides: number): number => (luck.next().value as number) % sides;
  const blank = (): string => ["", "", "", " ", "\n", "\t ", "\r\n"][roll(7)] ?? "";
  const spellText = (written: string): string => (roll(4) > 0 ? JSON.stringify(written) : `"${[...JSON.stringify(written).slice(1, -1).matchAll(/\\(?:u....|.)|[^]/gu)].map(([one]) => (one.length === 1 && roll(2) === 0 ? `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}` : one)).join("")}"`);
  const spellNumber = (written: number): string => {
    const plain = Object.is(written, -0) ? "-0" : String(written);
    return roll(5) === 0 && Number.isInteger(written) && !plain.includes("e") ? [`${plain}.0`, `${plain}e0`, `${plain}E+00`][roll(3)] ?? plain : plain;
  };
  const go = (inner: Json): string => {
    if (typeof inner === "string") return spellText(inner);
    if (typeof inner === "number") return spellNumber(inner);
    if (typeof inner !== "object" || inner === null) return String(inner);
    if (Array.isArray(inner)) return `[${blank()}${(inner as readonly Json[]).map(go).join(`${blank()},${blank()}`)}${blank()}]`;
    return `{${blank()}${Object.entries(inner).map(([own, member]) => `${spellText(own)}${blank()}:${blank()}${go(member)}`).join(`${blank()},${blank()}`)}${blank()}}`;
  };
  return `${blank()}${go(given)}${blank()}`;
}
