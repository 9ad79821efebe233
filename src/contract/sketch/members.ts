/** Members: what one schema says, by itself, of the members and the items of a value. */
import { isJsonObject, type Json, type JsonObject } from "../json-value.ts";
import type { Spot } from "../library.ts";
import { below } from "../schema/barred.ts";
import { compilePattern, type Matcher } from "../schema/pattern/compile-pattern.ts";
import { ANNOTATIONS } from "../schema/vocabulary.ts";
import type { Part } from "./parts.ts";

const REST = ["additionalProperties", "unevaluatedProperties"];

/** Members without names of their own, as one schema has them. */
interface Others {
  readonly spot: Spot;
  /** undefined: whatever is not declared beside it. */
  readonly matches: Matcher | undefined;
}

export function memberSpots(part: Part, name: string): readonly Spot[] {
  const { schema, spot } = part;
  const { properties } = schema;
  const own = isJsonObject(properties) && Object.hasOwn(properties, name) ? [below(spot, "properties", name)] : [];
  const patterned = patternsOf(part).filter(({ matches }) => matches === undefined || matches(name)).map((one) => one.spot);
  return own.length + patterned.length > 0 ? [...own, ...patterned] : restOf(part).map((one) => one.spot);
}

export function othersOf(part: Part): readonly Others[] {
  return [...patternsOf(part), ...restOf(part)];
}

/** A pattern that cannot be compiled takes its operation down elsewhere; here it claims every name. */
function patternsOf({ schema, spot }: Part): readonly Others[] {
  return keysOf(schema["patternProperties"]).map((source) => {
    const matches = compilePattern(source);
    return { spot: below(spot, "patternProperties", source), matches: "wrong" in matches ? undefined : matches };
  });
}

/** `additionalProperties: true` says that there may be others, and nothing of them: it declares none. */
export function restOf({ schema, spot }: Part): readonly Others[] {
  return REST.flatMap((keyword) => (saysSomething(schema[keyword]) ? [{ spot: below(spot, keyword), matches: undefined }] : []));
}

/** `additionalProperties: true` or `{}`: others are welcome, and nothing is said of them. */
export function opensRest({ schema }: Part): boolean {
  return REST.some((keyword) => schema[keyword] === true || (isJsonObject(schema[keyword]) && !saysSomething(schema[keyword])));
}

export function itemsOf({ schema, spot }: Part): readonly Spot[] {
  const one = ["items", "unevaluatedItems", "additionalItems"].flatMap((keyword) => (isJsonObject(schema[keyword]) ? [below(spot, keyword)] : []));
  const prefix = schema["prefixItems"];
  return [...one, ...(Array.isArray(prefix) ? prefix.map((_, index) => below(spot, "prefixItems", String(index))) : [])];
}

/** Names that it declares. */
export function namesOf({ schema }: Part): readonly string[] {
  return keysOf(schema["properties"]);
}

function saysSomething(schema: Json | undefined): schema is JsonObject {
  return isJsonObject(schema) && Object.keys(schema).some((keyword) => !ANNOTATIONS.has(keyword));
}

function keysOf(map: Json | undefined): readonly string[] {
  return isJsonObject(map) ? Object.keys(map) : [];
}
