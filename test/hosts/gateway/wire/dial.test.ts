import assert from "node:assert/strict";
import type { AddressInfo } from "node:net";
import { test, type TestContext } from "node:test";
import tls, { type TLSSocket } from "node:tls";
import { type Credential, issueCertificate, localHosts, makeAuthority } from "../../../../src/hosts/gateway/certificates.ts";
import { targetOf } from "../../../../src/hosts/gateway/wire/dial.ts";
import { openWireUpstream } from "../../../../src/hosts/gateway/wire/upstream.ts";
import { ask, wordOf } from "./upstream-trial.ts";

const OK = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
const now = new Date();
const authority = makeAuthority("test", localHosts, now);
const good = issueCertificate(authority, localHosts, now);

interface Server {
  readonly port: number;
  readonly sockets: TLSSocket[];
}

async function serve(t: TestContext, credential: Credential, options: tls.TlsOptions = {}, answer = OK): Promise<Server> {
  const sockets: TLSSocket[] = [];
  const server = tls.createServer({ cert: credential.certificate, key: credential.key.export({ format: "pem", type: "pkcs8" }), ...options }, (socket) => {
    sockets.push(socket);
    socket.on("error", () => undefined);
    socket.on("data", () => void (answer.includes("Content-Length") ? socket.write(answer) : socket.end(answer)));
  });
  server.on("tlsClientError", () => undefined);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, sockets };
}

async function say(t: TestContext, { port }: Server, { host = "localhost", ca = authority.certificate, times = 1 }: { host?: string; ca?: string; times?: number } = {}): Promise<string> {
  const upstream = openWireUpstream(new URL(`https://${host}:${port}`), ca === "system" ? {} : { ca });
  t.after(() => upstream.close());
  for (let count = 1; count < times; count++) await ask(upstream.forward);
  return wordOf(await ask(upstream.forward));
}

test("a target is understood once", () => {
  const { secure, ...plain } = targetOf(new URL("http://api.example/v1/"), undefined);
  assert.deepEqual([plain, secure], [{ host: "api.example", port: 80, hostLine: "host: api.example\r\n", prefix: "/v1" }, undefined]);
  const six = targetOf(new URL("https://[::1]:8443"), undefined);
  assert.deepEqual([six.host, six.port, six.hostLine, six.prefix], ["::1", 8_443, "host: [::1]:8443\r\n", ""]);
  assert.equal(targetOf(new URL("https://api.example"), undefined).port, 443);
});

test("a name or address that the certificate has is talked to, over one connection, in http/1.1", async (t) => {
  for (const host of ["localhost", "127.0.0.1"]) {
    const server = await serve(t, good, { ALPNProtocols: ["http/1.1"] });
    assert.equal(await say(t, server, { host, times: 3 }), "200 hello");
    assert.equal(server.sockets.length, 1);
    assert.equal(server.sockets[0]?.alpnProtocol, "http/1.1");
    assert.equal(server.sockets[0]?.getProtocol(), "TLSv1.3");
  }
});

test("TLS 1.2 will do, nothing below", async (t) => {
  assert.equal(await say(t, await serve(t, good, { minVersion: "TLSv1.2", maxVersion: "TLSv1.2" })), "200 hello");
  const old = await serve(t, good, { minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "DEFAULT@SECLEVEL=0" });
  assert.match(await say(t, old), /^api-unreachable (ERR_SSL|EPROTO|ECONNRESET)/);
});

test("whoever cannot prove to be the API is not talked to, even where the environment says not to look", async (t) => {
  const stranger = makeAuthority("stranger", localHosts, now);
  const expired = issueCertificate(authority, localHosts, new Date(Date.now() - 500 * 86_400_000));
  const elsewhere = issueCertificate(makeAuthority("test", { names: ["other.example"], addresses: [] }, now), { names: ["other.example"], addresses: [] }, now);
  const cases: readonly (readonly [Credential, string, RegExp])[] = [
    [issueCertificate(stranger, localHosts, now), authority.certificate, /UNABLE_TO|SELF_SIGNED|SIGNATURE/],
    [good, "system", /UNABLE_TO|SELF_SIGNED/],
    [expired, authority.certificate, /CERT_HAS_EXPIRED/],
    [elsewhere, "system", /UNABLE_TO|SELF_SIGNED/],
  ];
  const before = process.env["NODE_TLS_REJECT_UNAUTHORIZED"];
  process.env["NODE_TLS_REJECT_UNAUTHORIZED"] = "0";
  t.after(() => {
    if (before === undefined) delete process.env["NODE_TLS_REJECT_UNAUTHORIZED"];
    else process.env["NODE_TLS_REJECT_UNAUTHORIZED"] = before;
  });
  for (const [credential, ca, code] of cases) {
    const server = await serve(t, credential);
    const word = await say(t, server, { ca });
    assert.match(word, /^api-unreachable /);
    assert.match(word, code);
    assert.equal(server.sockets.every((socket) => socket.bytesRead === 0), true);
  }
});

test("the certificate has to be the name's that was dialled", async (t) => {
  const everywhere = { names: ["localhost"], addresses: [] };
  const byName = issueCertificate(authority, everywhere, now);
  assert.equal(await say(t, await serve(t, byName)), "200 hello");
  assert.equal(await say(t, await serve(t, byName), { host: "127.0.0.1" }), "api-unreachable ERR_TLS_CERT_ALTNAME_INVALID");
});

test("a server that speaks only another protocol is not talked to", async (t) => {
  assert.match(await say(t, await serve(t, good, { ALPNProtocols: ["h2"] })), /^api-unreachable /);
});

test("behind TLS an answer that only the connection's end would end is not taken for whole", async (t) => {
  assert.equal(await say(t, await serve(t, good, {}, "HTTP/1.1 200 OK\r\n\r\nhello")), "api-broke-off END_UNPROVEN");
});

/** @returns what became of the second handshake that a server asks for, once it has been asked something */
function asksAnew(t: TestContext, ask: (port: number) => void): Promise<string> {
  return new Promise((resolve) => {
    const server = tls.createServer({ cert: good.certificate, key: good.key.export({ format: "pem", type: "pkcs8" }), maxVersion: "TLSv1.2" }, (socket) => {
      t.after(() => socket.destroy());
      socket.on("error", ({ code = "fault" }: NodeJS.ErrnoException) => resolve(code));
      socket.on("close", () => resolve("closed"));
      socket.once("data", () => socket.renegotiate({}, (fault) => resolve(fault === null ? "made" : "failed")));
    });
    t.after(() => void server.close());
    server.listen(0, "127.0.0.1", () => ask((server.address() as AddressInfo).port));
  });
}

test("a server that asks for a second handshake gets none", async (t) => {
  const byNode = (port: number): void => {
    const socket = tls.connect({ port, host: "127.0.0.1", servername: "localhost", ca: authority.certificate }, () => socket.write("x"));
    socket.on("error", () => undefined);
    t.after(() => socket.destroy());
  };
  assert.equal(await asksAnew(t, byNode), "made", "Node by itself gives it");
  const told = await asksAnew(t, (port) => {
    const upstream = openWireUpstream(new URL(`https://localhost:${port}`), { ca: authority.certificate });
    t.after(() => upstream.close());
    void ask(upstream.forward);
  });
  assert.notEqual(told, "made");
});
