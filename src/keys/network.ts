/** Network: which addresses are this machine's, and which lie in the public internet (IANA special-purpose registries). */
import { BlockList, isIP } from "node:net";

const loopback = listOf([["127.0.0.0", 8], ["::1", 128]]);

const special = listOf([
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 3],
]);

/** Of IPv6 only 2000::/3 is handed out; in it, these parts lead elsewhere. */
const global = listOf([["2000::", 3]]);
const elsewhere = listOf([["2001::", 23], ["2001:db8::", 32], ["2002::", 16]]);

/** An address of this machine, or the name `localhost`. */
export function isLoopback(host: string): boolean {
  if (host === "localhost") return true;
  const kind = isIP(host);
  return kind !== 0 && loopback.check(host, kind === 4 ? "ipv4" : "ipv6");
}

/** Whether an IP address is one that anybody in the internet can reach. False for anything that is no address. */
export function isPublic(address: string): boolean {
  const kind = isIP(address);
  if (kind === 4) return !special.check(address, "ipv4");
  return kind === 6 && global.check(address, "ipv6") && !elsewhere.check(address, "ipv6");
}

function listOf(ranges: readonly (readonly [string, number])[]): BlockList {
  const list = new BlockList();
  for (const [network, bits] of ranges) list.addSubnet(network, bits, isIP(network) === 4 ? "ipv4" : "ipv6");
  return list;
}
