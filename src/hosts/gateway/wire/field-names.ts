/**
 * Field names and values: names in lower case, and values that come again and again, found by their octets.
 *
 * Invented names fill their memory up to a bound and stay; when that of the values is full, it begins anew. Values are
 * kept of fields only that say the same of all callers of a kind, never of those that hold a secret.
 */
import { hashOn, OctetTexts } from "./octet-texts.ts";

export const NAMES_MAX = 1_024;
export const NAME_BYTES_KEPT_MAX = 64;
export const VALUES_MAX = 1_024;
export const VALUE_BYTES_KEPT_MAX = 64;

export interface FieldName {
  /** In lower case. */
  readonly name: string;
  /** Whether the same values come again and again. */
  readonly repeats: boolean;
}

const REPEATING: ReadonlySet<string> = new Set([
  "accept", "accept-charset", "accept-encoding", "accept-language", "accept-ranges", "cache-control", "connection", "content-encoding", "content-language",
  "content-type", "host", "keep-alive", "origin", "pragma", "priority", "sec-fetch-dest", "sec-fetch-mode", "sec-fetch-site", "server", "te",
  "transfer-encoding", "upgrade", "user-agent", "vary", "via", "x-forwarded-host", "x-forwarded-proto", "x-powered-by",
]);

const USUAL = [
  ...REPEATING,
  "access-control-allow-origin", "access-control-request-headers", "access-control-request-method", "age", "allow", "authorization", "content-disposition",
  "content-length", "cookie", "date", "dpop", "etag", "expect", "expires", "forwarded", "from", "idempotency-key", "if-match", "if-modified-since",
  "if-none-match", "if-range", "if-unmodified-since", "last-event-id", "last-modified", "link", "location", "max-forwards", "prefer",
  "proxy-authorization", "range", "referer", "retry-after", "set-cookie", "strict-transport-security", "traceparent", "tracestate", "trailer",
  "www-authenticate", "x-api-key", "x-correlation-id", "x-forwarded-for", "x-real-ip", "x-request-id",
];

const names = new OctetTexts<FieldName>(NAMES_MAX, NAME_BYTES_KEPT_MAX, (text) => {
  const name = text.toLowerCase();
  return { name, repeats: REPEATING.has(name) };
});

for (const name of USUAL) {
  const kept = { name, repeats: REPEATING.has(name) };
  names.keep(name, kept);
  names.keep(name.replace(/(?:^|-)[a-z]/g, (first) => first.toUpperCase()), kept);
}
// As their makers write them.
for (const text of ["ETag", "DPoP", "TE", "WWW-Authenticate"]) names.keep(text, { name: text.toLowerCase(), repeats: text === "TE" });

const values = new OctetTexts<string>(VALUES_MAX, VALUE_BYTES_KEPT_MAX, (text) => text);

/**
 * `Content-Type` as `content-type`.
 *
 * @param hash of the octets `bytes[from..to]`, as `hashOn` makes it
 */
export function nameAt(bytes: Buffer, from: number, to: number, hash: number): FieldName {
  return names.find(bytes, from, to, hash);
}

/** A value that repeats, as a text of its own. */
export function valueAt(bytes: Buffer, from: number, to: number): string {
  if (to - from > VALUE_BYTES_KEPT_MAX) return bytes.toString("latin1", from, to);
  let hash = 0;
  for (let at = from; at < to; at++) hash = hashOn(hash, bytes[at] ?? 0);
  if (values.full) values.clear();
  return values.find(bytes, from, to, hash);
}

/** How many are kept, for whoever doubts the bounds. */
export function namesKept(): number {
  return names.size;
}

export function valuesKept(): number {
  return values.size;
}
