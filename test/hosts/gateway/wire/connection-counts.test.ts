/** Connection counts: caps in all and of each address, by prefix, and nothing kept of who has left. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { readRanges } from "../../../../src/exchange/address.ts";
import { ConnectionCounts } from "../../../../src/hosts/gateway/wire/connection-counts.ts";
import { ConnectionTable } from "../../../../src/hosts/gateway/wire/connection-table.ts";
import { FRONT_LIMITS, type FrontLimits } from "../../../../src/hosts/gateway/wire/front-limits.ts";

/** At one moment, unless a test says otherwise. */
class Counting extends ConnectionCounts {
  constructor(limits: Partial<FrontLimits>) {
    super({ ...FRONT_LIMITS, ...limits });
  }

  /** @param now milliseconds */
  ask(peer: string, now = 0): (() => void) | undefined {
    const place = this.take(peer, BigInt(now * 1_000));
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

test("ranges around an address have a few times as many, so that whoever holds a /56 or a /48 does not hold the door", () => {
  const most = (address: (number: number) => string, more: Partial<FrontLimits> = {}): number => {
    const counts = counting({ connections: 100, connectionsPerAddress: 2, connectionsCrowd: 3, ...more });
    for (let at = 0; ; at++) if (at === 1_000 || counts.ask(address(at)) === undefined) return at;
  };
  assert.equal(most((at) => `192.0.2.${at % 256}`), 6);
  assert.equal(most((at) => `2001:db8:0:${at.toString(16)}::1`, { connectionsCrowd: 1_000 }), 100, "an attack that never works proves nothing");
  assert.equal(most((at) => `2001:db8:0:${at.toString(16)}::1`), 6, "one /56");
  assert.equal(most((at) => `2001:db8:0:${(at * 256).toString(16)}::1`), 18, "one /48");
  assert.equal(most((at) => `2001:db8:${at.toString(16)}::1`), 100);
  for (const inside of ["10.1.2", "127.0.0", "172.31.0", "192.168.1", "100.64.0"]) assert.equal(most((at) => `${inside}.${at % 256}`), 100, "machines of one's own stand side by side");
  assert.equal(most((at) => `fd00::${at.toString(16)}:0:0:0:1`), 100);
  const counts = counting({ connectionsPerAddress: 1, connectionsCrowd: 1 });
  const release = counts.ask("192.0.2.1") ?? assert.fail();
  assert.equal(counts.take("192.0.2.2", 0n), "connectionsCrowd");
  release();
  assert.ok(counts.ask("192.0.2.2") !== undefined, "a place is given back everywhere");
});

test("all together have so many places", () => {
  const counts = counting({ connections: 3 });
  for (const at of [1, 2, 3]) assert.ok(counts.ask(`192.0.2.${at}`) !== undefined);
  assert.equal(counts.ask("192.0.2.4"), undefined);
  assert.equal(counts.own, 3);
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
  assert.equal(typeof counts.take("192.0.2.1", 0n), "function");
  assert.equal(counts.take("192.0.2.1", 0n), "newConnectionsPerSecond");
  assert.equal(typeof counts.take("192.0.2.1", 1_000_000n), "function");
  assert.equal(counts.take("192.0.2.1", 2_000_000n), "connectionsPerAddress");
  assert.equal(typeof counts.take("192.0.2.2", 2_000_000n), "function");
  assert.equal(counts.take("192.0.2.3", 2_000_000n), "connections");
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

test("all together come as fast as they may, from however many addresses, and who stands for many is one of them", () => {
  const shared = readRanges(["10.0.0.0/8"]);
  assert.ok("contains" in shared);
  const counts = counting({ newConnectionsInAllBurst: 3, newConnectionsInAllPerSecond: 10, shared });
  const admitted = (now: number): number => ["192.0.2.1", "10.1.2.3", "2001:db8::1", "192.0.2.2", "10.1.2.3"].filter((peer) => counts.ask(peer, now) !== undefined).length;
  assert.equal(admitted(0), 3);
  assert.equal(admitted(99), 0);
  assert.equal(admitted(300), 3);
  assert.equal(counts.take("192.0.2.9", 300_000n), "newConnectionsInAllPerSecond");
});

test("who is over his own pace takes nothing from the pace of all", () => {
  const counts = counting({ newConnectionsBurst: 1, newConnectionsPerSecond: 1, newConnectionsInAllBurst: 2, newConnectionsInAllPerSecond: 1 });
  assert.ok(counts.ask("192.0.2.1") !== undefined);
  for (let at = 0; at < 10; at++) assert.equal(counts.take("192.0.2.1", 0n), "newConnectionsPerSecond");
  assert.ok(counts.ask("192.0.2.2") !== undefined);
});

test("who stands for many may also come as fast as he likes", () => {
  const shared = readRanges(["10.0.0.0/8"]);
  assert.ok("contains" in shared);
  const counts = counting({ newConnectionsBurst: 1, newConnectionsPerSecond: 1, shared });
  for (let at = 0; at < 10; at++) assert.ok(counts.ask("10.1.2.3") !== undefined);
});

test("nothing is kept of who has left", () => {
  const memory = ConnectionTable.memoryFor(1);
  const table = new ConnectionTable(memory, 0);
  const counts = new ConnectionCounts({ ...FRONT_LIMITS, connectionsPerAddress: 20 }, table);
  const releases = Array.from({ length: 200 }, (_, at) => counts.take(`192.${at % 100}.2.1`, 0n));
  assert.deepEqual([counts.own, table.all], [200, 200]);
  for (const release of releases) if (typeof release === "function") release();
  assert.deepEqual([counts.own, table.all, table.of(table.placeOf("192.7.2.1/32"))], [0, 0, 0]);
});

test("threads count together, and what one of them held is free when it has ended", () => {
  const memory = ConnectionTable.memoryFor(2);
  const limits = { ...FRONT_LIMITS, connections: 4, connectionsPerAddress: 3 };
  const [one, other] = [new ConnectionCounts(limits, new ConnectionTable(memory, 0)), new ConnectionCounts(limits, new ConnectionTable(memory, 1))];
  for (const counts of [one, other, one]) assert.equal(typeof counts.take("192.0.2.1", 0n), "function");
  for (const counts of [one, other]) assert.equal(counts.take("192.0.2.1", 0n), "connectionsPerAddress");
  assert.equal(typeof other.take("192.0.2.2", 0n), "function");
  for (const counts of [one, other]) assert.equal(counts.take("192.0.2.3", 0n), "connections");
  assert.deepEqual([one.own, other.own], [2, 2]);
  new ConnectionTable(memory, 0).clear();
  assert.equal(typeof other.take("192.0.2.1", 0n), "function");
  assert.equal(typeof other.take("192.0.2.1", 0n), "function");
  assert.equal(other.take("192.0.2.3", 0n), "connections", "what the thread that goes on holds still counts");
});

test("threads hold newcomers to one pace together", () => {
  const memory = ConnectionTable.memoryFor(4);
  const all = [0, 1, 2, 3].map((thread) => new ConnectionCounts({ ...FRONT_LIMITS, newConnectionsBurst: 10, newConnectionsPerSecond: 10 }, new ConnectionTable(memory, thread)));
  const admitted = (now: bigint): number => Array.from({ length: 40 }, (_, at) => all[at % 4]?.take("192.0.2.1", now)).filter((place) => typeof place === "function").length;
  assert.deepEqual([admitted(0n), admitted(100_000n), admitted(1_100_000n)], [10, 1, 10]);
});
