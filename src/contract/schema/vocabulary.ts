/**
 * Vocabulary: which keywords there are, and what each is in each dialect.
 *
 * A keyword is enforced, or known to be an annotation, or reported. Validators that skip what they do not know accept
 * everything where a keyword is misspelt.
 */

/** Where schemas stand inside a schema: one, a list of them, or a map. */
export const SUBSCHEMAS: ReadonlyMap<string, "one" | "list" | "map"> = new Map([
  ["$defs", "map"], ["definitions", "map"], ["properties", "map"], ["patternProperties", "map"], ["dependentSchemas", "map"], ["dependencies", "map"],
  ["allOf", "list"], ["anyOf", "list"], ["oneOf", "list"], ["prefixItems", "list"],
  ["items", "one"], ["additionalItems", "one"], ["contains", "one"], ["additionalProperties", "one"], ["propertyNames", "one"], ["not", "one"],
  ["if", "one"], ["then", "one"], ["else", "one"], ["unevaluatedItems", "one"], ["unevaluatedProperties", "one"], ["contentSchema", "one"],
]);

/** Said about a value, never refusing one. */
export const ANNOTATIONS: ReadonlySet<string> = new Set([
  "title", "description", "default", "deprecated", "example", "examples", "externalDocs", "xml", "readOnly", "writeOnly", "$comment",
  "contentEncoding", "contentMediaType", "contentSchema", "$defs", "definitions", "$vocabulary",
]);

/** The keywords that a metaschema without the validation vocabulary takes away (2020-12, validation, section 6). */
export const VALIDATION: ReadonlySet<string> = new Set([
  "type", "const", "enum", "multipleOf", "maximum", "exclusiveMaximum", "minimum", "exclusiveMinimum", "maxLength", "minLength", "pattern",
  "maxItems", "minItems", "uniqueItems", "maxContains", "minContains", "maxProperties", "minProperties", "required", "dependentRequired",
]);

/** The Schema Object of OpenAPI 3.0. Others of JSON Schema are enforced there too, with a warning. */
export const OPENAPI_30: ReadonlySet<string> = new Set([
  "title", "multipleOf", "maximum", "exclusiveMaximum", "minimum", "exclusiveMinimum", "maxLength", "minLength", "pattern", "maxItems", "minItems",
  "uniqueItems", "maxProperties", "minProperties", "required", "enum", "type", "allOf", "oneOf", "anyOf", "not", "items", "properties",
  "additionalProperties", "description", "format", "default", "nullable", "discriminator", "readOnly", "writeOnly", "xml", "externalDocs",
  "example", "deprecated", "$ref",
]);

/** Names of JSON Schema that mean nothing in OpenAPI 3.0: said, and harmless, since references there go by file and pointer. */
export const NAMES_30: ReadonlySet<string> = new Set(["$id", "id", "$schema", "$anchor", "$dynamicAnchor"]);

/** Words of other dialects without which a schema is stricter, never looser, or which only say something. */
export const LEFTOVERS: ReadonlySet<string> = new Set(["nullable", "id"]);

const DRAFT_2020_12 = "https://json-schema.org/draft/2020-12/schema";

/** Whether a `$schema` names the dialect that is spoken here. */
export function isKnownDialect(uri: string): boolean {
  const name = uri.replace(/#$/, "");
  return name === DRAFT_2020_12 || /^https:\/\/spec\.openapis\.org\/oas\/3\.[12]\/dialect\/[a-z0-9-]{1,32}$/.test(name);
}

const VOCABULARY = "https://json-schema.org/draft/2020-12/vocab/";
export const VALIDATION_VOCABULARY: string = `${VOCABULARY}validation`;

const KNOWN_VOCABULARIES = new Set(["core", "applicator", "unevaluated", "validation", "meta-data", "format-annotation", "format-assertion", "content"].map((name) => VOCABULARY + name));

export function isKnownVocabulary(uri: string): boolean {
  return KNOWN_VOCABULARIES.has(uri) || /^https:\/\/spec\.openapis\.org\/oas\/3\.[12]\/vocab\/[a-z0-9-]{1,32}$/.test(uri);
}
