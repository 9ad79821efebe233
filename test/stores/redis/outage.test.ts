/** Servers that are killed, hang and come back, while many ask: stated, counted, never a hang, and no burst twice. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import type { Leased, Taken } from "../../../src/stores/store.ts";
import { missing, type RedisServer, startCluster, startRedis } from "../../redis.ts";
import { fresh, granted, type Node, type NodeOptions, openNode, withNodes } from "./rig.ts";

const skip = missing ?? false;

async function withServer(work: (server: RedisServer) => Promise<void>): Promise<void> {
  const server = await startRedis();
  try {
    await work(server);
  } finally {
    server.thaw();
    await server.stop();
  }
}

async function untilUp({ link }: Node): Promise<void> {
  for (let tries = 0; tries < 1_000 && !link.up("any"); tries++) await wait(10);
}

const HOUR = 3_600_000;

for (const mode of ["strict", "leased"] as const) {
  test(`${mode}: a killed server changes nothing for a caller's budget here, is told once, and counted`, { skip }, () =>
    withServer((server) =>
      withNodes([{ url: server.url, mode }], async ([node]) => {
        assert.ok(node !== undefined);
        const meter = node.store.meter(fresh({ capacity: 10, window: HOUR }));
        for (let time = 0; time < 4; time++) assert.ok((await meter.take("ann", 1, Date.now())).granted);
        await server.kill();
        await wait(50);
        const alone: Taken[] = [];
        for (let time = 0; time < 9; time++) alone.push(await meter.take("ann", 1, Date.now()));
        assert.equal(alone.filter((taken) => taken.granted).length, 6);
        assert.ok(alone.some((taken) => taken.alone === "local"));
        assert.ok(node.store.alone().local > 0);
        assert.deepEqual(node.changes.map((change) => change.split(":")[0]), ["up", "down"]);
      }),
    ));

  test(`${mode}: servers that come back without their memory learn it again, and nobody has his burst twice`, { skip }, () =>
    withServer((server) =>
      withNodes([1, 2, 3].map((): NodeOptions => ({ url: server.url, mode, waitMilliseconds: 5_000 })), async (nodes) => {
        const limit = fresh({ capacity: 12, window: HOUR });
        const [first] = nodes;
        assert.ok(first !== undefined);
        for (let time = 0; time < 12; time++) assert.ok((await first.store.meter(limit).take("ann", 1, Date.now())).granted);
        await server.kill();
        await wait(20);
        await server.restart();
        await Promise.all(nodes.map(untilUp));
        assert.equal(server.command("dbsize"), "0");
        assert.equal((await first.store.meter(limit).take("ann", 1, Date.now())).granted, false);
        const others = await Promise.all(nodes.slice(1).map(({ store }) => granted(store.meter(limit), "ann", 20)));
        assert.deepEqual(others, [0, 0], "others are told by the servers again");
      }),
    ));

  test(`${mode}: servers that come back without their memory learn of debts beyond a bucket, too: penalties, bytes that have gone`, { skip }, () =>
    withServer((server) =>
      withNodes([{ url: server.url, mode, waitMilliseconds: 5_000 }], async ([node]) => {
        assert.ok(node !== undefined);
        const meter = node.store.meter(fresh({ capacity: 10, window: 1_000, debt: HOUR }));
        meter.charge("ann", 600, Date.now());
        await server.kill();
        await wait(20);
        const away = await meter.take("ann", 0, Date.now());
        await server.restart();
        await untilUp(node);
        const back = await meter.take("ann", 0, Date.now());
        for (const { granted: passes, waitMilliseconds } of [away, back]) assert.ok(!passes && waitMilliseconds > 50_000 && waitMilliseconds <= 59_100, String(waitMilliseconds));
      }),
    ));

  test(`${mode}: what was given out while they were away counts when they are back`, { skip }, () =>
    withServer((server) =>
      withNodes([1, 2].map((): NodeOptions => ({ url: server.url, mode, waitMilliseconds: 5_000, nodes: 2 })), async (nodes) => {
        const [one, other] = nodes;
        assert.ok(one !== undefined && other !== undefined);
        const limit = fresh({ capacity: 20, window: HOUR });
        await server.kill();
        await wait(20);
        const alone = [await granted(one.store.meter(limit), "ann", 30), await granted(other.store.meter(limit), "ann", 30)];
        assert.deepEqual(alone, [10, 10], "each of two gives out its half");
        await server.restart();
        await Promise.all(nodes.map(untilUp));
        const after = (await granted(one.store.meter(limit), "ann", 30)) + (await granted(other.store.meter(limit), "ann", 30));
        // Each knows of its own half; the servers keep the larger debt.
        assert.ok(after <= 10, String(after));
      }),
    ));

  test(`${mode}: a server that hangs under load holds nobody up for long, and soon nobody at all`, { skip }, () =>
    withServer((server) =>
      withNodes([{ url: server.url, mode, waitMilliseconds: 50 }], async ([node]) => {
        assert.ok(node !== undefined);
        const meter = node.store.meter(fresh({ capacity: 1_000_000, window: 1_000 }));
        let longest = 0;
        let alone = 0;
        const ask = async (turn: number): Promise<void> => {
          const begun = performance.now();
          const taken = await meter.take(`caller ${turn}`, 1, Date.now());
          longest = Math.max(longest, performance.now() - begun);
          if (taken.alone !== undefined) alone++;
        };
        const asks: Promise<void>[] = [];
        for (let turn = 0; turn < 60; turn++) {
          if (turn === 20) server.freeze();
          if (turn === 45) server.thaw();
          for (let time = 0; time < 10; time++) asks.push(ask(turn * 10 + time));
          await wait(10);
        }
        await Promise.all(asks);
        assert.ok(alone >= 100, String(alone));
        // Fifty milliseconds, and what a busy machine adds: far from a hang.
        assert.ok(longest < 1_500, String(longest));
        await untilUp(node);
        assert.equal((await meter.take("after", 1, Date.now())).alone, undefined);
        assert.deepEqual(node.changes.map((change) => change.split(":")[0]), ["up", "down", "up"]);
      }),
    ));
}

test("closed lets nobody pass, and open everybody, each where it is said", { skip }, () =>
  withServer((server) =>
    withNodes([{ url: server.url, whenDown: "closed" }], async ([node]) => {
      assert.ok(node !== undefined);
      await server.kill();
      await wait(50);
      const { store } = node;
      const now = Date.now();
      const closed = { name: "StoreDown" };
      await assert.rejects(async () => store.meter(fresh()).take("ann", 1, now), closed);
      await assert.rejects(async () => store.stamps(fresh()).take("ann", 1, now), closed);
      await assert.rejects(async () => store.leases({ name: "a", most: 1, lasts: HOUR }).take("ann", now), closed);
      await assert.rejects(async () => store.once("ann", now + HOUR, now), closed);
      await assert.rejects(async () => store.steps("a", HOUR).take("ann", 0, now), closed);
      await assert.rejects(async () => store.marks("a").isMarked("ann", now), closed);
      const open = store.meter(fresh({ capacity: 1, whenDown: "open" }));
      assert.deepEqual([await open.take("ann", 1, now), await open.take("ann", 1, now)].map((taken) => [taken.granted, taken.alone]), [[true, "open"], [true, "open"]]);
      const local = store.meter(fresh({ capacity: 1, whenDown: "local" }));
      assert.deepEqual([await local.take("ann", 1, now), await local.take("ann", 1, now)].map((taken) => [taken.granted, taken.alone]), [[true, "local"], [false, "local"]]);
      const leases = store.leases({ name: "b", most: 1, lasts: HOUR, whenDown: "open" });
      const taken: Leased[] = [await leases.take("ann", now), await leases.take("ann", now)];
      for (const { lease } of taken) leases.release("ann", lease, now);
      assert.deepEqual(taken.map((one) => [one.granted, one.alone]), [[true, "open"], [true, "open"]]);
      assert.deepEqual(store.alone(), { local: 2, open: 4, closed: 6 });
    }),
  ));

test("stamps, leases, names, steps and marks go on here, with what was seen before", { skip }, () =>
  withServer((server) =>
    withNodes([{ url: server.url, waitMilliseconds: 5_000 }], async ([node]) => {
      assert.ok(node !== undefined);
      const { store } = node;
      const now = Date.now();
      const limit = fresh({ capacity: 4, window: HOUR });
      const stamps = store.stamps(limit);
      assert.equal(await granted(stamps, "ann", 3), 3);
      assert.equal(await store.once("used", now + HOUR, now), "first");
      const steps = store.steps("cart", HOUR);
      steps.mark("ann", now);
      const marks = store.marks("given");
      marks.mark("ann", HOUR, now);
      const leases = store.leases({ name: "a", most: 2, lasts: HOUR });
      const far = await leases.take("ann", now);
      await wait(20);
      await server.kill();
      await wait(50);
      assert.equal(await granted(stamps, "ann", 9), 1);
      assert.deepEqual([await store.once("used", now + HOUR, now), await store.once("fresh", now + HOUR, now), await store.once("fresh", now + HOUR, now)], ["again", "first", "again"]);
      assert.equal((await steps.take("ann", 0, now)).passed, true);
      assert.deepEqual([await marks.isMarked("ann", now), await marks.isMarked("bob", now)], [true, false]);
      const near = [await leases.take("ann", now), await leases.take("ann", now), await leases.take("ann", now)];
      assert.deepEqual(near.map((lease) => lease.granted), [true, true, false]);
      leases.release("ann", far.lease, now);
      leases.release("ann", near[0]?.lease ?? 0, now);
      assert.equal((await leases.take("ann", now)).granted, true);
      await server.restart();
      await untilUp(node);
      assert.equal(await granted(stamps, "ann", 9), 0, "the servers learn of the stamps");
      const names = ["used", "fresh", "new", "new"].map((name) => () => store.once(name, now + HOUR, now));
      const news: unknown[] = [];
      for (const ask of names) news.push(await ask());
      assert.deepEqual(news, ["again", "again", "first", "again"], "what the servers have lost, or never heard of, came here all the same");
      store.forget("used", now);
      assert.equal(await store.once("used", now + HOUR, now), "first");
      await leases.renew("ann", far.lease, now);
      assert.equal((await leases.take("ann", now)).left, 0, "whoever is still there says so when he renews");
    }),
  ));

test("a step that was used up here while the servers hung is used up when they are back, and one that was done since counts", { skip }, () =>
  withServer((server) =>
    withNodes([{ url: server.url, waitMilliseconds: 50 }], async ([node]) => {
      assert.ok(node !== undefined);
      const steps = node.store.steps("cart", HOUR);
      steps.mark("ann", Date.now());
      steps.mark("bob", Date.now());
      steps.mark("cid", Date.now());
      await wait(50);
      server.freeze();
      while (node.link.up("any")) await node.store.once(`somebody ${Math.random()}`, Date.now() + 1_000, Date.now());
      assert.equal((await steps.take("ann", 0, Date.now())).passed, true);
      steps.restore("cid", (await steps.take("cid", 0, Date.now())).at, Date.now());
      server.thaw();
      await untilUp(node);
      assert.equal((await steps.take("ann", 0, Date.now())).passed, false);
      assert.equal((await steps.take("bob", 0, Date.now())).passed, true, "whoever has not used his");
      assert.equal((await steps.take("cid", 0, Date.now())).passed, true, "or not with success");
      await wait(20);
      steps.mark("ann", Date.now());
      await wait(50);
      assert.equal((await steps.take("ann", 0, Date.now())).passed, true);
    }),
  ));

test("a cluster of three masters: exact, spread over all of them, and one that dies takes only what is his", { skip }, async () => {
  const cluster = await startCluster();
  try {
    await withNodes([1, 2].map((): NodeOptions => ({ url: cluster.url, waitMilliseconds: 5_000 })), async (nodes) => {
      const [one, other] = nodes;
      assert.ok(one !== undefined && other !== undefined);
      const limit = fresh({ capacity: 5, window: HOUR });
      const owners = Array.from({ length: 120 }, (_, owner) => `owner {${owner % 3}} ${owner}`);
      const counts = await Promise.all(owners.map(async (owner) => (await granted(one.store.meter(limit), owner, 6)) + (await granted(other.store.meter(limit), owner, 6))));
      assert.deepEqual([Math.min(...counts), Math.max(...counts)], [5, 5]);
      const sizes = cluster.masters.map(({ command }) => Number(command("dbsize")));
      assert.ok(sizes.every((size) => size > 15), `braces do not choose the master: ${sizes.join(" ")}`);
      await cluster.masters[0]?.kill();
      await wait(50);
      const taken = await Promise.all(owners.map(async (owner) => one.store.meter(limit).take(owner, 1, Date.now())));
      const alone = taken.filter((answer) => answer.alone === "local").length;
      assert.ok(alone >= 15 && alone <= 80, String(alone));
      assert.ok(taken.every((answer) => !answer.granted || answer.alone === "local"), "whoever used up all is refused, there or here");
    });
  } finally {
    await cluster.stop();
  }
});

test("a wrong password is said as what it is, and what is merely away is not a mistake", { skip }, () =>
  withServer(async (server) => {
    server.command("config", "set", "requirepass", "right");
    await assert.rejects(openNode({ url: server.url.replace("redis://", "redis://:wrong@") }), /WRONGPASS/);
    await assert.rejects(openNode({ url: server.url }), /NOAUTH/);
    await assert.rejects(openNode({ url: "redis://127.0.0.1:1" }), /ECONNREFUSED/);
  }));
