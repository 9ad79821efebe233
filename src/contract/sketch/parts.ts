/**
 * Parts: every schema that may apply to one value: the schemas themselves, what they refer to, the parts of `allOf`, the
 * alternatives of `anyOf` and `oneOf`, what `then`, `else` and `dependentSchemas` add, and what a discriminator maps to.
 */
import { isJsonObject, type Json, type JsonObject } from "../json-value.ts";
import type { Spot } from "../library.ts";
import { below } from "../schema/barred.ts";
import { keyOf, type Resources } from "../schema/resources.ts";
import type { SketchType } from "./sketch.ts";

export interface Part {
  readonly schema: JsonObject;
  readonly spot: Spot;
}

export type Types = ReadonlySet<SketchType> | undefined;

export interface Parts {
  readonly parts: readonly Part[];
  /** Types that are possible; undefined: any. */
  readonly types: Types;
  /** false: there were more than `PARTS_MAX`. */
  readonly whole: boolean;
}

/** Schemas that are put together for one place. */
export const PARTS_MAX = 2_000;

export function collectParts(spots: readonly Spot[], resources: Resources, isOpenApi30: boolean): Parts {
  const collection = new Collection(resources, isOpenApi30);
  const types = spots.map((spot) => collection.add(resources.at(spot), spot)).reduce(unite, NONE);
  return { parts: collection.parts, types, whole: collection.whole };
}

const NONE: Types = new Set();

class Collection {
  readonly parts: Part[] = [];
  whole = true;
  readonly #resources: Resources;
  readonly #isOpenApi30: boolean;
  readonly #seen = new Set<string>();

  constructor(resources: Resources, isOpenApi30: boolean) {
    this.#resources = resources;
    this.#isOpenApi30 = isOpenApi30;
  }

  /** Answers the types that this schema leaves. */
  add(value: Json | undefined, spot: Spot): Types {
    if (value === false) return NONE;
    const key = keyOf(spot);
    if (!isJsonObject(value) || this.#seen.has(key)) return undefined;
    if (this.parts.length >= PARTS_MAX) this.whole = false;
    if (!this.whole) return undefined;
    this.#seen.add(key);
    const { $ref: reference } = value;
    // What stands beside a reference does not count in OpenAPI 3.0. A note that takes away does, or it would be lost unheard.
    if (this.#isOpenApi30 && typeof reference === "string") {
      this.parts.push({ schema: Object.fromEntries(Object.entries(value).filter(([name]) => name.startsWith("x-"))), spot });
      return this.#follow(reference, spot);
    }
    this.parts.push({ schema: value, spot });
    return this.#addNeighbours(value, spot);
  }

  #addNeighbours(value: JsonObject, spot: Spot): Types {
    let types = typesOf(value);
    for (const keyword of ["$ref", "$dynamicRef"]) {
      const reference = value[keyword];
      if (typeof reference === "string") types = intersect(types, this.#follow(reference, spot));
    }
    for (const part of this.#list(value, spot, "allOf")) types = intersect(types, part);
    for (const keyword of ["anyOf", "oneOf"]) {
      const branches = this.#list(value, spot, keyword);
      if (branches.length > 0) types = intersect(types, branches.reduce(unite, NONE));
    }
    for (const keyword of ["then", "else"]) this.add(value[keyword], below(spot, keyword));
    for (const keyword of ["dependentSchemas", "dependencies"]) {
      const map = value[keyword];
      if (isJsonObject(map)) for (const [name, schema] of Object.entries(map)) this.add(schema, below(spot, keyword, name));
    }
    this.#addMapping(value["discriminator"], spot);
    return types;
  }

  #follow(reference: string, spot: Spot): Types {
    const target = this.#resources.follow(reference, spot, this.#resources.enclosing(spot));
    return "wrong" in target ? undefined : this.add(target.value, target.spot);
  }

  #list(value: JsonObject, spot: Spot, keyword: string): readonly Types[] {
    const list = value[keyword];
    return Array.isArray(list) ? list.map((part: Json, index) => this.add(part, below(spot, keyword, String(index)))) : [];
  }

  /** Schemas that inherit: the parent names its heirs, and their members are nowhere else. */
  #addMapping(discriminator: Json | undefined, spot: Spot): void {
    const mapping = isJsonObject(discriminator) ? discriminator["mapping"] : undefined;
    if (!isJsonObject(mapping)) return;
    for (const heir of Object.values(mapping)) {
      if (typeof heir !== "string") continue;
      this.#follow(/^[A-Za-z0-9._-]+$/.test(heir) ? `#/components/schemas/${heir}` : heir, spot);
    }
  }
}

export function typesOf({ type, nullable, enum: values, const: value }: JsonObject): Types {
  const named = typeof type === "string" ? [type] : Array.isArray(type) ? type.filter((one: Json) => typeof one === "string") : undefined;
  const told = named === undefined ? undefined : new Set([...named, ...(nullable === true ? ["null"] : [])] as SketchType[]); // other words are a misfit elsewhere
  const known = Array.isArray(values) ? (values as readonly Json[]) : value === undefined ? undefined : [value]; // isArray forgets readonly
  return known === undefined ? told : intersect(told, new Set(known.map(typeOf)));
}

function typeOf(value: Json): SketchType {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  const type = typeof value;
  return type === "number" ? (Number.isInteger(value) ? "integer" : "number") : type === "string" || type === "boolean" ? type : "object";
}

function unite(one: Types, other: Types): Types {
  return one === undefined || other === undefined ? undefined : one.union(other);
}

/** Numbers are integers, too. */
export function intersect(one: Types, other: Types): Types {
  if (one === undefined || other === undefined) return one ?? other;
  const both = one.intersection(other);
  const whole = (one.has("number") && other.has("integer")) || (one.has("integer") && other.has("number"));
  return whole ? both.union(new Set<SketchType>(["integer"])) : both;
}
