/**
 * Upstream request: the head of a request to the API, as one text.
 *
 * Written anew from what was understood. Nothing can split it: with a method that is no token, a target with a space, or
 * a field that cannot be written (see field-lines.ts), nothing is.
 */
import type { Fields } from "../../../exchange/fields.ts";
import { FieldLines } from "./field-lines.ts";

/** Framing and connection fields: written by the wire, never taken over (RFC 9110, section 7.6.1). */
export const WRITTEN_BY_THE_WIRE: ReadonlySet<string> = new Set(["host", "connection", "content-length", "transfer-encoding", "keep-alive", "upgrade", "expect", "te", "trailer", "proxy-connection"]);

const lines = new FieldLines(WRITTEN_BY_THE_WIRE);

// One class of characters, repeated: linear.
const METHOD = /^[A-Z0-9_-]+$/;

/** Methods that have been looked at. */
const methods = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);

/** What the head says of the body: nothing, its bytes, or undefined for chunks. */
export type Announced = "nothing" | number | undefined;

/**
 * @param target path and query, from `/` on
 * @param hostLine `host: ...` with its line end
 * @param fields those that the wire writes are passed over
 * @returns undefined when it cannot be written
 */
export function writeRequestHead(method: string, target: string, hostLine: string, fields: Pick<Fields, "list" | "sound" | "blocks">, announced: Announced): string | undefined {
  if (!methods.has(method) && !METHOD.test(method)) return undefined;
  if (target.charCodeAt(0) !== 0x2f || !isVisible(target)) return undefined;
  const text = lines.write(`${method} ${target} HTTP/1.1\r\n${hostLine}`, fields);
  if (text === undefined || announced === "nothing") return text === undefined ? undefined : `${text}\r\n`;
  return announced === undefined ? `${text}transfer-encoding: chunked\r\n\r\n` : `${text}content-length: ${announced}\r\n\r\n`;
}

function isVisible(target: string): boolean {
  for (let at = 0; at < target.length; at++) {
    const code = target.charCodeAt(at);
    if (code <= 0x20 || code >= 0x7f) return false;
  }
  return true;
}
