/**
 * Address: IP addresses in one form each, and ranges of them.
 *
 * One machine can be written in many ways (`::ffff:192.0.2.1`, `::ffff:c000:201`, `192.0.2.1`). Whoever compares texts
 * gives one caller several buckets, or all callers the same one. Here every text is read into its bits first.
 */
import { remember } from "./remember.ts";

/** An address as eight groups of 16 bits; IPv4 as `::ffff:a.b.c.d` (RFC 4291, section 2.5.5.2). */
type Groups = readonly number[];

const MAPPED_BITS = 96;
const ADDRESS_CHARACTERS_MAX = 45;
const ZONE_CHARACTERS_MAX = 64;

/**
 * The one form of an address: dotted decimal, or RFC 5952. IPv4 inside IPv6 (`::ffff:0:0/96`) is IPv4; NAT64 addresses
 * stay IPv6. A zone is dropped from link-local addresses and refused elsewhere. Octal, hexadecimal and short IPv4
 * forms are no addresses here, since others read them differently.
 *
 * @returns undefined for everything that is no address
 */
export function canonicalAddress(text: string): string | undefined {
  const canonical = remembered(text);
  return canonical === NONE ? undefined : canonical;
}

/** Addresses whose canonical form is remembered: of peers, and of callers behind trusted proxies. */
export const ADDRESSES_REMEMBERED_MAX = 4_096;
const NONE = "";
const remembered = remember((text) => {
  // Strictly read, dotted decimal has only one form.
  if (readFour(text) !== undefined) return text;
  const groups = readGroups(text);
  return groups === undefined ? NONE : write(groups);
}, ADDRESSES_REMEMBERED_MAX);

export interface PrefixBits {
  readonly ipv4Bits?: number;
  readonly ipv6Bits?: number;
}

/**
 * The range that one caller is taken to own, as `192.0.2.1/32` or `2001:db8::/64`: a subscriber gets a whole /64 and
 * may write from any address in it. An IPv6 address that was made of an IPv4 address is that one: a translator's (NAT64,
 * 64:ff9b::/96, RFC 6052), a 6to4 network's (2002::/16, RFC 3056) or a Teredo client's (2001::/32, RFC 4380); else all
 * callers of a translator would share one bucket, and a holder of one IPv4 address would have 65,536. A text that is no
 * address stays as it is.
 */
export function addressPrefix(address: string, { ipv4Bits = 32, ipv6Bits = 64 }: PrefixBits = {}): string {
  const groups = readAny(address);
  if (groups === undefined) return address;
  const owner = embedded(groups);
  return isMapped(owner) ? `${write(masked(owner, MAPPED_BITS + ipv4Bits))}/${ipv4Bits}` : `${write(masked(owner, ipv6Bits))}/${ipv6Bits}`;
}

/** How wide the ranges around one caller are: a site gets a /56 or a /48, which hold 256 and 65,536 of /64. */
export const PREFIX_LEVELS: readonly Required<PrefixBits>[] = [
  { ipv4Bits: 32, ipv6Bits: 64 },
  { ipv4Bits: 24, ipv6Bits: 56 },
  { ipv4Bits: 24, ipv6Bits: 48 },
];

/** The caller's own range and those around it, the narrowest first: /32 and /24, or /64, /56 and /48. */
export function addressPrefixes(address: string): readonly string[] {
  return rememberedPrefixes(address);
}

const rememberedPrefixes = remember((address): readonly string[] => [...new Set(PREFIX_LEVELS.map((bits) => addressPrefix(address, bits)))], ADDRESSES_REMEMBERED_MAX);

/** A set of addresses. A text that is no address is in no set. */
export interface Ranges {
  readonly contains: (address: string) => boolean;
  readonly empty: boolean;
}

/** @param list addresses and ranges, e.g. `10.0.0.0/8`, `2001:db8::/32`, `192.0.2.1` */
export function readRanges(list: readonly string[]): Ranges | { readonly wrong: string; readonly allowed: string } {
  const four: Span[] = [];
  const six: Span[] = [];
  for (const [at, text] of list.entries()) {
    const [written = "", suffix, ...rest] = text.split("/");
    const groups = readAny(written);
    const bits = groups === undefined || rest.length > 0 ? undefined : readBits(suffix, groups, written.includes(":"));
    if (groups === undefined || bits === undefined) return { wrong: `item ${at + 1} is no address or range`, allowed: "192.0.2.1, 10.0.0.0/8, 2001:db8::/32" };
    const first = masked(groups, bits);
    const span = { first: sortable(first), last: sortable(first.map((group, index) => group | (~maskOf(bits, index) & 0xffff))) };
    // 10.1.2.3/8 is more than its author thinks, or less: nobody knows which.
    if (span.first !== sortable(groups)) return { wrong: `item ${at + 1} is not the first address of its range`, allowed: `${write(first)}/${isMapped(groups) ? bits - MAPPED_BITS : bits}` };
    (isMapped(groups) ? four : six).push(span);
  }
  const [fours, sixes] = [merged(four), merged(six)];
  const contains = (address: string): boolean => {
    const groups = readAny(address);
    // IPv4 and IPv6 apart: `::/0` means every IPv6 address and no other.
    return groups !== undefined && within(isMapped(groups) ? fours : sixes, sortable(groups));
  };
  return { contains, empty: list.length === 0 };
}

/** Four decimal numbers without leading zeros, as one number of 32 bits. */
function readFour(text: string): number | undefined {
  if (text.length > 15) return undefined;
  const parts = text.split(".");
  if (parts.length !== 4) return undefined;
  let bits = 0;
  for (const part of parts) {
    const number = /^(0|[1-9][0-9]{0,2})$/.test(part) ? Number(part) : 256;
    if (number > 255) return undefined;
    bits = bits * 256 + number;
  }
  return bits;
}

function readAny(text: string): Groups | undefined {
  const four = readFour(text);
  return four === undefined ? readGroups(text) : [0, 0, 0, 0, 0, 0xffff, four >>> 16, four & 0xffff];
}

/** IPv6 text (RFC 4291, section 2.2), with a zone only where it means something (RFC 4007, section 11). */
function readGroups(text: string): Groups | undefined {
  const percent = text.indexOf("%");
  const bare = percent < 0 ? text : text.slice(0, percent);
  if (bare.length > ADDRESS_CHARACTERS_MAX || !bare.includes(":")) return undefined;
  const [left = "", right, ...more] = bare.split("::");
  const head = readPart(left, right === undefined);
  const tail = readPart(right ?? "", true);
  if (more.length > 0 || head === undefined || tail === undefined) return undefined;
  const missing = 8 - head.length - tail.length;
  if (right === undefined ? missing !== 0 : missing < 1) return undefined;
  const groups = [...head, ...Array.from({ length: missing }, () => 0), ...tail];
  if (percent < 0) return groups;
  const zone = text.slice(percent + 1);
  const linkLocal = ((groups[0] ?? 0) & 0xffc0) === 0xfe80;
  return linkLocal && zone.length <= ZONE_CHARACTERS_MAX && /^[A-Za-z0-9._~-]+$/.test(zone) ? groups : undefined;
}

function readPart(text: string, last: boolean): number[] | undefined {
  if (text === "") return [];
  const groups: number[] = [];
  const words = text.split(":");
  for (const [at, word] of words.entries()) {
    const four = last && at === words.length - 1 ? readFour(word) : undefined;
    if (four !== undefined) groups.push(four >>> 16, four & 0xffff);
    else if (/^[0-9A-Fa-f]{1,4}$/.test(word)) groups.push(Number.parseInt(word, 16));
    else return undefined;
  }
  return groups;
}

function isMapped(groups: Groups): boolean {
  return groups[5] === 0xffff && groups.slice(0, 5).every((group) => group === 0);
}

/** The IPv4 address that an IPv6 address was made of, mapped; else the address itself. */
function embedded(groups: Groups): Groups {
  const [first = 0, second = 0, third = 0] = groups;
  const [, , , , , , seventh = 0, eighth = 0] = groups;
  if (first === 0x64 && second === 0xff9b && groups.slice(2, 6).every((group) => group === 0)) return mappedOf(seventh, eighth);
  if (first === 0x2002) return mappedOf(second, third);
  // Teredo writes the client's address with all bits turned over.
  return first === 0x2001 && second === 0 ? mappedOf(~seventh & 0xffff, ~eighth & 0xffff) : groups;
}

function mappedOf(high: number, low: number): Groups {
  return [0, 0, 0, 0, 0, 0xffff, high, low];
}

function write(groups: Groups): string {
  if (isMapped(groups)) return groups.slice(6).flatMap((group) => [group >>> 8, group & 0xff]).join(".");
  // RFC 5952, section 4.2: the longest run of two or more zeros is left out, the first one of equals.
  let [start, length] = [-1, 1];
  for (let at = 0; at < 8; at++) {
    let end = at;
    while (end < 8 && groups[end] === 0) end++;
    if (end - at > length) [start, length] = [at, end - at];
  }
  const words = groups.map((group) => group.toString(16));
  return start < 0 ? words.join(":") : `${words.slice(0, start).join(":")}::${words.slice(start + length).join(":")}`;
}

function maskOf(bits: number, index: number): number {
  const kept = Math.min(16, Math.max(0, bits - index * 16));
  return (0xffff << (16 - kept)) & 0xffff;
}

function masked(groups: Groups, bits: number): Groups {
  return groups.map((group, index) => group & maskOf(bits, index));
}

/** Bits of 128, or undefined when they make no range of one family. */
function readBits(suffix: string | undefined, groups: Groups, writtenAsSix: boolean): number | undefined {
  if (suffix === undefined) return 128;
  if (!/^(0|[1-9][0-9]{0,2})$/.test(suffix)) return undefined;
  const bits = Number(suffix) + (writtenAsSix ? 0 : MAPPED_BITS);
  return bits > 128 || (isMapped(groups) && bits < MAPPED_BITS) ? undefined : bits;
}

/** First and last address, as texts that sort like numbers. */
interface Span {
  readonly first: string;
  readonly last: string;
}

function sortable(groups: Groups): string {
  return String.fromCharCode(...groups);
}

function merged(spans: readonly Span[]): readonly Span[] {
  const apart: { first: string; last: string }[] = [];
  for (const { first, last } of spans.toSorted((one, other) => (one.first < other.first ? -1 : 1))) {
    const before = apart.at(-1);
    if (before === undefined || first > before.last) apart.push({ first, last });
    else if (last > before.last) before.last = last;
  }
  return apart;
}

function within(spans: readonly Span[], value: string): boolean {
  let [low, high] = [0, spans.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((spans[middle]?.first ?? "") <= value) low = middle + 1;
    else high = middle;
  }
  const span = spans[low - 1];
  return span !== undefined && value <= span.last;
}
