/** Read vocabulary: what a `$schema` means for the keywords below it (JSON Schema 2020-12, core, section 8.1). */
import { isJsonObject, type Json } from "../json-value.ts";
import { isKnownDialect, isKnownVocabulary, VALIDATION_VOCABULARY } from "./vocabulary.ts";

type Follow = (reference: string) => { readonly value: Json } | { readonly wrong: string };

/** Whether the keywords of the validation vocabulary are in force, or why the dialect cannot be used. */
export function readVocabulary(uri: Json, follow: Follow): { readonly validates: boolean } | { readonly message: string; readonly allowed: string } {
  const allowed = "JSON Schema 2020-12, a dialect of OpenAPI 3.1 or 3.2, or a metaschema among the contract's files";
  if (typeof uri !== "string") return { message: "$schema is not the name of a dialect", allowed };
  if (isKnownDialect(uri)) return { validates: true };
  const metaschema = follow(uri);
  if ("wrong" in metaschema) return { message: `the dialect ${uri.slice(0, 128)} is not known`, allowed };
  const vocabulary = isJsonObject(metaschema.value) ? metaschema.value["$vocabulary"] : undefined;
  // Without a list of vocabularies it is a metaschema for checking schemas, in the dialect that it is written in.
  if (!isJsonObject(vocabulary)) return { message: `the metaschema ${uri.slice(0, 128)} does not list its vocabularies`, allowed };
  const unknown = Object.entries(vocabulary).find(([name, isNeeded]) => isNeeded === true && !isKnownVocabulary(name));
  if (unknown !== undefined) return { message: `the vocabulary ${unknown[0].slice(0, 128)} is needed and not known`, allowed };
  return { validates: Object.hasOwn(vocabulary, VALIDATION_VOCABULARY) };
}
