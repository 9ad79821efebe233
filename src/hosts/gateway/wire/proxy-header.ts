/**
 * Proxy header: what a proxy in front says of a connection before the connection itself begins: the PROXY protocol,
 * versions 1 and 2 (haproxy.org, doc/proxy-protocol.txt).
 *
 * Read in one way or not at all: no address but in its one form, no family but TCP, no more bytes than the two versions
 * can have with what proxies put behind the addresses. What is not whole yet is no header yet.
 */
import { canonicalAddress } from "../../../exchange/address.ts";

/** Version 1 ends within so many bytes (section 2.1). */
export const VERSION_1_BYTES_MAX = 107;
/** Of version 2, with its addresses and what may follow them. */
export const VERSION_2_BYTES_MAX = 1_024;

/** `source` is undefined where the proxy speaks for itself: a health check of its own. */
export interface ProxyHeader {
  readonly source: string | undefined;
  /** Bytes of it. */
  readonly bytes: number;
}

const SIGNATURE = Buffer.from("\r\n\r\n\0\r\nQUIT\n", "latin1");
const HEAD_BYTES = 16;
const PREFIX = Buffer.from("PROXY ", "latin1");
const [LOCAL, PROXIED] = [0x20, 0x21];
const [UNSPECIFIED, TCP4, TCP6] = [0x00, 0x11, 0x21];

/** @returns "more" as long as it is not whole, "wrong" when it is none */
export function readProxyHeader(bytes: Buffer): ProxyHeader | "more" | "wrong" {
  if (startsLike(bytes, SIGNATURE)) return bytes.byteLength < HEAD_BYTES ? "more" : readSecond(bytes);
  return startsLike(bytes, PREFIX) ? readFirst(bytes) : "wrong";
}

function startsLike(bytes: Buffer, beginning: Buffer): boolean {
  const length = Math.min(bytes.byteLength, beginning.byteLength);
  return bytes.compare(beginning, 0, length, 0, length) === 0;
}

function readFirst(bytes: Buffer): ProxyHeader | "more" | "wrong" {
  const text = bytes.toString("latin1", 0, VERSION_1_BYTES_MAX);
  const end = text.indexOf("\r\n");
  if (end === -1) return bytes.byteLength < VERSION_1_BYTES_MAX ? "more" : "wrong";
  const [, family = "", source = "", destination = "", ...ports] = text.slice(0, end).split(" ");
  if (family === "UNKNOWN") return { source: undefined, bytes: end + 2 };
  const six = family === "TCP6";
  if ((!six && family !== "TCP4") || ports.length !== 2 || !ports.every(isPort)) return "wrong";
  const from = readAddress(source, six);
  return from === undefined || readAddress(destination, six) === undefined ? "wrong" : { source: from, bytes: end + 2 };
}

/** Of the family that was named, in a form that nobody reads in another way. */
function readAddress(text: string, six: boolean): string | undefined {
  return text.includes(":") === six ? canonicalAddress(text) : undefined;
}

function isPort(text: string): boolean {
  return /^(?:0|[1-9][0-9]{0,4})$/.test(text) && Number(text) <= 65_535;
}

function readSecond(bytes: Buffer): ProxyHeader | "more" | "wrong" {
  const command = bytes[12];
  const family = bytes[13];
  const whole = HEAD_BYTES + bytes.readUInt16BE(14);
  if ((command !== LOCAL && command !== PROXIED) || whole > VERSION_2_BYTES_MAX) return "wrong";
  const addressBytes = family === TCP4 ? 4 : family === TCP6 ? 16 : 0;
  // Two addresses and two ports.
  if (command === PROXIED && (addressBytes === 0 ? family !== UNSPECIFIED : whole < HEAD_BYTES + 2 * addressBytes + 4)) return "wrong";
  if (bytes.byteLength < whole) return "more";
  if (command === LOCAL || addressBytes === 0) return { source: undefined, bytes: whole };
  return { source: writeAddress(bytes.subarray(HEAD_BYTES, HEAD_BYTES + addressBytes)), bytes: whole };
}

function writeAddress(octets: Buffer): string | undefined {
  if (octets.byteLength === 4) return octets.join(".");
  const groups = Array.from({ length: 8 }, (_, at) => octets.readUInt16BE(2 * at).toString(16));
  return canonicalAddress(groups.join(":"));
}
