/**
 * Member spots: where the members of an object are described: in the schema itself, in what it refers to, in its
 * alternatives.
 */
import { join } from "../json-pointer.ts";
import { isJsonObject, type Json, type JsonObject } from "../json-value.ts";
import type { Library, Spot } from "../library.ts";

/** Schemas that are looked at for one object. */
export const SPOTS_MAX = 1_000;

/** By name, every place in which a member is described. References are followed; circles end. */
export function memberSpots(schema: Spot, library: Library): ReadonlyMap<string, readonly Spot[]> {
  const found = new Map<string, Spot[]>();
  for (const { spot, value } of partsOf(schema, library)) {
    const { properties } = value;
    for (const name of isJsonObject(properties) ? Object.keys(properties) : []) {
      const spots = found.get(name) ?? [];
      spots.push({ file: spot.file, pointer: join(spot.pointer, "properties", name) });
      found.set(name, spots);
    }
  }
  return found;
}

/** The schema, what it refers to, and the branches of its `allOf`, `anyOf` and `oneOf`: all that is said of the same value. */
export function partsOf(schema: Spot, library: Library): readonly { readonly spot: Spot; readonly value: JsonObject }[] {
  const parts = new Map<string, { readonly spot: Spot; readonly value: JsonObject }>();
  collect(schema, library, parts);
  return [...parts.values()];
}

function collect(spot: Spot, library: Library, parts: Map<string, { readonly spot: Spot; readonly value: JsonObject }>): void {
  const value = library.at(spot);
  const key = `${spot.file}#${spot.pointer}`;
  if (!isJsonObject(value) || parts.has(key) || parts.size >= SPOTS_MAX) return;
  parts.set(key, { spot, value });
  const { $ref: reference } = value;
  const found = typeof reference === "string" ? library.resolve(reference, spot) : undefined;
  if (found !== undefined && !("wrong" in found)) collect(found, library, parts);
  for (const keyword of ["allOf", "anyOf", "oneOf"]) {
    const branches: Json | undefined = value[keyword];
    if (!Array.isArray(branches)) continue;
    for (const index of branches.keys()) collect({ file: spot.file, pointer: join(spot.pointer, keyword, String(index)) }, library, parts);
  }
}
