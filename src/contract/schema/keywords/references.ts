/** References: `$ref` and `$dynamicRef`. */
import type { Site } from "../site.ts";

export function compileRef(site: Site): void {
  const { $ref: reference } = site.schema;
  if (typeof reference !== "string") {
    site.report("operation", ["$ref"], "$ref is not a reference", "a string");
    return;
  }
  const rule = site.refer(reference, "$ref");
  if (rule !== undefined) site.rules.any.push(rule);
}

export function compileDynamicRef(site: Site): void {
  const { $dynamicRef: reference } = site.schema;
  if (typeof reference !== "string") {
    site.report("operation", ["$dynamicRef"], "$dynamicRef is not a reference", "a string");
    return;
  }
  const rule = site.referDynamically(reference);
  if (rule !== undefined) site.rules.any.push(rule);
}
