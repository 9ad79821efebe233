/** Type: `type`, with `nullable` in OpenAPI 3.0. Small floats such as 1.0 are whole numbers (2020-12, validation, 6.1.1). */
import type { TypeName } from "../rule.ts";
import type { Site } from "../site.ts";

const TYPES: ReadonlySet<string> = new Set<TypeName>(["null", "boolean", "number", "integer", "string", "array", "object"]);

export function compileType(site: Site): void {
  const { type, nullable } = site.schema;
  if (type === undefined) {
    if (nullable === true && site.isOpenApi30) site.report("warning", ["nullable"], "nullable has no effect without type in the same schema (OpenAPI 3.0.3)");
    return;
  }
  const names: readonly unknown[] = Array.isArray(type) ? type : [type];
  if (names.length === 0 || !names.every(isTypeName)) {
    site.report("operation", ["type"], "type is not a type of JSON", [...TYPES].join(", "));
    return;
  }
  if (site.isOpenApi30 && (Array.isArray(type) || type === "null")) site.report("warning", ["type"], "OpenAPI 3.0 has neither lists of types nor null; it is enforced as in JSON Schema");
  const types = new Set(names.filter(isTypeName));
  if (site.isOpenApi30 && nullable === true) types.add("null");
  site.rules.types = types;
}

function isTypeName(name: unknown): name is TypeName {
  return typeof name === "string" && TYPES.has(name);
}
