/**
 * Site: one schema while it is compiled: what is written there, what surrounds it, and how to reach what lies below.
 */
import { isJsonObject, type Json, type JsonObject } from "../json-value.ts";
import type { Spot } from "../library.ts";
import type { Misfit } from "../misfit.ts";
import type { Formats } from "./formats.ts";
import type { Resource } from "./resources.ts";
import type { Node, Rule, Rules } from "./rule.ts";

/** `neither` is for schemas under `not` and `if`, where refusing a value would let another one pass. */
export type Direction = "request" | "answer" | "neither";

/** What may differ between two compilations of one schema. */
export interface Scope {
  readonly direction: Direction;
  /** The outermost schema for each `$dynamicAnchor` on the way here. */
  readonly anchors: ReadonlyMap<string, Spot>;
  /** Names that `required` does not ask for, because this direction may not carry them. */
  readonly waived: ReadonlySet<string>;
  /** The value is a JSON Merge Patch: members may be missing, and null takes one away (RFC 7396). */
  readonly merge: boolean;
  /** False below a metaschema that leaves the validation vocabulary out. */
  readonly validates: boolean;
}

export interface Site {
  readonly schema: JsonObject;
  readonly spot: Spot;
  readonly resource: Resource;
  readonly scope: Scope;
  /** Whether it is applied to the same value as the schema where this compilation began. */
  readonly isInPlace: boolean;
  readonly isOpenApi30: boolean;
  readonly rules: Rules;
  /** Compiles the schema under these keys, for a part of the value. */
  readonly child: (...keys: readonly string[]) => Node;
  /** Compiles the schema under these keys, for the value itself. `direction` is only ever given as `neither`. */
  readonly branch: (keys: readonly string[], direction?: Direction) => Node;
  /** The schema that a reference written under `keyword` leads to, for the value itself. */
  readonly refer: (reference: string, keyword: string) => Rule | undefined;
  readonly referDynamically: (reference: string) => Rule | undefined;
  /** Follows a reference to look at what is there, without compiling it. */
  readonly look: (reference: string) => { readonly spot: Spot; readonly value: Json } | undefined;
  /** Names of members that this direction may not carry, as written here and in what is applied to the same value. */
  readonly barred: ReadonlySet<string>;
  readonly isBarred: (...keys: readonly string[]) => boolean;
  readonly formats: Formats;
  readonly report: (level: Misfit["level"], keys: readonly string[], message: string, allowed?: string) => void;
  /** A warning that is worth saying once per contract. */
  readonly remark: (keys: readonly string[], message: string) => void;
}

/** Readers of keyword values: undefined after a misfit. */

export function readCount(site: Site, keyword: string): number | undefined {
  const value = site.schema[keyword];
  if (value === undefined) return undefined;
  if (typeof value === "number" && Number.isInteger(value) && value >= 0) return value;
  site.report("operation", [keyword], `${keyword} is not a count`, "a whole number from 0");
  return undefined;
}

export function readNumber(site: Site, keyword: string): number | undefined {
  const value = site.schema[keyword];
  if (value === undefined || typeof value === "number") return value;
  site.report("operation", [keyword], `${keyword} is not a number`, "a number");
  return undefined;
}

export function readStrings(site: Site, value: Json, keys: readonly string[]): readonly string[] | undefined {
  if (Array.isArray(value) && value.every((item) => typeof item === "string")) return value;
  site.report("operation", keys, `${keys.at(-1)} is not a list of names`, "a list of strings");
  return undefined;
}

export function readList(site: Site, keyword: string): readonly Json[] | undefined {
  const value = site.schema[keyword];
  if (value === undefined || (Array.isArray(value) && value.length > 0)) return value as readonly Json[] | undefined; // isArray forgets readonly
  site.report("operation", [keyword], `${keyword} is not a list of schemas`, "a list of at least one schema");
  return undefined;
}

export function readMap(site: Site, keyword: string): JsonObject | undefined {
  const value = site.schema[keyword];
  if (value === undefined || isJsonObject(value)) return value;
  site.report("operation", [keyword], `${keyword} is not a map`, "a map of names");
  return undefined;
}
