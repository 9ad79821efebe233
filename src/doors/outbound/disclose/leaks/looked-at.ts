/** Looked at: which answers are gone through: what is text and comes to an end. */
import { isJson, readMediaType } from "../../../../contract/media-type.ts";
import type { Fields } from "../../../../guard.ts";

/** Streams of events and of lines: held until their end, they would never begin. */
const STREAMS: ReadonlySet<string> = new Set(["text/event-stream", "application/x-ndjson", "application/ndjson", "application/jsonl", "application/json-seq", "application/jsonlines"]);
const TEXTS: ReadonlySet<string> = new Set(["application/xml", "application/javascript", "application/ecmascript", "application/x-www-form-urlencoded", "application/yaml", "application/x-yaml", "application/toml", "application/sql", "application/graphql"]);
/** What has no type, or a broken one, is taken for text: browsers do. */
const UNKNOWN = "text/plain";

export function typeOf(fields: Fields): string {
  const text = fields.one("content-type");
  const read = text === undefined ? undefined : readMediaType(text);
  return read === undefined || "wrong" in read ? UNKNOWN : read.type;
}

export function isText(type: string): boolean {
  return !STREAMS.has(type) && (type.startsWith("text/") || isJson(type) || type.endsWith("+xml") || TEXTS.has(type));
}
