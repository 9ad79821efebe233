/** Revoked tunnel: a WebSocket ends when the token that opened it is revoked, by the command line, beside the gateway. */
import assert from "node:assert/strict";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { WebSocket, WebSocketServer } from "ws";
import type { AuditRecord } from "../../../src/audit/record.ts";
import type { JsonObject } from "../../../src/contract/json-value.ts";
import { writeMisfit } from "../../../src/contract/misfit.ts";
import { startGateway } from "../../../src/hosts/gateway/gateway.ts";
import { openDesk } from "../../cli/desk.ts";
import { CONTRACT, POLICY, token, writeFiles } from "../../hosts.ts";

const contract: JsonObject = { ...CONTRACT, paths: { "/chat": { get: { operationId: "chat", security: [{ login: ["orders:read"] }], responses: { 101: { description: "switched" } } } } } };

test("R38: a WebSocket ends when its token is revoked", async (t) => {
  const api = http.createServer();
  const server = new WebSocketServer({ server: api });
  server.on("connection", (socket) => socket.on("message", (text: Buffer) => socket.send(text.toString())));
  await new Promise<void>((resolve) => api.listen(0, "127.0.0.1", resolve));
  const records: AuditRecord[] = [];
  const policy: JsonObject = { ...POLICY, database: { sqlite: "./house.db" }, operations: { chat: { framing: { upgrade: "websocket" } } } };
  const file = writeFiles({ contract, policy }, `http://127.0.0.1:${(api.address() as AddressInfo).port}`);
  const start = await startGateway(file, {
    say: () => undefined,
    watch: false,
    sink: {
      write: (text, done) => {
        for (const line of text.trim().split("\n")) records.push(JSON.parse(line) as AuditRecord);
        done();
      },
      close: () => Promise.resolve(),
    },
  });
  if ("misfits" in start) assert.fail(start.misfits.map(writeMisfit).join("\n"));
  const { gateway } = start;
  t.after(async () => {
    await gateway.stop();
    server.close();
    api.closeAllConnections();
    api.close();
  });

  const client = new WebSocket(`${gateway.url.replace("http", "ws")}/chat`, { headers: { authorization: `Bearer ${token()}` } });
  const closed = new Promise<void>((resolve) => client.on("close", () => resolve()));
  client.on("error", () => undefined);
  const answer = new Promise<string>((resolve) => client.on("message", (text: Buffer) => resolve(text.toString())));
  await new Promise<void>((resolve) => client.on("open", () => resolve()));
  client.send("still here");
  assert.equal(await answer, "still here");

  const { code, error } = await openDesk(t).run("tokens", "revoke", "subject", "ann", "--policy", file);
  assert.equal(code, 0, error);
  await closed;
  for (let look = 0; records.length === 0 && look < 500; look++) await new Promise((resolve) => setTimeout(resolve, 10));
  assert.deepEqual([records[0]?.problem, records[0]?.because], ["tunnel-closed", { fault: "the credential counts no more" }]);
});
