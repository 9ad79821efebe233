/**
 * Positions: the parts of `multipart/mixed`, `multipart/related` and their kin as a list, each at its place (OpenAPI 3.2.0, "Media
 * Types with Positional Encoding").
 *
 * Such parts have no names; what a part is follows from where it stands. `prefixEncoding` and `itemEncoding` say what types a part
 * may be of, the schema what is in it: a text, JSON, or a file where the contract has one.
 */
import { type Hint, TEXT_HINT } from "../../hint.ts";
import { join } from "../../json-pointer.ts";
import { isJsonObject, type Json } from "../../json-value.ts";
import type { Spot } from "../../library.ts";
import type { Validator } from "../../operation.ts";
import type { Decode, Decoded, FilePart } from "../decode.ts";
import { encodingOf } from "../fields.ts";
import { partsOf } from "../member-spots.ts";
import { readParts } from "./multipart.ts";
import { readMixedHead } from "./part-head.ts";
import { type PartDeclaration, readPartAt } from "./part-member.ts";
import { declarePart, type Given } from "./part-members.ts";

export interface Positions {
  readonly prefix: readonly PartDeclaration[];
  readonly rest: PartDeclaration;
}

/** @param schema of the list. @param item of each of its items, where that is written instead; with neither each part may be a text or a file */
export function readPositions(given: Given, { schema, item, hint }: { readonly schema: Spot | undefined; readonly item?: Spot; readonly hint: Hint }): Positions | { readonly wrong: string } {
  const { prefixEncoding, itemEncoding, encoding } = given.media.value;
  if (encoding !== undefined) return { wrong: "encoding names members, and parts of this type have no names" };
  const described = schema === undefined ? [] : partsOf(schema, given.scope.reading.library);
  const at = (keyword: string, index?: number): readonly Spot[] =>
    described.flatMap(({ spot, value }) => {
      const found = index === undefined ? value[keyword] : [value[keyword]].flat()[index];
      return found === undefined ? [] : [{ file: spot.file, pointer: join(spot.pointer, keyword, ...(index === undefined ? [] : [String(index)])) }];
    });
  const prefixes = Array.isArray(prefixEncoding) ? (prefixEncoding as readonly Json[]) : []; // isArray forgets readonly
  const length = Math.max(hint.prefix.length, prefixes.length);
  const declare = (index: number | undefined): PartDeclaration | { readonly wrong: string } => {
    const own = index === undefined ? undefined : hint.prefix[index];
    const spots = item !== undefined ? [item] : own === undefined || index === undefined ? at("items") : at("prefixItems", index);
    const keys = index !== undefined && index < prefixes.length ? ["prefixEncoding", String(index)] : ["itemEncoding"];
    const written = index !== undefined && index < prefixes.length ? prefixes[index] : itemEncoding;
    const inner = isJsonObject(written) ? [written["encoding"], written["prefixEncoding"], written["itemEncoding"]] : [];
    if (inner.some((one) => one !== undefined)) return { wrong: "parts within parts cannot be checked" };
    return declarePart(given, { name: index === undefined ? "" : String(index), hint: own ?? hint.items ?? TEXT_HINT, spots, encoding: encodingOf(written), keys, described: schema !== undefined || item !== undefined });
  };
  const prefix: PartDeclaration[] = [];
  for (let index = 0; index < length; index += 1) {
    const one = declare(index);
    if ("wrong" in one) return one;
    prefix.push(one);
  }
  const rest = declare(undefined);
  return "wrong" in rest ? rest : { prefix, rest };
}

export function positionsDecoder({ prefix, rest }: Positions, validator: Validator | undefined): Decode {
  return (bytes, { parameters }, bounds): Decoded => {
    const parts = readParts(bytes, parameters.get("boundary") ?? "", bounds, readMixedHead);
    if ("keyword" in parts) return { findings: [parts] };
    const [narrow, wide, plain]: [Json[], Json[], Json[]] = [[], [], []];
    const files: FilePart[] = [];
    for (const [index, part] of parts.entries()) {
      const reading = readPartAt(part, prefix[index] ?? rest, bounds, `/${index}`);
      if ("findings" in reading) return reading;
      narrow.push(reading.values[0] ?? null);
      wide.push(reading.values.at(-1) ?? null);
      plain.push(reading.plain ?? reading.values[0] ?? null);
      files.push(...(reading.files ?? []));
    }
    const value = validator === undefined || validator.check(narrow) || !validator.check(wide) ? narrow : wide;
    return files.length === 0 ? { value } : { value, files, plain };
  };
}

/** Whether parts of a media range are told apart by their places: in all multipart types but that of forms. */
export function isPositional(range: string): boolean {
  return range.startsWith("multipart/") && range !== "multipart/*" && range !== "multipart/form-data";
}
