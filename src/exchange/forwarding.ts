/**
 * Forwarding: whose request it is when proxies stand in between, and what the API is told about it.
 *
 * Most wrong rate limits and address rules come from here: the left-most entry of a list was believed, which is the
 * one that the caller wrote.
 */
import { ADDRESSES_REMEMBERED_MAX, canonicalAddress, type Ranges } from "./address.ts";
import { readAuthority } from "./authority.ts";
import { FieldBlock, type Fields, type WritableFields } from "./fields.ts";
import { type Hop, hopsOf, type Way } from "./hops.ts";
import { remember } from "./remember.ts";

export interface Connection {
  /** Address at the other end. */
  readonly peer: string;
  /** Whether the connection itself is encrypted. */
  readonly secure: boolean;
  readonly fields: Fields;
  readonly trusted: Ranges;
}

/** What is established about the way of a request. */
export interface Caller {
  /** Canonical. After a fault it is the peer's; the empty text where even the peer has none. */
  readonly address: string;
  /** The caller, then the trusted proxies in the order in which the request passed them; the peer is last. */
  readonly chain: readonly string[];
  /** Whether the caller's own connection was encrypted: what the trusted proxy says, else the connection to this door. */
  readonly secure: boolean;
  /** The host that the caller asked for, where a trusted proxy says so. */
  readonly host: string | undefined;
  /** Why the forwarding fields of a trusted proxy could not be read. Never holds what was written there. */
  readonly fault: string | undefined;
}

/**
 * Finds the caller: `Forwarded` (RFC 7239) or `X-Forwarded-For` is walked from the right, as long as the address that
 * speaks is a trusted proxy. What stands further left was written by strangers. An untrusted peer is the caller,
 * whatever its fields say. Trusted proxies must set or drop the forwarding fields that they were sent.
 */
export function callerAddress({ peer, secure, fields, trusted }: Connection): Caller {
  const bare = secure ? overTls(peer) : overPlain(peer);
  const self = bare.address;
  if (bare.fault !== undefined || trusted.empty || !trusted.contains(self)) return bare;
  const ways = hopsOf(fields);
  if (typeof ways === "string") return { ...bare, fault: ways };
  const [first, second] = ways.map((way) => walk(self, way, trusted));
  if (first === undefined) return bare;
  const reached = second === undefined ? first : agree(first, second);
  if (typeof reached === "string") return { ...bare, fault: reached };
  return { ...bare, address: reached.chain[0] ?? self, chain: reached.chain, secure: reached.secure ?? secure, host: reached.host };
}

/** Whether somebody says that others sent the request through him, and is not trusted to say so. */
export function isUnbelieved({ chain, fault }: Caller, fields: Fields): boolean {
  return chain.length === 1 && fault === undefined && (fields.one("x-forwarded-for") ?? fields.one("forwarded")) !== undefined;
}

/** A caller who speaks for himself: the same for all of his requests. */
const overTls = remember((peer) => bareCaller(peer, true), ADDRESSES_REMEMBERED_MAX);
const overPlain = remember((peer) => bareCaller(peer, false), ADDRESSES_REMEMBERED_MAX);

function bareCaller(peer: string, secure: boolean): Caller {
  const self = canonicalAddress(peer);
  if (self === undefined) return { address: "", chain: [], secure, host: undefined, fault: "the connection has no IP address" };
  return { address: self, chain: [self], secure, host: undefined, fault: undefined };
}

/** How far one of the two kinds of fields leads. */
interface Reached {
  readonly chain: readonly string[];
  readonly secure: boolean | undefined;
  readonly host: string | undefined;
}

function walk(peer: string, way: Way, trusted: Ranges): Reached | string {
  const chain = [peer];
  let reached: Hop | undefined;
  for (const hop of way.hops.toReversed()) {
    if (!trusted.contains(chain[0] ?? "")) break;
    if (hop.node === undefined) return "a trusted proxy hides the address before it";
    chain.unshift(hop.node);
    reached = hop;
  }
  const proto = reached?.proto ?? way.proto;
  return { chain, secure: proto === undefined ? undefined : proto === "https", host: reached?.host };
}

/** A proxy that writes one of the two lets the caller's own version of the other through: only what both say counts. */
function agree(one: Reached | string, other: Reached | string): Reached | string {
  if (typeof one === "string") return one;
  if (typeof other === "string") return other;
  if (one.chain[0] !== other.chain[0]) return "Forwarded and X-Forwarded-For disagree on the caller";
  if (one.secure !== undefined && other.secure !== undefined && one.secure !== other.secure) return "Forwarded and X-Forwarded-Proto disagree";
  const secure = one.secure === undefined || other.secure === undefined ? undefined : one.secure;
  return { chain: one.chain, secure, host: one.host === other.host ? one.host : undefined };
}

/** Names of which an API may believe that a proxy wrote them; the four of `writeForwarded` are among them. */
const CLAIMS: ReadonlySet<string> = new Set(["forwarded", "x-real-ip", "x-client-ip", "x-cluster-client-ip", "x-original-forwarded-for", "true-client-ip", "cf-connecting-ip", "fastly-client-ip"]);

/** What was told of a caller who speaks for himself, and with which host. */
interface Told {
  readonly host: string | undefined;
  readonly block: FieldBlock;
}

const told = new WeakMap<CallerWay, Told>();

/** `chain` and `secure` as in Caller. */
type CallerWay = Pick<Caller, "chain" | "secure">;

/**
 * Writes the forwarding fields for the API from what was established, and drops all that somebody else wrote there.
 *
 * @param asked the host that the caller asked for
 */
export function writeForwarded(outgoing: WritableFields, way: CallerWay, asked: string | undefined): void {
  outgoing.removeWhere(claims);
  if (way.chain.length === 0) return;
  const known = told.get(way);
  if (known !== undefined && known.host === asked) return outgoing.appendAll(known.block);
  const block = new FieldBlock(describeWay(way, asked));
  // Behind proxies each request has a way of its own.
  if (way.chain.length === 1) told.set(way, { host: asked, block });
  outgoing.appendAll(block);
}

function describeWay({ chain, secure }: CallerWay, asked: string | undefined): readonly string[] {
  const proto = secure ? "https" : "http";
  const host = asked === undefined || readAuthority(asked) === undefined ? undefined : asked;
  const [caller = "", ...proxies] = chain.map(nodeOf);
  const first = `${caller}${host === undefined ? "" : `;host="${host}"`};proto=${proto}`;
  const list = ["forwarded", proxies.length === 0 ? first : [first, ...proxies].join(", "), "x-forwarded-for", chain.join(", "), "x-forwarded-proto", proto];
  return host === undefined ? list : [...list, "x-forwarded-host", host];
}

const remembered = remember((name) => CLAIMS.has(name) || name.startsWith("x-forwarded-"));
const BEGINNINGS: ReadonlySet<number> = new Set([...CLAIMS].map((name) => name.charCodeAt(0)));

/** Most names differ from all of these in their first letter. */
function claims(name: string): boolean {
  return BEGINNINGS.has(name.charCodeAt(0)) && remembered(name);
}

function nodeOf(address: string): string {
  return address.includes(":") ? `for="[${address}]"` : `for=${address}`;
}
