/** Format: asserted where it is known, reported where it is not. */
import { ANNOTATED, NUMBER_FORMATS, RARE, TEXT_FORMATS } from "../formats.ts";
import { assertion } from "../rule.ts";
import type { Site } from "../site.ts";

export function compileFormat(site: Site): void {
  const { format } = site.schema;
  if (typeof format !== "string") {
    site.report("operation", ["format"], "format is not a name", "a string");
    return;
  }
  if (site.formats === "none" || (site.formats === "common" && RARE.has(format))) return;
  const text = TEXT_FORMATS.get(format);
  const number = NUMBER_FORMATS.get(format);
  const message = `must have the format ${format}`;
  if (text !== undefined) site.rules.strings.push(assertion("format", message, text, { kind: "format", format }));
  else if (number !== undefined) site.rules.numbers.push(assertion("format", message, number));
  else if (!ANNOTATED.has(format)) site.remark(["format"], `the format "${format.slice(0, 64)}" is not known, and not checked`);
}
