/**
 * Amount: numbers as JSON and as texts write them, compared exactly: 123.5, "123.50" and "123.5" are one amount.
 *
 * Amounts of money travel as texts, because a floating point number cannot hold them; both are read as whole numbers of
 * the smallest part, so that nothing is rounded.
 */
import type { Json } from "../../../../guard.ts";

const DIGITS_MAX = 18;
const PLACES_MAX = 12;

/** In parts of 10 to the power of minus `PLACES_MAX`; undefined: no number that can be compared exactly. */
export function amountOf(value: Json | undefined): bigint | undefined {
  const text = typeof value === "number" ? String(value) : value;
  if (typeof text !== "string") return undefined;
  const [whole, sign = "", units = "", parts = ""] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text.slice(0, DIGITS_MAX + PLACES_MAX + 3)) ?? [];
  if (whole !== text || units.length > DIGITS_MAX || parts.length > PLACES_MAX) return undefined;
  return BigInt(`${sign}${units}${parts.padEnd(PLACES_MAX, "0")}`);
}

/** Equal as they stand, or one amount. Lists and objects are never equal: a grant names single things. */
export function isSameValue(one: Json | undefined, other: Json | undefined): boolean {
  if (one === undefined || one === null || typeof one === "object") return false;
  if (one === other) return true;
  const amount = amountOf(one);
  return amount !== undefined && amount === amountOf(other);
}
