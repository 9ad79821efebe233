/**
 * Hint: which JSON types the text of a parameter may become.
 *
 * A URL carries text, a schema speaks of numbers and lists. A hint says what to try; the compiled schema judges what
 * came of it. So a hint may be too wide, and then costs a try, but it never lets a value through.
 *
 * Where no `type`, `enum` or `const` limits the types, the keywords tell (`maxLength` means text, though JSON Schema
 * would wave every number through), and where they tell nothing, text stays text.
 */
import { join } from "./json-pointer.ts";
import { isJsonObject, type Json, type JsonObject } from "./json-value.ts";
import type { Library, Spot } from "./library.ts";

/** `number` never stands without `integer`: a schema that takes numbers takes integers. */
export type JsonType = "null" | "boolean" | "integer" | "number" | "string" | "array" | "object";

export interface Hint {
  /** Empty where the schema takes nothing at all. */
  readonly types: ReadonlySet<JsonType>;
  /** Of an array: the first items one by one, then all others. */
  readonly prefix: readonly Hint[];
  readonly items: Hint | undefined;
  /** Of an object: the declared properties, then all others. */
  readonly properties: ReadonlyMap<string, Hint>;
  readonly rest: Hint | undefined;
}

/** Levels of arrays and objects that are looked into: parameters have no deeper ones that could be read. */
export const HINT_LEVELS_MAX = 2;
/** Schemas that are looked at for one hint: alternatives of alternatives grow exponentially. */
export const HINT_SCHEMAS_MAX = 5_000;

/** What text becomes when nothing is known. */
export const TEXT_HINT: Hint = { types: new Set(["string"]), prefix: [], items: undefined, properties: new Map(), rest: undefined };

/** The hint of the schema at `spot`. Follows references; a cycle or a dead end limits nothing. Never throws. */
export function hintOf(spot: Spot, library: Library): Hint {
  return finish(new Walk(library).draft(spot, 0));
}

/** What schemas say, until all are put together. `types` is undefined where nothing limits them. */
interface Draft {
  readonly types: ReadonlySet<JsonType> | undefined;
  /** What keywords suggest that only make sense for some type. */
  readonly told: ReadonlySet<JsonType>;
  readonly prefix: readonly Draft[];
  readonly items: Draft | undefined;
  readonly properties: ReadonlyMap<string, Draft>;
  readonly rest: Draft | undefined;
}

const NO_TYPES: ReadonlySet<JsonType> = new Set();
const OPEN: Draft = { types: undefined, told: NO_TYPES, prefix: [], items: undefined, properties: new Map(), rest: undefined };
const CLOSED: Draft = { ...OPEN, types: NO_TYPES };

class Walk {
  readonly #library: Library;
  /** Spots on the way down: one that comes again is a cycle. */
  readonly #trail: Set<string> = new Set();
  #schemas = 0;

  constructor(library: Library) {
    this.#library = library;
  }

  draft(spot: Spot, level: number): Draft {
    const value = this.#library.at(spot);
    if (value === false) return CLOSED;
    const key = `${spot.file}#${spot.pointer}`;
    if (!isJsonObject(value) || this.#trail.has(key) || ++this.#schemas > HINT_SCHEMAS_MAX) return OPEN;
    this.#trail.add(key);
    const found = this.#draftObject(value, spot, level);
    this.#trail.delete(key);
    return found;
  }

  #draftObject(schema: JsonObject, spot: Spot, level: number): Draft {
    const own: Draft = { ...OPEN, types: typesOf(schema), told: toldBy(schema), ...(level < HINT_LEVELS_MAX && this.#inside(schema, spot, level + 1)) };
    let all = both(own, this.#reference(schema, spot, level));
    for (const draft of this.#list(schema, spot, "allOf", level)) all = both(all, draft);
    for (const keyword of ["anyOf", "oneOf"]) {
      const [first, ...others] = this.#list(schema, spot, keyword, level);
      if (first !== undefined) all = both(all, others.reduce(either, first));
    }
    return all;
  }

  #reference(schema: JsonObject, spot: Spot, level: number): Draft {
    if (typeof schema["$ref"] !== "string") return OPEN;
    const found = this.#library.resolve(schema["$ref"], spot);
    return "wrong" in found ? OPEN : this.draft(found, level);
  }

  #inside(schema: JsonObject, spot: Spot, level: number): Partial<Draft> {
    const at = (...keys: readonly string[]): Draft => this.draft({ file: spot.file, pointer: join(spot.pointer, ...keys) }, level);
    const { properties } = schema;
    const names = isJsonObject(properties) ? Object.keys(properties) : [];
    return {
      prefix: this.#list(schema, spot, "prefixItems", level),
      items: Object.hasOwn(schema, "items") ? at("items") : undefined,
      properties: new Map(names.map((name) => [name, at("properties", name)])),
      rest: isJsonObject(schema["additionalProperties"]) || schema["additionalProperties"] === true ? at("additionalProperties") : undefined,
    };
  }

  #list(schema: JsonObject, spot: Spot, keyword: string, level: number): readonly Draft[] {
    const list = schema[keyword];
    if (!Array.isArray(list)) return [];
    return list.map((_, index) => this.draft({ file: spot.file, pointer: join(spot.pointer, keyword, String(index)) }, level));
  }
}

const TYPES: ReadonlyMap<unknown, readonly JsonType[]> = new Map<unknown, readonly JsonType[]>([
  ["number", ["number", "integer"]],
  ...(["null", "boolean", "integer", "string", "array", "object"] as const).map((type) => [type, [type]] as const),
]);

/** What `type`, `enum` and `const` leave; undefined where none of them stands. */
function typesOf(schema: JsonObject): ReadonlySet<JsonType> | undefined {
  const { type } = schema;
  let types: ReadonlySet<JsonType> | undefined;
  if (type !== undefined) types = new Set([type].flat().flatMap((name) => TYPES.get(name) ?? []));
  // OpenAPI 3.0: `nullable` widens the `type` that stands beside it.
  if (types !== undefined && schema["nullable"] === true) types = new Set([...types, "null"]);
  const values = Object.hasOwn(schema, "const") ? [schema["const"] ?? null] : schema["enum"];
  if (!Array.isArray(values)) return types;
  return intersect(types, new Set((values as readonly Json[]).flatMap(typesOfValue))); // a list in a document is a list of Json
}

function typesOfValue(value: Json): readonly JsonType[] {
  if (value === null) return ["null"];
  if (Array.isArray(value)) return ["array"];
  return TYPES.get(Number.isInteger(value) ? "integer" : typeof value) ?? [];
}

const KEYWORDS: ReadonlyMap<string, readonly JsonType[]> = new Map(
  (
    [
      [["string"], "minLength maxLength pattern"],
      [["number", "integer"], "minimum maximum exclusiveMinimum exclusiveMaximum multipleOf"],
      [["array"], "items prefixItems minItems maxItems uniqueItems contains"],
      [["object"], "properties required additionalProperties minProperties maxProperties patternProperties"],
    ] as const
  ).flatMap(([types, keywords]) => keywords.split(" ").map((keyword) => [keyword, types] as const)),
);

const NUMBER_FORMATS: ReadonlySet<Json> = new Set(["int32", "int64", "float", "double"]);

function toldBy(schema: JsonObject): ReadonlySet<JsonType> {
  const told = Object.keys(schema).flatMap((keyword) => KEYWORDS.get(keyword) ?? []);
  const { format } = schema;
  if (typeof format === "string") told.push(...(TYPES.get(NUMBER_FORMATS.has(format) ? "number" : "string") ?? []));
  return new Set(told);
}

type Combine = (one: Draft, other: Draft) => Draft;

/** What satisfies one and the other. */
function both(one: Draft, other: Draft): Draft {
  if (other === OPEN) return one;
  return combine(one, other, intersect(one.types, other.types), both);
}

/** What satisfies one or the other. */
function either(one: Draft, other: Draft): Draft {
  const types = one.types === undefined || other.types === undefined ? undefined : one.types.union(other.types);
  return combine(one, other, types, either);
}

function combine(one: Draft, other: Draft, types: Draft["types"], how: Combine): Draft {
  const names = new Set([...one.properties.keys(), ...other.properties.keys()]);
  const longer = one.prefix.length < other.prefix.length ? other.prefix : one.prefix;
  return {
    types,
    told: one.told.union(other.told),
    prefix: longer.map((draft, index) => combineOptional(one.prefix[index], other.prefix[index], how) ?? draft),
    items: combineOptional(one.items, other.items, how),
    properties: new Map([...names].map((name) => [name, combineOptional(one.properties.get(name), other.properties.get(name), how) ?? OPEN])),
    rest: combineOptional(one.rest, other.rest, how),
  };
}

function combineOptional(one: Draft | undefined, other: Draft | undefined, how: Combine): Draft | undefined {
  return one === undefined || other === undefined ? (one ?? other) : how(one, other);
}

function intersect(one: ReadonlySet<JsonType> | undefined, other: ReadonlySet<JsonType> | undefined): ReadonlySet<JsonType> | undefined {
  return one === undefined || other === undefined ? (one ?? other) : one.intersection(other);
}

function finish({ types, told, prefix, items, properties, rest }: Draft): Hint {
  return {
    types: types ?? (told.size > 0 ? told : TEXT_HINT.types),
    prefix: prefix.map(finish),
    items: items && finish(items),
    properties: new Map([...properties].map(([name, draft]) => [name, finish(draft)])),
    rest: rest && finish(rest),
  };
}
