/**
 * Address: the target of the contract's own operation that is asked, with these ids in it.
 *
 * An id is the caller's text: what would be another path than the one that is meant is no id of anything.
 */
import type { Json } from "../../../../../contract/json-value.ts";
import { readTarget } from "../../../../../contract/target.ts";
import type { Operation, Parameter } from "../../../../../guard.ts";

export interface Address {
  readonly path: string;
  readonly search: string | undefined;
}

type Parts = readonly { readonly parameter: Parameter; readonly id: string }[];

/** An id as text; undefined: it is none. */
export function idOf(value: Json | undefined): string | undefined {
  if (typeof value === "string") return value === "" ? undefined : value;
  return typeof value === "number" && Number.isSafeInteger(value) ? String(value) : undefined;
}

/** undefined: no object has such ids. */
export function writeAddress({ path: template }: Operation, parts: Parts): Address | undefined {
  let path = template;
  const pairs: string[] = [];
  for (const { parameter, id } of parts) {
    if (id === "") return undefined;
    const raw = encodeURIComponent(id).replaceAll(/[!'()*]/g, (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`);
    const read = parameter.read(parameter.in === "path" ? raw : [[parameter.name, raw]]);
    // The contract says what an id looks like; and what it reads there has to be what was meant.
    if (!("value" in read) || idOf(read.value) !== id) return undefined;
    if (parameter.in === "path") path = path.replace(`{${parameter.name}}`, () => raw);
    else pairs.push(`${encodeURIComponent(parameter.name)}=${raw}`);
  }
  const search = pairs.length === 0 ? undefined : pairs.join("&");
  const target = readTarget(search === undefined ? path : `${path}?${search}`);
  return "wrong" in target || target.segments.length !== template.split("/").length - 1 ? undefined : { path: target.path, search: target.search };
}
