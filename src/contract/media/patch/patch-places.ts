/**
 * Patch places: which schemas stand at a place within a value, for operations that name places (RFC 6902).
 *
 * Everything that a value may be asked for is compiled at start-up, so that a request only walks.
 */
import { join } from "../../json-pointer.ts";
import { isJsonObject, type Json, type JsonObject } from "../../json-value.ts";
import type { Spot } from "../../library.ts";
import type { Validator } from "../../operation.ts";
import type { Scope } from "../../reading.ts";

/** Places of one schema; a schema of more is not walked. */
export const PLACES_MAX = 2_000;

/** `shut`: there is nothing. `open`: anything may be there. */
export type Place = "open" | "shut" | Known;

export interface Known {
  readonly validator: Validator;
  readonly readOnly: boolean;
  readonly required: ReadonlySet<string>;
  /** Types of JSON that the value may have; undefined: all. */
  readonly types: ReadonlySet<string> | undefined;
  /** Members that are declared, and what the others are; of what can be no object, none. */
  readonly members: ReadonlyMap<string, Place>;
  readonly rest: Place;
  readonly prefix: readonly Place[];
  readonly items: Place;
  /** What applies to the same value: all of these, and of each list at least one. */
  readonly all: readonly Place[];
  readonly some: readonly (readonly Place[])[];
}

/** The place of the whole value; undefined where there are too many below, or patterns decide between them. */
export function placesOf(scope: Scope, schema: Spot): Place | undefined {
  const walk = new Walk(scope);
  const place = walk.at(schema);
  return walk.tooMany ? undefined : place;
}

type Growing = { -readonly [K in keyof Known]: Known[K] };

class Walk {
  tooMany = false;
  readonly #scope: Scope;
  readonly #known = new Map<string, Growing>();

  constructor(scope: Scope) {
    this.#scope = scope;
  }

  at(spot: Spot): Place {
    const { library } = this.#scope.reading;
    const value = library.at(spot);
    if (value === false) return "shut";
    if (!isJsonObject(value)) return "open";
    const key = `${spot.file}#${spot.pointer}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const validator = this.#scope.compile(spot, "request");
    if (validator === undefined || this.#known.size >= PLACES_MAX || isJsonObject(value["patternProperties"])) {
      this.tooMany = true;
      return "shut";
    }
    const place: Growing = { validator, readOnly: value["readOnly"] === true, required: namesIn(value["required"]), types: typesIn(value["type"]), members: new Map(), rest: "open", prefix: [], items: "open", all: [], some: [] };
    this.#known.set(key, place);
    this.#fill(place, value, spot);
    return place;
  }

  #fill(place: Growing, value: JsonObject, spot: Spot): void {
    const below = (...keys: readonly string[]): Place => this.at({ file: spot.file, pointer: join(spot.pointer, ...keys) });
    const list = (keyword: string): readonly Place[] => (Array.isArray(value[keyword]) ? (value[keyword] as readonly Json[]).map((_, index) => below(keyword, String(index))) : []); // isArray forgets readonly
    const { properties, $ref: reference } = value;
    place.members = new Map(Object.keys(isJsonObject(properties) ? properties : {}).map((name) => [name, below("properties", name)]));
    if (value["additionalProperties"] !== undefined) place.rest = below("additionalProperties");
    place.prefix = list("prefixItems");
    if (value["items"] !== undefined) place.items = below("items");
    const target = typeof reference === "string" ? this.#scope.reading.library.resolve(reference, spot) : undefined;
    place.all = [...(target === undefined || "wrong" in target ? [] : [this.at(target)]), ...list("allOf")];
    place.some = ["anyOf", "oneOf"].map(list).filter(({ length }) => length > 0);
  }
}

function typesIn(value: Json | undefined): ReadonlySet<string> | undefined {
  if (value === undefined) return undefined;
  return typeof value === "string" ? new Set([value]) : namesIn(value);
}

function namesIn(value: Json | undefined): ReadonlySet<string> {
  return new Set(Array.isArray(value) ? (value as readonly Json[]).filter((name) => typeof name === "string") : []); // isArray forgets readonly
}
