/**
 * Target: the path and the query of a request, read once, in one way (RFC 9112, section 3.2.1; RFC 3986).
 *
 * Router, guards and API must see the same target, or a path that one of them takes for another slips by. So every
 * form with more than one reading is refused, and the canonical text is what is forwarded: written anew, never
 * copied. What is decided here, once for all:
 *
 * - Refused: malformed triplets, octets that are not UTF-8, control characters raw or encoded, raw characters that
 *   RFC 3986 does not allow, `#`, a raw backslash; in a path also `%2F`, `%5C`, empty segments, dot segments
 *   (encoded ones too, and with `;x` behind); in a query empty pairs and empty names.
 * - A trailing slash is a last, empty segment: `/a/` is another path than `/a`. Case matters.
 * - `%61` is `a`. `%252e` is the text `%2e`: decoded once, never twice.
 * - In a query `+` is a space, `&` alone separates, `a` means `a=`, and a lone `?` means no query. Of the characters
 *   that RFC 3986 does not allow there, those that browsers leave raw are read as data: brackets, braces, the
 *   vertical bar, the circumflex and the grave accent.
 */
import type { RawPair } from "./operation.ts";
import { canonicalise, decodePercent } from "./percent.ts";

export const TARGET_BYTES_MAX = 8_192;
export const PATH_SEGMENTS_MAX = 64;
export const QUERY_PAIRS_MAX = 128;

/** Upper bounds; each has its constant as default. */
export interface TargetBounds {
  /** Of the target as sent, and again in canonical form. */
  readonly targetBytes?: number;
  readonly segments?: number;
  readonly pairs?: number;
}

export interface Target {
  /** Canonical, percent-encoded, without the query. */
  readonly path: string;
  /** What stands between the slashes: canonical, still percent-encoded. `/` has one, empty; `/a/` has two. */
  readonly segments: readonly string[];
  /** In order. Names are decoded, values canonical and still percent-encoded (a space is `%20`, never `+`). */
  readonly query: readonly RawPair[];
  /** Canonical query without the question mark; undefined where there is none. */
  readonly search: string | undefined;
  /** Some segment holds a raw `;`. Servers differ in what they make of it (see route.ts, which answers it). */
  readonly parameters: boolean;
}

export interface WrongTarget {
  /** One sentence part, e.g. "the path holds a dot segment". Never quotes the target. */
  readonly wrong: string;
}

/** Reads an origin-form target. Linear in its length; never throws. */
export function readTarget(target: string, bounds: TargetBounds = {}): Target | WrongTarget {
  const { targetBytes = TARGET_BYTES_MAX } = bounds;
  // One UTF-16 unit is one byte here: anything beyond ASCII is refused.
  if (target.length > targetBytes) return TOO_LONG;
  if (target.charCodeAt(0) !== SLASH) return NO_ORIGIN_FORM;
  const mark = target.indexOf("?");
  const path = canonicalise(mark === -1 ? target : target.slice(0, mark), "path");
  if (typeof path !== "string") return { wrong: `the path ${path.wrong}` };
  const segments = splitPath(path, bounds.segments ?? PATH_SEGMENTS_MAX);
  if ("wrong" in segments) return segments;
  const parameters = path.includes(";");
  if (mark === -1 || mark === target.length - 1) return { path, segments, query: NO_QUERY, search: undefined, parameters };
  const query = readQuery(target.slice(mark + 1), bounds.pairs ?? QUERY_PAIRS_MAX);
  if ("wrong" in query) return query;
  if (path.length + 1 + query.search.length > targetBytes) return TOO_LONG;
  return { path, segments, query: query.pairs, search: query.search, parameters };
}

/** The text that a raw path segment, or a part of one, stands for; undefined where it is malformed. */
export function decodeSegment(raw: string): string | undefined {
  return decodePercent(raw);
}

/** The text that a raw query value stands for, `+` being a space; undefined where it is malformed. */
export function decodeValue(raw: string): string | undefined {
  return decodePercent(raw.includes("+") ? raw.replaceAll("+", " ") : raw);
}

const SLASH = 0x2f;
const NO_QUERY: readonly RawPair[] = [];
const TOO_LONG: WrongTarget = { wrong: "the target is too long" };
const NO_ORIGIN_FORM: WrongTarget = { wrong: "the target does not begin with a slash" };
const TOO_DEEP: WrongTarget = { wrong: "the path has too many segments" };
const EMPTY_SEGMENT: WrongTarget = { wrong: "the path holds an empty segment" };
const DOT_SEGMENT: WrongTarget = { wrong: "the path holds a dot segment" };
const TOO_MANY_PAIRS: WrongTarget = { wrong: "the query has too many pairs" };
const EMPTY_PAIR: WrongTarget = { wrong: "the query holds an empty pair" };
const EMPTY_NAME: WrongTarget = { wrong: "the query holds an empty name" };

function splitPath(path: string, segmentsMax: number): readonly string[] | WrongTarget {
  const segments: string[] = [];
  let from = 1;
  while (from <= path.length) {
    if (segments.length === segmentsMax) return TOO_DEEP;
    const slash = path.indexOf("/", from);
    if (slash === from) return EMPTY_SEGMENT;
    const segment = path.slice(from, slash === -1 ? path.length : slash);
    if (isDotSegment(segment)) return DOT_SEGMENT;
    segments.push(segment);
    if (slash === -1) break;
    from = slash + 1;
  }
  return segments;
}

/** Servers that strip path parameters before they resolve dots would climb at `..;x`, and some at `..%3Bx`. */
function isDotSegment(segment: string): boolean {
  if (segment.charCodeAt(0) !== 0x2e) return false;
  const dots = segment.charCodeAt(1) === 0x2e ? 2 : 1;
  return segment.length === dots || segment.startsWith(";", dots) || segment.startsWith("%3B", dots);
}

interface Query {
  readonly search: string;
  readonly pairs: readonly RawPair[];
}

function readQuery(raw: string, pairsMax: number): Query | WrongTarget {
  const canonical = canonicalise(raw, "query");
  if (typeof canonical !== "string") return { wrong: `the query ${canonical.wrong}` };
  const pairs: RawPair[] = [];
  let search = "";
  for (let from = 0; from <= canonical.length; ) {
    if (pairs.length === pairsMax) return TOO_MANY_PAIRS;
    const ampersand = canonical.indexOf("&", from);
    const to = ampersand === -1 ? canonical.length : ampersand;
    const pair = readPair(canonical, from, to);
    if ("wrong" in pair) return pair;
    pairs.push(pair.pair);
    search += `${from === 0 ? "" : "&"}${pair.text}`;
    from = to + 1;
  }
  return { search, pairs };
}

function readPair(query: string, from: number, to: number): { readonly pair: RawPair; readonly text: string } | WrongTarget {
  if (from === to) return EMPTY_PAIR;
  const text = query.slice(from, to);
  const equals = text.indexOf("=");
  if (equals === 0) return EMPTY_NAME;
  const name = decodePercent(equals === -1 ? text : text.slice(0, equals));
  if (name === undefined) return EMPTY_NAME;
  return equals === -1 ? { pair: [name, ""], text: `${text}=` } : { pair: [name, text.slice(equals + 1)], text };
}
