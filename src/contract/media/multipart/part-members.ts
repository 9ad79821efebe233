/**
 * Part members: the members of a multipart form as the contract describes them.
 */
import { type Hint, TEXT_HINT } from "../../hint.ts";
import { follow, join } from "../../json-pointer.ts";
import { isJsonObject, type JsonObject } from "../../json-value.ts";
import type { Library, Spot } from "../../library.ts";
import { isJson } from "../../media-type.ts";
import { readDeclaration } from "../../parameters.ts";
import { type Direction, type Node, type Scope, take } from "../../reading.ts";
import { compileField, type FieldEncoding, takesText } from "../field.ts";
import { memberValidator, readEncoding, tellStray } from "../fields.ts";
import { memberSpots, partsOf } from "../member-spots.ts";
import type { Member, Members } from "../members.ts";
import { isRich } from "../../kinds/text-kind.ts";
import { formatsOfType } from "../signature.ts";
import { type Part, type PartDeclaration, partMember } from "./part-member.ts";

export type Given = { readonly scope: Scope; readonly media: Node; readonly direction: Direction };

/** @param schema of the whole form; with none every part may be there, once, as a text or as a file */
export function readPartMembers({ scope, media, direction }: Given, schema: Spot | undefined, hint: Hint): Members<Part> | { readonly wrong: string } {
  const { library } = scope.reading;
  const spots = schema === undefined ? new Map<string, readonly Spot[]>() : memberSpots(schema, library);
  const members: Member<Part>[] = [];
  for (const [name, own] of hint.properties) {
    const member = readMember({ scope, media, direction }, name, own, spots.get(name) ?? []);
    if ("wrong" in member) return member;
    members.push(member);
  }
  tellStray(scope, media, hint);
  const rest = { name: "", hint: hint.rest ?? TEXT_HINT, validator: undefined, contentTypes: [], file: schema === undefined ? "either" : "no", formats: undefined, headers: [] } as const;
  return { members, rest: partMember(rest) };
}

function readMember(given: Given, name: string, hint: Hint, spots: readonly Spot[]): Member<Part> | { readonly wrong: string } {
  const { scope, media, direction } = given;
  const { library } = scope.reading;
  const encoding = readEncoding(media, name);
  if (encoding.style !== undefined || encoding.explode !== undefined || encoding.allowReserved !== undefined) {
    return styledMember(compileField({ name, hint, validator: memberValidator(scope, spots, direction), encoding, place: library.place(media) }));
  }
  const declared = declarePart(given, { name, hint, spots, encoding, keys: ["encoding", name], described: true });
  return "wrong" in declared ? declared : partMember(declared);
}

/** One part as the contract describes it. */
export interface Described {
  readonly name: string;
  readonly hint: Hint;
  readonly spots: readonly Spot[];
  readonly encoding: FieldEncoding;
  /** Where its encoding stands in the media type. */
  readonly keys: readonly string[];
  /** Whether there is a schema of the whole. */
  readonly described: boolean;
}

export function declarePart({ scope, media, direction }: Given, { name, hint, spots, encoding, keys, described }: Described): PartDeclaration | { readonly wrong: string } {
  const { library } = scope.reading;
  const validator = memberValidator(scope, spots, direction);
  const { contentTypes } = encoding;
  const nature = spots.flatMap((spot) => naturesOf(spot, library));
  const file = described ? fileOf(nature, contentTypes, hint) : "either";
  const formats = nature.map(({ value }) => value["contentMediaType"]).find((type) => typeof type === "string");
  if (file === "no" && contentTypes.length > 0 && !contentTypes.some(isTextRange)) return { wrong: `the part "${name}" is no file, and ${contentTypes.join(", ")} cannot be checked within a form` };
  return { name, hint, validator, contentTypes, file, formats: formats === undefined ? undefined : formatsOfType(formats.toLowerCase()), headers: readHeaders({ scope, media, direction }, keys) };
}

function isTextRange(range: string): boolean {
  return isJson(range) || range.startsWith("text/") || range === "*/*";
}

/** All that is said of the member, or of its items. */
function naturesOf(spot: Spot, library: Library): readonly { readonly value: JsonObject }[] {
  const own = partsOf(spot, library);
  return [...own, ...own.flatMap(({ spot, value }) => (isJsonObject(value["items"]) ? partsOf({ file: spot.file, pointer: join(spot.pointer, "items") }, library) : []))];
}

/**
 * Bytes as they are: `format: binary` up to 3.0, a `contentMediaType` without an encoding or no type at all since 3.1. Of a
 * text (`text/html`, `text/markdown`) it depends on the sender: under the name of a file it is one, else a text, which others look into.
 */
function fileOf(nature: readonly { readonly value: JsonObject }[], contentTypes: readonly string[], hint: Hint): PartDeclaration["file"] {
  const binary = nature.some(({ value }) => value["format"] === "binary" || (typeof value["contentMediaType"] === "string" && !Object.hasOwn(value, "contentEncoding")));
  const untyped = nature.length > 0 && nature.every(({ value }) => Object.keys(value).every((key) => ANNOTATING.has(key) || key.startsWith("x-")));
  const named = contentTypes.length > 0 && !contentTypes.some(isTextRange) && takesText(hint);
  if (untyped && contentTypes.length === 0) return "either";
  if (!binary && !untyped && !named) return "no";
  if (nature.some(({ value }) => isDocument(value)) && contentTypes.every(isTextRange)) return "document";
  return nature.some(({ value }) => Object.keys(value).some((key) => WEIGHING.has(key))) ? "weighed" : "free";
}

function isDocument(value: JsonObject): boolean {
  const { contentMediaType: type } = value;
  return isRich(value) || (typeof type === "string" && type.trim().toLowerCase().startsWith("text/") && !Object.hasOwn(value, "contentEncoding"));
}

const ANNOTATING: ReadonlySet<string> = new Set("title description example examples default deprecated contentMediaType xml externalDocs readOnly writeOnly nullable $comment $ref".split(" "));
const WEIGHING: ReadonlySet<string> = new Set("minLength maxLength pattern enum const not if".split(" "));

function styledMember(field: ReturnType<typeof compileField>): Member<Part> | { readonly wrong: string } {
  if ("wrong" in field) return field;
  return {
    name: field.name,
    claims: field.claims,
    read(parts, bounds) {
      if (parts.some(({ head }) => head.filename !== undefined)) return { findings: [{ pointer: "", keyword: "contentMediaType", message: "is a file where the contract has none" }] };
      return field.read(parts.map(({ name, bytes }) => ({ name, text: bytes.toString("utf8"), raw: encode(bytes) })), bounds);
    },
  };
}

/** In a part the delimiters of a style stand as they are, and everything else does, too. */
function encode(bytes: Buffer): string {
  return encodeURIComponent(bytes.toString("utf8").toWellFormed()).replaceAll("%2C", ",").replaceAll("%7C", "|");
}

/** Fields that every part may have, and that are judged by themselves. */
const OWN_FIELDS: ReadonlySet<string> = new Set(["content-type", "content-disposition", "content-transfer-encoding", "content-length"]);

function readHeaders({ scope, media, direction }: Given, keys: readonly string[]): PartDeclaration["headers"] {
  const own = follow(media.value, keys);
  const headers = isJsonObject(own) ? own["headers"] : undefined;
  if (!isJsonObject(headers)) return [];
  return Object.keys(headers).flatMap((field) => {
    const lower = field.toLowerCase();
    if (OWN_FIELDS.has(lower) || (field.startsWith("x-") && !isJsonObject(headers[field]))) return [];
    const node = take(scope, { file: media.file, pointer: join(media.pointer, ...keys, "headers", field) }, "header");
    const read = node === undefined ? undefined : readDeclaration(scope, node, { name: lower, in: "header" }, direction);
    return read === undefined ? [] : [{ name: lower, required: read.required, read: read.read }];
  });
}
