/** Connection counts: caps in all and of each address, by prefix, and nothing kept of who has left. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { readRanges } from "../../../../src/exchange/address.ts";
import { ConnectionCounts } from "../../../../src/hosts/gateway/wire/connection-counts.ts";
import { FRONT_LIMITS, type FrontLimits } from "../../../../src/hosts/gateway/wire/front-limits.ts";

const counting = (limits: Partial<FrontLimits>): ConnectionCounts => new ConnectionCounts({ ...FRONT_LIMITS, ...limits });

test("one address has so many places, another one has its own", () => {
  const counts = counting({ connectionsPerAddress: 2 });
  const release = counts.take("192.0.2.1") ?? assert.fail();
  assert.ok(counts.take("::ffff:192.0.2.1") !== undefined);
  assert.equal(counts.take("192.0.2.1"), undefined);
  assert.equal(counts.take("::ffff:c000:201"), undefined);
  assert.ok(counts.take("192.0.2.2") !== undefined);
  release();
  assert.ok(counts.take("192.0.2.1") !== undefined);
  assert.equal(counts.take("192.0.2.1"), undefined);
});

test("an IPv6 caller is counted by his /64", () => {
  const counts = counting({ connectionsPerAddress: 1 });
  assert.ok(counts.take("2001:db8::1") !== undefined);
  assert.equal(counts.take("2001:db8::ffff:2"), undefined);
  assert.ok(counts.take("2001:db8:0:1::1") !== undefined);
});

test("all together have so many places", () => {
  const counts = counting({ connections: 3 });
  for (const at of [1, 2, 3]) assert.ok(counts.take(`192.0.2.${at}`) !== undefined);
  assert.equal(counts.take("192.0.2.4"), undefined);
  assert.equal(counts.all, 3);
});

test("who stands for many is not held to the cap of one, but to that of all", () => {
  const shared = readRanges(["10.0.0.0/8"]);
  assert.ok("contains" in shared);
  const counts = counting({ connectionsPerAddress: 1, connections: 3, shared });
  for (let at = 0; at < 3; at++) assert.ok(counts.take("10.1.2.3") !== undefined);
  assert.equal(counts.take("10.1.2.3"), undefined);
});

test("nothing is kept of who has left", () => {
  const counts = counting({});
  const releases = Array.from({ length: 200 }, (_, at) => counts.take(`192.0.2.${at % 100}`));
  assert.equal(counts.prefixes, 100);
  for (const release of releases) release?.();
  assert.deepEqual([counts.all, counts.prefixes], [0, 0]);
});
