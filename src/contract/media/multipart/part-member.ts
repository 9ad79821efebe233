/**
 * Part member: one member of a multipart form, from the parts that carry it to its value (OpenAPI 3.1.1, section 4.8.15).
 *
 * A part is a file where the contract has a file, and nowhere else: whoever expects a text would otherwise store what was
 * uploaded. What a part says it is has to be among what the contract says it may be, and a file begins as its type does.
 * A part that says nothing is taken for what the contract says.
 */
import { isUtf8 } from "node:buffer";
import { type Hint, TEXT_HINT } from "../../hint.ts";
import type { Json } from "../../json-value.ts";
import { isJson } from "../../media-type.ts";
import type { Finding, Parameter, Validator } from "../../operation.ts";
import { fault } from "../../parameter-style.ts";
import type { DecodeBounds, FilePart } from "../decode.ts";
import { type Forms, itemOf, readOne, takesText } from "../field.ts";
import type { Member, MemberReading } from "../members.ts";
import { isPlainText } from "../plain-text.ts";
import { beginsAs, formatsOfType } from "../signature.ts";
import type { PartHead } from "./part-head.ts";

export interface Part {
  readonly name: string;
  readonly head: PartHead;
  readonly bytes: Buffer;
}

export interface PartDeclaration {
  readonly name: string;
  readonly hint: Hint;
  readonly validator: Validator | undefined;
  /** Media ranges in lower case; none: whatever goes with the schema. */
  readonly contentTypes: readonly string[];
  /** `weighed`: the schema says something of its bytes. `document`: a text, unless it has the name of a file. */
  readonly file: "no" | "free" | "weighed" | "either" | "document";
  /** How a file has to begin, where the schema says it. */
  readonly formats: readonly string[] | undefined;
  readonly headers: readonly { readonly name: string; readonly required: boolean; readonly read: Parameter["read"] }[];
}

const ONCE = fault("unique", "must be given once");
const UNDECLARED_TYPE = fault("contentMediaType", "is of a content type that is not declared");
const NO_FILE = fault("contentMediaType", "is a file where the contract has none");
const MISLABELLED = fault("contentMediaType", "does not begin as content of its type does");
const NOT_TEXT = fault("encoding", "must be UTF-8 without control characters");
const UNDECLARED_HEADER = fault("undeclared", "has a header field that is not declared");

export function partMember(declaration: PartDeclaration): Member<Part> {
  const { name, hint, validator } = declaration;
  const isList = hint.types.has("array");
  const one = isList ? (hint.items ?? TEXT_HINT) : hint;
  return {
    name,
    claims: (claimed) => claimed === name,
    read(parts, bounds) {
      const [first, second] = parts;
      if (!isList) return first === undefined || second !== undefined ? { findings: [ONCE] } : choose(readPart(first, one, declaration, bounds, ""), validator);
      const items = readItems(parts, declaration, bounds);
      // One JSON text may hold the whole list.
      const whole = first !== undefined && second === undefined && isJson(first.head.type?.type ?? "") ? readPart(first, hint, declaration, bounds, "") : items;
      if (whole === items || "findings" in whole) return choose(items, validator);
      return choose("findings" in items ? whole : { values: [...whole.values, ...items.values] }, validator);
    },
  };
}

/** One part where no other has its place. @param pointer from the whole value to the part's */
export function readPartAt(part: Part, declaration: PartDeclaration, bounds: DecodeBounds, pointer: string): MemberReading {
  return choose(readPart(part, declaration.hint, declaration, bounds, pointer), declaration.validator);
}

function choose(reading: MemberReading, validator: Validator | undefined): MemberReading {
  if (validator === undefined || "findings" in reading || reading.values.length === 1) return reading;
  const taken = reading.values.filter((value) => validator.check(value));
  return taken.length === 0 ? reading : { ...reading, values: taken };
}

function readItems(parts: readonly Part[], declaration: PartDeclaration, bounds: DecodeBounds): MemberReading {
  const { prefix, items = TEXT_HINT } = declaration.hint;
  const [narrow, wide, plain]: [Json[], Json[], Json[]] = [[], [], []];
  const files: FilePart[] = [];
  for (const [index, part] of parts.entries()) {
    const reading = readPart(part, prefix[index] ?? items, declaration, bounds, `/${index}`);
    if ("findings" in reading) return reading;
    narrow.push(reading.values[0] ?? null);
    wide.push(reading.values.at(-1) ?? null);
    plain.push(reading.plain ?? reading.values[0] ?? null);
    files.push(...(reading.files ?? []));
  }
  const values = narrow.every((value, index) => value === wide[index]) ? [narrow] : [narrow, wide];
  return files.length === 0 ? { values } : { values, files, plain };
}

/** @param pointer from the member's value to this part's */
function readPart(part: Part, hint: Hint, declaration: PartDeclaration, bounds: DecodeBounds, pointer: string): MemberReading {
  const wrong = judgeHead(part, declaration);
  if (wrong.length > 0) return { findings: wrong.map((finding) => ({ ...finding, pointer: pointer + finding.pointer })) };
  const { file } = declaration;
  if (file === "no" || (file === "either" && isTextual(part)) || (file === "document" && part.head.filename === undefined)) return readText(part, hint, declaration.contentTypes, bounds, pointer);
  return readFile(part, declaration, pointer);
}

function judgeHead({ head: { type, fields } }: Part, { contentTypes, headers }: PartDeclaration): readonly Finding[] {
  if (type !== undefined && contentTypes.length > 0 && !contentTypes.some((range) => covers(range, type.type))) return [UNDECLARED_TYPE];
  if ([...fields.keys()].some((name) => !headers.some((header) => header.name === name))) return [UNDECLARED_HEADER];
  return headers.flatMap(({ name, required, read }) => {
    const text = fields.get(name);
    if (text === undefined) return required ? [fault("required", `must have the header field ${name}`)] : [];
    return "value" in read(text) ? [] : [fault("header", `has a header field ${name} that is not as declared`)];
  });
}

function covers(range: string, type: string): boolean {
  return range === type || range === "*/*" || (range.endsWith("/*") && type.startsWith(range.slice(0, -1)));
}

/** Of what nobody described: a text, unless it has the name of a file or another type. */
function isTextual({ head: { filename, type }, bytes }: Part): boolean {
  return filename === undefined && (type === undefined || type.type.startsWith("text/") || isJson(type.type)) && isUtf8(bytes);
}

function readText({ head, bytes }: Part, hint: Hint, contentTypes: readonly string[], bounds: DecodeBounds, pointer: string): MemberReading {
  if (head.filename !== undefined) return { findings: [{ ...NO_FILE, pointer }] };
  const forms = formsOf(head.type?.type, hint, contentTypes);
  if (forms === undefined) return { findings: [{ ...UNDECLARED_TYPE, pointer }] };
  const text = isUtf8(bytes) && bytes.length <= bounds.stringBytes ? bytes.toString("utf8") : undefined;
  if (text === undefined || (forms.text && !isPlainText(text))) return { findings: [{ ...NOT_TEXT, pointer }] };
  const reading = readOne(text, hint, forms, bounds);
  return "findings" in reading ? { findings: reading.findings.map((finding) => ({ ...finding, pointer: pointer + finding.pointer })) } : reading;
}

/** Undefined where what the part says does not go with what the contract has. */
function formsOf(said: string | undefined, hint: Hint, contentTypes: readonly string[]): Forms | undefined {
  const one = itemOf(hint);
  const nested = one.types.has("object") || one.types.has("array") || hint.types.has("array");
  if (said !== undefined) return isJson(said) ? { text: false, json: true } : said.startsWith("text/") && takesText(hint) ? { text: true, json: false } : undefined;
  if (contentTypes.length === 0) return { text: takesText(hint), json: nested };
  return { text: contentTypes.some((type) => !isJson(type)) && takesText(hint), json: contentTypes.some(isJson) };
}

function readFile({ head, bytes }: Part, { file, formats }: PartDeclaration, pointer: string): MemberReading {
  const type = head.type?.type ?? "application/octet-stream";
  const expected = formatsOfType(type) ?? formats;
  if (expected !== undefined && !beginsAs(expected, bytes)) return { findings: [{ ...MISLABELLED, pointer }] };
  // A text as long as the file is only made where the schema asks how long that is.
  const value = file === "weighed" || file === "document" ? bytes.toString("latin1") : "";
  return { values: [value], files: [{ pointer, filename: head.filename, type, bytes }], plain: "" };
}
