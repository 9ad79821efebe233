/** Keyword table: which function compiles which keyword. Keywords that work together share one. */
import type { Site } from "../site.ts";
import { compileAllOf, compileAnyOf, compileIf, compileNot, compileOneOf } from "./alternatives.ts";
import { compileContains, compileItems, compileMaxItems, compileMinItems, compileUnevaluatedItems, compileUniqueItems } from "./arrays.ts";
import { compileDiscriminator } from "./discriminator.ts";
import { compileConst, compileEnum } from "./enumeration.ts";
import { compileFormat } from "./format.ts";
import { compileMembers } from "./members.ts";
import { compileMaximum, compileMinimum, compileMultipleOf } from "./numbers.ts";
import {
  compileDependencies, compileDependentRequired, compileDependentSchemas, compileMaxProperties, compileMinProperties,
  compilePropertyNames, compileRequired, compileUnevaluatedProperties,
} from "./objects.ts";
import { compileDynamicRef, compileRef } from "./references.ts";
import { compileMaxLength, compileMinLength, compilePatternKeyword } from "./strings.ts";
import { compileType } from "./type.ts";

export type CompileKeyword = (site: Site) => void;

/** Does nothing by itself: read by the keyword that it belongs to, and without that one an annotation. */
function leave(): void {
  return undefined;
}

export const KEYWORDS: ReadonlyMap<string, CompileKeyword> = new Map<string, CompileKeyword>([
  ["type", compileType],
  ["nullable", compileType],
  ["enum", compileEnum],
  ["const", compileConst],
  ["minimum", compileMinimum],
  ["exclusiveMinimum", compileMinimum],
  ["maximum", compileMaximum],
  ["exclusiveMaximum", compileMaximum],
  ["multipleOf", compileMultipleOf],
  ["minLength", compileMinLength],
  ["maxLength", compileMaxLength],
  ["pattern", compilePatternKeyword],
  ["format", compileFormat],
  ["minItems", compileMinItems],
  ["maxItems", compileMaxItems],
  ["prefixItems", compileItems],
  ["items", compileItems],
  ["additionalItems", compileItems],
  ["contains", compileContains],
  ["minContains", leave],
  ["maxContains", leave],
  ["uniqueItems", compileUniqueItems],
  ["unevaluatedItems", compileUnevaluatedItems],
  ["required", compileRequired],
  ["minProperties", compileMinProperties],
  ["maxProperties", compileMaxProperties],
  ["properties", compileMembers],
  ["patternProperties", compileMembers],
  ["additionalProperties", compileMembers],
  ["propertyNames", compilePropertyNames],
  ["dependentRequired", compileDependentRequired],
  ["dependentSchemas", compileDependentSchemas],
  ["dependencies", compileDependencies],
  ["unevaluatedProperties", compileUnevaluatedProperties],
  ["discriminator", compileDiscriminator],
  ["allOf", compileAllOf],
  ["anyOf", (site) => compileAnyOf(site)],
  ["oneOf", compileOneOf],
  ["not", compileNot],
  ["if", compileIf],
  ["then", leave],
  ["else", leave],
  ["$ref", compileRef],
  ["$dynamicRef", compileDynamicRef],
]);
