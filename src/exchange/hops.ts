/**
 * Hops: the forwarding fields as lists, read and not yet believed.
 *
 * A list that is malformed anywhere is malformed: guessing what a proxy meant is how strangers get to choose their
 * own address.
 */
import { canonicalAddress } from "./address.ts";
import { readAuthority } from "./authority.ts";
import type { Fields } from "./fields.ts";

/** Most entries of one way, and most proxies that can stand in front of this door. */
export const HOPS_MAX = 32;
const LIST_CHARACTERS_MAX = 8_192;

/** One entry: whom a proxy was spoken to by. */
export interface Hop {
  /** Canonical; undefined where the proxy hides it (`unknown`, `_name`). */
  readonly node: string | undefined;
  readonly proto: "http" | "https" | undefined;
  readonly host: string | undefined;
}

export interface Way {
  /** As written: the entry of the last proxy is last. */
  readonly hops: readonly Hop[];
  /** What is said of the whole way instead of one hop. */
  readonly proto: "http" | "https" | undefined;
}

/** Reads `Forwarded` and the `X-Forwarded-*` fields: no, one or two ways, or what is wrong. */
export function hopsOf(fields: Fields): readonly Way[] | string {
  const ways = [readForwarded(fields.all("forwarded")), readConvention(fields)];
  return ways.find((way) => typeof way === "string") ?? ways.filter((way) => typeof way === "object");
}

function readForwarded(lines: readonly string[]): Way | string | undefined {
  if (lines.length === 0) return undefined;
  // Line by line: a quote that one line leaves open must not swallow the next.
  const elements = lines.map((line) => (line.length > LIST_CHARACTERS_MAX ? undefined : readElements(line)));
  const hops: Hop[] = [];
  for (const element of elements.flat()) {
    const hop = element === undefined ? undefined : hopOf(element);
    if (hop === undefined) return "Forwarded is malformed";
    if (hops.push(hop) > HOPS_MAX) return "Forwarded has too many entries";
  }
  return { hops, proto: undefined };
}

type Element = ReadonlyMap<string, string>;

const TOKEN = /[!#$%&'*+.^_`|~0-9A-Za-z-]+/y;
const QUOTED = /"((?:[\t \x21\x23-\x5b\x5d-\x7e\x80-\xff]|\\[\t\x20-\x7e\x80-\xff])*)"/y;
const SPACE = /[\t ]*/y;

/** The elements of one line (RFC 7239, section 4). Linear: each step begins where the last one ended. */
function readElements(line: string): readonly (Element | undefined)[] {
  let at = 0;
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const match = pattern.exec(line);
    at += match?.[0].length ?? 0;
    return match;
  };
  const elements: (Element | undefined)[] = [];
  let pairs = new Map<string, string>();
  for (;;) {
    take(SPACE);
    const name = take(TOKEN)?.[0].toLowerCase();
    if (name === undefined || pairs.has(name) || line[at++] !== "=") return [undefined];
    const value = line[at] === '"' ? take(QUOTED)?.[1]?.replaceAll(/\\(.)/g, "$1") : take(TOKEN)?.[0];
    if (value === undefined) return [undefined];
    pairs.set(name, value);
    take(SPACE);
    const next = line[at++];
    if (next === ";") continue;
    if (next !== undefined && next !== ",") return [undefined];
    elements.push(pairs);
    if (next === undefined) return elements;
    pairs = new Map();
  }
}

function hopOf(element: Element): Hop | undefined {
  const node = readNode(element.get("for") ?? "unknown", false);
  const proto = readProto(element.get("proto"));
  const host = element.get("host");
  if (node === undefined || proto === null || (host !== undefined && readAuthority(host) === undefined)) return undefined;
  return { node: node.address, proto, host };
}

/** The older fields, which no standard describes: one address each, with or without a port. */
function readConvention(fields: Fields): Way | string | undefined {
  const nodes = listed(fields.all("x-forwarded-for"));
  const protos = listed(fields.all("x-forwarded-proto"));
  if (nodes === undefined || protos === undefined) return "X-Forwarded-For is malformed";
  if (nodes.length > HOPS_MAX || protos.length > HOPS_MAX) return "X-Forwarded-For has too many entries";
  if (nodes.length === 0 && protos.length === 0) return undefined;
  const hops: Hop[] = [];
  const perHop = protos.length > 1;
  if (perHop && protos.length !== nodes.length) return "X-Forwarded-Proto does not fit X-Forwarded-For";
  for (const [at, text] of nodes.entries()) {
    const node = readNode(text, true);
    const proto = readProto(perHop ? protos[at] : undefined);
    if (node === undefined || proto === null) return "X-Forwarded-For is malformed";
    // X-Forwarded-Host is never believed: most proxies let the caller's own one through.
    hops.push({ node: node.address, proto, host: undefined });
  }
  const whole = readProto(perHop ? undefined : protos[0]);
  return whole === null ? "X-Forwarded-Proto is malformed" : { hops, proto: whole };
}

function listed(lines: readonly string[]): readonly string[] | undefined {
  if (lines.some((line) => line.length > LIST_CHARACTERS_MAX)) return undefined;
  return lines.flatMap((line) => line.split(",").map((part) => part.trim()));
}

/** null: a word that is no scheme of HTTP. */
function readProto(word: string | undefined): "http" | "https" | null | undefined {
  if (word === undefined) return undefined;
  const lower = word.toLowerCase();
  return lower === "http" || lower === "https" ? lower : null;
}

/** node = nodename [":" port] (RFC 7239, section 6). `bareSix`: IPv6 may stand without brackets. */
function readNode(text: string, bareSix: boolean): { readonly address: string | undefined } | undefined {
  // Linear: the alternatives begin differently, and nothing is repeated inside a repetition.
  const match = /^(?:(unknown)|(_[A-Za-z0-9._-]{1,100})|\[([0-9A-Fa-f:.]{2,45}(?:%[A-Za-z0-9._~-]{1,64})?)\]|([0-9.]{7,15}))(?::(?:[0-9]{1,5}|_[A-Za-z0-9._-]{1,100}))?$/i.exec(text);
  if (match?.[1] !== undefined || match?.[2] !== undefined) return { address: undefined };
  const [six, four] = match === null ? [bareSix ? text : undefined] : [match[3], match[4]];
  const address = canonicalAddress(six ?? four ?? "");
  return address === undefined || six?.includes(":") === false ? undefined : { address };
}
