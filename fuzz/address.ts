/**
 * Address: no text makes the readers of addresses throw; they agree with the platform's; and whatever a stranger writes
 * into forwarding fields, he does not choose his own address.
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { BlockList, isIP, isIPv6 } from "node:net";
import * as fc from "fast-check";
import { addressPrefix, canonicalAddress, readRanges } from "../src/exchange/address.ts";
import { fieldsOf } from "../src/exchange/fields.ts";
import { callerAddress, writeForwarded } from "../src/exchange/forwarding.ts";

const PIECES: readonly string[] = [
  ..."0 00 1 9 01 10 25 255 256 : :: ::: . .. / % [ ] ffff FFFF fe80 64 ff9b 2001 db8 c000 201 0x1 1.2.3.4 ::ffff: 192.0.2.1 10.0.0.1 eth0".split(" "),
  ..."unknown _hidden for= For= by= host= proto= http https ; , = \" \\".split(" "),
  " ",
  "\t",
  "\u00ff",
  "\ud800",
];

const TEXT = fc.array(fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...PIECES) }, fc.string({ unit: "binary", maxLength: 2 })), { maxLength: 16 }).map((pieces) => pieces.join(""));
const ADDRESS = fc.oneof(fc.ipV4(), fc.ipV6(), fc.ipV4().map((four) => `::ffff:${four}`), fc.constantFrom("10.0.0.1", "10.255.255.255", "2001:db8::1", "::1", "192.0.2.1"));
const NAME = fc.constantFrom("forwarded", "x-forwarded-for", "x-forwarded-proto", "x-forwarded-host", "x-real-ip");
const FIELDS = fc.array(fc.tuple(NAME, fc.oneof(TEXT, ADDRESS, ADDRESS.map((one) => `for="[${one}]"`), ADDRESS.map((one) => `for=${one};proto=https`))), { maxLength: 5 });

/** What a caller may have written before the first proxy appended to it: rubbish, or well-formed lies. */
const INVENTION = fc.oneof(
  TEXT,
  fc.array(ADDRESS, { minLength: 1, maxLength: 3 }).map((list) => list.join(", ")),
  fc.array(fc.ipV4(), { minLength: 1, maxLength: 3 }).map((list) => list.map((one) => `for=${one};proto=https`).join(", ")),
);

const RANGES = ["10.0.0.0/8", "2001:db8::/32"];

/** Throws where an address is read in another way than the platform does, or where a stranger is believed. */
export function run(iterations: number, seed: number): void {
  fc.assert(fc.property(fc.oneof(TEXT, ADDRESS), readsAlike), { numRuns: iterations, seed });
  fc.assert(fc.property(ADDRESS, FIELDS, believesNoStranger), { numRuns: iterations, seed });
  fc.assert(fc.property(INVENTION, ADDRESS, fc.boolean(), appendsAreSeen), { numRuns: iterations, seed });
}

function readsAlike(text: string): void {
  const canonical = canonicalAddress(text);
  if (!text.includes("%")) strictEqual(canonical !== undefined, isIP(text) !== 0, "an address to one reader only");
  if (canonical === undefined) strictEqual(addressPrefix(text), text);
  const ranges = readRanges([text]);
  if (canonical === undefined) return ok("wrong" in ranges || text.includes("/"), "a range of no address");
  strictEqual(canonicalAddress(canonical), canonical, "the canonical text is read differently");
  ok("contains" in ranges && ranges.contains(canonical) && ranges.contains(text), "an address is not in its own range");
  if (isIPv6(canonical)) strictEqual(new URL(`http://[${canonical}]`).hostname, `[${canonical}]`, "not as RFC 5952 says");
  strictEqual(addressPrefix(text), addressPrefix(canonical), "two buckets for one address");
}

const trustedByPlatform = new BlockList();
trustedByPlatform.addSubnet("10.0.0.0", 8, "ipv4");
trustedByPlatform.addSubnet("2001:db8::", 32, "ipv6");

function isTrusted(address: string): boolean {
  return trustedByPlatform.check(address, isIPv6(address) ? "ipv6" : "ipv4");
}

function trusted(): Parameters<typeof callerAddress>[0]["trusted"] {
  const ranges = readRanges(RANGES);
  ok("contains" in ranges);
  return ranges;
}

function believesNoStranger(peer: string, pairs: readonly (readonly [string, string])[]): void {
  const fields = fieldsOf(pairs.flat());
  const self = canonicalAddress(peer);
  const { address, chain, secure, fault } = callerAddress({ peer, secure: false, fields, trusted: trusted() });
  strictEqual(chain.at(-1), self);
  strictEqual(chain[0], address);
  for (const proxy of chain.slice(1)) ok(isTrusted(proxy), "a stranger's word was taken");
  if (fault !== undefined || !isTrusted(self ?? "")) deepStrictEqual([address, secure, chain.length], [self, false, 1]);
  for (const one of chain) strictEqual(canonicalAddress(one), one);
  writeForwarded(fields, { chain, secure }, undefined);
  strictEqual(fields.one("x-forwarded-for"), chain.join(", "));
  strictEqual(fields.list.length, 6, "something of the caller's own is left");
}

/** A trusted proxy appends whom it was spoken to by; what stood before it is the caller's own invention. */
function appendsAreSeen(invention: string, caller: string, standard: boolean): void {
  const canonical = canonicalAddress(caller) ?? "";
  const entry = canonical.includes(":") ? `for="[${canonical}]"` : `for=${canonical}`;
  const field = standard ? ["forwarded", `${invention}, ${entry}`] : ["x-forwarded-for", `${invention}, ${caller}`];
  const found = callerAddress({ peer: "10.0.0.1", secure: false, fields: fieldsOf(field), trusted: trusted() });
  if (found.fault === undefined && !isTrusted(canonical)) strictEqual(found.address, canonical, "the caller chose an address");
}

if (import.meta.main) run(Number(process.argv[2] ?? 100_000), Number(process.argv[3] ?? Date.now()));
