/**
 * Request head: the octets of a request line and its fields, read in the one way that RFC 9112 leaves no doubt about.
 *
 * Whatever two parsers may take for two different requests is refused, not repaired:
 *
 * - One space between method, target and version; lines end with CRLF; a bare CR, LF or NUL stands nowhere.
 * - Names are tokens, right before their colon; values hold no control but the tab inside; no line is folded.
 * - `Host` exactly once (at most once in HTTP/1.0). `Content-Length` once, decimal, without sign, list or leading zero.
 *   `Transfer-Encoding` once and `chunked` alone, never beside a length, never in HTTP/1.0.
 * - The target is in origin form: absolute form has two hosts in it, authority form belongs to CONNECT, which no
 *   gateway offers, and `*` names no operation.
 *
 * One empty line before a request line is passed over (RFC 9112, section 2.2), no second one. HTTP/1.0 is read, and
 * its connection ends with the answer; any other version is answered 505.
 *
 * The octets are walked once with a table of classes, then the head becomes one text that values are cut from: measured
 * against walking the text, and against searching it for its line ends, this took 60 % of the time.
 */
import { FieldWalk, LONG, MANY, MORE, WELL } from "./field-walk.ts";
import type { FrontLimits } from "./front-limits.ts";

export interface RequestHead {
  readonly method: string;
  readonly target: string;
  readonly version: "1.0" | "1.1";
  /** Names in lower case and values in turn. */
  readonly list: string[];
  /** Offset behind the empty line. */
  readonly end: number;
  /** Bytes of the body, 0 for none, undefined when it comes in chunks. */
  readonly declared: number | undefined;
  /** The connection ends with the answer: asked for, or HTTP/1.0. */
  readonly close: boolean;
  /** The caller waits to be told to send the body (RFC 9110, section 10.1.1). */
  readonly expects: boolean;
}

/** The status for octets that are no request. */
export type HeadFault = 400 | 414 | 431 | 505;

export const METHOD_BYTES_MAX = 32;
/** 15 digits: the most that every number stays exact with. */
export const LENGTH_DIGITS_MAX = 15;

const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const SLASH = 0x2f;
const ZERO = 0x30;
const NINE = 0x39;
/** `HTTP/`. */
const PROTOCOL = [0x48, 0x54, 0x54, 0x50, 0x2f] as const;
/** `HTTP/1.1` with its line end. */
const VERSION_BYTES = 10;

const METHOD = 1;
const TARGET = 2;

/** What an octet may be part of. */
const CLASSES = new Uint8Array(256);
for (let octet = 0; octet < 256; octet++) {
  const character = String.fromCharCode(octet);
  const visible = octet > SPACE && octet < 0x7f;
  CLASSES[octet] = (/[A-Z0-9_-]/.test(character) ? METHOD : 0) | (visible ? TARGET : 0);
}

/** How a step ends: well, or with its octets before their end has come, or with a status. */
type Step = typeof WELL | typeof MORE | HeadFault;

/** Reads heads, one after the other. Holds nothing of a head once it is read. */
export class HeadReader {
  readonly #limits: FrontLimits;
  readonly #walk: FieldWalk;
  #at = 0;
  #start = 0;
  #methodEnd = 0;
  #targetEnd = 0;
  #minor = 1;

  constructor(limits: FrontLimits) {
    this.#limits = limits;
    this.#walk = new FieldWalk(limits.fields, limits.lineBytes);
  }

  /** @returns undefined as long as the end of the head has not come */
  read(bytes: Buffer, from: number, to: number): RequestHead | HeadFault | undefined {
    let step = this.#readLine(bytes, from, to);
    if (step === WELL) step = this.#readFields(bytes, to);
    const tooLong = (step === MORE ? to : this.#at) - from > this.#limits.headBytes;
    if (step === MORE) return tooLong ? 431 : undefined;
    if (step !== WELL) return step;
    return tooLong ? 431 : this.#understand(bytes);
  }

  #readLine(bytes: Buffer, from: number, to: number): Step {
    let at = from;
    if (bytes[at] === CR) {
      if (at + 1 >= to) return MORE;
      if (bytes[at + 1] !== LF) return 400;
      at += 2;
    }
    const start = (this.#start = at);
    while (at < to && ((CLASSES[bytes[at] ?? 0] ?? 0) & METHOD) !== 0) at++;
    if (at - start > METHOD_BYTES_MAX) return 400;
    // What begins otherwise (a TLS greeting, a lower-case method) is refused at once, not when its time is up.
    if (start < to && ((bytes[start] ?? 0) < 0x41 || (bytes[start] ?? 0) > 0x5a)) return 400;
    if (at >= to) return MORE;
    if (bytes[at] !== SPACE) return 400;
    this.#methodEnd = at++;
    while (at < to && ((CLASSES[bytes[at] ?? 0] ?? 0) & TARGET) !== 0) at++;
    if (at - start + 1 + VERSION_BYTES > this.#limits.lineBytes) return 414;
    if (at >= to) return MORE;
    if (bytes[at] !== SPACE) return 400;
    this.#targetEnd = at++;
    return this.#readVersion(bytes, at, to);
  }

  #readVersion(bytes: Buffer, from: number, to: number): Step {
    for (let index = 0; index < PROTOCOL.length; index++) {
      if (from + index >= to) return MORE;
      if (bytes[from + index] !== PROTOCOL[index]) return 400;
    }
    if (from + VERSION_BYTES > to) return MORE;
    const major = (bytes[from + 5] ?? 0) - ZERO;
    const minor = (bytes[from + 7] ?? 0) - ZERO;
    if (bytes[from + 6] !== 0x2e || !isDigit(major) || !isDigit(minor)) return 400;
    if (bytes[from + 8] !== CR || bytes[from + 9] !== LF) return 400;
    // The preface of HTTP/2 is made to end here (RFC 9113, section 3.4).
    if (major !== 1 || minor > 1) return 505;
    if (bytes[this.#methodEnd + 1] !== SLASH) return 400;
    this.#minor = minor;
    this.#at = from + VERSION_BYTES;
    return WELL;
  }

  #readFields(bytes: Buffer, to: number): Step {
    const ended = this.#walk.walk(bytes, this.#at, to);
    if (ended === WELL) this.#at = this.#walk.end;
    if (ended === WELL || ended === MORE) return ended;
    return ended === MANY || ended === LONG ? 431 : 400;
  }

  #understand(bytes: Buffer): RequestHead | HeadFault {
    const walk = this.#walk;
    const start = this.#start;
    const text = bytes.toString("latin1", start, this.#at);
    const list: string[] = [];
    const framing = new Framing(this.#minor === 0);
    for (let line = 0; line < walk.count; line++) {
      const name = walk.names[line]?.name ?? "";
      const value = walk.valueOf(line, bytes, text, start);
      list.push(name, value);
      if (!framing.see(name, value, bytes[walk.valueEnd(line)] !== CR)) return 400;
    }
    const method = text.slice(0, this.#methodEnd - this.#start);
    if (framing.hosts === 0 && this.#minor === 1) return 400;
    // To other readers what comes behind it is a tunnel (RFC 9112, section 3.2.3), or HTTP/2 (RFC 9113, section 3.4).
    if (method === "CONNECT" || method === "PRI") return 400;
    const { declared, close, expects } = framing;
    return { method, target: text.slice(this.#methodEnd + 1 - this.#start, this.#targetEnd - this.#start), version: this.#minor === 0 ? "1.0" : "1.1", list, end: this.#at, declared, close, expects: expects && declared !== 0 };
  }
}

/** What the fields say of the message's end and of its connection. */
class Framing {
  hosts = 0;
  declared: number | undefined = 0;
  close: boolean;
  expects = false;
  readonly #old: boolean;
  #framed = false;

  constructor(old: boolean) {
    this.#old = old;
    this.close = old;
  }

  /**
   * @param trailing white space stood behind the value
   * @returns false when the field makes the request ambiguous
   */
  see(name: string, value: string, trailing: boolean): boolean {
    switch (name.length) {
      case 4:
        return name !== "host" || ++this.hosts === 1;
      case 6:
        // An HTTP/1.0 caller cannot be told to go on (RFC 9110, section 10.1.1).
        if (name === "expect" && !this.#old && value.toLowerCase() === "100-continue") this.expects = true;
        return true;
      case 7:
        // To other readers what follows may be another protocol: nothing follows here.
        if (name === "upgrade") this.close = true;
        return true;
      case 10:
        if (name === "connection") this.close ||= asksToClose(value);
        return true;
      case 14:
        return name !== "content-length" || this.#frame(readLength(value));
      case 16:
        // Not in any standard; readers that know it stop here, so nothing may follow it.
        if (name === "proxy-connection") this.close ||= asksToClose(value);
        return true;
      case 17:
        return name !== "transfer-encoding" || this.#chunk(value, trailing);
      default:
        return true;
    }
  }

  /** Said once, in one way, or the next reader sees the message end elsewhere: request smuggling. */
  #frame(length: number | undefined): boolean {
    if (this.#framed || length === undefined) return false;
    this.#framed = true;
    this.declared = length;
    return true;
  }

  /** To Node's parser `chunked` with a tab behind it is another coding, so it is none here. */
  #chunk(value: string, trailing: boolean): boolean {
    if (this.#framed || this.#old || trailing || value.toLowerCase() !== "chunked") return false;
    this.#framed = true;
    this.declared = undefined;
    return true;
  }
}

function isDigit(value: number): boolean {
  return value >= 0 && value <= 9;
}

/** `010` is eight to whoever reads numbers as C does; no client writes it. */
export function readLength(value: string): number | undefined {
  const { length } = value;
  if (length === 0 || length > LENGTH_DIGITS_MAX || (length > 1 && value.charCodeAt(0) === ZERO)) return undefined;
  let bytes = 0;
  for (let at = 0; at < length; at++) {
    const code = value.charCodeAt(at);
    if (code < ZERO || code > NINE) return undefined;
    bytes = bytes * 10 + (code - ZERO);
  }
  return bytes;
}

function asksToClose(value: string): boolean {
  const lower = value.toLowerCase();
  if (lower === "keep-alive") return false;
  return lower === "close" || lower.split(",").some((option) => option.trim() === "close");
}
