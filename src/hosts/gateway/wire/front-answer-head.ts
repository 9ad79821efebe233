/**
 * Front answer head: the status line and the fields of an answer, as one text.
 *
 * Written anew from what was understood. Nothing can split it: a name that is no token, a value with a CR, LF, NUL or a
 * character beyond one octet (U+010A would leave as LF), and no head is written at all.
 */
import { STATUS_CODES } from "node:http";
import { isFieldName, isFieldValue } from "./field-text.ts";

/** Fields that frame a message on one connection: only the wire writes them (RFC 9110, section 7.6.1). */
const FRAMING: ReadonlySet<string> = new Set(["connection", "content-length", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"]);

/** Names with their colon, found instead of checked again. The empty text: not to be written. */
const PREFIXES_MAX = 1_024;
const prefixes = new Map<string, string>();
for (const name of FRAMING) prefixes.set(name, "");

const statusLines: string[] = [];
for (const [status, reason] of Object.entries(STATUS_CODES)) statusLines[Number(status)] = `HTTP/1.1 ${status} ${reason}\r\n`;

/**
 * @param dateLine written unless the answer has a date of its own
 * @param framing further lines, each with its line end
 * @returns undefined when a field cannot be written
 */
export function writeAnswerHead(status: number, list: readonly string[], dateLine: string, framing: string): string | undefined {
  let text = statusLine(status);
  if (text === undefined) return undefined;
  let dated = false;
  for (let at = 0; at < list.length; at += 2) {
    const name = list[at] ?? "";
    const prefix = prefixes.get(name) ?? learnPrefix(name);
    if (prefix === "") continue;
    const value = list[at + 1] ?? "";
    if (prefix === undefined || !isFieldValue(value)) return undefined;
    if (name === "date") dated = true;
    text += prefix + value + "\r\n";
  }
  return dated ? `${text}${framing}\r\n` : `${text}${dateLine}${framing}\r\n`;
}

function statusLine(status: number): string | undefined {
  if (!Number.isInteger(status) || (status < 200 && status !== 101) || status > 999) return undefined;
  return statusLines[status] ?? `HTTP/1.1 ${status} \r\n`;
}

function learnPrefix(name: string): string | undefined {
  if (!isFieldName(name)) return undefined;
  const prefix = `${name}: `;
  if (prefixes.size < PREFIXES_MAX) prefixes.set(name, prefix);
  return prefix;
}
