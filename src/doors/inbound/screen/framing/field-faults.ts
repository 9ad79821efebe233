/**
 * Field faults: what is wrong with the fields of a request one by one: names, values, and what must not come twice.
 *
 * Hosts differ in what they let through and in which of two equal fields they believe, so nothing is left to them.
 */
import { remember } from "../../../../exchange/remember.ts";
import type { Fields } from "../../../../guard.ts";

/**
 * Fields that mean something else when they come twice, or whose readers differ in which one they take. Some are lists
 * by their grammar (If-Match, If-None-Match); no client sends those twice, and caches disagree on them. Each has a bit
 * of its own below, so there can be no more than 31 of them.
 */
export const SINGLE_FIELDS: ReadonlySet<string> = new Set([
  "access-control-request-headers", "access-control-request-method", "authorization", "content-encoding", "content-length", "content-location", "content-range", "content-type", "cookie", "date", "dpop", "expect", "from", "host", "if-match",
  "if-modified-since", "if-none-match", "if-range", "if-unmodified-since", "last-event-id", "max-forwards", "origin", "proxy-authorization", "range", "referer", "transfer-encoding", "upgrade", "user-agent",
]);

// Each of these patterns is one class of characters, repeated or searched for: linear.
/** A token (RFC 9110, section 5.6.2) in lower case, without `_`: to CGI and WSGI, X_User and X-User are one name. */
const NAME = /^[!#$%&'*+.^`|~0-9a-z-]+$/;
/** What no value holds (RFC 9110, section 5.5): controls but the tab, and what no single octet can be. */
const FORBIDDEN = /[^\t\x20-\x7e\x80-\xff]/;

/** What a name is: one of the two faults, 0 for a field that may come often, or the bit of one that may not. */
const UNDERSCORE = -1;
const NO_TOKEN = -2;
const bits: ReadonlyMap<string, number> = new Map([...SINGLE_FIELDS].map((name, at) => [name, 1 << at]));
const COOKIE = bits.get("cookie") ?? 0;

const verdictOn = remember((name) => {
  if (!NAME.test(name)) return name.includes("_") ? UNDERSCORE : NO_TOKEN;
  return bits.get(name) ?? 0;
});

/** A sentence that never quotes the caller; undefined when nothing is wrong. */
export function fieldFault({ list, sound }: Fields, version: "1.0" | "1.1" | "2"): string | undefined {
  let seen = 0;
  for (let at = 0; at < list.length; at += 2) {
    const name = list[at] ?? "";
    const value = list[at + 1] ?? "";
    const bit = verdictOn(name);
    if (bit < 0) return bit === UNDERSCORE ? "a field name holds an underscore" : "a field name is no token";
    if (!sound && FORBIDDEN.test(value)) return "a field value holds a forbidden character";
    if (isSpace(value.charCodeAt(0)) || isSpace(value.charCodeAt(value.length - 1))) return "a field value begins or ends with white space";
    // HTTP/2 may cut Cookie into several fields (RFC 9113, section 8.2.3).
    if ((seen & bit) !== 0 && !(bit === COOKIE && version === "2")) return `the field ${name} came twice`;
    seen |= bit;
  }
  return undefined;
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x09;
}
