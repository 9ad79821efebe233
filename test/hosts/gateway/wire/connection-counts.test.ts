/** Connection counts: caps in all and of each address, by prefix, and nothing kept of who has left. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { readRanges } from "../../../../src/exchange/address.ts";
import { ConnectionCounts } from "../../../../src/hosts/gateway/wire/connection-counts.ts";
import { FRONT_LIMITS, type FrontLimits } from "../../../../src/hosts/gateway/wire/front-limits.ts";

/** At one moment, unless a test says otherwise. */
class Counting extends ConnectionCounts {
  constructor(limits: Partial<FrontLimits>) {
    super({ ...FRONT_LIMITS, ...limits });
  }

  ask(peer: string, now = 0): (() => void) | undefined {
    const place = this.take(peer, now);
    return typeof place === "string" ? undefined : place;
  }
}

const counting = (limits: Partial<FrontLimits>): Counting => new Counting(limits);

test("one address has so many places, another one has its own", () => {
  const counts = counting({ connectionsPerAddress: 2 });
  const release = counts.ask("192.0.2.1") ?? assert.fail();
  assert.ok(counts.ask("::ffff:192.0.2.1") !== undefined);
  assert.equal(counts.ask("192.0.2.1"), undefined);
  assert.equal(counts.ask("::ffff:c000:201"), undefined);
  assert.ok(counts.ask("192.0.2.2") !== undefined);
  release();
  assert.ok(counts.ask("192.0.2.1") !== undefined);
  assert.equal(counts.ask("192.0.2.1"), undefined);
});

test("an IPv6 caller is counted by his /64", () => {
  const counts = counting({ connectionsPerAddress: 1 });
  assert.ok(counts.ask("2001:db8::1") !== undefined);
  assert.equal(counts.ask("2001:db8::ffff:2"), undefined);
  assert.ok(counts.ask("2001:db8:0:1::1") !== undefined);
});

test("all together have so many places", () => {
  const counts = counting({ connections: 3 });
  for (const at of [1, 2, 3]) assert.ok(counts.ask(`192.0.2.${at}`) !== undefined);
  assert.equal(counts.ask("192.0.2.4"), undefined);
  assert.equal(counts.all, 3);
});

test("who stands for many is not held to the cap of one, but to that of all", () => {
  const shared = readRanges(["10.0.0.0/8"]);
  assert.ok("contains" in shared);
  const counts = counting({ connectionsPerAddress: 1, connections: 3, shared });
  for (let at = 0; at < 3; at++) assert.ok(counts.ask("10.1.2.3") !== undefined);
  assert.equal(counts.ask("10.1.2.3"), undefined);
});

test("why there is no place is said", () => {
  const counts = counting({ connections: 3, connectionsPerAddress: 2, newConnectionsBurst: 1, newConnectionsPerSecond: 1 });
  assert.equal(typeof counts.take("192.0.2.1", 0), "function");
  assert.equal(counts.take("192.0.2.1", 0), "newConnectionsPerSecond");
  assert.equal(typeof counts.take("192.0.2.1", 1_000), "function");
  assert.equal(counts.take("192.0.2.1", 2_000), "connectionsPerAddress");
  assert.equal(typeof counts.take("192.0.2.2", 2_000), "function");
  assert.equal(counts.take("192.0.2.3", 2_000), "connections");
});

test("new ones come as fast as they may, and who was refused is not counted", () => {
  const counts = counting({ newConnectionsBurst: 3, newConnectionsPerSecond: 10 });
  const leave = (place: (() => void) | undefined): boolean => {
    place?.();
    return place !== undefined;
  };
  const admitted = (now: number): number => [1, 2, 3, 4, 5].filter((at) => leave(counts.ask(`2001:db8::${at}`, now))).length;
  assert.equal(admitted(0), 3);
  assert.equal(admitted(99), 0);
  assert.equal(admitted(100), 1);
  assert.equal(admitted(300), 2);
  assert.equal(admitted(10_000), 3);
  assert.ok(leave(counts.ask("2001:db8:0:1::1", 10_000)), "another /64");
});

test("who stands for many may also come as fast as he likes", () => {
  const shared = readRanges(["10.0.0.0/8"]);
  assert.ok("contains" in shared);
  const counts = counting({ newConnectionsBurst: 1, newConnectionsPerSecond: 1, shared });
  for (let at = 0; at < 10; at++) assert.ok(counts.ask("10.1.2.3") !== undefined);
});

test("nothing is kept of who has left", () => {
  const counts = counting({});
  const releases = Array.from({ length: 200 }, (_, at) => counts.ask(`192.0.2.${at % 100}`));
  assert.equal(counts.prefixes, 100);
  for (const release of releases) release?.();
  assert.deepEqual([counts.all, counts.prefixes], [0, 0]);
});
