/**
 * Written: what a caller wrote in some place, as one text for all the ways to write it.
 *
 * A second spelling of one value would be a second budget for it: `%40` for `@`, `1e0` for `1`, capitals, spaces, letters
 * that cannot be seen. So a value is read as the contract says, and of texts their readers' view counts (Unicode's NFKC
 * with case folded and default ignorables left out), even if some API tells two of them apart: then they share one budget.
 */
import { isJsonObject, type Json } from "../../../../contract/json-value.ts";
import type { Location, Operation, Parameter } from "../../../../contract/operation.ts";
import { writeCanonical } from "../../../../contract/schema/canonical.ts";
import { decodeSegment, decodeValue } from "../../../../contract/target.ts";
import type { Known } from "../../../../guard.ts";
import { readerOf } from "../../../parameter-value.ts";

type Place = Exclude<Location, "cookie">;

/** Reads the texts of a place, decoded; none where nothing was written. */
type Texts = (exchange: Known) => readonly string[];

/** A parameter of the contract, or else what stands there; empty where nothing does. */
export function writtenAt(place: Place, name: string, operation: Operation): (exchange: Known) => string {
  const textsOf = textsAt(place, name, operation);
  const declared = operation.parameters.find((parameter) => isAt(parameter, place, name));
  const read = declared === undefined ? undefined : readerOf(operation, declared);
  return (exchange) => {
    const value = read?.(exchange);
    if (value !== undefined && "value" in value) return typeof value.value === "string" ? fold(value.value) : alike(value.value);
    // What is no such parameter will be refused, or is none of the contract's.
    const [text = "", ...more] = textsOf(exchange);
    return more.length === 0 ? fold(text) : alike([text, ...more]);
  };
}

function isAt(parameter: Parameter, place: Place, name: string): boolean {
  return parameter.in === place && (place === "header" ? parameter.name.toLowerCase() === name : parameter.name === name);
}

function textsAt(place: Place, name: string, { pathNames }: Operation): Texts {
  if (place === "header") return ({ request }) => request.fields.all(name);
  if (place === "query") return ({ request }) => request.query.filter(([one]) => one === name).map(([, raw]) => decodeValue(raw) ?? raw);
  const at = pathNames.indexOf(name);
  return ({ pathValues }) => {
    const raw = pathValues[at];
    return raw === undefined ? [] : [decodeSegment(raw) ?? raw];
  };
}

/** One text for equal values, and for those that a reader takes for equal. */
export function alike(value: Json): string {
  return writeCanonical(folded(value));
}

/** The names of members stay as they are: the contract has them. */
function folded(value: Json): Json {
  if (typeof value === "string") return fold(value);
  if (isJsonObject(value)) return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, folded(member)]));
  return Array.isArray(value) ? (value as readonly Json[]).map(folded) : value; // isArray forgets readonly
}

function fold(text: string): string {
  return text.normalize("NFKC").toLowerCase().replaceAll(/\p{Default_Ignorable_Code_Point}+/gu, "").normalize("NFKC").replaceAll(/\s+/g, " ").trim();
}
