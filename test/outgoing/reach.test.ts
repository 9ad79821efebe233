/** Reach: where addresses lead, in every way in which they can be written. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Reach, reachOf } from "../../src/outgoing/reach.ts";

const CASES: Readonly<Record<Reach, readonly string[]>> = {
  public: ["1.1.1.1", "8.8.8.8", "172.32.0.1", "192.167.255.255", "100.128.0.1", "223.255.255.255", "2606:4700::1111", "2a00:1450::1", "::ffff:8.8.8.8", "::ffff:808:808", "64:ff9b::8.8.8.8", "64:ff9b::808:808"],
  loopback: ["127.0.0.1", "127.255.255.255", "::1", "::ffff:127.0.0.1", "::ffff:7f00:1", "64:ff9b::7f00:1", "::127.0.0.1", "::7f00:1"],
  metadata: ["169.254.169.254", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe", "169.254.170.2", "100.100.100.200", "fd00:ec2::254", "168.63.129.16", "192.0.0.192"],
  "link-local": ["169.254.0.1", "169.254.255.255", "fe80::1", "febf::1"],
  private: ["10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.0.1", "fc00::1", "fdff::1", "fec0::1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "::a00:1", "::10.0.0.1"],
  shared: ["100.64.0.1", "100.127.255.255", "64:ff9b::6440:1"],
  multicast: ["224.0.0.1", "239.255.255.255", "ff02::1"],
  documentation: ["192.0.2.1", "198.51.100.1", "203.0.113.1", "2001:db8::1", "3fff::1"],
  tunnel: ["2002:a00:1::", "2002:808:808::1", "2001::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "192.88.99.1"],
  reserved: ["0.0.0.0", "0.1.2.3", "::", "240.0.0.1", "255.255.255.255", "198.18.0.1", "192.0.0.1", "2001:10::1", "2001:20::1", "64:ff9b:1::8.8.8.8", "100::1", "4000::1", "5f00::1", "::8.8.8.8", "1::1"],
};

for (const [reach, addresses] of Object.entries(CASES)) {
  test(`These lead to a ${reach} address`, () => {
    for (const address of addresses) assert.equal(reachOf(address), reach, address);
  });
}

test("A text that is no address leads nowhere", () => {
  for (const text of ["", "localhost", "0177.0.0.1", "0x7f.1", "2130706433", "127.1", "1.2.3.4.5", "[::1]", "8.8.8.8 ", "8.8.8.8/32"]) assert.equal(reachOf(text), undefined, text);
});
