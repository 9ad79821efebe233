/** WebSocket: a client and a server that are not ours, through both doors, plain and with TLS on both sides. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, readFileSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import { tmpdir } from "node:os";
import path from "node:path";
import { test, type TestContext } from "node:test";
import { WebSocket, WebSocketServer } from "ws";
import type { AuditRecord } from "../../../src/audit/record.ts";
import type { JsonObject } from "../../../src/contract/json-value.ts";
import { writeMisfit } from "../../../src/contract/misfit.ts";
import { developmentCertificate } from "../../../src/hosts/gateway/certificates.ts";
import { startGateway } from "../../../src/hosts/gateway/gateway.ts";
import { CONTRACT, POLICY, token, writeFiles } from "../../hosts.ts";
import { listenOn, recordingSink } from "./rig.ts";
import { eventually } from "./wire/fronts.ts";

const contract: JsonObject = { ...CONTRACT, paths: { "/chat": { get: { operationId: "chat", security: [{ login: ["orders:read"] }], responses: { 101: { description: "switched" }, 401: { description: "no" } } } } } };

interface Rig {
  readonly client: (headers?: Readonly<Record<string, string>>) => WebSocket;
  readonly records: AuditRecord[];
}

async function open(t: TestContext, secure: boolean): Promise<Rig> {
  const { authorityFile, certificateFile, keyFile } = developmentCertificate(mkdtempSync(path.join(tmpdir(), "sallyport-websocket-")));
  const pem = { cert: readFileSync(certificateFile), key: readFileSync(keyFile) };
  const api = secure ? https.createServer(pem) : http.createServer();
  const server = new WebSocketServer({ server: api, maxPayload: 2 ** 24 });
  server.on("connection", (socket) => socket.on("message", (bytes: Buffer, binary) => socket.send(bytes, { binary })));
  const upstream = { targets: `${secure ? "https" : "http"}://localhost:${await listenOn(api)}`, ...(secure ? { authority: authorityFile } : {}) };
  const listen = secure ? { port: 0, tls: { certificate: certificateFile, key: keyFile } } : { port: 0 };
  const records: AuditRecord[] = [];
  const file = writeFiles({ contract, policy: { ...POLICY, listen, upstream, operations: { chat: { framing: { upgrade: "websocket" } } } } });
  const start = await startGateway(file, { say: () => undefined, watch: false, sink: recordingSink(records) });
  if ("misfits" in start) return assert.fail(start.misfits.map(writeMisfit).join("\n"));
  const { gateway } = start;
  t.after(async () => {
    await gateway.stop();
    server.close();
    api.closeAllConnections();
    api.close();
  });
  const client = (headers: Readonly<Record<string, string>> = { authorization: `Bearer ${token()}` }): WebSocket =>
    new WebSocket(`${gateway.url.replace("http", "ws")}/chat`, { headers, ca: readFileSync(authorityFile) });
  return { client, records };
}

for (const secure of [false, true]) {
  test(`messages of every size go both ways and come back whole, ${secure ? "with TLS on both sides" : "plain"}`, async (t) => {
    const { client, records } = await open(t, secure);
    const socket = client();
    await once(socket, "open");
    for (const size of [0, 1, 125, 126, 65_535, 65_536, 1_000_000]) {
      const sent = Buffer.alloc(size, "\x00\xff\x80abc", "latin1");
      socket.send(sent);
      const [got, binary] = (await once(socket, "message")) as [Buffer, boolean];
      assert.ok(binary && got.equals(sent), `${size} bytes`);
    }
    socket.ping("still there");
    const [pong] = (await once(socket, "pong")) as [Buffer];
    assert.equal(pong.toString(), "still there");
    socket.close(4_001, "enough");
    const [code, reason] = (await once(socket, "close")) as [number, Buffer];
    assert.deepEqual([code, reason.toString()], [4_001, "enough"]);
    await eventually(() => records.length === 1, () => "a record");
    const [{ outcome, status, operation, bytesIn, bytesOut } = assert.fail()] = records;
    assert.deepEqual([outcome, status, operation], ["allowed", 101, "chat"]);
    assert.ok(bytesIn > 1_131_000 && bytesOut > 1_131_000);
  });

  test(`who has no credential gets no tunnel, ${secure ? "with TLS on both sides" : "plain"}`, async (t) => {
    const { client } = await open(t, secure);
    const [fault] = (await once(client({}), "error")) as [Error];
    assert.match(fault.message, /401/);
  });
}
