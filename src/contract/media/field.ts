/**
 * Field: one member of a form, from the texts that carry it to the values that they may mean.
 *
 * Its encoding decides (OpenAPI 3.1.1, section 4.8.15): with a style it is written as a query parameter is; else numbers,
 * flags and texts stand as they are, objects are JSON texts, and a list repeats the name, once for each item. Where a text
 * has several readings, the narrowest comes first, and the schema chooses.
 */
import { type Hint, TEXT_HINT } from "../hint.ts";
import { type JsonBounds, readJson } from "../json.ts";
import type { Json } from "../json-value.ts";
import { isJson } from "../media-type.ts";
import type { Place } from "../misfit.ts";
import type { Validator } from "../operation.ts";
import { compileParameter } from "../parameter.ts";
import { fault, PARAMETER_ITEMS_MAX } from "../parameter-style.ts";
import { readingsOf } from "../text-value.ts";
import type { FormPair } from "./form-text.ts";
import type { Member, MemberReading } from "./members.ts";

/** What the contract says of a field; `validator` where its schema can be told from those of its neighbours. */
export interface FieldDeclaration {
  readonly name: string;
  readonly hint: Hint;
  readonly validator: Validator | undefined;
  readonly encoding: FieldEncoding;
  readonly place: Place;
}

export interface FieldEncoding {
  /** Media types in lower case, without parameters. */
  readonly contentTypes: readonly string[];
  readonly style: string | undefined;
  readonly explode: boolean | undefined;
  readonly allowReserved: boolean | undefined;
}

const OPEN: Validator = { check: () => true, explain: () => [], open: true };

/** Answers the field, or what stands in the way. */
export function compileField(declaration: FieldDeclaration): Member<FormPair> | { readonly wrong: string } {
  const { name, hint, validator, encoding } = declaration;
  if (encoding.style !== undefined || encoding.explode !== undefined || encoding.allowReserved !== undefined) return compileStyled(declaration);
  const forms = formsOf(hint, encoding.contentTypes);
  if ("wrong" in forms) return { wrong: `the field "${name}" ${forms.wrong}` };
  const read = readerOfTexts(hint, forms);
  return {
    name,
    claims: (claimed) => claimed === name,
    read(pairs, bounds) {
      const reading = read(pairs.map(({ text }) => text), bounds);
      if (validator === undefined || "findings" in reading || reading.values.length === 1) return reading;
      const taken = reading.values.filter((value) => validator.check(value));
      return taken.length === 0 ? reading : { values: taken };
    },
  };
}

function compileStyled({ name, hint, validator = OPEN, encoding, place }: FieldDeclaration): Member<FormPair> | { readonly wrong: string } {
  const { style, explode, allowReserved } = encoding;
  const parameter = compileParameter({ name, in: "query", required: false, style, explode, allowReserved, place }, validator, hint);
  if ("wrong" in parameter) return { wrong: `the field "${name}": ${parameter.wrong}` };
  return {
    name,
    claims: parameter.claims,
    read(pairs) {
      const outcome = parameter.read(pairs.map(({ name, raw }) => [name, raw]));
      return "value" in outcome ? { values: [outcome.value] } : outcome;
    },
  };
}

/** How one text may be read. */
export interface Forms {
  readonly text: boolean;
  readonly json: boolean;
}

function formsOf(hint: Hint, contentTypes: readonly string[]): Forms | { readonly wrong: string } {
  const one = itemOf(hint);
  const nested = one.types.has("object") || one.types.has("array");
  if (contentTypes.length === 0) return { text: takesText(one), json: nested };
  const json = contentTypes.some(isJson);
  const text = contentTypes.some((type) => !isJson(type));
  if (!json && !takesText(one)) return { wrong: `is no text, and ${contentTypes.join(", ")} cannot be checked within a form` };
  return { text, json };
}

/** Of a list every item has a text of its own. */
export function itemOf(hint: Hint): Hint {
  return hint.types.has("array") && !hint.types.has("object") ? (hint.items ?? TEXT_HINT) : hint;
}

export function takesText({ types }: Hint): boolean {
  return types.size === 0 || ["boolean", "integer", "number", "string", "null"].some((type) => types.has(type as "string")); // the names above
}

const ONCE = fault("unique", "must be given once");
const TOO_MANY = fault("maxItems", `must not hold more than ${PARAMETER_ITEMS_MAX} items`);

function readerOfTexts(hint: Hint, forms: Forms): (texts: readonly string[], bounds: JsonBounds) => MemberReading {
  const isList = hint.types.has("array");
  const isMore = hint.types.size > 1;
  return (texts, bounds) => {
    if (texts.length > PARAMETER_ITEMS_MAX) return { findings: [TOO_MANY] };
    const [first = "", second] = texts;
    if (!isList) return second === undefined ? readOne(first, hint, forms, bounds) : { findings: [ONCE] };
    const items = readItems(texts, hint, forms, bounds);
    const whole = second === undefined && (isMore || forms.json) ? readOne(first, hint, forms, bounds) : items;
    if (whole === items || "findings" in whole) return items;
    return "findings" in items ? whole : { values: [...whole.values, ...items.values] };
  };
}

function readItems(texts: readonly string[], { prefix, items = TEXT_HINT }: Hint, forms: Forms, bounds: JsonBounds): MemberReading {
  const narrow: Json[] = [];
  const wide: Json[] = [];
  for (const [index, text] of texts.entries()) {
    const reading = readOne(text, prefix[index] ?? items, forms, bounds);
    if ("findings" in reading) return { findings: reading.findings.map((finding) => ({ ...finding, pointer: `/${index}${finding.pointer}` })) };
    narrow.push(reading.values[0] ?? null);
    wide.push(reading.values.at(-1) ?? null);
  }
  return { values: narrow.every((value, index) => value === wide[index]) ? [narrow] : [narrow, wide] };
}

/** Narrowest first: what is an object or a list as JSON, then numbers and flags, then text. */
export function readOne(text: string, { types }: Hint, { text: asText, json }: Forms, bounds: JsonBounds): MemberReading {
  const values: Json[] = [];
  const read = json ? readJson(Buffer.from(text), bounds) : undefined;
  if (read !== undefined && "value" in read && (!asText || (typeof read.value === "object" && read.value !== null))) values.push(read.value);
  // JSON that is refused is not taken for a text instead: somebody behind might still read it.
  const isBroken = read !== undefined && "wrong" in read && (!asText || read.wrong.reason !== "syntax");
  if (asText && !isBroken) values.push(...readingsOf(text, types));
  if (values.length > 0) return { values };
  if (isBroken) return { findings: [{ pointer: read.wrong.pointer, keyword: "contentMediaType", message: "must be JSON with one meaning" }] };
  return { findings: [fault("type", `must be ${nameTypes(types)}`)] };
}

function nameTypes(types: Hint["types"]): string {
  const names = [...types].filter((type) => type !== "integer" || !types.has("number"));
  return names.length === 0 ? "left out: no value is allowed" : names.join(" or ");
}
