/**
 * Ajar: whether some object in a value may have members of which no schema speaks.
 *
 * Unlike a sketch, this tells what applies together from what applies instead: of schemas that all hold it is enough that
 * one shuts the object, of alternatives each has to. A schema that says nothing lets everything in. Where more has to be
 * looked at than there are bounds for, it counts as ajar.
 */
import { isJsonObject, type Json, type JsonObject } from "../json-value.ts";
import type { Spot } from "../library.ts";
import { below } from "../schema/barred.ts";
import { keyOf, type Resources } from "../schema/resources.ts";
import { itemsOf, memberSpots, namesOf, restOf } from "./members.ts";
import { intersect, type Part, type Types, typesOf } from "./parts.ts";

/** Places of one value, schemas inside schemas at one place, and schemas that are looked at in all. */
const PLACES_MAX = 1_000;
const DEPTH_MAX = 16;
const STEPS_MAX = 20_000;

/** Schemas of which one applies. */
interface Choice {
  readonly spots: readonly Spot[];
  /** Whether one of them applies always. */
  readonly isTotal: boolean;
  /** Named by a discriminator. */
  readonly isHeir?: true;
}

/** What applies to one value together. */
interface Bundle {
  readonly parts: readonly Part[];
  readonly types: Types;
  readonly choices: readonly Choice[];
  /** There is no such value. */
  readonly never: boolean;
}

/** @param spots schemas that apply together @returns the first object that may have undeclared members */
export function findAjar(spots: readonly Spot[], resources: Resources, isOpenApi30: boolean): Spot | undefined {
  return new Look(resources, isOpenApi30).into(spots);
}

class Look {
  readonly #resources: Resources;
  readonly #isOpenApi30: boolean;
  readonly #seen = new Set<string>();
  #steps = 0;

  constructor(resources: Resources, isOpenApi30: boolean) {
    this.#resources = resources;
    this.#isOpenApi30 = isOpenApi30;
  }

  /** All places below, each once: schemas that hold themselves come to an end. */
  into(top: readonly Spot[]): Spot | undefined {
    const waiting: (readonly Spot[])[] = [top];
    for (let spots = waiting.pop(); spots !== undefined; spots = waiting.pop()) {
      const [first] = spots;
      const key = spots.map(keyOf).sort().join(" ");
      if (first === undefined || this.#seen.has(key)) continue;
      if (this.#seen.size >= PLACES_MAX) return first;
      this.#seen.add(key);
      const bundle = this.#bundle(spots);
      if (bundle.never) continue;
      if (!this.#isShut(bundle, bundle.types, DEPTH_MAX)) return bundle.parts[0]?.spot ?? first;
      const inside = this.#inside(bundle, DEPTH_MAX);
      if (inside === undefined) return first;
      waiting.push(...inside);
    }
    return undefined;
  }

  #bundle(spots: readonly Spot[]): Bundle {
    const parts: Part[] = [];
    const choices: Choice[] = [];
    const waiting = [...spots];
    const seen = new Set<string>();
    let types: Types;
    let never = false;
    for (let spot = waiting.shift(); spot !== undefined; spot = waiting.shift()) {
      const value = this.#resources.at(spot);
      if (value === false) never = true;
      if (!isJsonObject(value) || seen.has(keyOf(spot))) continue;
      seen.add(keyOf(spot));
      this.#steps += 1;
      waiting.push(...["$ref", "$dynamicRef"].flatMap((keyword) => this.#follow(value[keyword], spot)));
      // What stands beside a reference does not count in OpenAPI 3.0.
      if (this.#isOpenApi30 && typeof value["$ref"] === "string") continue;
      parts.push({ schema: value, spot });
      types = intersect(types, typesOf(value));
      waiting.push(...listed(value, spot, "allOf"));
      choices.push(...choicesOf(value, spot), ...this.#heirs(value["discriminator"], spot));
    }
    return { parts, types, choices, never };
  }

  /** Whether the object itself, not those inside it, has only members of which some schema speaks. */
  #isShut({ parts, choices, never }: Bundle, types: Types, depth: number): boolean {
    if (never || types?.has("object") === false) return true;
    if (parts.some(({ schema }) => shuts(schema)) || isDictionary(parts)) return true;
    if (depth === 0 || this.#steps > STEPS_MAX) return false;
    return choices.some(({ spots, isTotal }) => isTotal && spots.every((spot) => {
      const branch = this.#bundle([spot]);
      return this.#isShut(branch, intersect(types, branch.types), depth - 1);
    }));
  }

  /** The places inside; undefined: too many to tell. */
  #inside(bundle: Bundle, depth: number): readonly (readonly Spot[])[] | undefined {
    if (depth === 0 || this.#steps > STEPS_MAX) return undefined;
    const { parts, choices } = bundle;
    // Where one of several applies always, its word on a member counts beside the common one.
    const found = choices.some(({ isTotal }) => isTotal) ? [] : insideOf(parts);
    for (const spot of choices.flatMap(({ spots }) => spots)) {
      const branch = this.#bundle([spot]);
      // An heir leads back to its parent, and so to all other heirs.
      const further = branch.choices.filter(({ isHeir }) => isHeir !== true);
      const inner = branch.never ? [] : this.#inside({ ...branch, choices: further, parts: [...parts, ...branch.parts] }, depth - 1);
      if (inner === undefined) return undefined;
      found.push(...inner);
      if (found.length > PLACES_MAX) return undefined;
    }
    return found;
  }

  #follow(reference: Json | undefined, spot: Spot): readonly Spot[] {
    if (typeof reference !== "string") return [];
    const target = this.#resources.follow(reference, spot, this.#resources.enclosing(spot));
    return "wrong" in target ? [] : [target.spot];
  }

  /** Heirs of a schema with a discriminator: their members are nowhere else. */
  #heirs(discriminator: Json | undefined, spot: Spot): readonly Choice[] {
    const mapping = isJsonObject(discriminator) ? discriminator["mapping"] : undefined;
    if (!isJsonObject(mapping)) return [];
    const spots = Object.values(mapping).flatMap((heir) => this.#follow(typeof heir === "string" && /^[A-Za-z0-9._-]+$/.test(heir) ? `#/components/schemas/${heir}` : heir, spot));
    return [{ spots, isTotal: false, isHeir: true }];
  }
}

function choicesOf(schema: JsonObject, spot: Spot): readonly Choice[] {
  const branches = ["anyOf", "oneOf"].map((keyword): Choice => ({ spots: listed(schema, spot, keyword), isTotal: true }));
  const outcomes = ["then", "else"].filter((keyword) => schema["if"] !== undefined && schema[keyword] !== undefined);
  const conditional = ["dependentSchemas", "dependencies"].flatMap((keyword) => Object.keys(asObject(schema[keyword])).map((name) => below(spot, keyword, name)));
  return [...branches, { spots: outcomes.map((keyword) => below(spot, keyword)), isTotal: outcomes.length === 2 }, { spots: conditional, isTotal: false }].filter(({ spots }) => spots.length > 0);
}

function listed(schema: JsonObject, spot: Spot, keyword: string): readonly Spot[] {
  const list = schema[keyword];
  return Array.isArray(list) ? list.map((_, index) => below(spot, keyword, String(index))) : [];
}

/** Names that are listed one by one are spoken of, and so are values. */
function shuts(schema: JsonObject): boolean {
  const { enum: values, const: value, propertyNames } = schema;
  const names = asObject(propertyNames);
  return schema["additionalProperties"] === false || schema["unevaluatedProperties"] === false || values !== undefined || value !== undefined || names["enum"] !== undefined || names["const"] !== undefined;
}

/** Names are values there, and each of them has the same schema. Beside members with a meaning that would be an open door. */
function isDictionary(parts: readonly Part[]): boolean {
  return parts.every((part) => namesOf(part).length === 0) && parts.some((part) => restOf(part).length > 0);
}

function insideOf(parts: readonly Part[]): (readonly Spot[])[] {
  const names = new Set(parts.flatMap(namesOf));
  const patterned = parts.flatMap(({ schema, spot }) => Object.keys(asObject(schema["patternProperties"])).map((source) => [below(spot, "patternProperties", source)]));
  return [...[...names].map((name) => parts.flatMap((part) => memberSpots(part, name))), parts.flatMap(restOf).map(({ spot }) => spot), ...patterned, ...parts.flatMap(itemsOf).map((spot) => [spot])];
}

function asObject(value: Json | undefined): JsonObject {
  return isJsonObject(value) ? value : {};
}
