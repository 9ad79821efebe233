/** Mentions: whether a schema, or one that it refers to, speaks of certain texts: as names of members, or as values that it lists. */
import { isJsonObject, type Json } from "../json-value.ts";
import type { Spot } from "../library.ts";
import { below } from "./barred.ts";
import { keyOf, type Resources } from "./resources.ts";

/** Written for people: what stands there is no value. */
const WORDS: ReadonlySet<string> = new Set(["description", "title", "summary", "$comment", "example", "examples", "default"]);

export function mentions(isMeant: (text: string) => boolean, value: Json | undefined, spot: Spot, resources: Resources, visited: Set<string> = new Set()): boolean {
  if (typeof value === "string") return isMeant(value);
  if (Array.isArray(value)) return value.some((item: Json, index) => mentions(isMeant, item, below(spot, String(index)), resources, visited));
  if (!isJsonObject(value) || visited.has(keyOf(spot))) return false;
  visited.add(keyOf(spot));
  return Object.entries(value).some(([keyword, given]) => {
    if (isMeant(keyword)) return true;
    if (WORDS.has(keyword) && typeof given === "string") return false;
    if (keyword !== "$ref" || typeof given !== "string") return mentions(isMeant, given, below(spot, keyword), resources, visited);
    const target = resources.follow(given, spot, resources.enclosing(spot));
    return !("wrong" in target) && mentions(isMeant, target.value, target.spot, resources, visited);
  });
}
