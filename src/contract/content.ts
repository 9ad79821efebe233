/**
 * Content: the media types of a body, and how far each can be checked.
 *
 * What the contract constrains and we cannot check is a misfit, never silence: elsewhere an XML body passes a JSON
 * schema unseen. What the contract leaves open (no schema, or nothing but "a text" for an image) is opaque.
 */
import { isDeepStrictEqual } from "node:util";
import { join } from "./json-pointer.ts";
import { type Json, isJsonObject } from "./json-value.ts";
import type { Spot } from "./library.ts";
import { isMediaRange } from "./media-type.ts";
import type { MediaType } from "./operation.ts";
import { type Direction, type Node, type Scope, take } from "./reading.ts";

/** Keywords that leave "a text" as free as it was. */
const FREE: ReadonlySet<string> = new Set(
  "type format title description example examples default nullable deprecated contentEncoding contentMediaType xml externalDocs readOnly writeOnly $comment".split(" "),
);
const FORMATS: ReadonlySet<unknown> = new Set([undefined, "binary", "byte", "base64", "base64url"]);
/** Not a range of RFC 9110, but written by many: any type with that suffix. */
const ANY_JSON = "application/*+json";

/** The media types under `content` of a request body or a response. Those that are `unsupported` are not yet told. */
export function readContent(scope: Scope, owner: Node, direction: Direction): readonly MediaType[] {
  const { content } = owner.value;
  if (!isJsonObject(content)) return [];
  const media = new Map<string, MediaType>();
  const keys = new Map<string, string>();
  for (const key of Object.keys(content).sort(byWidth)) {
    const spot = { file: owner.file, pointer: join(owner.pointer, "content", key) };
    for (const type of readMediaType(scope, key, spot, direction)) {
      const twin = keys.get(type.range);
      if (twin === undefined) {
        media.set(type.range, type);
        keys.set(type.range, key);
      } else if (readRange(key) === type.range && !isDeepStrictEqual(content[key], content[twin])) {
        scope.refuse(spot, `${type.range} stands here twice with different schemas: parameters of media types are not told apart`);
      }
    }
  }
  return [...media.values()];
}

/** Ranges last: what they are narrowed to must not take the place of what is written. */
function byWidth(one: string, other: string): number {
  return Number(one.includes("*")) - Number(other.includes("*"));
}

/**
 * Tells of the media types that cannot be checked. Bodies of such a type are refused, so where others remain
 * (`usable`) that is a warning; where none does, the operation is of no use.
 */
export function tellUnread(scope: Scope, media: readonly MediaType[], direction: Direction, usable: boolean): void {
  const [bodies, guard] = direction === "request" ? ["request bodies", "body"] : ["answers", "answer-body"];
  for (const { range, kind, place } of media) {
    // Of JSON the schema alone can be in the way, and that has been said.
    if (kind !== "unsupported" || isJsonRange(range)) continue;
    const what = `the content of ${range} cannot be checked yet`;
    if (usable) scope.warn(place, `${what}: ${bodies} of this type are refused, others are not`);
    else scope.refuse(place, `${what}: take away its schema, or say \`${guard}: { waived: <reason> }\` at this operation`, { unread: direction });
  }
}

/** Lower case, without parameters; undefined where it is no media range (RFC 9110, section 12.5.1). */
export function readRange(key: string): string | undefined {
  const range = (key.split(";", 1)[0] ?? "").trim().toLowerCase();
  return isMediaRange(range) || range === ANY_JSON ? range : undefined;
}

/** Whether bodies of a media range are JSON texts (RFC 6839, section 3.1). `text/json` is an old name of it. */
export function isJsonRange(range: string): boolean {
  return range === "application/json" || range === "text/json" || range.endsWith("+json");
}

function readMediaType(scope: Scope, key: string, spot: Spot, direction: Direction): readonly MediaType[] {
  if (key.startsWith("x-") && !key.includes("/")) return [];
  const range = readRange(key);
  if (range === undefined) {
    scope.warn(spot, `"${key}" is no media type: no body will ever match it`, "a media type such as application/json");
    return [];
  }
  const place = scope.reading.library.place(spot);
  const node = take(scope, spot, "mediaType");
  const understood = node === undefined ? UNREAD : understand(scope, range, node, direction);
  if (understood.kind !== "json" || !NARROWED.has(range)) return [{ range, ...understood, place }];
  scope.warn(spot, `under ${range} only JSON can be checked: bodies of other types are refused`);
  return JSON_RANGES.map((narrow) => ({ range: narrow, ...understood, place }));
}

type Understood = Pick<MediaType, "kind" | "validator">;

const UNREAD: Understood = { kind: "unsupported", validator: undefined };
/** Of "any type, with this schema" the part that is JSON can be checked, and the rest stays shut. */
const NARROWED: ReadonlySet<string> = new Set(["*/*", "application/*"]);
const JSON_RANGES: readonly string[] = ["application/json", ANY_JSON];

function understand(scope: Scope, range: string, node: Node, direction: Direction): Understood {
  if (Object.hasOwn(node.value, "itemSchema")) {
    if (isJsonRange(range)) scope.refuse(node, `${range} is one value: a schema for each of many cannot be checked`, { unread: direction });
    return UNREAD;
  }
  if (!Object.hasOwn(node.value, "schema")) return { kind: isJsonRange(range) ? "json" : unconstrained(range), validator: undefined };
  const schema = settle(scope, { file: node.file, pointer: join(node.pointer, "schema") });
  const value = scope.reading.library.at(schema);
  if (!isJsonRange(range) && !isText(range) && isFreeText(value)) return { kind: "opaque", validator: undefined };
  const validator = scope.compile(schema, direction);
  if (validator === undefined) return UNREAD;
  if (isJsonRange(range)) return { kind: "json", validator };
  if (isText(range) && isTextSchema(value)) return { kind: "text", validator };
  if (validator.open) return { kind: unconstrained(range), validator: undefined };
  return NARROWED.has(range) ? { kind: "json", validator } : UNREAD;
}

function unconstrained(range: string): "text" | "opaque" {
  return isText(range) ? "text" : "opaque";
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
  return range.startsWith("text/") && range !== "text/xml" && range !== "text/event-stream" && !isJsonRange(range);
}

function isTextSchema(value: Json | undefined): boolean {
  if (!isJsonObject(value)) return false;
  const { type } = value;
  return type === "string" || (Array.isArray(type) && type.length === 1 && type[0] === "string");
}

function isFreeText(value: Json | undefined): boolean {
  return isJsonObject(value) && isTextSchema(value) && FORMATS.has(value["format"]) && Object.keys(value).every((key) => FREE.has(key) || key.startsWith("x-"));
}
