/**
 * Discriminator: a member whose value names the alternative that an object claims to be (OpenAPI 3.1, section 4.8.25).
 *
 * `oneOf` and `anyOf` decide by themselves whether a value fits; but an object that says `cat` and fits `Dog` alone
 * would be read as a cat by the API. So the alternative that is named has to fit. This is enforced where the names are
 * certain: every alternative is a reference, and the alternatives themselves do not contradict the names. Without
 * `oneOf` or `anyOf` there is no list of alternatives, and it is reported as the annotation that it is.
 */
import { isJsonObject, type Json, type JsonObject } from "../../json-value.ts";
import { keyOf } from "../resources.ts";
import type { Rule } from "../rule.ts";
import type { Site } from "../site.ts";

interface Alternative {
  readonly key: string;
  readonly pointer: string;
  readonly rule: Rule;
  /** The values that it allows for the member, where it says. */
  readonly values: readonly Json[] | undefined;
}

export function compileDiscriminator(site: Site): void {
  const { discriminator } = site.schema;
  if (!isJsonObject(discriminator) || typeof discriminator["propertyName"] !== "string") {
    site.report("operation", ["discriminator"], "discriminator does not name a member", "an object with propertyName");
    return;
  }
  const property = discriminator["propertyName"];
  const keyword = ["oneOf", "anyOf"].find((name) => Array.isArray(site.schema[name]));
  if (keyword === undefined) {
    site.report("warning", ["discriminator"], "discriminator is not enforced without oneOf or anyOf in the same schema");
    return;
  }
  const alternatives = readAlternatives(site, keyword, property);
  if (alternatives === undefined) {
    site.report("warning", ["discriminator"], "discriminator is not enforced: not every alternative is a reference");
    return;
  }
  const table = nameAlternatives(site, discriminator, alternatives);
  const isContradicted = alternatives.some(({ key, values }) => values !== undefined && !values.some((value) => typeof value === "string" && table.get(value)?.key === key));
  if (isContradicted) site.report("warning", ["discriminator"], "discriminator is not enforced: its names are not the values that the alternatives allow");
  else site.rules.objects.push(requireNamed(property, table, findDefault(site, discriminator, alternatives)));
}

function readAlternatives(site: Site, keyword: string, property: string): readonly Alternative[] | undefined {
  const alternatives: Alternative[] = [];
  for (const branch of site.schema[keyword] as readonly Json[]) { // the caller has looked
    const reference = isJsonObject(branch) ? branch["$ref"] : undefined;
    const target = typeof reference === "string" ? site.look(reference) : undefined;
    const rule = typeof reference === "string" && target !== undefined ? site.refer(reference, keyword) : undefined;
    if (target === undefined || rule === undefined) return undefined;
    alternatives.push({ key: keyOf(target.spot), pointer: target.spot.pointer, rule, values: readValues(target.value, property) });
  }
  return alternatives;
}

function readValues(schema: Json, property: string): readonly Json[] | undefined {
  const properties = isJsonObject(schema) ? schema["properties"] : undefined;
  const member = isJsonObject(properties) && Object.hasOwn(properties, property) ? properties[property] : undefined;
  if (!isJsonObject(member)) return undefined;
  if (member["const"] !== undefined) return [member["const"]];
  return Array.isArray(member["enum"]) ? (member["enum"] as readonly Json[]) : undefined; // isArray forgets readonly
}

/** By the names of `mapping`, and for those that it leaves out by the name of the schema. */
function nameAlternatives(site: Site, discriminator: JsonObject, alternatives: readonly Alternative[]): ReadonlyMap<string, Alternative> {
  const table = new Map<string, Alternative>();
  for (const alternative of alternatives) {
    const name = alternative.pointer.split("/").at(-1) ?? "";
    table.set(name.replaceAll("~1", "/").replaceAll("~0", "~"), alternative);
  }
  const { mapping } = discriminator;
  if (!isJsonObject(mapping)) return table;
  for (const [name, reference] of Object.entries(mapping)) {
    const found = findAlternative(site, reference, alternatives);
    if (found === undefined) site.report("warning", ["discriminator", "mapping", name], "this name leads to none of the alternatives");
    else table.set(name, found);
  }
  return table;
}

/** A name of a schema, or a reference to one. */
function findAlternative(site: Site, reference: Json | undefined, alternatives: readonly Alternative[]): Alternative | undefined {
  if (typeof reference !== "string") return undefined;
  const target = /^[A-Za-z0-9._-]+$/.test(reference) ? (site.look(`#/components/schemas/${reference}`) ?? site.look(reference)) : site.look(reference);
  return target === undefined ? undefined : alternatives.find(({ key }) => key === keyOf(target.spot));
}

/** OpenAPI 3.2: who is meant where the member is absent or names nobody. */
function findDefault(site: Site, discriminator: JsonObject, alternatives: readonly Alternative[]): Alternative | undefined {
  return findAlternative(site, discriminator["defaultMapping"], alternatives);
}

function requireNamed(property: string, table: ReadonlyMap<string, Alternative>, fallback: Alternative | undefined): Rule<JsonObject> {
  const choose = (value: JsonObject): Alternative | undefined => {
    const name = Object.hasOwn(value, property) ? value[property] : undefined;
    return (typeof name === "string" ? table.get(name) : undefined) ?? fallback;
  };
  // Where the member is absent it is for the alternatives to require it.
  const test = (value: JsonObject): boolean => choose(value)?.rule.test(value) ?? !Object.hasOwn(value, property);
  return {
    test,
    tell: (value, path, findings) => {
      if (test(value)) return;
      const chosen = choose(value);
      if (chosen === undefined) findings.add({ up: path, key: property }, "discriminator", "does not name an alternative of the contract");
      else chosen.rule.tell(value, path, findings);
    },
  };
}
