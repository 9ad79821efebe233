/** Arrays: `prefixItems`, `items`, `contains` with its counts, `minItems`, `maxItems`, `uniqueItems`, `unevaluatedItems`. */
import type { Json } from "../../json-value.ts";
import { writeCanonical } from "../canonical.ts";
import { ALWAYS, assertion, type Node, OPEN, type Rule } from "../rule.ts";
import { readCount, readList, type Site } from "../site.ts";

type Items = readonly Json[];

export function compileItems(site: Site): void {
  // A list under `items` is the tuple of drafts up to 2019-09, which OpenAPI 3.0 builds on.
  const isTuple = site.isOpenApi30 && Array.isArray(site.schema["items"]);
  const prefixKey = isTuple ? "items" : "prefixItems";
  const prefix = readList(site, prefixKey)?.map((_, index) => site.child(prefixKey, String(index))) ?? [];
  const restKey = isTuple ? "additionalItems" : "items";
  const rest = site.schema[restKey] === undefined ? undefined : site.child(restKey);
  if (prefix.length > 0 || rest !== undefined) site.rules.arrays.push(checkItems(prefix, rest));
}

function checkItems(prefix: readonly Node[], rest: Node | undefined): Rule<Items> {
  const others = rest ?? OPEN;
  const test = (value: Items): boolean => {
    for (let index = 0; index < value.length; index += 1) if (!(prefix[index] ?? others).test(value[index] ?? null)) return false;
    return true;
  };
  return {
    asks: { kind: "items", prefix, rest },
    test: others.open && prefix.every((node) => node.open) ? ALWAYS : test,
    mark: (value, seen) => {
      seen.items = Math.max(seen.items, rest === undefined ? prefix.length : Infinity);
      return test(value);
    },
    tell: (value, path, findings) => {
      for (let index = 0; index < value.length && !findings.full; index += 1) (prefix[index] ?? others).tell(value[index] ?? null, { up: path, key: index }, findings);
    },
  };
}

export function compileContains(site: Site): void {
  if (site.schema["contains"] === undefined) return;
  const node = site.child("contains");
  const least = (site.scope.validates ? readCount(site, "minContains") : undefined) ?? 1;
  const most = (site.scope.validates ? readCount(site, "maxContains") : undefined) ?? Infinity;
  const fits = (count: number): boolean => count >= least && count <= most;
  const test = (value: Items): boolean => {
    let count = 0;
    for (const item of value) if (node.test(item)) count += 1;
    return fits(count);
  };
  site.rules.arrays.push({
    test,
    mark: (value, seen) => {
      let count = 0;
      for (const [index, item] of value.entries()) {
        if (!node.test(item)) continue;
        seen.pick(index);
        count += 1;
      }
      return fits(count);
    },
    tell: (value, path, findings) => {
      const range = most === Infinity ? `at least ${least}` : `from ${least} to ${most}`;
      if (!test(value)) findings.add(path, "contains", `must hold ${range} items of the kind that the contract asks for`);
    },
  });
}

export function compileMinItems(site: Site): void {
  const least = readCount(site, "minItems");
  if (least !== undefined) site.rules.arrays.push(assertion("minItems", `must hold at least ${say(least)}`, (value) => value.length >= least, { kind: "count", least, most: Infinity }));
}

export function compileMaxItems(site: Site): void {
  const most = readCount(site, "maxItems");
  if (most !== undefined) site.rules.arrays.push(assertion("maxItems", `must hold at most ${say(most)}`, (value) => value.length <= most, { kind: "count", least: 0, most }));
}

function say(count: number): string {
  return count === 1 ? "1 item" : `${count} items`;
}

export function compileUniqueItems(site: Site): void {
  const { uniqueItems } = site.schema;
  if (typeof uniqueItems !== "boolean") site.report("operation", ["uniqueItems"], "uniqueItems is not true or false", "true or false");
  else if (uniqueItems) site.rules.arrays.push(assertion("uniqueItems", "must not hold the same item twice", areUnique));
}

/** By a Set, not each with each: that would be quadratic in what the caller sends. */
function areUnique(value: Items): boolean {
  const known = new Set<Json>();
  for (const item of value) {
    // A string is never equal to the text of an object or array: it begins with a quote here.
    known.add(typeof item === "object" && item !== null ? writeCanonical(item) : typeof item === "string" ? `"${item}` : item);
  }
  return known.size === value.length;
}

export function compileUnevaluatedItems(site: Site): void {
  if (site.schema["unevaluatedItems"] === undefined) return;
  const node = site.child("unevaluatedItems");
  site.rules.lateArrays.push({
    mark: (value, seen) => {
      for (const [index, item] of value.entries()) if (!seen.hasItem(index) && !node.test(item)) return false;
      seen.items = Infinity;
      return true;
    },
    tell: (value, path, findings, seen) => {
      for (const [index, item] of value.entries()) if (!seen.hasItem(index)) node.tell(item, { up: path, key: index }, findings);
    },
  });
}
