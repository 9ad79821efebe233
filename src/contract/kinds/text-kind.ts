/** Text kind: what the keywords of one schema say of a text, and of what it holds. */
import type { Json, JsonObject } from "../json-value.ts";
import { isHarmless } from "./harmless.ts";
import { type Kind, narrower, SHORT_CHARACTERS_MAX } from "./kind.ts";

/** Formats that leave no room: each is held by a grammar whose characters are harmless, or that nothing interprets. */
const NONE: ReadonlySet<Json | undefined> = new Set(["date-time", "date", "time", "duration", "uuid", "ipv4", "ipv6", "hostname", "byte", "base64url", "char", "decimal"]);
const URLS: ReadonlySet<Json | undefined> = new Set(["uri", "uri-reference", "url", "iri", "iri-reference"]);
const RICH: ReadonlySet<Json | undefined> = new Set(["text/html", "application/xhtml+xml"]);

/** @param formats whether formats are held; where they only annotate, `date` says nothing */
export function textKind(schema: JsonObject, formats: boolean): Kind {
  const { format, pattern, maxLength } = schema;
  const said: Kind[] = [];
  if (formats && NONE.has(format)) said.push("none");
  if (URLS.has(format)) said.push("url");
  if (typeof pattern === "string" && isHarmless(pattern)) said.push("none");
  if (isRich(schema)) said.push("rich");
  if (typeof maxLength === "number" && maxLength <= SHORT_CHARACTERS_MAX) said.push("short");
  return said.reduce<Kind>(narrower, "text");
}

/** Whether it says that the text is HTML, as it is. */
export function isRich({ format, contentMediaType, contentEncoding }: JsonObject): boolean {
  return format === "html" || (contentEncoding === undefined && typeof contentMediaType === "string" && RICH.has(contentMediaType.trim().toLowerCase()));
}

const BASE64: ReadonlySet<Json | undefined> = new Set(["base64", "base64url"]);

/** Whether it says that the text is in base64: `format: byte` up to OpenAPI 3.0, `contentEncoding` since. */
export function isEncoded({ format, contentEncoding }: JsonObject): boolean {
  return format === "byte" || format === "base64url" || BASE64.has(contentEncoding);
}

/** The media type that it says the content has, in lower case and without parameters. */
export function contentType({ contentMediaType: type }: JsonObject): string | undefined {
  return typeof type === "string" ? type.split(";", 1)[0]?.trim().toLowerCase() : undefined;
}
