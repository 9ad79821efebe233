/**
 * Content: the media types of a body, and how far each can be checked.
 *
 * What the contract constrains and we cannot check is a misfit, never silence: elsewhere an XML body passes a JSON
 * schema unseen. What the contract leaves open (no schema, or nothing but "a text" for an image) is opaque.
 */
import { isDeepStrictEqual } from "node:util";
import { join } from "./json-pointer.ts";
import { isJsonObject } from "./json-value.ts";
import type { Spot } from "./library.ts";
import { isMediaRange } from "./media-type.ts";
import { isJsonRange, isNarrowed, understand, UNREAD } from "./media/understand.ts";
import type { MediaType } from "./operation.ts";
import { type Direction, type Node, type Scope, take } from "./reading.ts";

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
  for (const { range, kind, reason, place } of media) {
    // Of JSON the schema alone can be in the way, and that has been said, or there is a reason.
    if (kind !== "unsupported" || (isJsonRange(range) && reason === undefined)) continue;
    const what = `the content of ${range} cannot be checked${reason === undefined ? "" : ` (${reason})`}`;
    if (usable) scope.warn(place, `${what}: ${bodies} of this type are refused, others are not`);
    else scope.refuse(place, `${what}: take away its schema, or say \`${guard}: { waived: <reason> }\` at this operation`, { unread: direction });
  }
}

/** Lower case, without parameters; undefined where it is no media range (RFC 9110, section 12.5.1). */
export function readRange(key: string): string | undefined {
  const range = (key.split(";", 1)[0] ?? "").trim().toLowerCase();
  return isMediaRange(range) || range === ANY_JSON ? range : undefined;
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
  if (understood.kind !== "json" || !isNarrowed(range)) return [{ range, ...understood, place }];
  scope.warn(spot, `under ${range} only JSON can be checked: bodies of other types are refused`);
  return JSON_RANGES.map((narrow) => ({ range: narrow, ...understood, place }));
}

/** Of "any type, with this schema" the part that is JSON can be checked, and the rest stays shut. */
const JSON_RANGES: readonly string[] = ["application/json", ANY_JSON];
