/**
 * Answer head: the octets of a status line and its fields, read in the one way that RFC 9112 leaves no doubt about.
 *
 * An API, or whoever got it to repeat his text, must not be able to say where its answer ends in two ways: the next
 * caller on this connection would get what is left of it. So what two readers may frame differently is refused:
 *
 * - `HTTP/1.1` or `HTTP/1.0`, one space, three digits from 100 to 599, one space, a reason without controls.
 * - Fields as in field-walk.ts. `Content-Length` once, decimal, without sign, list or leading zero.
 *   `Transfer-Encoding` once and `chunked` alone, never beside a length, never in HTTP/1.0.
 * - Answers to HEAD, 204 and 304 have no body, whatever they announce (RFC 9112, section 6.3); 1xx announce neither a body nor the
 *   connection's end, since another answer follows.
 */
import { nominatedBy } from "../../../doors/field-set.ts";
import { endOfText, FieldWalk, LONG, MANY, MORE, WELL } from "./field-walk.ts";
import { readLength } from "./request-head.ts";

export const ANSWER_HEAD_BYTES_MAX = 65_536;
/** Fields of one head, and of one block of trailers. */
export const ANSWER_FIELDS_MAX = 200;

/** How the body of an answer ends: there is none, after so many bytes, with its last chunk, with the connection. */
export const BY_NONE = 0;
export const BY_LENGTH = 1;
export const BY_CHUNKS = 2;
export const BY_CLOSE = 3;

export interface AnswerHead {
  readonly status: number;
  /** Names in lower case and values in turn, without those that `Connection` names. */
  readonly list: string[];
  readonly framing: typeof BY_NONE | typeof BY_LENGTH | typeof BY_CHUNKS | typeof BY_CLOSE;
  /** Bytes of the body where `framing` is BY_LENGTH, otherwise 0. */
  readonly length: number;
  /** The API ends the connection with this answer. Always so in HTTP/1.0. */
  readonly close: boolean;
  /** Milliseconds that the API keeps the connection without a request, where it says so. */
  readonly idleMilliseconds: number | undefined;
  /** Offset behind the empty line. */
  readonly end: number;
}

/** Why octets are no answer. It stands in the record as `because.code`. */
export type AnswerFault =
  | "STATUS_LINE_MALFORMED"
  | "FIELDS_MALFORMED"
  | "FIELDS_TOO_MANY"
  | "HEAD_TOO_LARGE"
  | "FRAMING_AMBIGUOUS"
  | "SWITCHED_PROTOCOLS"
  | "INTERIM_TOO_MANY"
  | "CHUNKS_MALFORMED"
  | "TRAILERS_MALFORMED"
  | "END_UNPROVEN"
  | "ENDED_EARLY";

const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const ZERO = 0x30;
const NINE = 0x39;
/** `HTTP/1.` */
const PROTOCOL = [0x48, 0x54, 0x54, 0x50, 0x2f, 0x31, 0x2e] as const;
/** `HTTP/1.1 200 ` */
const STATUS_BYTES = 13;

const walk = new FieldWalk(ANSWER_FIELDS_MAX, ANSWER_HEAD_BYTES_MAX);

/**
 * Reads one head from `bytes[from..to]`.
 *
 * @param toHead whether HEAD was asked
 * @returns undefined as long as its end has not come
 */
export function readAnswerHead(bytes: Buffer, from: number, to: number, toHead: boolean): AnswerHead | AnswerFault | undefined {
  const reason = readStatus(bytes, from, to);
  if (reason <= 0) return reason === 0 ? undefined : "STATUS_LINE_MALFORMED";
  const lineEnd = endOfText(bytes, reason, to);
  if (lineEnd >= to) return undefined;
  if (bytes[lineEnd] !== CR) return "STATUS_LINE_MALFORMED";
  if (lineEnd + 1 >= to) return undefined;
  if (bytes[lineEnd + 1] !== LF) return "STATUS_LINE_MALFORMED";
  const ended = walk.walk(bytes, lineEnd + 2, to);
  if (ended === MORE) return undefined;
  if (ended !== WELL) return ended === MANY ? "FIELDS_TOO_MANY" : ended === LONG ? "HEAD_TOO_LARGE" : "FIELDS_MALFORMED";
  const status = ((bytes[from + 9] ?? 0) - ZERO) * 100 + ((bytes[from + 10] ?? 0) - ZERO) * 10 + ((bytes[from + 11] ?? 0) - ZERO);
  return understand(bytes, from, status, bytes[from + 7] === ZERO, toHead);
}

/** @returns the offset of the reason phrase, 0 as long as it has not come, -1 when it is no status line */
function readStatus(bytes: Uint8Array, from: number, to: number): number {
  const end = Math.min(to, from + STATUS_BYTES);
  for (let at = from; at < end; at++) if (!fits(bytes[at] ?? 0, at - from)) return -1;
  return end - from < STATUS_BYTES ? 0 : end;
}

function fits(octet: number, index: number): boolean {
  if (index < PROTOCOL.length) return octet === PROTOCOL[index];
  if (index === 7) return octet === ZERO || octet === ZERO + 1;
  if (index === 8 || index === 12) return octet === SPACE;
  return octet >= ZERO && octet <= NINE && (index !== 9 || (octet > ZERO && octet < ZERO + 6));
}

/** What `walk` has found in `bytes`, from `from` on. */
function understand(bytes: Buffer, from: number, status: number, old: boolean, toHead: boolean): AnswerHead | AnswerFault {
  const { names, count, end } = walk;
  const text = bytes.toString("latin1", from, end);
  const list: string[] = [];
  let length = -1;
  let chunked = false;
  let close = old;
  let idleMilliseconds: number | undefined;
  let connection: string | undefined;
  for (let line = 0; line < count; line++) {
    const name = names[line]?.name ?? "";
    const value = walk.valueOf(line, bytes, text, from);
    list.push(name, value);
    if (name === "content-length") {
      if (length >= 0 || bytes[walk.valueEnd(line)] !== CR) return "FRAMING_AMBIGUOUS";
      length = readLength(value) ?? -1;
      if (length < 0) return "FRAMING_AMBIGUOUS";
    } else if (name === "transfer-encoding") {
      // Behind `chunked` and a tab, Node's parser sees no chunks: nothing stands behind what frames.
      if (chunked || old || value.toLowerCase() !== "chunked" || bytes[walk.valueEnd(line)] !== CR) return "FRAMING_AMBIGUOUS";
      chunked = true;
    } else if (name === "connection") connection = connection === undefined ? value : `${connection},${value}`;
    else if (name === "proxy-connection") close ||= value.toLowerCase() !== "keep-alive";
    else if (name === "keep-alive") idleMilliseconds = readIdle(value);
  }
  if (chunked && length >= 0) return "FRAMING_AMBIGUOUS";
  if (connection !== undefined && connection !== "keep-alive") close = endHop(connection, list, status) || close;
  if (status < 200 && (chunked || length >= 0 || close)) return "FRAMING_AMBIGUOUS";
  // There is no body, and this API may send one all the same, whenever it likes (RFC 9110, section 8.6).
  if (status === 204 && (chunked || length > 0)) close = true;
  const bodiless = toHead || status < 200 || status === 204 || status === 304;
  const framing = bodiless ? BY_NONE : chunked ? BY_CHUNKS : length >= 0 ? BY_LENGTH : BY_CLOSE;
  return { status, list, framing, length: framing === BY_LENGTH ? length : 0, close: close || framing === BY_CLOSE, idleMilliseconds, end };
}

/** The last value seen and what it says: one API says the same each time. */
let idleText = "";
let idleSaid: number | undefined;

/** `timeout=5, max=100`, as most servers write it; nobody defines it (RFC 9112, appendix C.2.2). */
function readIdle(value: string): number | undefined {
  if (value === idleText) return idleSaid;
  idleText = value;
  const said = value
    .toLowerCase()
    .split(",")
    .map((one) => one.trim())
    .find((one) => one.startsWith("timeout="));
  const seconds = said === undefined ? undefined : readLength(said.slice("timeout=".length));
  idleSaid = seconds === undefined ? undefined : seconds * 1_000;
  return idleSaid;
}

/**
 * Drops what is about this connection alone (RFC 9110, section 7.6.1). An API that names what frames its answer leaves in doubt
 * where the next one begins.
 *
 * @returns whether it ends
 */
function endHop(connection: string, list: string[], status: number): boolean {
  const names = nominatedBy(connection);
  // What is switched to has still to be compared with what was asked for; the second door drops it.
  for (let at = list.length - 2; at >= 0; at -= 2) if (names.has(list[at] ?? "") && !(status === 101 && list[at] === "upgrade")) list.splice(at, 2);
  return names.has("close") || FRAMING.test(connection);
}

const FRAMING = /content-length|transfer-encoding/i;
