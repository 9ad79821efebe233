/**
 * Formats: what a `format` asks of a value.
 *
 * Text is bounded before it is looked at: most formats have a longest form, and the checks of the others (URIs, JSON
 * Pointers, templates) decide at every character what comes next, so that their time is linear in the text. Formats
 * without an entry are not known; those in `ANNOTATED` are known to ask nothing.
 */
import {
  IsDate, IsDateTime, IsDuration, IsEmail, IsHostname, IsIdnEmail, IsIdnHostname, IsIPv4, IsIPv6, IsIri, IsIriReference, IsJsonPointer,
  IsJsonPointerUriFragment, IsRegex, IsRelativeJsonPointer, IsTime, IsUri, IsUriReference, IsUriTemplate, IsUrl, IsUuid,
} from "typebox/format";

type Check<Value> = (value: Value) => boolean;

/** Characters beyond which no text of the format is taken, where the format itself has no such end. */
export const FORMAT_CHARACTERS = 320;
/** Characters of a URI and the like, and of a regular expression. */
export const LONG_FORMAT_CHARACTERS = 65_536;

function upTo(characters: number, check: Check<string>): Check<string> {
  return (value) => value.length <= characters && check(value);
}

function short(check: Check<string>): Check<string> {
  return upTo(FORMAT_CHARACTERS, check);
}

function long(check: Check<string>): Check<string> {
  return upTo(LONG_FORMAT_CHARACTERS, check);
}

/** For strings. */
export const TEXT_FORMATS: ReadonlyMap<string, Check<string>> = new Map([
  ["date-time", short((value) => IsDateTime(value))],
  ["date", short(IsDate)],
  ["time", short((value) => IsTime(value))],
  ["duration", short(IsDuration)],
  ["email", short(IsEmail)],
  ["idn-email", short(IsIdnEmail)],
  ["hostname", short(IsHostname)],
  ["idn-hostname", short(IsIdnHostname)],
  ["ipv4", short(IsIPv4)],
  ["ipv6", short(IsIPv6)],
  ["uuid", short(IsUuid)],
  ["uri", long(IsUri)],
  ["uri-reference", long(IsUriReference)],
  ["uri-template", long(IsUriTemplate)],
  ["iri", long(IsIri)],
  ["iri-reference", long(IsIriReference)],
  ["url", long(IsUrl)],
  ["json-pointer", long(IsJsonPointer)],
  ["json-pointer-uri-fragment", long(IsJsonPointerUriFragment)],
  ["relative-json-pointer", long(IsRelativeJsonPointer)],
  ["regex", upTo(4_096, IsRegex)],
  ["byte", isBase64],
  ["base64url", (value) => /^[A-Za-z0-9_-]*$/.test(value) && value.length % 4 !== 1],
  ["decimal", short((value) => /^[+-]?[0-9]+(?:\.[0-9]+)?$/.test(value))],
  ["decimal128", short((value) => /^[+-]?[0-9]+(?:\.[0-9]+)?(?:[Ee][+-]?[0-9]{1,4})?$/.test(value))],
  ["char", (value) => value.length === 1 || (value.length === 2 && (value.codePointAt(0) ?? 0) > 0xffff)],
]);

/** RFC 4648, section 4, with its padding. One class and two optional signs: nothing to go back to. */
function isBase64(value: string): boolean {
  return value.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(value);
}

function whole(least: number, most: number): Check<number> {
  return (value) => Number.isInteger(value) && value >= least && value <= most;
}

/** For numbers (the OpenAPI format registry). A double has no exact 2^63 - 1: 2^63 is the first that is too large. */
export const NUMBER_FORMATS: ReadonlyMap<string, Check<number>> = new Map([
  ["int8", whole(-(2 ** 7), 2 ** 7 - 1)],
  ["int16", whole(-(2 ** 15), 2 ** 15 - 1)],
  ["int32", whole(-(2 ** 31), 2 ** 31 - 1)],
  ["int64", (value) => Number.isInteger(value) && value >= -(2 ** 63) && value < 2 ** 63],
  ["uint8", whole(0, 2 ** 8 - 1)],
  ["uint16", whole(0, 2 ** 16 - 1)],
  ["uint32", whole(0, 2 ** 32 - 1)],
  ["uint64", (value) => Number.isInteger(value) && value >= 0 && value < 2 ** 64],
  ["double-int", whole(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)],
  ["float", (value) => Math.abs(value) <= 3.4028234663852886e38],
]);

/** Which formats are held: `all` that are known, the `common` ones that APIs mean, or `none` (they only annotate). */
export type Formats = "all" | "common" | "none";

/**
 * Known, and rarely meant as a rule by those who write them: JSON Schema 2020-12 takes every format for an annotation,
 * and OpenAPI leaves it to the tool. `common` leaves these to the reader; what carries an attack when it is not
 * checked (addresses, times, identifiers, e-mail, URIs) is not among them.
 */
export const RARE: ReadonlySet<string> = new Set(["idn-email", "idn-hostname", "iri", "iri-reference", "json-pointer", "json-pointer-uri-fragment", "relative-json-pointer", "uri-template", "regex"]);

/** Known, and nothing to check: any text is a password, every number of JSON is a double. */
export const ANNOTATED: ReadonlySet<string> = new Set(["binary", "password", "double", "commonmark", "html"]);
