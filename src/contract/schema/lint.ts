/** Lint: which keywords of a schema are in effect, and a report on each that is not. */
import { KEYWORDS, type CompileKeyword } from "./keywords/keyword-table.ts";
import type { Site } from "./site.ts";
import { ANNOTATIONS, LEFTOVERS, NAMES_30, OPENAPI_30, VALIDATION } from "./vocabulary.ts";

/** Read where the schema is entered, not compiled. */
const NAMES = new Set(["$schema", "$id", "$anchor", "$dynamicAnchor"]);
/** Of drafts up to 2019-09, and so of OpenAPI 3.0 alone. */
const ONLY_30 = new Set(["additionalItems", "nullable"]);

/** The functions that compile this schema, each once, in the order in which its keywords are written. */
export function lintKeywords(site: Site): ReadonlySet<CompileKeyword> {
  const isReference30 = site.isOpenApi30 && typeof site.schema["$ref"] === "string";
  const compilers = new Set<CompileKeyword>();
  for (const keyword of Object.keys(site.schema)) {
    if (isReference30 && keyword !== "$ref") reportSibling(site, keyword);
    else if (isInEffect(site, keyword)) compilers.add(KEYWORDS.get(keyword) ?? skip);
  }
  compilers.delete(skip);
  return compilers;
}

function skip(): void {
  return undefined;
}

/** In OpenAPI 3.0 a Reference Object says nothing else (3.0.3, section 4.7.23). */
function reportSibling(site: Site, keyword: string): void {
  if (ANNOTATIONS.has(keyword) || keyword.startsWith("x-")) return;
  site.report("warning", [keyword], `${keyword} has no effect beside $ref in OpenAPI 3.0`, "allOf with the reference and the rest");
}

function isInEffect(site: Site, keyword: string): boolean {
  if (ANNOTATIONS.has(keyword) || keyword.startsWith("x-")) return false;
  if (VALIDATION.has(keyword) && !site.scope.validates) return false;
  if (site.isOpenApi30) return isInEffect30(site, keyword);
  if (NAMES.has(keyword)) return false;
  if (KEYWORDS.has(keyword) && !ONLY_30.has(keyword)) return true;
  if (LEFTOVERS.has(keyword)) site.report("warning", [keyword], `${keyword} is not a keyword of OpenAPI 3.1 and later, and has no effect`);
  else reportUnknown(site, keyword);
  return false;
}

function isInEffect30(site: Site, keyword: string): boolean {
  if (OPENAPI_30.has(keyword)) return true;
  if (NAMES_30.has(keyword)) site.report("warning", [keyword], `${keyword} is not a keyword of OpenAPI 3.0, and has no effect`);
  else if (KEYWORDS.has(keyword)) site.report("warning", [keyword], `${keyword} is not a keyword of OpenAPI 3.0; it is enforced as in JSON Schema`);
  else reportUnknown(site, keyword);
  return KEYWORDS.has(keyword);
}

/** A misspelt `maxLength` would accept everything. */
function reportUnknown(site: Site, keyword: string): void {
  site.report("operation", [keyword], `"${keyword.slice(0, 64)}" is not a keyword that is known here`, "keywords of the dialect, or names that begin with x-");
}
