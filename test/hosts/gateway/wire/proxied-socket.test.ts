/** Proxied socket: connections of a proxy begin with whose they are, and nobody else's do; plain and over TLS. */
import assert from "node:assert/strict";
import net, { type Socket } from "node:net";
import { Duplex } from "node:stream";
import { describe, test } from "node:test";
import tls from "node:tls";
import { readRanges } from "../../../../src/exchange/address.ts";
import { issueCertificate, localHosts, makeAuthority } from "../../../../src/hosts/gateway/certificates.ts";
import type { FrontTls } from "../../../../src/hosts/gateway/front.ts";
import type { FrontLimits } from "../../../../src/hosts/gateway/wire/front-limits.ts";
import { Caller, echo, eventually, withFront } from "./fronts.ts";

const PROXY = "PROXY TCP4 192.0.2.7 10.0.0.1 56324 443\r\n";
const GET = "GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";

function ranges(...list: readonly string[]): NonNullable<FrontLimits["proxies"]> {
  const read = readRanges(list);
  return "contains" in read ? read : assert.fail();
}

const FROM_HERE: Partial<FrontLimits> = { proxies: ranges("127.0.0.0/8"), headMilliseconds: 300 };

describe("plain", () => {
  test("the caller is who the header says, however it is cut", () =>
    withFront(FROM_HERE, async ({ port, turns, front }) => {
      for (const cut of [0, 1, 6, 20, PROXY.length - 1, PROXY.length, PROXY.length + 3]) {
        const text = PROXY + GET;
        const caller = new Caller(port);
        caller.socket.setNoDelay(true);
        if (cut > 0) {
          caller.write(text.slice(0, cut));
          await new Promise((resolve) => void setTimeout(resolve, 10));
        }
        caller.write(text.slice(cut));
        await caller.until("200");
        await caller.end();
        caller.leave();
      }
      assert.deepEqual(turns.map(({ facts }) => facts.peer), Array.from({ length: 7 }, () => "192.0.2.7"));
      await eventually(() => front.connections() === 0, () => "free places");
    }));

  test("a proxy that speaks for itself is its own caller", () =>
    withFront(FROM_HERE, async ({ port, turns }) => {
      await new Caller(port).write(`PROXY UNKNOWN\r\n${GET}`).until("200");
      assert.equal(turns[0]?.facts.peer, "127.0.0.1");
    }));

  test("a connection of the proxy without the header is reset, and nothing of it is read", () =>
    withFront(FROM_HERE, async ({ port, turns, refused }) => {
      for (const text of [GET, "PROXY TCP4 1.2.3 4.5.6.7 1 2\r\n" + GET, "PROXY TCP4 ", ""]) {
        const caller = new Caller(port);
        if (text !== "") caller.write(text);
        await caller.end();
        assert.equal(caller.received, "");
      }
      assert.deepEqual([turns.length, refused.length], [0, 0]);
    }));

  test("a caller who ends within the header leaves nothing behind", () =>
    withFront(FROM_HERE, async ({ port, front }) => {
      const caller = new Caller(port);
      caller.socket.end(PROXY.slice(0, 10));
      await caller.end();
      await eventually(() => front.connections() === 0, () => "free places");
    }));

  test("from others the header is no request", () =>
    withFront({ proxies: ranges("10.0.0.0/8") }, async ({ port, turns, refused }) => {
      const caller = new Caller(port).write(PROXY + GET);
      await caller.end();
      assert.match(caller.received, /^HTTP\/1\.1 400 /);
      assert.deepEqual([turns.length, refused], [0, [400]]);
      await new Caller(port).write(GET).until("200");
    }));

  test("the caps of one address are those of the caller, not of the proxy", () =>
    withFront({ ...FROM_HERE, connectionsPerAddress: 2 }, async ({ port }) => {
      const open = (address: string): Caller => new Caller(port).write(`PROXY TCP4 ${address} 10.0.0.1 1 2\r\nGET / HTTP/1.1\r\nhost: a\r\n\r\n`);
      for (const address of ["192.0.2.1", "192.0.2.2"]) {
        for (let count = 0; count < 2; count++) await open(address).until("200");
        const third = open(address);
        await third.end();
        assert.equal(third.received, "");
      }
    }));
});

describe("over TLS", () => {
  const authority = makeAuthority("Proxied test", localHosts, new Date(Date.now() - 60_000));
  const { certificate, key } = issueCertificate(authority, localHosts, new Date(Date.now() - 60_000));
  const secure: FrontTls = { certificate, key: key.export({ format: "pem", type: "pkcs8" }) as string, versions: "1.3" };

  /** The handshake begins when the socket is connected: `first` is written before it. */
  async function secureCaller(port: number, first: string): Promise<Caller> {
    const socket: Socket = net.connect({ port, host: "127.0.0.1", allowHalfOpen: true });
    socket.on("error", () => undefined);
    await new Promise((resolve) => socket.once("connect", resolve));
    if (first !== "") socket.write(first);
    return new Caller(port, tls.connect({ socket, ca: authority.certificate, servername: "localhost", ALPNProtocols: ["http/1.1"] }));
  }

  test("the header comes before the handshake, in a piece of its own or with the greeting", () =>
    withFront(FROM_HERE, async ({ port, turns }) => {
      for (let round = 0; round < 3; round++) {
        const caller = await secureCaller(port, PROXY);
        caller.write(GET);
        await caller.until("200");
        caller.leave();
      }
      assert.deepEqual(turns.map(({ facts }) => [facts.peer, facts.secure]), Array.from({ length: 3 }, () => ["192.0.2.7", true]));
    }, echo, secure));

  test("a header that comes in one piece with the greeting of TLS takes nothing of it along", () =>
    withFront(FROM_HERE, async ({ port, turns }) => {
      const plain = net.connect({ port, host: "127.0.0.1", noDelay: true }).on("error", () => undefined);
      let first = PROXY;
      const glued = new Duplex({
        read: () => undefined,
        write: (chunk: Buffer, _encoding, done) => {
          plain.write(Buffer.concat([Buffer.from(first), chunk]), done);
          first = "";
        },
      });
      plain.on("data", (chunk: Buffer) => glued.push(chunk));
      const caller = new Caller(port, tls.connect({ socket: glued, ca: authority.certificate, servername: "localhost", ALPNProtocols: ["http/1.1"] }));
      caller.write(GET);
      await caller.until("200");
      plain.destroy();
      assert.equal(turns[0]?.facts.peer, "192.0.2.7");
    }, echo, secure));

  test("without the header there is no handshake, and from others no header", async () => {
    await withFront(FROM_HERE, async ({ port, turns }) => {
      const caller = await secureCaller(port, "");
      await caller.end();
      assert.equal(turns.length, 0);
    }, echo, secure);
    await withFront({ proxies: ranges("10.0.0.0/8") }, async ({ port, turns }) => {
      const caller = await secureCaller(port, PROXY);
      await caller.end();
      assert.equal(turns.length, 0);
      const other = await secureCaller(port, "");
      await other.write(GET).until("200");
      assert.deepEqual(turns.map(({ facts }) => facts.peer), ["127.0.0.1"]);
    }, echo, secure);
  });
});
