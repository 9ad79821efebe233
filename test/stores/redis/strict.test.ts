/** Limits that several processes share, asked for one by one, at a real server. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { KEY_PREFIX } from "../../../src/stores/redis/remote.ts";
import { missing, type RedisServer, startRedis } from "../../redis.ts";
import { fresh, granted, type NodeOptions, openNode, withNodes } from "./rig.ts";

const skip = missing ?? false;
let server: RedisServer;
before(async () => {
  if (missing === undefined) server = await startRedis();
});
after(async () => {
  if (missing === undefined) await server.stop();
});

/** They wait for long, so that a busy machine makes none of them decide alone. */
const three = (): readonly NodeOptions[] => [1, 2, 3].map(() => ({ url: server.url, waitMilliseconds: 2_000 }));

test("three processes that ask at the same moment get the limit, and not one more", { skip }, () =>
  withNodes(three(), async (nodes) => {
    const limit = fresh({ capacity: 50, window: 3_600_000 });
    const counts = await Promise.all(nodes.map(({ store }) => granted(store.meter(limit), "ann", 200)));
    assert.equal(counts.reduce((sum, one) => sum + one, 0), 50);
  }));

test("clocks that are 70 seconds apart, or hours, change nothing", { skip }, () =>
  withNodes(three(), async (nodes) => {
    const limit = fresh({ capacity: 10, window: 60_000 });
    let sum = 0;
    for (let turn = 0; turn < 200; turn++) {
      const [node, skew] = [nodes[turn % 3], [0, 70_000, -7_200_000][turn % 3] ?? 0];
      if ((await node?.store.meter(limit).take("ann", 1, Date.now() + skew))?.granted === true) sum++;
    }
    assert.equal(sum, 10);
  }));

test("tokens come back at the rate, by the server's clock, and the wait that is told is true", { skip }, () =>
  withNodes(three(), async ([one, other]) => {
    const limit = fresh({ capacity: 4, window: 400 });
    const [mine, theirs] = [one?.store.meter(limit), other?.store.meter(limit)];
    assert.ok(mine !== undefined && theirs !== undefined);
    assert.equal(await granted(mine, "ann", 9), 4);
    const refused = await theirs.take("ann", 1, Date.now());
    assert.ok(!refused.granted && refused.waitMilliseconds > 0 && refused.waitMilliseconds <= 100);
    await wait(refused.waitMilliseconds + 1);
    assert.equal((await theirs.take("ann", 1, Date.now())).granted, true);
    assert.deepEqual({ ...(await mine.take("ann", 5, Date.now())) }, { granted: false, left: 0, waitMilliseconds: Number.POSITIVE_INFINITY });
  }));

test("what is given back, and what is charged afterwards, counts for all", { skip }, () =>
  withNodes(three(), async ([one, other]) => {
    const limit = fresh({ capacity: 5, window: 3_600_000, debt: 3_600_000 });
    const [mine, theirs] = [one?.store.meter(limit), other?.store.meter(limit)];
    assert.ok(mine !== undefined && theirs !== undefined);
    await granted(mine, "ann", 5);
    mine.charge("ann", -2, Date.now());
    await wait(20);
    assert.equal(await granted(theirs, "ann", 5), 2);
    theirs.charge("ann", 3, Date.now());
    theirs.charge("ann", -1, Date.now());
    await wait(20);
    assert.equal((await mine.take("ann", 0, Date.now())).granted, false, "in debt, nothing is free");
    mine.charge("bob", -5, Date.now());
    await wait(20);
    assert.equal(await granted(mine, "bob", 9), 5, "and never more than a bucket holds");
  }));

test("stamps, leases, names, steps and marks are one for all processes", { skip }, () =>
  withNodes(three(), async (nodes) => {
    const now = Date.now();
    const stamps = fresh({ capacity: 7, window: 600 });
    const counts = await Promise.all(nodes.map(({ store }) => granted(store.stamps(stamps), "ann", 20)));
    assert.equal(counts.reduce((sum, one) => sum + one, 0), 7);
    const [one, other] = [nodes[0]?.store, nodes[1]?.store];
    assert.ok(one !== undefined && other !== undefined);
    one.stamps(stamps).charge("ann", -2, now);
    await wait(20);
    assert.equal(await granted(other.stamps(stamps), "ann", 5), 2);
    const refused = await other.stamps(stamps).take("ann", 1, now);
    await wait(refused.waitMilliseconds + 1);
    assert.ok((await one.stamps(stamps).take("ann", 1, now)).granted);
    const leases = { name: stamps.name, most: 4, lasts: 300 };
    const held = await Promise.all(nodes.flatMap(({ store }) => Array.from({ length: 3 }, async () => store.leases(leases).take("ann", now))));
    const good = held.filter((lease) => lease.granted);
    assert.equal(good.length, 4);
    // Whichever process it was: a lease is given back where it is.
    one.leases(leases).release("ann", good[0]?.lease ?? 0, now);
    await wait(20);
    assert.equal((await other.leases(leases).take("ann", now)).granted, true);
    const kept = await other.leases(leases).renew("ann", good[1]?.lease ?? 0, now);
    assert.equal(kept, good[1]?.lease);
    const names = await Promise.all(nodes.flatMap(({ store }) => Array.from({ length: 10 }, async () => store.once(stamps.name, now + 60_000, now))));
    assert.deepEqual([names.filter((answer) => answer === "first").length, names.filter((answer) => answer === "again").length], [1, 29]);
    one.forget(stamps.name, now);
    await wait(20);
    assert.equal(await other.once(stamps.name, now + 60_000, now), "first");
    one.steps("cart", 60_000).mark(stamps.name, now);
    await wait(20);
    assert.equal((await other.steps("cart", 60_000).take(stamps.name, 30_000, now)).passed, false);
    const taken = await Promise.all(nodes.map(async ({ store }) => store.steps("cart", 60_000).take(stamps.name, 0, now)));
    assert.equal(taken.filter(({ passed }) => passed).length, 1);
    other.steps("cart", 60_000).restore(stamps.name, taken.find(({ passed }) => passed)?.at ?? 0, now);
    await wait(20);
    assert.equal((await one.steps("cart", 60_000).take(stamps.name, 0, now)).passed, true);
    const [given, found] = [one.marks(stamps.name), other.marks(stamps.name)];
    given.mark("a", 300, now);
    given.mark("a", 1, now);
    await wait(20);
    assert.deepEqual([await found.isMarked("a", now), await found.isMarked("b", now), await other.marks("else").isMarked("a", now)], [true, false, false]);
    await wait(300);
    assert.equal(await found.isMarked("a", now), false, "by the server's clock");
  }));

test("a lease that nobody renews ends, and one that is renewed does not", { skip }, () =>
  withNodes(three(), async ([one]) => {
    assert.ok(one !== undefined);
    const leases = one.store.leases({ name: fresh().name, most: 2, lasts: 200 });
    const [alive] = [await leases.take("ann", 0), await leases.take("ann", 0)];
    for (let time = 0; time < 3; time++) {
      await wait(100);
      await leases.renew("ann", alive.lease, 0);
    }
    const more = [await leases.take("ann", 0), await leases.take("ann", 0)];
    assert.deepEqual(more.map((lease) => lease.granted), [true, false]);
  }));

test("the servers are told no names, keep nothing for ever, and need few rights", { skip }, async () => {
  server.command("flushall");
  server.command("acl", "setuser", "door", "on", ">canary-19", `~${KEY_PREFIX}*`, "+evalsha", "+eval", "+hello", "+client", "+ping", "+time", "+get", "+set", "+del", "+llen", "+lindex", "+lpush", "+rpush", "+rpop", "+pexpire", "+zadd", "+zrem", "+zcard", "+zremrangebyscore");
  const node = await openNode({ url: server.url.replace("redis://", "redis://door:canary-19@") });
  const now = Date.now();
  await node.store.meter(fresh()).take("ann{a}b c", 1, now);
  await node.store.stamps(fresh()).take("ann", 1, now);
  await node.store.leases({ name: "ann", most: 1, lasts: 60_000 }).take("ann", now);
  await node.store.once("ann", now + 60_000, now);
  node.store.steps("ann", 60_000).mark("ann", now);
  node.store.marks("ann").mark("ann", 60_000, now);
  assert.equal(await node.store.marks("ann").isMarked("bob", now), false);
  await wait(20);
  await node.close();
  const keys = server.command("--raw", "keys", "*").split("\n");
  assert.equal(keys.length, 6);
  for (const key of keys) {
    assert.match(key, /^sallyport:[A-Za-z0-9_-]{22}$/);
    assert.ok(Number(server.command("pttl", key)) > 0, key);
  }
  server.command("acl", "deluser", "door");
});

test("a moment far ahead, of a server whose clock was wrong, counts as a full debt and no more", { skip }, () =>
  withNodes([{ url: server.url }], async ([node]) => {
    assert.ok(node !== undefined);
    server.command("flushall");
    const meter = node.store.meter(fresh({ capacity: 2, window: 400 }));
    await meter.take("ann", 1, Date.now());
    const key = server.command("--raw", "keys", "*");
    server.command("set", key, "9000000000000000");
    const refused = await meter.take("ann", 1, Date.now());
    assert.deepEqual([refused.granted, refused.waitMilliseconds], [false, 200]);
  }));

test("an answer that is none lets nobody pass", { skip }, () =>
  withNodes([{ url: server.url, whenDown: "closed" }], async ([node]) => {
    assert.ok(node !== undefined);
    server.command("flushall");
    const meter = node.store.meter(fresh());
    await meter.take("ann", 1, Date.now());
    server.command("del", server.command("--raw", "keys", "*"));
    server.command("config", "set", "maxmemory", "1");
    await assert.rejects(async () => meter.take("ann", 1, Date.now()), { name: "StoreDown", message: "the servers are away, and nobody may pass without them" });
    server.command("config", "set", "maxmemory", "0");
  }));
