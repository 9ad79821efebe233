/**
 * Conjunction: schemas that hold for one value at the same time, and alternatives of these.
 *
 * `allOf`, `anyOf`, `oneOf` and references are multiplied out into one list of alternatives, each a set of plain schemas.
 * As a set it is the same however it was reached, so that recursive schemas come to an end.
 */
import { isJsonObject, type Json, type JsonObject } from "../json-value.ts";
import type { Spot } from "../library.ts";
import { below } from "../schema/barred.ts";
import { keyOf, type Resources } from "../schema/resources.ts";

/** A schema without what refers to others. */
export interface Atom {
  readonly key: string;
  readonly schema: JsonObject;
  readonly spot: Spot;
}

/** All of these hold. Without any, everything is allowed. */
export type Conjunction = ReadonlyMap<string, Atom>;

/** One of these holds. Without any, nothing is allowed. */
export type Alternatives = readonly Conjunction[];

export const ANYTHING: Alternatives = [new Map()];
export const NOTHING: Alternatives = [];

/** Alternatives that are told apart; of more, none is believed. */
export const ALTERNATIVES_MAX = 64;

/** Two alternatives whose atoms are the same are one. */
export function keyOfAlternatives(alternatives: Alternatives): string {
  return alternatives.map(keyOfConjunction).sort().join(" | ");
}

function keyOfConjunction(conjunction: Conjunction): string {
  return [...conjunction.keys()].sort().join(" & ");
}

/** What satisfies one or the other. */
export function either(one: Alternatives, other: Alternatives): Alternatives {
  const all = new Map([...one, ...other].map((conjunction) => [keyOfConjunction(conjunction), conjunction]));
  return all.has("") || all.size > ALTERNATIVES_MAX ? ANYTHING : [...all.values()];
}

/** What satisfies both. */
export function both(one: Alternatives, other: Alternatives): Alternatives {
  // To believe only the first where there are too many to multiply is less than what is known, never more.
  if (one.length * other.length > ALTERNATIVES_MAX) return one;
  return one.flatMap((first) => other.map((second) => new Map([...first, ...second]))).reduce<Alternatives>((all, next) => either(all, [next]), NOTHING);
}

export class Expansion {
  readonly #resources: Resources;
  readonly #isOpenApi30: boolean;
  readonly #known = new Map<string, Alternatives>();

  constructor(resources: Resources, isOpenApi30: boolean) {
    this.#resources = resources;
    this.#isOpenApi30 = isOpenApi30;
  }

  /** The alternatives of a schema. What cannot be followed allows anything. */
  of(value: Json | undefined, spot: Spot): Alternatives {
    if (value === false) return NOTHING;
    if (!isJsonObject(value)) return ANYTHING;
    const key = keyOf(spot);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    // A circle of references for one value is a misfit elsewhere; here it says nothing.
    this.#known.set(key, ANYTHING);
    const found = this.#expand(value, spot, key);
    this.#known.set(key, found);
    return found;
  }

  #expand(schema: JsonObject, spot: Spot, key: string): Alternatives {
    const { $ref: reference } = schema;
    const referred = typeof reference === "string" ? this.#follow(reference, spot) : ANYTHING;
    if (typeof reference === "string" && this.#isOpenApi30) return referred;
    let all = both([new Map([[key, { key, schema, spot }]])], referred);
    for (const part of this.#list(schema, spot, "allOf")) all = both(all, part);
    for (const keyword of ["anyOf", "oneOf"]) {
      const branches = this.#list(schema, spot, keyword);
      if (branches.length > 0) all = both(all, branches.reduce(either, NOTHING));
    }
    return all;
  }

  #follow(reference: string, spot: Spot): Alternatives {
    const target = this.#resources.follow(reference, spot, this.#resources.enclosing(spot));
    return "wrong" in target ? ANYTHING : this.of(target.value, target.spot);
  }

  #list(schema: JsonObject, spot: Spot, keyword: string): readonly Alternatives[] {
    const list = schema[keyword];
    if (!Array.isArray(list)) return [];
    return (list as readonly Json[]).map((part, index) => this.of(part, below(spot, keyword, String(index)))); // isArray forgets readonly
  }
}
