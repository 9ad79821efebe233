/**
 * Understand: one media type of a body, and how far its content can be checked.
 *
 * What the contract constrains and we cannot check is `unsupported`, never silence: elsewhere an XML body passes a JSON
 * schema unseen. What the contract leaves open (no schema, or nothing but "a text" for an image) is opaque.
 */
import { type Hint, hintOf } from "../hint.ts";
import { join } from "../json-pointer.ts";
import { isJsonObject, type Json } from "../json-value.ts";
import type { Spot } from "../library.ts";
import type { MediaType, Validator } from "../operation.ts";
import type { Direction, Node, Scope } from "../reading.ts";
import { readBytes, textDecoder } from "./bytes.ts";
import { readFields } from "./fields.ts";
import { formDecoder } from "./form.ts";
import { multipartDecoder } from "./multipart/multipart.ts";
import { isPositional, positionsDecoder, readPositions } from "./multipart/positions.ts";
import { readPartMembers } from "./multipart/part-members.ts";
import { type Framing, framingOf } from "./sequence/framing.ts";
import { eachItem, sequenceDecoder } from "./sequence/sequence.ts";
import { jsonPatchValidator } from "./patch/json-patch.ts";
import { placesOf } from "./patch/patch-places.ts";
import { shapeOf } from "./xml/shape.ts";
import { xmlDecoder } from "./xml/value.ts";
import { formatsOfType } from "./signature.ts";

export type Understood = Pick<MediaType, "kind" | "validator" | "decode" | "items" | "fromXml" | "patched" | "formats" | "reason">;

export const UNREAD: Understood = { kind: "unsupported", validator: undefined };

/** One media type of one operation. */
interface Case {
  readonly scope: Scope;
  readonly range: string;
  readonly media: Node;
  readonly direction: Direction;
}

/** Tells nothing but what is wrong with the schema. */
export function understand(scope: Scope, range: string, media: Node, direction: Direction): Understood {
  const given: Case = { scope, range, media, direction };
  if (Object.hasOwn(media.value, "itemSchema")) return understandItems(given);
  if (!Object.hasOwn(media.value, "schema")) return understandBare(given);
  const schema = settle(scope, { file: media.file, pointer: join(media.pointer, "schema") });
  const value = scope.reading.library.at(schema);
  // "A text", and nothing said of it: as if there were no schema.
  if (!isJsonRange(range) && !isText(range) && isFreeText(value)) return { ...understandBare(given), ...formatsIn(value) };
  const validator = scope.compile(schema, direction, direction === "request" && range === MERGE_PATCH);
  return validator === undefined ? UNREAD : understandSchema(given, schema, validator);
}

function understandSchema(given: Case, schema: Spot, validator: Validator): Understood {
  const { scope, range } = given;
  const { library } = scope.reading;
  if (range === JSON_PATCH && given.direction === "request") return understandPatch(given, schema, validator);
  if (isJsonRange(range)) return { kind: "json", validator };
  const framing = framingOf(range);
  if (framing !== undefined) return understandSequence(given, framing, schema, validator);
  if (range === FORM || range === MULTIPART) return understandForm(given, schema, validator);
  if (isPositional(range)) return understandPositions(given, schema, validator);
  if (isXml(range)) return understandXml(given, schema, validator);
  if (validator.open) return { kind: isText(range) ? "text" : "opaque", validator: undefined };
  const { types } = hintOf(schema, library);
  if (isText(range) && isScalar(types)) return { kind: "text", validator, decode: types.size === 1 && types.has("string") ? undefined : textDecoder(types, validator) };
  if (isTextSchema(library.at(schema))) return { kind: "bytes", validator, decode: readBytes, ...formatsIn(library.at(schema)) };
  return isNarrowed(range) ? { kind: "json", validator } : UNREAD;
}

/** A list of operations is never an object: a schema of one describes what is patched. */
function understandPatch({ scope }: Case, schema: Spot, literal: Validator): Understood {
  const { types } = hintOf(schema, scope.reading.library);
  if (!types.has("object") || types.has("array")) {
    const form = jsonPatchValidator(undefined);
    return { kind: "json", validator: { ...form, check: (value) => form.check(value) && literal.check(value), explain: (value) => (form.check(value) ? literal.explain(value) : form.explain(value)) } };
  }
  const target = placesOf(scope, schema);
  return target === undefined ? { ...UNREAD, reason: "what is patched has too many places, or patterns for their names" } : { kind: "json", validator: jsonPatchValidator(target), patched: literal };
}

function understandItems(given: Case): Understood {
  const { scope, range, media, direction } = given;
  const framing = framingOf(range);
  if (isPositional(range) && !Object.hasOwn(media.value, "schema")) return understandEachPart(given);
  if (framing === undefined) {
    if (isJsonRange(range)) scope.refuse(media, `${range} is one value: a schema for each of many cannot be checked`, { unread: direction });
    return UNREAD;
  }
  const validator = scope.compile(settle(scope, { file: media.file, pointer: join(media.pointer, "itemSchema") }), direction);
  if (validator === undefined) return UNREAD;
  if (!Object.hasOwn(media.value, "schema")) return sequenceOf(framing, validator);
  const whole = scope.compile(settle(scope, { file: media.file, pointer: join(media.pointer, "schema") }), direction);
  if (whole === undefined) return UNREAD;
  return whole.open ? sequenceOf(framing, validator) : { ...UNREAD, reason: "there is a schema for the whole beside the one for its items" };
}

function sequenceOf(framing: Framing, item: Validator | undefined): Understood {
  return { kind: "sequence", validator: item === undefined ? undefined : eachItem(item), decode: sequenceDecoder(framing), items: { framing, validator: item } };
}

/**
 * Before 3.2 there was only `schema`: of a list it describes the list, and each of its items; of anything else each item. Of
 * events nobody agreed on what it describes.
 */
function understandSequence({ scope, range, direction }: Case, framing: Framing, schema: Spot, validator: Validator): Understood {
  const { library } = scope.reading;
  if (range === EVENTS) return validator.open ? sequenceOf(framing, undefined) : { ...UNREAD, reason: "events are described by itemSchema, since OpenAPI 3.2" };
  const { types } = hintOf(schema, library);
  if (!types.has("array")) return sequenceOf(framing, validator);
  const value = library.at(schema);
  const plain = isJsonObject(value) && types.size === 1 && Object.keys(value).every((key) => key === "type" || key === "items" || FREE.has(key));
  const item = plain && value["items"] !== undefined ? scope.compile({ file: schema.file, pointer: join(schema.pointer, "items") }, direction) : undefined;
  return item === undefined ? { kind: "json", validator, decode: sequenceDecoder(framing) } : sequenceOf(framing, item);
}

/** Without a schema a form is still a form, and JSON is still JSON. */
function understandBare(given: Case): Understood {
  const { range } = given;
  if (range === JSON_PATCH && given.direction === "request") return { kind: "json", validator: jsonPatchValidator(undefined) };
  if (isJsonRange(range)) return { kind: "json", validator: undefined };
  const framing = framingOf(range);
  if (framing !== undefined) return sequenceOf(framing, undefined);
  if (range === FORM || range === MULTIPART) return understandForm(given, undefined, undefined);
  if (isPositional(range) && ENCODINGS.some((keyword) => Object.hasOwn(given.media.value, keyword))) return understandPositions(given, undefined, undefined);
  if (isXml(range)) return { kind: "xml", validator: undefined, fromXml: xmlDecoder(undefined, undefined) };
  return { kind: isText(range) ? "text" : "opaque", validator: undefined };
}

const MERGE_PATCH = "application/merge-patch+json";
const JSON_PATCH = "application/json-patch+json";
const EVENTS = "text/event-stream";
const FORM = "application/x-www-form-urlencoded";
const MULTIPART = "multipart/form-data";
const ANY_FORM: Hint = { types: new Set(["object"]), prefix: [], items: undefined, properties: new Map(), rest: undefined };

function understandForm(given: Case, schema: Spot | undefined, validator: Validator | undefined): Understood {
  const { scope, media, direction } = given;
  if (["prefixEncoding", "itemEncoding"].some((keyword) => Object.hasOwn(media.value, keyword))) return { ...UNREAD, reason: "what is in a form has a name, and its encoding goes by place" };
  const said = schema === undefined ? ANY_FORM : hintOf(schema, scope.reading.library);
  const hint = validator?.open === true && !said.types.has("object") ? ANY_FORM : said;
  if (!hint.types.has("object")) return { ...UNREAD, reason: "a form is an object, and its schema is none" };
  if (given.range === MULTIPART) {
    const members = readPartMembers(given, validator?.open === true && hint === ANY_FORM ? undefined : schema, hint);
    return "wrong" in members ? { ...UNREAD, reason: members.wrong } : { kind: "multipart", validator, decode: multipartDecoder(members, validator) };
  }
  const members = readFields(scope, media, schema, hint, direction);
  return "wrong" in members ? { ...UNREAD, reason: members.wrong } : { kind: "form", validator, decode: formDecoder(members, validator) };
}

const ENCODINGS = ["encoding", "prefixEncoding", "itemEncoding"] as const;
const ANY_LIST: Hint = { types: new Set(["array"]), prefix: [], items: undefined, properties: new Map(), rest: undefined };

/** Since 3.2; before, the parts of such a body were nobody's. */
function understandPositions(given: Case, schema: Spot | undefined, validator: Validator | undefined): Understood {
  const said = schema === undefined || validator?.open === true ? ANY_LIST : hintOf(schema, given.scope.reading.library);
  if (!said.types.has("array") || said.types.size > 1) return { ...UNREAD, reason: "its parts have no names: they are a list, and its schema is none" };
  const positions = readPositions(given, { schema, hint: said });
  return "wrong" in positions ? { ...UNREAD, reason: positions.wrong } : { kind: "multipart", validator, decode: positionsDecoder(positions, validator) };
}

function understandEachPart(given: Case): Understood {
  const { scope, media, direction } = given;
  const item = settle(scope, { file: media.file, pointer: join(media.pointer, "itemSchema") });
  const validator = scope.compile(item, direction);
  if (validator === undefined) return UNREAD;
  const positions = readPositions(given, { schema: undefined, item, hint: { ...ANY_LIST, items: hintOf(item, scope.reading.library) } });
  return "wrong" in positions ? { ...UNREAD, reason: positions.wrong } : { kind: "multipart", validator: eachItem(validator), decode: positionsDecoder(positions, eachItem(validator)) };
}

function understandXml({ scope }: Case, schema: Spot, validator: Validator): Understood {
  if (validator.open) return { kind: "xml", validator: undefined, fromXml: xmlDecoder(undefined, undefined) };
  const root = shapeOf(schema, scope.reading.library);
  return "wrong" in root ? { ...UNREAD, reason: root.wrong } : { kind: "xml", validator, fromXml: xmlDecoder(root, validator) };
}

/** Whether bodies of a media range are XML texts (RFC 7303). */
export function isXml(range: string): boolean {
  return range === "application/xml" || range === "text/xml" || range.endsWith("+xml");
}

/** Whether bodies of a media range are JSON texts (RFC 6839, section 3.1). `text/json` is an old name of it. */
export function isJsonRange(range: string): boolean {
  return range === "application/json" || range === "text/json" || range.endsWith("+json");
}

/** Of "any type, with this schema" the part that is JSON can be checked, and the rest stays shut. */
export function isNarrowed(range: string): boolean {
  return range === "*/*" || range === "application/*";
}

/** Follows a schema that is nothing but a reference, so that what was compiled for one operation serves the others. */
function settle(scope: Scope, spot: Spot): Spot {
  const { library } = scope.reading;
  const value = library.at(spot);
  if (!isJsonObject(value) || typeof value["$ref"] !== "string" || Object.keys(value).length > 1) return spot;
  const found = library.resolve(value["$ref"], spot);
  return "wrong" in found ? spot : { file: found.file, pointer: found.pointer };
}

function isText(range: string): boolean {
  return range.startsWith("text/") && range !== "text/xml" && range !== EVENTS && !isJsonRange(range);
}

function isScalar(types: Hint["types"]): boolean {
  return types.size > 0 && !types.has("array") && !types.has("object");
}

function isTextSchema(value: Json | undefined): boolean {
  if (!isJsonObject(value)) return false;
  const { type } = value;
  return type === "string" || (Array.isArray(type) && type.length === 1 && type[0] === "string");
}

/** `contentMediaType` says what the bytes are; behind a `contentEncoding` they do not begin like it. */
function formatsIn(value: Json | undefined): Pick<Understood, "formats"> {
  if (!isJsonObject(value) || Object.hasOwn(value, "contentEncoding")) return {};
  const { contentMediaType: type } = value;
  return typeof type === "string" ? { formats: formatsOfType(type.toLowerCase()) } : {};
}

/** Keywords that leave "a text" as free as it was. */
const FREE: ReadonlySet<string> = new Set(
  "type format title description example examples default nullable deprecated contentEncoding contentMediaType xml externalDocs readOnly writeOnly $comment".split(" "),
);
const FORMATS: ReadonlySet<unknown> = new Set([undefined, "binary", "byte", "base64", "base64url"]);

function isFreeText(value: Json | undefined): boolean {
  return isJsonObject(value) && isTextSchema(value) && FORMATS.has(value["format"]) && Object.keys(value).every((key) => FREE.has(key) || key.startsWith("x-"));
}
