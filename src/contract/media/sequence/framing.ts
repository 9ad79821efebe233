/**
 * Framing: where one item of a sequential media type ends, and what it says (OpenAPI 3.2, "Sequential JSON" and "Server-Sent
 * Event Streams").
 *
 * Three ways to write many values behind one another: a line for each (JSON Lines, NDJSON), a record separator in front of
 * each (RFC 7464), or events of several lines with a blank one behind each (WHATWG HTML, section 9.2).
 */
import { isUtf8 } from "node:buffer";
import { type JsonBounds, readJson } from "../../json.ts";
import type { Json } from "../../json-value.ts";
import type { Finding } from "../../operation.ts";
import { fault } from "../../parameter-style.ts";

/** undefined: there is nothing in it, as in a blank line or a comment that only keeps a connection open. */
export type Item = { readonly value: Json } | { readonly wrong: Finding } | undefined;

export interface Framing {
  /** The offset behind the item that begins at `from`, or -1 while its end is not here. Looks at no byte before `seen`. */
  readonly end: (bytes: Buffer, from: number, seen: number) => number;
  readonly read: (item: Buffer, bounds: JsonBounds) => Item;
}

const SEPARATOR = 0x1e;
const [LF, CR] = [0x0a, 0x0d];

/** What an end can begin with so many bytes before those that have just come. */
export const FRAMING_OVERLAP_BYTES = 3;

const NO_JSON = fault("syntax", "is not well-formed JSON with one meaning");
const NO_RECORD = fault("syntax", "is not a record with its separator and its line's end");
const NO_EVENT = fault("syntax", "holds a field that events do not have");
const NOT_UTF8 = fault("encoding", "is not well-formed UTF-8");

const lines: Framing = {
  end: (bytes, _from, seen) => bytes.indexOf(LF, seen) + 1 || -1,
  read: (item, bounds) => (isBlank(item) ? undefined : readItem(item, bounds)),
};

const records: Framing = {
  // A record may be of several lines: it ends where the next one begins.
  end: (bytes, from, seen) => bytes.indexOf(SEPARATOR, Math.max(from + 1, seen)),
  read: (item, bounds) => (item[0] === SEPARATOR && item.at(-1) === LF ? readItem(item.subarray(1), bounds) : { wrong: NO_RECORD }),
};

const events: Framing = { end: endOfEvent, read: readEvent };

const FRAMINGS: ReadonlyMap<string, Framing> = new Map([
  ...["application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonl", "application/jsonlines", "application/x-jsonlines", "application/json-lines"].map((type) => [type, lines] as const),
  ["application/json-seq", records],
  ["application/geo+json-seq", records],
  ["text/event-stream", events],
]);

/** The framing of a media type (lower case, without parameters); undefined where it is one value. */
export function framingOf(range: string): Framing | undefined {
  return FRAMINGS.get(range) ?? (range.endsWith("+json-seq") ? records : undefined);
}

function isBlank(item: Buffer): boolean {
  return item.every((byte) => byte === LF || byte === CR || byte === 0x20 || byte === 0x09);
}

function readItem(bytes: Buffer, bounds: JsonBounds): Item {
  const read = readJson(bytes, bounds);
  return "value" in read ? read : { wrong: { ...NO_JSON, pointer: read.wrong.pointer } };
}

/** Behind the blank line. Lines end in LF, CR, or CR and LF; a CR that is the last byte may still get its LF. */
function endOfEvent(bytes: Buffer, from: number, seen: number): number {
  for (let at = Math.max(from, seen); at < bytes.length; at++) {
    if (bytes[at] !== LF && bytes[at] !== CR) continue;
    const next = lineEnd(bytes, at);
    if (next === -1) return -1;
    // A stream may begin with a blank line, and have more than one between events.
    if (at === from) return next;
    if (next === bytes.length) return -1;
    if (bytes[next] !== LF && bytes[next] !== CR) {
      at = next - 1;
      continue;
    }
    return lineEnd(bytes, next);
  }
  return -1;
}

function lineEnd(bytes: Buffer, at: number): number {
  if (bytes[at] === LF) return at + 1;
  if (at + 1 === bytes.length) return -1;
  return bytes[at + 1] === LF ? at + 2 : at + 1;
}

/**
 * The fields of an event as an object. Whoever reads events ignores what he does not know; here it is refused, for it would leave
 * without having been judged. Comments leave: they keep connections open.
 */
function readEvent(item: Buffer): Item {
  // A byte order mark is dropped by those who read it, and the name behind it is then another one.
  if (!isUtf8(item) || item[0] === 0xef) return { wrong: NOT_UTF8 };
  const event: { data?: string; event?: string; id?: string; retry?: number } = {};
  const data: string[] = [];
  for (const line of item.toString("utf8").split(/\r\n|\n|\r/)) {
    const colon = line.indexOf(":");
    const name = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? "" : line.slice(line[colon + 1] === " " ? colon + 2 : colon + 1);
    if (name === "data") data.push(value);
    else if (name === "event") event.event = value;
    else if (name === "id" && !value.includes("\0")) event.id = value;
    else if (name === "retry" && /^[0-9]{1,15}$/.test(value)) event.retry = Number(value);
    else if (line !== "" && colon !== 0) return { wrong: NO_EVENT };
  }
  if (data.length > 0) event.data = data.join("\n");
  return Object.keys(event).length === 0 ? undefined : { value: { ...event } };
}
