/** Canonical: one text per value, whatever the order of its members, so that equal values are found in a Set. */
import type { Json } from "../json-value.ts";

/** Equal for equal values (2020-12, core, section 4.2.2), different for others: 1 and "1" differ, 1.0 and 1 do not. */
export function writeCanonical(value: Json): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${(value as readonly Json[]).map(writeCanonical).join(",")}]`; // isArray forgets readonly
  const members = Object.entries(value)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, member]) => `${JSON.stringify(name)}:${writeCanonical(member)}`);
  return `{${members.join(",")}}`;
}
