/**
 * Reach: what kind of network an address leads to.
 *
 * A program that fetches what a caller names can be sent to the machine that it runs on, to its neighbours, or to the
 * cloud's metadata, which hands out credentials. Only what anybody in the internet can reach is `public`; everything
 * that is not known to be so has another name. IPv4 inside IPv6 counts as the IPv4 address that it leads to.
 *
 * See the IANA special-purpose address registries (RFC 6890), RFC 6052 (NAT64), RFC 3056 (6to4) and RFC 4380 (Teredo).
 */
import { BlockList, isIP } from "node:net";
import { canonicalAddress } from "../exchange/address.ts";

export const REACHES = ["public", "loopback", "metadata", "link-local", "private", "shared", "multicast", "documentation", "tunnel", "reserved"] as const;
export type Reach = (typeof REACHES)[number];

/** The first list that holds an address names it. */
const LISTS: readonly (readonly [Reach, BlockList])[] = [
  ["metadata", listOf("169.254.169.254/32", "169.254.170.0/23", "100.100.100.200/32", "192.0.0.192/32", "168.63.129.16/32", "fd00:ec2::/32", "fe80::a9fe:a9fe/128", "fd20:ce::254/128")],
  ["loopback", listOf("127.0.0.0/8", "::1/128")],
  ["link-local", listOf("169.254.0.0/16", "fe80::/10")],
  ["private", listOf("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7", "fec0::/10")],
  ["shared", listOf("100.64.0.0/10")],
  ["multicast", listOf("224.0.0.0/4", "ff00::/8")],
  ["documentation", listOf("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32", "3fff::/20")],
  ["tunnel", listOf("2002::/16", "2001::/32", "192.88.99.0/24")],
  ["reserved", listOf("0.0.0.0/8", "192.0.0.0/24", "198.18.0.0/15", "240.0.0.0/4", "2001::/23", "5f00::/16")],
];

/** Of IPv6 only this is handed out. */
const handedOut = listOf("2000::/3");

/** undefined: no address. */
export function reachOf(address: string): Reach | undefined {
  const canonical = canonicalAddress(address);
  if (canonical === undefined) return undefined;
  const named = nameOf(canonical);
  if (named !== "reserved" || isIP(canonical) === 4) return named;
  if (translated.check(canonical, "ipv6")) return nameOf(innerOf(canonical));
  // IPv4-compatible addresses are deprecated: where one still leads somewhere, it is to where the IPv4 address does.
  if (!compatible.check(canonical, "ipv6")) return named;
  const inner = nameOf(innerOf(canonical));
  return inner === "public" ? "reserved" : inner;
}

const translated = listOf("64:ff9b::/96");
const compatible = listOf("::/96");

function nameOf(canonical: string): Reach {
  const family = isIP(canonical) === 4 ? "ipv4" : "ipv6";
  const named = LISTS.find(([, list]) => list.check(canonical, family));
  if (named !== undefined) return named[0];
  return family === "ipv4" || handedOut.check(canonical, "ipv6") ? "public" : "reserved";
}

/** The last 32 bits as an IPv4 address. Canonical: groups of hexadecimal digits, where runs of zeros may be left out. */
function innerOf(canonical: string): string {
  const [low = 0, high = 0] = canonical.split(":").reverse().map((group) => Number.parseInt(group === "" ? "0" : group, 16));
  return [high >>> 8, high & 0xff, low >>> 8, low & 0xff].join(".");
}

function listOf(...ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [network = "", bits] = range.split("/");
    list.addSubnet(network, Number(bits), isIP(network) === 4 ? "ipv4" : "ipv6");
  }
  return list;
}
