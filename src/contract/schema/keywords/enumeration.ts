/** Enumeration: `enum` and `const`. */
import type { Json } from "../../json-value.ts";
import { writeCanonical } from "../canonical.ts";
import { assertion } from "../rule.ts";
import type { Site } from "../site.ts";

export function compileEnum(site: Site): void {
  const values = site.schema["enum"];
  if (!Array.isArray(values)) {
    site.report("operation", ["enum"], "enum is not a list", "a list of values");
    return;
  }
  site.rules.any.push(assertion("enum", `must be one of the ${values.length} allowed values`, isAmong(values), { kind: "listed", values }));
}

export function compileConst(site: Site): void {
  const value = site.schema["const"];
  if (value !== undefined) site.rules.any.push(assertion("const", "must be the one allowed value", isAmong([value]), { kind: "listed", values: [value] }));
}

function isAmong(values: readonly Json[]): (value: Json) => boolean {
  const plain = new Set(values.filter((value) => typeof value !== "object" || value === null));
  const texts = new Set(values.filter((value) => typeof value === "object" && value !== null).map(writeCanonical));
  return (value) => (typeof value === "object" && value !== null ? texts.size > 0 && texts.has(writeCanonical(value)) : plain.has(value));
}
