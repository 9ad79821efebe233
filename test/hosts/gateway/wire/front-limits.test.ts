/** Front limits: each ends what it is there to end, in its time, and lets pass what stays within it. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { readRanges } from "../../../../src/exchange/address.ts";
import { TICK_MILLISECONDS } from "../../../../src/hosts/gateway/wire/front-clock.ts";
import { FRONT_LIMITS } from "../../../../src/hosts/gateway/wire/front-limits.ts";
import { Caller, eventually, statusesOf, withFront } from "./fronts.ts";

const GET = "GET / HTTP/1.1\r\nhost: a\r\n\r\n";
const LIMIT = 400;

/** Ended neither before its time nor long after. A busy machine may be late. */
function inTime(milliseconds: number, limit: number = LIMIT): void {
  assert.ok(milliseconds >= limit, `ended after ${milliseconds} ms, before ${limit}`);
  assert.ok(milliseconds < limit + 2 * TICK_MILLISECONDS + 700, `ended after ${milliseconds} ms, long after ${limit}`);
}

async function drip(caller: Caller, text: string, everyMilliseconds: number): Promise<void> {
  for (let at = 0; !caller.ended && !caller.closed; at = (at + 1) % text.length) {
    caller.write(text[at] ?? "");
    await wait(everyMilliseconds);
  }
}

describe("time", { concurrency: true }, () => {
  test("headMilliseconds: a caller who says nothing is left without a word", () =>
    withFront({ headMilliseconds: LIMIT }, async ({ port, refused }) => {
      const caller = new Caller(port);
      inTime(await caller.end());
      assert.equal(caller.received, "");
      assert.deepEqual(refused, []);
      caller.leave();
    }));

  test("headMilliseconds: a head that dribbles in is answered 408", () =>
    withFront({ headMilliseconds: LIMIT, idleMilliseconds: 5_000 }, async ({ port, refused }) => {
      for (const before of ["", GET]) {
        refused.length = 0;
        const caller = new Caller(port);
        if (before !== "") await caller.write(before).until("}");
        const began = performance.now();
        void drip(caller, `GET /${"a".repeat(10_000)}`, 20);
        await caller.end();
        inTime(performance.now() - began);
        assert.deepEqual(statusesOf(caller.received).slice(-1), [408]);
        assert.deepEqual(refused, [408]);
        caller.leave();
      }
    }));

  test("idleMilliseconds: an idle connection ends without a word", () =>
    withFront({ idleMilliseconds: LIMIT, headMilliseconds: 5_000 }, async ({ port }) => {
      const caller = new Caller(port).write(GET);
      await caller.until("}");
      await wait(200);
      await caller.write(GET).until("}", 2);
      const again = performance.now();
      await caller.end();
      inTime(performance.now() - again);
      assert.deepEqual(statusesOf(caller.received), [200, 200]);
      caller.leave();
    }));

  for (const [title, head, piece] of [["a length", "content-length: 100000", "x"], ["chunks", "transfer-encoding: chunked", "1\r\nx\r\n"]] as const) {
    test(`bodyBytesPerSecond: a body with ${title} that dribbles in is answered 408`, () =>
      withFront({ bodyBytesPerSecond: 1_000, bodyGraceMilliseconds: LIMIT }, async ({ port, turns }) => {
        const caller = new Caller(port).write(`POST / HTTP/1.1\r\nhost: a\r\n${head}\r\n\r\n`);
        const began = performance.now();
        void drip(caller, piece, 20);
        await caller.end();
        // What dribbles in counts, so that it lasts a little longer than the grace.
        inTime(performance.now() - began);
        assert.equal(turns[0]?.body, "!request-slow");
        assert.match(caller.received, /connection: close/);
        assert.equal(turns[0]?.ends.length, 1);
        caller.leave();
      }));
  }

  test("bodyBytesPerSecond: a quick start buys no long silence", () =>
    withFront({ bodyBytesPerSecond: 1_000, bodyGraceMilliseconds: LIMIT }, async ({ port }) => {
      const caller = new Caller(port).write("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 2000000\r\n\r\n").write(Buffer.alloc(1_000_000));
      inTime(await caller.end());
      caller.leave();
    }));

  test("bodyBytesPerSecond: a body that keeps the pace may take its time", () =>
    withFront({ bodyBytesPerSecond: 200, bodyGraceMilliseconds: LIMIT }, async ({ port }) => {
      const caller = new Caller(port).write("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 1000\r\n\r\n");
      for (let at = 0; at < 20; at++) {
        caller.write("x".repeat(50));
        await wait(60);
      }
      await caller.until("}");
      assert.deepEqual(statusesOf(caller.received), [200]);
      caller.leave();
    }));

  test("bodyBytesPerSecond: time in which this side holds the body up does not count", () =>
    withFront(
      { bodyBytesPerSecond: 1_000, bodyGraceMilliseconds: 100 },
      async ({ port }) => {
        const caller = new Caller(port).write("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 200000\r\n\r\n").write(Buffer.alloc(200_000));
        await caller.until("whole", 1, 5_000);
        caller.leave();
      },
      (turn) => {
        turn.facts.content.stream({
          data: () => {
            setTimeout(() => turn.facts.content.resume(), 500);
            return false;
          },
          end: () => turn.answer("whole"),
          fail: (why) => turn.answer(why.type),
        });
      },
    ));

  test("bodyMilliseconds: a body takes no longer, whatever its pace", () =>
    withFront({ bodyMilliseconds: LIMIT }, async ({ port, turns }) => {
      const caller = new Caller(port).write("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 100000\r\n\r\n");
      void drip(caller, "x".repeat(1_000), 2);
      inTime(await caller.end());
      assert.equal(turns[0]?.body, "!request-slow");
      caller.leave();
    }));

  test("a body that is thrown away is held to the same pace", () =>
    withFront(
      { bodyBytesPerSecond: 1_000, bodyGraceMilliseconds: LIMIT },
      async ({ port }) => {
        const caller = new Caller(port).write("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 1000\r\n\r\n");
        void drip(caller, "x", 50);
        inTime(await caller.end());
        assert.deepEqual(statusesOf(caller.received), [200]);
        caller.leave();
      },
      (turn) => turn.answer(),
    ));

  test("stallMilliseconds: a caller who does not take his answer is left", () =>
    withFront(
      { stallMilliseconds: LIMIT },
      async ({ port, turns, front }) => {
        const caller = new Caller(port).write(GET);
        caller.socket.pause();
        const began = performance.now();
        await eventually(() => turns[0]?.ends.length === 1, () => "an end");
        inTime(performance.now() - began);
        assert.deepEqual(turns[0]?.ends, ["caller-left"]);
        await eventually(() => front.connections() === 0, () => "the connection's end");
        caller.leave();
      },
      (turn) => turn.answer(new Uint8Array(30_000_000)),
    ));

  test("answerBytesPerSecond: a caller who sips is left, once the grace is used up", () =>
    withFront(
      { stallMilliseconds: 60_000, answerBytesPerSecond: 4_000_000, answerGraceMilliseconds: LIMIT },
      async ({ port, turns }) => {
        const caller = new Caller(port).write(GET);
        caller.socket.pause();
        const sips = setInterval(() => void caller.socket.read(1_000), 20);
        await eventually(() => turns[0]?.ends.length === 1, () => "an end", 5_000);
        clearInterval(sips);
        assert.deepEqual(turns[0]?.ends, ["caller-left"]);
        caller.leave();
      },
      (turn) => turn.answer(new Uint8Array(100_000_000)),
    ));

  test("an answer that waits for its own bytes is not the caller's fault", () =>
    withFront(
      { stallMilliseconds: LIMIT, answerBytesPerSecond: 1_000_000, answerGraceMilliseconds: LIMIT },
      async ({ port }) => {
        const caller = new Caller(port).write(GET);
        await caller.until("late", 1, 4_000);
        caller.leave();
      },
      (turn) => turn.answer({ open: (sink) => void setTimeout(() => (sink.data(Buffer.from("late")), sink.end()), 1_500) }),
    ));

  test("lingerMilliseconds: after the last answer nobody keeps the connection open", () =>
    withFront({ lingerMilliseconds: LIMIT }, async ({ port, front }) => {
      const caller = new Caller(port).write("GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n");
      await caller.end();
      const began = performance.now();
      void drip(caller, "x", 20);
      await eventually(() => front.connections() === 0, () => "the end");
      inTime(performance.now() - began, LIMIT - 50);
      caller.leave();
    }));

  test("lingerBytes: and nobody reads for ever what he still sends", () =>
    withFront({ lingerBytes: 100_000, lingerMilliseconds: 2_000 }, async ({ port }) => {
      const caller = new Caller(port).write("GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n");
      await caller.end();
      caller.socket.write(Buffer.alloc(50_000_000));
      await wait(500);
      assert.ok(caller.socket.writableLength > 0);
      caller.leave();
    }));
});

describe("number", () => {
  test("requestsPerConnection: the last answer says that it is the last", () =>
    withFront({ requestsPerConnection: 3 }, async ({ port }) => {
      const caller = new Caller(port).write(GET.repeat(4));
      await caller.end();
      assert.deepEqual(statusesOf(caller.received), [200, 200, 200]);
      assert.equal(caller.received.split("connection: close").length, 2);
      caller.leave();
    }));

  const many = async (port: number, count: number): Promise<readonly Caller[]> => {
    const callers = Array.from({ length: count }, () => new Caller(port).write(GET));
    await eventually(() => callers.every(({ received, closed }) => received !== "" || closed), () => "an answer for each");
    return callers;
  };

  for (const [title, limits] of [["connections", { connections: 5 }], ["connectionsPerAddress", { connectionsPerAddress: 5 }]] as const) {
    test(`${title}: the next one is closed at once, and a place that is given back is free`, () =>
      withFront(limits, async ({ port, front }) => {
        const callers = await many(port, 8);
        assert.equal(callers.filter(({ received }) => received !== "").length, 5);
        assert.equal(front.connections(), 5);
        for (const caller of callers) caller.leave();
        await eventually(() => front.connections() === 0, () => "free places");
        const again = await many(port, 5);
        assert.ok(again.every(({ received }) => received !== ""));
        for (const caller of again) caller.leave();
      }));
  }

  test("newConnectionsPerSecond and newConnectionsBurst: who opens them too fast gets no more, however soon he leaves", () =>
    // So slow that no test is held up long enough for another one.
    withFront({ newConnectionsPerSecond: 0.01, newConnectionsBurst: 3 }, async ({ port, front }) => {
      for (let at = 0; at < 5; at++) {
        const [caller] = await many(port, 1);
        assert.equal(caller?.received !== "", at < 3, String(at));
        caller?.leave();
        await eventually(() => front.connections() === 0, () => "free places");
      }
    }));

  test("newConnectionsInAllPerSecond and newConnectionsInAllBurst: everybody together opens so many, and whoever has one keeps it", () =>
    withFront({ newConnectionsInAllPerSecond: 0.01, newConnectionsInAllBurst: 3 }, async ({ port }) => {
      const callers = await many(port, 5);
      assert.equal(callers.filter(({ received }) => received !== "").length, 3);
      const [kept] = callers;
      await kept?.write(GET).until("}", 2);
      for (const caller of callers) caller.leave();
    }));

  test("newConnectionsInAllBurst: a connection that begins with a PROXY header is one", () => {
    const proxies = readRanges(["127.0.0.0/8"]);
    assert.ok("contains" in proxies);
    return withFront({ newConnectionsInAllPerSecond: 0.01, newConnectionsInAllBurst: 2, proxies }, async ({ port }) => {
      for (const expected of [200, 200, undefined]) {
        const caller = new Caller(port).write(`PROXY TCP4 203.0.113.9 192.0.2.1 56324 443\r\n${GET}`);
        await eventually(() => caller.received !== "" || caller.closed, () => "an answer, or none");
        assert.equal(statusesOf(caller.received)[0], expected);
        caller.leave();
      }
    });
  });

  test("shared: an address that stands for many is not counted as one", () => {
    const shared = readRanges(["127.0.0.0/8"]);
    assert.ok("contains" in shared);
    return withFront({ connectionsPerAddress: 2, shared }, async ({ port }) => {
      const callers = await many(port, 6);
      assert.ok(callers.every(({ received }) => received !== ""));
      for (const caller of callers) caller.leave();
    });
  });
});

test("the defaults are those that the documentation names", () => {
  assert.deepEqual(
    { ...FRONT_LIMITS },
    {
      headBytes: 40_960, lineBytes: 16_384, fields: 256, headMilliseconds: 5_000, bodyMilliseconds: 300_000, bodyBytesPerSecond: 240, bodyGraceMilliseconds: 5_000,
      stallMilliseconds: 30_000, answerBytesPerSecond: 1_024, answerGraceMilliseconds: 60_000, idleMilliseconds: 10_000, requestsPerConnection: 100_000, connections: 10_000,
      connectionsPerAddress: 256, connectionsCrowd: 4, newConnectionsPerSecond: 1_000, newConnectionsBurst: 5_000, newConnectionsInAllPerSecond: 5_000, newConnectionsInAllBurst: 20_000, shared: undefined, proxies: undefined, handshakeMilliseconds: 5_000, handshakes: 2_000, aheadBytes: 65_536, discardBytes: 65_536, lingerMilliseconds: 500, lingerBytes: 262_144, halfClosedMilliseconds: 5_000,
      tunnelIdleMilliseconds: 60_000,
    },
  );
});
