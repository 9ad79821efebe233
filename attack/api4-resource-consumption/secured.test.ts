/** Secured: what TLS and HTTP/2 give to somebody who wants to hold connections, or to cost processor time. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync } from "node:fs";
import http2 from "node:http2";
import https from "node:https";
import net, { type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { test, type TestContext } from "node:test";
import tls from "node:tls";
import { developmentCertificate } from "../../src/hosts/gateway/certificates.ts";
import { askHonestly, openGuarded, Swarm, until } from "./door.ts";

const files = developmentCertificate(mkdtempSync(path.join(tmpdir(), "sallyport-attack-tls-")));
const authority = readFileSync(files.authorityFile, "utf8");
const LISTEN = { port: 0, tls: { certificate: files.certificateFile, key: files.keyFile } };

/** Nothing but Node, as it is out of the box, with TLS. */
async function openBareSecured(t: TestContext): Promise<number> {
  const server = https.createServer({ cert: readFileSync(files.certificateFile), key: readFileSync(files.keyFile) }, (_request, response) => response.end("[1]"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => server.close().closeAllConnections());
  return (server.address() as AddressInfo).port;
}

/** Whether a handshake comes to its end. */
function shake(port: number, localAddress: string): Promise<boolean> {
  return new Promise((resolve) => {
    const wire = net.connect({ port, host: "127.0.0.1", localAddress }).on("error", () => resolve(false));
    const socket = tls.connect({ socket: wire, host: "127.0.0.1", ca: authority }, () => {
      resolve(true);
      socket.destroy();
    });
    socket.once("error", () => resolve(false)).once("close", () => resolve(false));
  });
}

async function shakes(port: number, count: number, localAddress: string): Promise<number> {
  let done = 0;
  for (let sent = 0; sent < count; sent++) if (await shake(port, localAddress)) done++;
  return done;
}

test("connections on which TLS is never begun: Node holds them for two minutes, Sallyport lets them go", async (t) => {
  const bare = await openBareSecured(t);
  const { port } = await openGuarded(t, { handshakeMilliseconds: 700 }, { listen: LISTEN });
  const [held, gone] = [bare, port].map((at) => new Swarm(t, at, 40, () => undefined));
  await until(() => held?.open === 40, "they are connected");
  await until(() => gone?.open === 0, "Sallyport has let all of them go");
  assert.equal(held?.open, 40, "the attack works on Node");
  assert.equal(await shake(port, "127.0.0.1"), true);
});

test("handshakes without end: Node computes all of them, Sallyport as many as are one caller's", async (t) => {
  const bare = await openBareSecured(t);
  const { port } = await openGuarded(t, { newConnectionsPerSecond: 1, newConnectionsBurst: 5 }, { listen: LISTEN });
  assert.equal(await shakes(bare, 40, "127.0.0.1"), 40);
  const begun = performance.now();
  const done = await shakes(port, 40, "127.0.0.1");
  assert.ok(done >= 5 && done <= 6 + (performance.now() - begun) / 1_000, `${done} of 40`);
  assert.equal(await shake(port, "127.0.0.2"), true, "callers from elsewhere do not notice");
});

test("streams of HTTP/2 that are reset as soon as they are opened: Node's server works for each, here is none to ask", async (t) => {
  let worked = 0;
  const server = http2.createServer();
  server.on("stream", (stream) => {
    worked++;
    stream.on("error", () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const session = http2.connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  t.after(() => {
    session.destroy();
    server.close();
  });
  session.on("error", () => undefined);
  for (let sent = 0; sent < 200; sent++) {
    const stream = session.request({ ":path": "/notes" }).on("error", () => undefined);
    stream.once("ready", () => stream.close(http2.constants.NGHTTP2_CANCEL));
  }
  await until(() => worked >= 200, "the attack works on Node");

  const guarded = await openGuarded(t);
  const said = await new Promise<string>((resolve) => {
    let text = "";
    const socket = net.connect(guarded.port, "127.0.0.1", () => socket.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\u0004\0\0\0\0\0"));
    socket.on("data", (chunk: Buffer) => (text += chunk.toString("latin1")));
    socket.once("close", () => resolve(text)).on("error", () => undefined);
  });
  assert.match(said, /^HTTP\/1\.1 (?:400|505) /);
  assert.equal(await askHonestly(guarded.port), 200);
});

test("a client that would rather speak HTTP/2 is told in the handshake that it is not spoken", async (t) => {
  const { port } = await openGuarded(t, {}, { listen: LISTEN });
  const spoken = await new Promise<unknown>((resolve, reject) => {
    const socket = tls.connect({ port, host: "127.0.0.1", ca: authority, ALPNProtocols: ["h2", "http/1.1"] }, () => {
      resolve(socket.alpnProtocol);
      socket.destroy();
    });
    socket.once("error", reject);
  });
  assert.equal(spoken, "http/1.1");
});
