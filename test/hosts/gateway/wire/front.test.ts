/** Front: over TLS as over plain sockets, certificates that change, and an end that waits for whoever is being served. */
import assert from "node:assert/strict";
import { Agent, request } from "node:http";
import https from "node:https";
import { after, before, describe, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { openWireFront } from "../../../../src/hosts/gateway/wire/front.ts";
import { Caller, echo, eventually, openFake, type Opened, statusesOf, type TurnAtHand, withFront } from "./fronts.ts";
import { AUTHORITY, handshake, issue, secureCaller } from "./secure.ts";

const GET = "GET / HTTP/1.1\r\nhost: a\r\n\r\n";

describe("over TLS", () => {
  let opened: Opened;
  const first = issue();
  before(async () => void (opened = await openFake(echo, { handshakeMilliseconds: 300, lingerMilliseconds: 100 }, first)));
  after(() => opened.stop());

  test("requests are answered, one after the other, and known as encrypted", async () => {
    const caller = secureCaller(opened.port);
    caller.write(GET + GET);
    await caller.until("}", 2);
    caller.write(`POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 4\r\nconnection: close\r\n\r\nbody`);
    await caller.until("body");
    await caller.end();
    assert.deepEqual(statusesOf(caller.received), [200, 200, 200]);
    assert.ok(opened.turns.every(({ facts, ends }) => facts.secure && ends.join() === "sent"));
    caller.leave();
  });

  test("octets stay what they are, whatever the size of an answer", async () => {
    for (const size of [1, 20_000, 1_000_000]) {
      opened.serve = (turn) => turn.answer(Buffer.alloc(size, "\x00\xff\x80abc", "latin1"));
      const caller = secureCaller(opened.port).write("GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n");
      await caller.end(5_000);
      assert.ok(caller.received.endsWith(`\r\n\r\n${Buffer.alloc(size, "\x00\xff\x80abc", "latin1").toString("latin1")}`), `${size}`);
    }
    opened.serve = echo;
  });

  test("1.3 alone, and no protocol but HTTP/1.1", async () => {
    assert.match(await handshake(opened.port, {}), /^TLSv1\.3 none/);
    assert.match(await handshake(opened.port, { ALPNProtocols: ["h2", "http/1.1"] }), /^TLSv1\.3 http\/1\.1/);
    assert.match(await handshake(opened.port, { ALPNProtocols: ["h2"] }), /ALPN|ALERT|ECONNRESET/);
    assert.doesNotMatch(await handshake(opened.port, { maxVersion: "TLSv1.2" }), /^TLSv1/);
  });

  test("1.2 where it is allowed, with forward secrecy only, also after a renewal", async () => {
    const both = async ({ port, front }: Opened): Promise<void> => {
      for (const round of [1, 2]) {
        assert.match(await handshake(port, { maxVersion: "TLSv1.2" }), /^TLSv1\.2/, `round ${round}`);
        assert.doesNotMatch(await handshake(port, { maxVersion: "TLSv1.2", ciphers: "AES128-GCM-SHA256" }), /^TLSv1/, `round ${round}`);
        assert.doesNotMatch(await handshake(port, { maxVersion: "TLSv1.1", minVersion: "TLSv1.1", ciphers: "ALL@SECLEVEL=0" }), /^TLSv1/, `round ${round}`);
        front.renew(issue("1.2 and 1.3"));
      }
    };
    await withFront({}, both, echo, issue("1.2 and 1.3"));
  });

  test("a renewed certificate is shown to new connections, old ones go on, and 1.2 stays refused", async () => {
    const caller = secureCaller(opened.port).write(GET);
    await caller.until("}");
    const before = await handshake(opened.port, {});
    opened.front.renew(issue());
    const behind = await handshake(opened.port, {});
    assert.match(behind, /^TLSv1\.3/);
    assert.notEqual(behind, before);
    assert.doesNotMatch(await handshake(opened.port, { maxVersion: "TLSv1.2" }), /^TLSv1/);
    caller.write(GET);
    await caller.until("}", 2);
    caller.leave();
  });

  test("handshakeMilliseconds: who does not greet is left", async () => {
    const silent = new Caller(opened.port);
    const slow = new Caller(opened.port).write("\x16\x03\x01");
    await eventually(() => silent.closed || silent.ended, () => "an end");
    await eventually(() => slow.closed || slow.ended, () => "an end");
    for (const caller of [silent, slow]) caller.leave();
  });

  test("who leaves in the middle of a handshake is not waited for", async () => {
    const patient = async ({ port, front }: Opened): Promise<void> => {
      for (const greeting of ["", "\x16\x03\x01"]) {
        const caller = new Caller(port);
        await eventually(() => front.connections() === 1, () => "a connection");
        caller.socket.end(greeting);
        await eventually(() => front.connections() === 0, () => "its end");
      }
      assert.doesNotMatch(await handshake(port, { maxVersion: "TLSv1.2" }), /^TLSv1/);
      await eventually(() => front.connections() === 0, () => "the end of a handshake that failed");
    };
    await withFront({ handshakeMilliseconds: 60_000 }, patient, echo, issue());
  });

  test("who shuts his side right behind his request gets his answer", async () => {
    const caller = secureCaller(opened.port);
    caller.socket.end(GET);
    await caller.end();
    assert.deepEqual(statusesOf(caller.received), [200]);
  });

  test("plain HTTP on the encrypted port is no request", async () => {
    const caller = new Caller(opened.port).write(GET);
    await caller.end();
    assert.doesNotMatch(caller.received, /HTTP/);
    caller.leave();
  });

  test("no connection is left over", () => eventually(() => opened.front.connections() === 0, () => `${opened.front.connections()} connections`));

  test("the caps are asked before a handshake", async () => {
    const one = async ({ port, front }: Opened): Promise<void> => {
      const silent = new Caller(port);
      await eventually(() => front.connections() === 1, () => "a connection");
      assert.equal(await handshake(port, {}), "ECONNRESET");
      silent.leave();
    };
    await withFront({ connectionsPerAddress: 1 }, one, echo, issue());
  });

  test("node's own client is served, with its connection kept", async () => {
    const agent = new https.Agent({ keepAlive: true, ca: AUTHORITY, servername: "localhost" });
    for (let at = 0; at < 3; at++) {
      const status = await new Promise((resolve, reject) => {
        https.get({ port: opened.port, host: "127.0.0.1", agent }, (response) => response.resume().on("end", () => resolve(response.statusCode))).on("error", reject);
      });
      assert.equal(status, 200);
    }
    assert.equal(opened.front.connections(), 1);
    agent.destroy();
  });
});

describe("draining", () => {
  test("nobody new is let in, idle connections end, and a turn is waited for", async () => {
    let turn: TurnAtHand | undefined;
    const opened = await openFake((one) => void (turn = one), { lingerMilliseconds: 100 });
    const idle = new Caller(opened.port);
    const busy = new Caller(opened.port).write(GET);
    await eventually(() => turn !== undefined && opened.front.connections() === 2, () => "two callers");
    const drained = opened.front.drain(5_000);
    await idle.end();
    idle.leave();
    const late = new Caller(opened.port);
    await eventually(() => late.fault === "ECONNREFUSED", () => "a refusal");
    await wait(50);
    turn?.answer("last");
    await busy.until("last");
    assert.match(busy.received, /connection: close/);
    await busy.end();
    busy.leave();
    await drained;
    assert.equal(opened.front.connections(), 0);
    assert.deepEqual(opened.turns.map(({ ends }) => ends.join()), ["sent"]);
  });

  test("the grace over, what is left is ended", async () => {
    const opened = await openFake(() => undefined);
    const caller = new Caller(opened.port).write(GET);
    await eventually(() => opened.turns.length === 1, () => "a turn");
    const began = performance.now();
    await opened.front.drain(200);
    assert.ok(performance.now() - began < 1_500);
    assert.deepEqual(opened.turns[0]?.ends, ["gone"]);
    caller.leave();
  });

  test("over TLS a handshake that is never finished is not waited for beyond the grace", async () => {
    const opened = await openFake(echo, {}, issue());
    const caller = new Caller(opened.port);
    await eventually(() => opened.front.connections() === 1, () => "a connection");
    await opened.front.drain(100);
    caller.leave();
  });
});

test("a port that cannot be had is said", () =>
  withFront({}, async ({ port }) => {
    const second = openWireFront(undefined, { serve: () => undefined, malformed: () => "" });
    await assert.rejects(second.listen(port, "127.0.0.1"), { code: "EADDRINUSE" });
    await second.drain(0);
  }));

test("node's own client is served: bodies of either framing, on kept connections", () => withFront({}, async (opened) => {
  const agent = new Agent({ keepAlive: true });
  const ask = (method: string, pieces: readonly string[]): Promise<string> =>
    new Promise((resolve, reject) => {
      const asking = request({ port: opened.port, host: "127.0.0.1", method, agent }, (response) => {
        let text = "";
        response.on("data", (chunk: Buffer) => (text += chunk.toString()));
        response.on("end", () => resolve(JSON.parse(text).body));
      });
      asking.on("error", reject);
      for (const piece of pieces.slice(0, -1)) asking.write(piece);
      asking.end(pieces.at(-1));
    });
  assert.equal(await ask("GET", []), "");
  assert.equal(await ask("POST", ["whole"]), "whole");
  assert.equal(await ask("POST", ["in ", "three ", "pieces"]), "in three pieces");
  assert.equal(opened.front.connections(), 1);
  agent.destroy();
}));
