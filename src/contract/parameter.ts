/**
 * Parameter: a declared parameter and its decoder, for all styles that OpenAPI 3.0, 3.1 and 3.2 define.
 *
 * The text is taken apart at its delimiters, decoded once, read as the types that the schema allows, and judged by
 * the schema. What OpenAPI leaves undefined (lists in lists, an exploded pipe-delimited object, deepObject deeper than
 * one level) is refused at start-up: a guess here would be another one than the API's.
 *
 * - Repeating a parameter that is no list is refused, and so is a field that comes twice: some APIs take the first,
 *   some the last.
 * - If a text has several readings, the narrowest that the schema takes is its value. In lists and objects all parts
 *   are read narrowly, then, if the schema refuses that, all as text.
 * - Path and query values, and cookies in the form style, are percent-decoded. Header fields, and cookies in the
 *   cookie style, are taken as they stand: that is how APIs read them.
 * - `allowReserved` asks senders to leave characters raw; raw or encoded, they mean the same here, delimiters excepted.
 * - `allowEmptyValue` lets `name=` through whatever the schema says: OpenAPI's way to say "a flag". The value is "".
 */
import { type Hint, type JsonType, TEXT_HINT } from "./hint.ts";
import { JSON_BOUNDS, type JsonBounds, type JsonFault, readJson } from "./json.ts";
import { writePointer } from "./json-pointer.ts";
import type { Json } from "./json-value.ts";
import { isJson } from "./media-type.ts";
import type { Place } from "./misfit.ts";
import type { Finding, Location, Parameter, Validator } from "./operation.ts";
import { fault, type Raw, type RawField, type Split, type Splitters, splittersOf } from "./parameter-style.ts";
import { decodePercent } from "./percent.ts";
import { decodeSegment, decodeValue } from "./target.ts";
import { readingsOf } from "./text-value.ts";

/** A parameter object of OpenAPI, its references followed. What it does not say stays undefined. */
export interface ParameterDeclaration {
  readonly name: string;
  readonly in: Location;
  readonly required: boolean;
  readonly style?: string | undefined;
  readonly explode?: boolean | undefined;
  readonly allowReserved?: boolean | undefined;
  readonly allowEmptyValue?: boolean | undefined;
  /** The media type of `content`, in lower case; then style, explode and hint say nothing. */
  readonly content?: string | undefined;
  readonly place: Place;
}

/** Answers the parameter, or a sentence that says what is not supported. Its findings' pointers lead into the value. */
export function compileParameter(declaration: ParameterDeclaration, validator: Validator, hint: Hint): Parameter | { readonly wrong: string } {
  const { name, in: location, required, place, content } = declaration;
  const style = declaration.style ?? (location === "query" || location === "cookie" ? "form" : "simple");
  const exploded = declaration.explode ?? (style === "form" || style === "cookie" || style === "deepObject");
  const splitters = content === undefined ? splittersOf({ in: location, name, style, explode: exploded }) : undefined;
  if (content !== undefined) {
    const read = readerOfContent(content, location);
    if (read === undefined) return { wrong: `content of the media type ${content} is not supported in a parameter; application/json and text/plain are` };
    return withSchema({ name, in: location, required, claims: claimsOf(name, location), read: (raw) => judge(read(raw), validator), hint, place }, validator);
  }
  if (splitters === undefined) return { wrong: `the style "${style}" does not exist for a parameter in ${location}` };
  if (style === "deepObject" && !exploded) return { wrong: "the style deepObject is not defined with explode: false" };
  // An exploded object travels under the names of its properties, beside those of all other parameters.
  const spread = location === "query" && style !== "deepObject" && exploded && hint.types.has("object");
  const readers = spread && !isPlainObject(hint) ? SPREAD : readersOf(splitters, hint, decoderOf(location, style));
  if ("wrong" in readers) return { wrong: `the style ${style} with explode: ${exploded} ${readers.wrong}` };
  const takesRest = spread && hint.rest !== undefined;
  const emptyAllowed = declaration.allowEmptyValue === true && location === "query" && style === "form" && takesText(hint);
  const parameter: Parameter = {
    name,
    in: location,
    required,
    claims: style === "deepObject" ? (key) => key.startsWith(`${name}[`) : spread ? (key) => hint.properties.has(key) : claimsOf(name, location),
    ...(takesRest ? { takesRest } : {}),
    read: (raw) => (emptyAllowed && isEmptyPair(raw) ? EMPTY : judgeAll(readers, raw, validator)),
    hint,
    place,
  };
  return withSchema(parameter, validator);
}

/** Not everybody asks for leaves and sketches: until somebody does they are not worked out. */
export function withSchema(parameter: Parameter, validator: Validator): Parameter {
  return Object.defineProperties(parameter, { leaf: { get: () => validator.leaf, enumerable: true }, sketch: { get: () => validator.sketch, enumerable: true } });
}

type Outcome = ReturnType<Parameter["read"]>;

/** Values to try, in order, or why there are none. */
type Reading = { readonly values: readonly Json[] } | { readonly wrong: Finding };
type Reader = (raw: Raw) => Reading;
type Decode = (raw: string) => string | undefined;

const EMPTY: Outcome = { value: "" };
const SPREAD = { wrong: "is only supported for an object with declared properties or additionalProperties, and for nothing beside it" } as const;
const NOT_DECODED = "must be percent-encoded UTF-8";
/** Their texts can be told from one another. `null` alone makes no text of a list. */
const TEXTUAL: readonly JsonType[] = ["boolean", "integer", "number", "string"];

function takesText({ types }: Hint): boolean {
  return TEXTUAL.some((type) => types.has(type)) || !(types.has("array") || types.has("object"));
}

/** Else `?R=1` could be a field or the value. An object of any names says so: else it would claim every name there is by an oversight. */
function isPlainObject(hint: Hint): boolean {
  return (hint.properties.size > 0 || hint.rest !== undefined) && !hint.types.has("array") && !takesText(hint);
}

/** Whether a name is that of a parameter. */
export function claimsOf(name: string, location: Location): (key: string) => boolean {
  return location === "header" ? (key) => key.toLowerCase() === name.toLowerCase() : (key) => key === name;
}

/** Narrow readers first; or what stands in the way of one that the schema needs. */
function readersOf(splitters: Splitters, hint: Hint, decode: Decode): readonly Reader[] | { readonly wrong: string } {
  const readers: Reader[] = [];
  if (takesText(hint)) {
    if (splitters.text === undefined) return { wrong: "is not defined for single values" };
    readers.push(readerOfText(splitters.text, hint, decode));
  }
  if (hint.types.has("array")) {
    if (splitters.items === undefined) return { wrong: "is not defined for arrays" };
    if (![...hint.prefix, hint.items ?? TEXT_HINT].every(takesText)) return { wrong: "is not defined for arrays of arrays or objects" };
    readers.push(readerOfItems(splitters.items, hint, decode));
  }
  if (hint.types.has("object")) {
    if (splitters.fields === undefined) return { wrong: "is not defined for objects" };
    const nested = [...hint.properties].find(([, property]) => !takesText(property));
    if (nested !== undefined || !takesText(hint.rest ?? TEXT_HINT)) {
      return { wrong: `is not defined for arrays or objects within an object${nested === undefined ? "" : ` (property "${nested[0]}")`}` };
    }
    readers.push(readerOfFields(splitters.fields, hint, decode, splitters.decodedNames));
  }
  return readers;
}

function readerOfText(split: Split<string>, { types }: Hint, decode: Decode): Reader {
  const mismatch = fault("type", `must be ${nameTypes(types)}`);
  return (raw) => {
    const part = split(raw);
    if (typeof part !== "string") return { wrong: part };
    const text = decode(part);
    if (text === undefined) return { wrong: fault("encoding", NOT_DECODED) };
    const values = readingsOf(text, types);
    return values.length === 0 ? { wrong: mismatch } : { values };
  };
}

function readerOfItems(split: Split<readonly string[]>, { prefix, items = TEXT_HINT }: Hint, decode: Decode): Reader {
  return (raw) => {
    const parts = split(raw);
    if ("keyword" in parts) return { wrong: parts };
    const both: Both = { narrow: [], wide: [], differ: false };
    for (const [index, part] of parts.entries()) {
      const wrong = readPart(part, prefix[index] ?? items, decode, both);
      if (wrong !== undefined) return { wrong: { ...wrong, pointer: `/${index}` } };
    }
    return { values: both.differ ? [both.narrow, both.wide] : [both.narrow] };
  };
}

function readerOfFields(split: Split<readonly RawField[]>, hint: Hint, decode: Decode, decodedNames: boolean): Reader {
  return (raw) => {
    const parts = split(raw);
    if ("keyword" in parts) return { wrong: parts };
    const names = new Set<string>();
    const both: Both = { narrow: [], wide: [], differ: false };
    for (const [rawName, part] of parts) {
      const name = decodedNames ? rawName : decode(rawName);
      // An own `__proto__` becomes the prototype as soon as somebody copies the object.
      if (name === undefined || name === "" || name === "__proto__") return { wrong: fault("propertyNames", "must not hold a field of this name") };
      if (names.has(name)) return { wrong: fault("unique", "must not hold a field twice") };
      names.add(name);
      const wrong = readPart(part, hint.properties.get(name) ?? hint.rest ?? TEXT_HINT, decode, both);
      if (wrong !== undefined) return { wrong: { ...wrong, pointer: writePointer([name]) } };
    }
    const build = (list: readonly Json[]): Json => Object.fromEntries([...names].map((name, index) => [name, list[index] ?? null]));
    return { values: both.differ ? [build(both.narrow), build(both.wide)] : [build(both.narrow)] };
  };
}

/** The parts of a list or an object, each in its narrowest and in its widest reading. */
interface Both {
  readonly narrow: Json[];
  readonly wide: Json[];
  differ: boolean;
}

function readPart(part: string, { types }: Hint, decode: Decode, both: Both): Finding | undefined {
  const text = decode(part);
  if (text === undefined) return fault("encoding", NOT_DECODED);
  const readings = readingsOf(text, types);
  const [narrow] = readings;
  const wide = readings[readings.length - 1];
  if (narrow === undefined || wide === undefined) return fault("type", `must be ${nameTypes(types)}`);
  both.narrow.push(narrow);
  both.wide.push(wide);
  if (readings.length > 1) both.differ = true;
  return undefined;
}

/** Undefined where the media type is not supported. */
function readerOfContent(type: string, location: Location): Reader | undefined {
  const decode = decoderOf(location, "form");
  const split = splittersOf({ in: location, name: "", style: location === "path" || location === "header" ? "simple" : "form", explode: true });
  if (split?.text === undefined || !(isJson(type) || type === "text/plain")) return undefined;
  const read: Reader = readerOfText(split.text, TEXT_HINT, decode);
  if (!isJson(type)) return read;
  return (raw) => {
    const reading = read(raw);
    const text = "wrong" in reading ? undefined : reading.values[0];
    if (typeof text !== "string") return reading;
    // Hosts hand over header fields with one character per octet.
    const json = readJson(Buffer.from(text, location === "header" ? "latin1" : "utf8"), PLAIN);
    return "wrong" in json ? { wrong: fault("contentMediaType", `must be JSON${JSON_FAULTS.get(json.wrong.reason) ?? ""}`) } : { values: [json.value] };
  };
}

const PLAIN: JsonBounds = { ...JSON_BOUNDS, controls: false };

const JSON_FAULTS: ReadonlyMap<JsonFault["reason"], string> = new Map<JsonFault["reason"], string>([
  ["depth", " that is not nested so deeply"],
  ["size", " with fewer or shorter parts"],
  ["duplicate", " without a name twice in one object"],
  ["prototype", " without a member named __proto__"],
  ["number", " with numbers that keep their value"],
  ["control", " without control characters"],
]);

function decoderOf(location: Location, style: string): Decode {
  if (location === "path") return decodeSegment;
  if (location === "query") return decodeValue;
  return location === "cookie" && style !== "cookie" ? decodeCookie : (raw) => raw;
}

/** A cookie has not gone through the rules of the target, so control characters are refused here. */
function decodeCookie(raw: string): string | undefined {
  const text = decodePercent(raw);
  return text === undefined || /[\u0000-\u001f\u007f-\u009f]/.test(text) ? undefined : text;
}

function isEmptyPair(raw: Raw): boolean {
  return typeof raw !== "string" && raw.length === 1 && raw[0]?.[1] === "";
}

/** The first reader with a value that the schema takes wins; the first that had any value at all explains. */
function judgeAll(readers: readonly Reader[], raw: Raw, validator: Validator): Outcome {
  let refusal: Outcome | undefined;
  let explained = false;
  for (const reader of readers) {
    const reading = reader(raw);
    const outcome = judge(reading, validator);
    if ("value" in outcome) return outcome;
    if (refusal === undefined || (!explained && "values" in reading)) refusal = outcome;
    explained ||= "values" in reading;
  }
  return refusal ?? { findings: [fault("type", "must not be given")] };
}

function judge(reading: Reading, validator: Validator): Outcome {
  if ("wrong" in reading) return { findings: [reading.wrong] };
  for (const value of reading.values) if (validator.check(value)) return { value };
  const [first] = reading.values;
  const findings = first === undefined ? [] : validator.explain(first);
  return { findings: findings.length > 0 ? findings : [fault("schema", "must be as the contract says")] };
}

const TYPE_NAMES: readonly (readonly [JsonType, string])[] = [
  ["boolean", "true or false"],
  ["number", "a number in plain decimal notation, no more precise than a double"],
  ["integer", `an integer in plain digits, no farther from 0 than ${Number.MAX_SAFE_INTEGER}`],
  ["null", "null"],
  ["string", "text"],
];

function nameTypes(types: ReadonlySet<JsonType>): string {
  const named = TYPE_NAMES.filter(([type]) => types.has(type) && !(type === "integer" && types.has("number"))).map(([, name]) => name);
  return named.length === 0 ? "left out: no value is allowed" : named.join(", or ");
}
