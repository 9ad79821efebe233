/**
 * Located: the id of what an answer has made, where it is told by the place that `Location` names (RFC 9110, section 10.2.2).
 *
 * The place is one of the contract's own paths. Which host it is said to be on, and what stands in front of the path, are
 * about proxies; a path that is none of these names nothing that could be asked for here.
 */
import { captureAffix, readTemplate, type TemplateSegment } from "../../../../../contract/template.ts";
import { decodePercent } from "../../../../../contract/percent.ts";
import { readTarget } from "../../../../../contract/target.ts";
import type { Operation } from "../../../../../guard.ts";

/** @param from the path of the request, for a place that is told from there @returns undefined: no such place */
export type FindLocated = (location: string, from: string) => string | undefined;

/** @returns undefined: no path of the contract has a parameter of this name */
export function findLocated(name: string, operations: readonly Operation[]): FindLocated | undefined {
  const paths = new Set(operations.filter(({ listed, pathNames }) => listed === "operation" && pathNames.includes(name)).map(({ path }) => path));
  const templates = [...paths].flatMap((path) => {
    const template = readTemplate(path);
    return "wrong" in template ? [] : [template.segments];
  });
  if (templates.length === 0) return undefined;
  return (location, from) => {
    const segments = segmentsOf(location, from);
    if (segments === undefined) return undefined;
    for (const template of templates) {
      const found = match(template, segments.slice(Math.max(0, segments.length - template.length)), name);
      if (found !== undefined) return decodePercent(found);
    }
    return undefined;
  };
}

function segmentsOf(location: string, from: string): readonly string[] | undefined {
  const url = URL.parse(location, `http://api.invalid${from}`);
  const target = url === null ? undefined : readTarget(url.pathname);
  return target === undefined || "wrong" in target ? undefined : target.segments;
}

/** What stands in the place of the expression, where all of the template fits. */
function match(template: readonly TemplateSegment[], segments: readonly string[], name: string): string | undefined {
  if (template.length !== segments.length) return undefined;
  let found: string | undefined;
  for (const [at, part] of template.entries()) {
    const segment = segments[at] ?? "";
    if (part.kind === "literal") {
      if (part.text !== segment) return undefined;
    } else if (part.kind === "expression") {
      if (segment === "") return undefined;
      if (part.name === name) found = segment;
    } else {
      const captured = captureAffix(segment, part);
      if (captured === undefined) return undefined;
      found = captured[part.names.indexOf(name)] ?? found;
    }
  }
  return found;
}
