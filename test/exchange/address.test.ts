import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { addressPrefix, addressPrefixes, canonicalAddress, type Ranges, readRanges } from "../../src/exchange/address.ts";

function ranges(...list: string[]): Ranges {
  const read = readRanges(list);
  assert.ok(!("wrong" in read), "wrong" in read ? read.wrong : "");
  return read;
}

const SAME: readonly (readonly [string, string])[] = [
  ["192.0.2.1", "192.0.2.1"],
  ["0.0.0.0", "0.0.0.0"],
  ["255.255.255.255", "255.255.255.255"],
  ["::ffff:192.0.2.1", "192.0.2.1"],
  ["::FFFF:c000:201", "192.0.2.1"],
  ["0:0:0:0:0:ffff:c000:0201", "192.0.2.1"],
  ["2001:DB8:0:0:0:0:0:1", "2001:db8::1"],
  ["2001:db8::0001", "2001:db8::1"],
  ["2001:db8::1.2.3.4", "2001:db8::102:304"],
  ["::", "::"],
  ["::1", "::1"],
  ["1::", "1::"],
  ["1:0:0:2:0:0:0:3", "1:0:0:2::3"],
  ["1:0:0:2:0:0:3:4", "1::2:0:0:3:4"],
  ["1:0:2:3:4:5:6:7", "1:0:2:3:4:5:6:7"],
  ["64:ff9b::192.0.2.1", "64:ff9b::c000:201"],
  ["::192.0.2.1", "::c000:201"],
  ["fe80::1%eth0", "fe80::1"],
  ["febf::1%25", "febf::1"],
];

for (const [written, canonical] of SAME) test(`${written} is ${canonical}`, () => assert.equal(canonicalAddress(written), canonical));

const NONE: readonly string[] = [
  "", " ", "localhost", "unknown", "192.0.2", "192.0.2.1.", ".192.0.2.1", "192.0.2.256", "192.0.02.1", "0300.0.2.1", "0xc0.0.2.1", "3221225985", "192.0.2.1 ", " 192.0.2.1", "192.0.2.1:80", "192.0.2.-1", "192.0.2.1e0",
  "::ffff:192.0.02.1", "::ffff:192.0.2", "1.2.3.4::", "1.2.3.4:1::", ":::", "::1::", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1::2:3:4:5:6:7:8", ":1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:", "12345::", "g::", "[::1]", "::1%eth0", "2001:db8::1%1",
  "fe80::1%", "fe80::1% ", `fe80::1%${"a".repeat(65)}`, "192.0.2.1%eth0", "::ffff:192.0.2.1%1", "1".repeat(10_000), ":".repeat(10_000), "\u0661.0.0.1", "fec0::1%1",
];

for (const written of NONE) test(`${JSON.stringify(written.slice(0, 40))} is no address`, () => assert.equal(canonicalAddress(written), undefined));

test("every way of writing the same bits gives the same text, and that text gives itself", () => {
  const groups = fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 0xffff })), { minLength: 8, maxLength: 8 });
  fc.assert(
    fc.property(groups, (words) => {
      const plain = words.map((word) => word.toString(16)).join(":");
      const padded = words.map((word) => word.toString(16).padStart(4, "0").toUpperCase()).join(":");
      const canonical = canonicalAddress(plain);
      assert.ok(canonical !== undefined);
      assert.equal(canonicalAddress(padded), canonical);
      assert.equal(canonicalAddress(canonical), canonical);
      // An independent reader: the platform's URL parser compresses in the same way.
      if (canonical.includes(":")) assert.equal(new URL(`http://[${plain}]/`).hostname, `[${canonical}]`);
    }),
    { numRuns: 500 },
  );
});

test("a prefix names what one caller owns: an IPv4 address, or a whole /64", () => {
  assert.equal(addressPrefix("192.0.2.1"), "192.0.2.1/32");
  assert.equal(addressPrefix("::ffff:192.0.2.1"), "192.0.2.1/32");
  assert.equal(addressPrefix("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::/64");
  assert.equal(addressPrefix("192.0.2.129", { ipv4Bits: 25 }), "192.0.2.128/25");
  assert.equal(addressPrefix("2001:db8:1:2ff::1", { ipv6Bits: 56 }), "2001:db8:1:200::/56");
  assert.equal(addressPrefix("2001:db8::1", { ipv6Bits: 128 }), "2001:db8::1/128");
});

test("an address that was made of an IPv4 address is that one: NAT64, 6to4, Teredo", () => {
  // 192.0.2.45 in each form; the last is the example of RFC 4380, section 4.
  for (const made of ["192.0.2.45", "::ffff:192.0.2.45", "::ffff:c000:22d", "64:ff9b::192.0.2.45", "64:ff9b::c000:22d", "2002:c000:22d::1", "2002:c000:22d:ffff:1:2:3:4", "2001:0:4136:e378:8000:63bf:3fff:fdd2"]) assert.deepEqual(addressPrefixes(made), ["192.0.2.45/32", "192.0.2.0/24"], made);
  assert.notEqual(addressPrefix("64:ff9b::192.0.2.1"), addressPrefix("64:ff9b::192.0.2.2"));
  assert.equal(addressPrefix("64:ff9b::192.0.2.1", { ipv4Bits: 24 }), "192.0.2.0/24");
  assert.equal(addressPrefix("64:ff9b:0:0:0:1::1"), "64:ff9b::/64", "only the well-known prefix is a translator's");
  assert.equal(addressPrefix("2001:1::1"), "2001:1::/64", "only the first block of 2001::/16 is Teredo's");
});

test("around an address lie wider and wider ranges", () => {
  assert.deepEqual(addressPrefixes("192.0.2.129"), ["192.0.2.129/32", "192.0.2.0/24"]);
  assert.deepEqual(addressPrefixes("2001:db8:1:2ff:5::1"), ["2001:db8:1:2ff::/64", "2001:db8:1:200::/56", "2001:db8:1::/48"]);
  assert.deepEqual(addressPrefixes("fe80::1%eth0"), addressPrefixes("fe80::1"), "a zone makes no other caller");
  assert.deepEqual(addressPrefixes("nowhere"), ["nowhere"]);
});

test("one machine has one key, in whatever form its address is written", () => {
  fc.assert(
    fc.property(fc.ipV6(), (address) => {
      const canonical = canonicalAddress(address);
      fc.pre(canonical !== undefined);
      for (const form of [address.toUpperCase(), canonical]) assert.deepEqual(addressPrefixes(form), addressPrefixes(address));
    }),
    { numRuns: 500 },
  );
});

test("what is no address is its own prefix", () => assert.equal(addressPrefix("nowhere"), "nowhere"));

test("a range holds its first and its last address and not their neighbours", () => {
  const set = ranges("10.0.0.0/8", "192.0.2.4/30", "2001:db8::/33", "203.0.113.7", "2001:db9::5");
  for (const inside of ["10.0.0.0", "10.255.255.255", "::ffff:10.1.2.3", "192.0.2.4", "192.0.2.7", "2001:db8::", "2001:db8:7fff:ffff:ffff:ffff:ffff:ffff", "203.0.113.7", "2001:db9::5"]) assert.equal(set.contains(inside), true, inside);
  for (const outside of ["9.255.255.255", "11.0.0.0", "192.0.2.3", "192.0.2.8", "2001:db7:ffff:ffff:ffff:ffff:ffff:ffff", "2001:db8:8000::", "203.0.113.6", "203.0.113.8", "2001:db9::4", "2001:db9::6", "", "x", "010.0.0.1"]) assert.equal(set.contains(outside), false, outside);
});

test("all of IPv6 holds no IPv4 address, and the other way round", () => {
  assert.equal(ranges("::/0").contains("192.0.2.1"), false);
  assert.equal(ranges("::/0").contains("2001:db8::1"), true);
  assert.equal(ranges("0.0.0.0/0").contains("192.0.2.1"), true);
  assert.equal(ranges("0.0.0.0/0").contains("2001:db8::1"), false);
  assert.equal(ranges("::ffff:10.0.0.0/104").contains("10.9.9.9"), true);
});

test("ranges inside each other are one", () => {
  const set = ranges("10.1.0.0/16", "10.0.0.0/8", "10.1.2.3", "10.200.0.0/16");
  for (const inside of ["10.0.0.1", "10.1.2.3", "10.1.255.255", "10.2.0.0", "10.255.0.0"]) assert.equal(set.contains(inside), true, inside);
  assert.equal(set.contains("11.0.0.0"), false);
});

test("an empty set holds nobody and says so", () => {
  assert.equal(ranges().empty, true);
  assert.equal(ranges().contains("192.0.2.1"), false);
  assert.equal(ranges("192.0.2.1").empty, false);
});

for (const wrong of ["10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/08", "10.0.0.0/", "10.0.0.0/8/8", "/8", "", "10.0.0.1/8", "2001:db8::/129", "2001:db8::1/64", "::ffff:10.0.0.0/95", "example.com", "10.0.0.*", "10.0.0.0-10.0.0.9", "10.0.0.0/255.0.0.0"]) {
  test(`${JSON.stringify(wrong)} is no range`, () => assert.ok("wrong" in readRanges(["192.0.2.1", wrong])));
}

test("a range that does not begin at its first address is told its first address", () => {
  assert.deepEqual(readRanges(["10.1.2.3/8"]), { wrong: "item 1 is not the first address of its range", allowed: "10.0.0.0/8" });
});

test("a set of a thousand ranges answers like a look at each one", () => {
  const byte = fc.integer({ min: 0, max: 255 });
  const some = fc.array(fc.tuple(byte, byte, fc.integer({ min: 8, max: 24 })), { maxLength: 60 });
  fc.assert(
    fc.property(some, fc.tuple(byte, byte, byte, byte), (list, probe) => {
      const texts = list.map(([one, two, bits]) => addressPrefix(`${one}.${two}.0.0`, { ipv4Bits: bits }));
      const address = probe.join(".");
      const expected = texts.some((text) => addressPrefix(address, { ipv4Bits: Number(text.split("/")[1]) }) === text);
      assert.equal(ranges(...texts).contains(address), expected);
    }),
    { numRuns: 500 },
  );
});
