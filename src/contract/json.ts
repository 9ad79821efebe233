/**
 * Json: reads a JSON text strictly (RFC 8259), counting before building.
 *
 * JSON.parse alone lets the sender and the API disagree about what was said: of two members with one name it keeps the
 * last where the API may keep the first, it rounds large integers, it makes Infinity of 1e999, it takes escapes that
 * are no text at all. So one linear pass over the bytes checks the grammar, the names and the bounds, without building
 * anything; only what passed is given to JSON.parse. Text that breaks a bound costs the pass up to that byte, no more.
 */
import { isAscii, isUtf8 } from "node:buffer";
import { JsonScan } from "./json-scan.ts";
import type { Json } from "./json-value.ts";
import { isPlainText } from "./media/plain-text.ts";

export interface JsonBounds {
  /** Levels of arrays and objects within each other. At most `DEPTH_LEVELS_MAX` counts. */
  readonly depth: number;
  /** Values of every kind in the whole text, arrays and objects among them. */
  readonly values: number;
  /** Members of one object. */
  readonly members: number;
  /** Bytes of one string or name, as written, without its quotes. */
  readonly stringBytes: number;
  /** True refuses integers that a double cannot hold exactly: the API would read another number than this gateway. */
  readonly preciseNumbers: boolean;
  /** True refuses decimals, too, that a double cannot hold as they are written, where integers are refused. Default: false. */
  readonly exactDecimals?: boolean;
  /** True refuses two members of one object under one name (RFC 8259, section 4: their meaning is unpredictable). */
  readonly uniqueNames: boolean;
  /** False refuses texts and names with characters that only control something: NUL, escape, and their kin, but tabs and line breaks. */
  readonly controls: boolean;
  /** False refuses a member named `__proto__`: copied member by member, it changes what an object of the API inherits. */
  readonly prototypeNames: boolean;
}

export const JSON_BOUNDS: JsonBounds = {
  depth: 32,
  values: 100_000,
  members: 1_000,
  stringBytes: 1_048_576,
  preciseNumbers: true,
  uniqueNames: true,
  controls: true,
  prototypeNames: false,
};

export interface JsonFault {
  /**
   * `encoding`: not UTF-8, a byte order mark, or half a surrogate pair. `depth`, `size`: a bound. `duplicate`: one
   * name twice in an object. `prototype`: a member named `__proto__`. `control`: a control character. `number`: JSON.parse would change it silently.
   */
  readonly reason: "encoding" | "syntax" | "depth" | "size" | "duplicate" | "prototype" | "number" | "control";
  /** Offset of the byte at which it was found. */
  readonly at: number;
  /** Which of the bounds, for `depth` and `size`. */
  readonly bound?: "depth" | "values" | "members" | "stringBytes";
  /** JSON Pointer (RFC 6901) of the value or member, cut at `FAULT_POINTER_CHARACTERS`. */
  readonly pointer: string;
}

/** The one control character that ASCII has beyond those that no string may hold as they are. */
const DELETE = 0x7f;

/** Reads one JSON text. Never throws. */
export function readJson(bytes: Uint8Array, bounds: JsonBounds = JSON_BOUNDS): { readonly value: Json } | { readonly wrong: JsonFault } {
  // Most texts are ASCII, which is UTF-8 and needs no decoding.
  const ascii = isAscii(bytes);
  if (!ascii && !isUtf8(bytes)) return { wrong: { reason: "encoding", at: findBrokenByte(bytes), pointer: "" } };
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return { wrong: { reason: "encoding", at: 0, pointer: "" } };
  const buffer = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const scan = new JsonScan(buffer, bounds);
  if (!scan.text()) return { wrong: scan.fault() };
  try {
    const text = ascii ? buffer.toString("latin1") : buffer.toString("utf8");
    // Those of C0 come in escapes alone, which the scan has seen; DEL and those of C1 stand in the text as they are.
    if (!bounds.controls && (ascii ? buffer.includes(DELETE) : !isPlainText(text))) return { wrong: { reason: "control", at: 0, pointer: "" } };
    return { value: JSON.parse(text) as Json }; // what JSON.parse gives without a reviver is Json by definition
  } catch {
    return { wrong: { reason: "syntax", at: 0, pointer: "" } };
  }
}

/** The value of a JSON text that has been found sound before. */
export function parseSound(bytes: Uint8Array): Json {
  const buffer = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return JSON.parse(isAscii(bytes) ? buffer.toString("latin1") : buffer.toString("utf8")) as Json; // what JSON.parse gives without a reviver is Json by definition
}

/** Offset of the first character that is not UTF-8. Halves first, so that finding it stays linear in the text. */
function findBrokenByte(bytes: Uint8Array): number {
  let low = 0;
  let high = bytes.length;
  while (high - low > 16) {
    let cut = (low + high) >> 1;
    // A cut inside a character would look broken: step back to where one begins.
    for (let step = 0; step < 3 && ((bytes[cut] ?? 0) & 0xc0) === 0x80; step += 1) cut -= 1;
    if (isUtf8(bytes.subarray(low, cut))) low = cut;
    else high = cut;
  }
  while (low < bytes.length) {
    const lead = bytes[low] ?? 0;
    const length = lead < 0xc0 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    if (!isUtf8(bytes.subarray(low, low + length))) return low;
    low += length;
  }
  return low;
}
