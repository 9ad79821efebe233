/**
 * Pluck: of each item of a JSON list the values of a few members, and no value of anything else.
 *
 * For whoever judges items by one member of theirs: all the rest is passed over, byte by byte. The text must have passed a
 * strict reading, like what is carved.
 */
import type { Json } from "../json-value.ts";
import { hashOn, type NameTable } from "./name-table.ts";
import { BACKSLASH, CLOSE_BRACE, CLOSE_BRACKET, COMMA, OPEN_BRACE, OPEN_BRACKET, QUOTE, skipSpace, skipText, skipValue } from "./skip.ts";

/** @param names by each name itself; `__proto__` must not be one @returns the items, each with these members alone; undefined: no list */
export function pluck(bytes: Uint8Array, names: NameTable<string>): readonly Json[] | undefined {
  const from = skipSpace(bytes, 0);
  if (bytes[from] !== OPEN_BRACKET) return undefined;
  const items: Json[] = [];
  let at = skipSpace(bytes, from + 1);
  if (bytes[at] === CLOSE_BRACKET) return items;
  while (at < bytes.length) {
    const end = skipValue(bytes, at);
    items.push(bytes[at] === OPEN_BRACE ? pluckMembers(bytes, at, names) : valueOf(bytes, at, end));
    at = skipSpace(bytes, end);
    if (bytes[at] !== COMMA) break;
    at = skipSpace(bytes, at + 1);
  }
  return items;
}

function pluckMembers(bytes: Uint8Array, from: number, names: NameTable<string>): Json {
  const found: Record<string, Json> = {};
  let at = skipSpace(bytes, from + 1);
  while (at < bytes.length && bytes[at] !== CLOSE_BRACE) {
    const start = at;
    let hash = 0;
    for (at++; at < bytes.length && bytes[at] !== QUOTE && bytes[at] !== BACKSLASH; at++) hash = hashOn(hash, bytes[at] ?? 0);
    const isPlain = bytes[at] === QUOTE;
    const nameEnd = isPlain ? at + 1 : skipText(bytes, start);
    const name = isPlain ? names.find(bytes, start + 1, at, hash) : names.findText(valueOf(bytes, start, nameEnd) as string); // in quotes
    at = skipSpace(bytes, skipSpace(bytes, nameEnd) + 1);
    const end = skipValue(bytes, at);
    if (name !== undefined) found[name] = valueOf(bytes, at, end);
    at = skipSpace(bytes, end);
    if (bytes[at] === COMMA) at = skipSpace(bytes, at + 1);
  }
  return found;
}

function valueOf(bytes: Uint8Array, from: number, to: number): Json {
  return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString("utf8")) as Json; // of an accepted text
}
