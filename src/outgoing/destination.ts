/**
 * Destination: where a URL leads, read so that nobody can read it otherwise.
 *
 * What a program fetches is decided by the program's own parser, and parsers disagree about user names, backslashes,
 * numbers for addresses and letters that look like others. So a URL counts here only when its authority, read strictly as it is
 * written, is the one that the WHATWG parser finds, too.
 */
import { isIP } from "node:net";
import { canonicalAddress, type Ranges } from "../exchange/address.ts";
import { readAuthority } from "../exchange/authority.ts";
import { reachOf } from "./reach.ts";

export const URL_CHARACTERS_MAX = 2_048;

export interface Destination {
  readonly scheme: string;
  /** A name in lower case, or a canonical address without brackets. */
  readonly host: string;
  readonly isAddress: boolean;
  readonly port: number;
}

const DEFAULT_PORTS: ReadonlyMap<string, number> = new Map([["http", 80], ["https", 443], ["ws", 80], ["wss", 443]]);

/** An absolute URL with an authority. */
export function readDestination(text: string): Destination | { readonly wrong: string } {
  if (text.length > URL_CHARACTERS_MAX) return { wrong: `longer than ${URL_CHARACTERS_MAX} characters` };
  // Browsers and many libraries drop or turn these; others do not.
  if (!/^[\x21-\x7e]*$/.test(text) || text.includes("\\")) return { wrong: "characters that a URL cannot hold" };
  const match = /^([A-Za-z][A-Za-z0-9+.-]{0,20}):\/\/([^/?#]*)/.exec(text);
  if (match === null || !URL.canParse(text)) return { wrong: "not an absolute URL" };
  const [, scheme = "", written = ""] = match;
  if (written.includes("@")) return { wrong: "a user name or password" };
  const place = readHostPort(written, DEFAULT_PORTS.get(scheme.toLowerCase()));
  if ("wrong" in place) return place;
  const parsed = new URL(text);
  const found = parsed.hostname.replace(/^\[|\]$/g, "").toLowerCase();
  // 0x7f.1 and 2130706433 are names to one reader and 127.0.0.1 to the next.
  const same = found === place.host || (place.isAddress && canonicalAddress(found) === place.host);
  if (!same) return { wrong: "a host that is written in another way than it is read" };
  return { scheme: scheme.toLowerCase(), ...place };
}

/** `host:port`, as CONNECT names it (RFC 9110, section 9.3.6), or a URL's authority. */
export function readHostPort(text: string, defaultPort?: number): Omit<Destination, "scheme"> | { readonly wrong: string } {
  const authority = readAuthority(text);
  if (authority === undefined) return { wrong: "not a host and port" };
  const { port = defaultPort } = authority;
  if (port === undefined || port === 0) return { wrong: "no port" };
  const host = authority.host.replace(/^\[|\]$/g, "");
  if (isIP(host) !== 0) return { host, isAddress: true, port };
  const wrong = wrongName(host);
  return wrong === undefined ? { host, isAddress: false, port } : { wrong };
}

/** Host and port as one text, as in a Host field. */
export function writeHostPort({ host, port }: Pick<Destination, "host" | "port">): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Names that never lead into the internet (RFC 6761, RFC 6762, RFC 8375, and what home routers and clouds use). */
const INNER = /(?:^|\.)(?:localhost|local|internal|intranet|lan|home|corp|private|home\.arpa|test|invalid|onion|localdomain)$/;

function wrongName(name: string): string | undefined {
  const labels = name.split(".");
  if (labels.some((label) => label === "" || label.length > 63 || label.startsWith("-") || label.endsWith("-"))) return "not a host name";
  // The last label of a name is never a number: this is an address in a form that not everybody reads alike.
  if (/^(?:[0-9]+|0x[0-9a-f]*)$/.test(labels.at(-1) ?? "")) return "an address in an uncommon form";
  if (labels.length === 1 || INNER.test(name)) return "a name of an inner network";
  return undefined;
}

/** Names of hosts, as a policy lists them: `api.example`, `*.partner.example` for all names below, an address, or `*`. */
export interface HostList {
  readonly has: (host: string) => boolean;
}

export function readHostList(list: readonly string[]): HostList | { readonly wrong: string; readonly allowed: string } {
  const exact = new Set<string>();
  const below: string[] = [];
  for (const [at, text] of list.entries()) {
    const name = text.replace(/^\*\./, "");
    const read = readHostPort(name, 1);
    if (text !== "*" && ("wrong" in read || /:[0-9]+$/.test(name.replace(/^\[.*\]/, "")) || (read.isAddress && name !== text))) {
      return { wrong: `item ${at + 1} is no host`, allowed: "api.example, *.partner.example, 192.0.2.1, [2001:db8::1] or *" };
    }
    if (text === "*") below.push("");
    else if (name === text) exact.add("host" in read ? read.host : "");
    else below.push(`.${name.toLowerCase()}`);
  }
  return { has: (host) => exact.has(host) || below.some((end) => (end === "" ? isIP(host) === 0 : host.endsWith(end) && host.length > end.length)) };
}

/** Why an address must not be dialled; undefined: it may. */
export function barredAddress(address: string): string | undefined {
  const reach = reachOf(address);
  return reach === "public" ? undefined : `leads to a ${reach ?? "unreadable"} address`;
}

/** The same of all addresses of a name: one that is barred bars the name. @param inner those that may be reached all the same */
export function barredAmong(addresses: readonly string[], inner: Ranges | undefined): string | undefined {
  return addresses.map((address) => (inner?.contains(address) === true ? undefined : barredAddress(address))).find((why) => why !== undefined);
}
