/**
 * Upstream request: the head of a request to the API, as one text.
 *
 * Written anew from what was understood. Nothing can split it: with a method or name that is no token, a target with a
 * space, a value with a CR, LF, NUL or a character beyond one octet (U+010A would leave as LF), nothing is written.
 */
import { isFieldName, isFieldValue } from "./field-text.ts";

/** Framing and connection fields: written by the wire, never taken over (RFC 9110, section 7.6.1). */
export const WRITTEN_BY_THE_WIRE: ReadonlySet<string> = new Set(["host", "connection", "content-length", "transfer-encoding", "keep-alive", "upgrade", "expect", "te", "trailer", "proxy-connection"]);

/** Names with their colon, found instead of checked again. The empty text: not to be written. */
export const PREFIXES_MAX = 1_024;
const prefixes = new Map<string, string>();
for (const name of WRITTEN_BY_THE_WIRE) prefixes.set(name, "");

// One class of characters, repeated: linear.
const METHOD = /^[A-Z0-9_-]+$/;

/** Methods that have been looked at. */
const methods = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);

/** What the head says of the body: nothing, its bytes, or undefined for chunks. */
export type Announced = "nothing" | number | undefined;

/**
 * @param target path and query, from `/` on
 * @param hostLine `host: ...` with its line end
 * @param list names and values in turn; those that the wire writes are passed over
 * @returns undefined when it cannot be written
 */
export function writeRequestHead(method: string, target: string, hostLine: string, list: readonly string[], announced: Announced): string | undefined {
  if (!methods.has(method) && !METHOD.test(method)) return undefined;
  if (target.charCodeAt(0) !== 0x2f || !isVisible(target)) return undefined;
  let text = `${method} ${target} HTTP/1.1\r\n${hostLine}`;
  for (let at = 0; at < list.length; at += 2) {
    const name = list[at] ?? "";
    const prefix = prefixes.get(name) ?? learnPrefix(name);
    if (prefix === "") continue;
    const value = list[at + 1] ?? "";
    if (prefix === undefined || !isFieldValue(value)) return undefined;
    text += prefix + value + "\r\n";
  }
  if (announced === "nothing") return text + "\r\n";
  return text + (announced === undefined ? "transfer-encoding: chunked\r\n\r\n" : `content-length: ${announced}\r\n\r\n`);
}

function learnPrefix(name: string): string | undefined {
  if (!isFieldName(name)) return undefined;
  const prefix = `${name}: `;
  if (prefixes.size < PREFIXES_MAX) prefixes.set(name, prefix);
  return prefix;
}

function isVisible(target: string): boolean {
  for (let at = 0; at < target.length; at++) {
    const code = target.charCodeAt(at);
    if (code <= 0x20 || code >= 0x7f) return false;
  }
  return true;
}
