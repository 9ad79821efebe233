/**
 * Front answer head: the status line and the fields of an answer, as one text (see field-lines.ts).
 */
import { STATUS_CODES } from "node:http";
import type { Fields } from "../../../exchange/fields.ts";
import { FieldLines } from "./field-lines.ts";

/** Fields that frame a message on one connection: only the wire writes them (RFC 9110, section 7.6.1). */
const lines = new FieldLines(["connection", "content-length", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"]);

const statusLines: string[] = [];
for (const [status, reason] of Object.entries(STATUS_CODES)) statusLines[Number(status)] = `HTTP/1.1 ${status} ${reason}\r\n`;

/**
 * @param dateLine written unless the answer has a date of its own
 * @param framing further lines, each with its line end
 * @returns undefined when it cannot be written
 */
export function writeAnswerHead(status: number, fields: Pick<Fields, "list" | "sound" | "blocks">, dateLine: string, framing: string): string | undefined {
  const line = statusLine(status);
  const text = line === undefined ? undefined : lines.write(line, fields);
  if (text === undefined) return undefined;
  return isDated(fields.list) ? `${text}${framing}\r\n` : `${text}${dateLine}${framing}\r\n`;
}

function isDated(list: readonly string[]): boolean {
  for (let at = 0; at < list.length; at += 2) if (list[at] === "date") return true;
  return false;
}

function statusLine(status: number): string | undefined {
  if (!Number.isInteger(status) || (status < 200 && status !== 101) || status > 999) return undefined;
  return statusLines[status] ?? `HTTP/1.1 ${status} \r\n`;
}
