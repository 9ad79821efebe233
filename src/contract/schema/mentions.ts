/** Mentions: whether a schema, or one that it refers to, has a rule for members of a certain name. */
import { isJsonObject, type Json } from "../json-value.ts";
import type { Spot } from "../library.ts";
import { below } from "./barred.ts";
import { keyOf, type Resources } from "./resources.ts";

export function mentions(name: string, value: Json | undefined, spot: Spot, resources: Resources, visited: Set<string> = new Set()): boolean {
  if (Array.isArray(value)) return value.some((item: Json, index) => item === name || mentions(name, item, below(spot, String(index)), resources, visited));
  if (!isJsonObject(value) || visited.has(keyOf(spot))) return false;
  visited.add(keyOf(spot));
  return Object.entries(value).some(([keyword, given]) => {
    if (keyword === name) return true;
    if (keyword !== "$ref" || typeof given !== "string") return mentions(name, given, below(spot, keyword), resources, visited);
    const target = resources.follow(given, spot, resources.enclosing(spot));
    return !("wrong" in target) && mentions(name, target.value, target.spot, resources, visited);
  });
}
