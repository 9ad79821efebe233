/**
 * Switch: what the two handshakes of an upgrade say of it: the one to the API, and the API's answer (RFC 9110, section 7.8,
 * and RFC 6455, section 4).
 */
import { createHash } from "node:crypto";
import type { Fields } from "../../../exchange/fields.ts";

/** RFC 6455, section 1.3. */
const WEBSOCKET_ID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/** The lines of a message that switches to `protocol`, each with its end. */
export function switchLines(protocol: string): string {
  return `connection: Upgrade\r\nupgrade: ${protocol}\r\n`;
}

/** @param head of a request, with its empty line */
export function writeSwitch(head: string, protocol: string | undefined): string {
  return protocol === undefined ? head : `${head.slice(0, -2)}${switchLines(protocol)}\r\n`;
}

/** Whether the API has switched to what was asked for, and not to something that only a caller and it agreed on. */
export function isSwitchTo(protocol: string, asked: Fields, answer: Fields): boolean {
  const options = answer.all("connection").flatMap((line) => line.toLowerCase().split(",").map((option) => option.trim()));
  if (!options.includes("upgrade") || answer.count("upgrade") !== 1 || answer.one("upgrade")?.toLowerCase() !== protocol) return false;
  if (protocol !== "websocket") return true;
  // An answer that was made for another request, or by a program that knows nothing of this protocol, has no such proof.
  return answer.count("sec-websocket-accept") === 1 && answer.one("sec-websocket-accept") === proofOf(asked.one("sec-websocket-key") ?? "") && isOffered(asked, answer);
}

function proofOf(key: string): string {
  return createHash("sha1").update(key + WEBSOCKET_ID).digest("base64");
}

/** One of the subprotocols that the caller offered, or none (RFC 6455, section 4.1). */
function isOffered(asked: Fields, answer: Fields): boolean {
  const chosen = answer.all("sec-websocket-protocol");
  const offered = asked.all("sec-websocket-protocol").flatMap((line) => line.split(",").map((name) => name.trim()));
  return chosen.length === 0 || (chosen.length === 1 && offered.includes(chosen[0] ?? ""));
}
