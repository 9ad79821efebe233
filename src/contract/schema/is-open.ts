/** Is open: whether a schema can refuse anything at all. Open schemas are listed, so that nobody takes them for a check. */
import { isJsonObject, type Json } from "../json-value.ts";
import type { Spot } from "../library.ts";
import { below } from "./barred.ts";
import { keyOf, type Resources } from "./resources.ts";
import { ANNOTATIONS } from "./vocabulary.ts";

/** True for `true`, `{}`, annotations, and references to and combinations of these. */
export function isOpen(value: Json | undefined, spot: Spot, resources: Resources, visited: Set<string> = new Set()): boolean {
  if (typeof value === "boolean") return value;
  if (!isJsonObject(value) || visited.has(keyOf(spot))) return isJsonObject(value);
  visited.add(keyOf(spot));
  return Object.entries(value).every(([keyword, given]) => {
    if (ANNOTATIONS.has(keyword) || keyword.startsWith("x-") || NAMES.has(keyword)) return true;
    if (keyword === "$ref" && typeof given === "string") {
      const target = resources.follow(given, spot, resources.enclosing(spot));
      return !("wrong" in target) && isOpen(target.value, target.spot, resources, visited);
    }
    if (keyword === "allOf" && Array.isArray(given)) return given.every((part: Json, index) => isOpen(part, below(spot, keyword, String(index)), resources, visited));
    if ((keyword === "items" || keyword === "additionalProperties") && !Array.isArray(given)) return isOpen(given, below(spot, keyword), resources, visited);
    if (keyword === "properties" && isJsonObject(given)) return Object.entries(given).every(([name, part]) => isOpen(part, below(spot, keyword, name), resources, visited));
    return false;
  });
}

const NAMES = new Set(["$schema", "$id", "$anchor", "$dynamicAnchor", "nullable"]);
