/** Crew: several threads behind one port act as one gateway. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import http from "node:http";
import net, { type AddressInfo } from "node:net";
import { after, before, test } from "node:test";
import type { AuditRecord } from "../../../../src/audit/record.ts";
import type { JsonObject } from "../../../../src/contract/json-value.ts";
import { writeMisfit } from "../../../../src/contract/misfit.ts";
import { defineGuard, fields } from "../../../../src/guard.ts";
import { type Gateway, type GatewayOptions, startGateway } from "../../../../src/hosts/gateway/gateway.ts";
import { POLICY, writeFiles } from "../../../hosts.ts";
import { type Behind, openApi, readGauge, recordingSink } from "../rig.ts";

const skip = process.platform === "linux" ? false : "several threads behind one port need Linux";

let api: Behind;
before(async () => {
  api = await openApi((_request, response) => response.writeHead(200, { "content-type": "application/json" }).end("[1]"));
});
after(() => api.stop());

interface Opened {
  readonly gateway: Gateway;
  readonly file: string;
  readonly records: AuditRecord[];
  readonly events: string[];
  /** One request on a connection of its own. */
  readonly ask: () => Promise<number>;
}

async function open(policy: JsonObject = {}, limits: GatewayOptions["limits"] = {}): Promise<Opened> {
  const records: AuditRecord[] = [];
  const events: string[] = [];
  const file = writeFiles({ policy: { ...POLICY, threads: 3, watch: { port: 0 }, ...policy } }, `http://127.0.0.1:${api.port}`);
  const start = await startGateway(file, { say: (_severity, event) => void events.push(event), watch: false, sink: recordingSink(records), limits });
  if ("misfits" in start) return assert.fail(start.misfits.map(writeMisfit).join("\n"));
  const { gateway } = start;
  return { gateway, file, records, events, ask: () => statusOf(`${gateway.url}/prices`) };
}

function statusOf(url: string): Promise<number> {
  return new Promise((resolve, reject) => {
    http.get(url, { agent: false }, (response) => {
      response.resume();
      response.once("end", () => resolve(response.statusCode ?? 0));
    }).once("error", reject);
  });
}

const times = <T>(count: number, ask: () => Promise<T>): Promise<readonly T[]> => Promise.all(Array.from({ length: count }, ask));

async function misfitsOf(policy: JsonObject, options: Partial<GatewayOptions> = {}): Promise<string> {
  const start = await startGateway(writeFiles({ policy: { ...POLICY, threads: 2, ...policy } }, "http://127.0.0.1:9"), { say: () => undefined, watch: false, sink: recordingSink([]), ...options });
  if ("misfits" in start) return start.misfits.map(writeMisfit).join("\n");
  await start.gateway.stop();
  return "";
}

test("Every request on any thread is answered, counted once and recorded once", { skip }, async () => {
  const { gateway, records, ask } = await open();
  assert.deepEqual(new Set(await times(60, ask)), new Set([200]));
  const text = await (await fetch(`${gateway.watchUrl}/metrics`)).text();
  assert.match(text, /^sallyport_exchanges_total\{operation="listPrices",outcome="allowed",status="200"\} 60$/m);
  assert.equal(await readGauge(gateway.watchUrl ?? "", "sallyport_threads"), 3);
  assert.equal(await (await fetch(`${gateway.watchUrl}/readyz`)).text(), "ready\n");
  await gateway.stop();
  assert.equal(records.length, 60);
  assert.equal(new Set(records.map(({ id }) => id)).size, 60);
});

test("A limit is one limit for all threads, to the request", { skip }, async () => {
  const everywhere = POLICY["everywhere"] as JsonObject;
  const { gateway, ask } = await open({ everywhere: { ...everywhere, "token-bucket": { burst: 40, window: "1h" } } });
  const statuses = await times(200, ask);
  assert.equal(statuses.filter((status) => status === 200).length, 40);
  assert.equal(statuses.filter((status) => status === 429).length, 160);
  assert.equal(await readGauge(gateway.watchUrl ?? "", "sallyport_limits_strangers_evicted"), 0);
  await gateway.stop();
});

/** A connection that is held; or, where the door has turned it away, undefined. */
function hold(port: number): Promise<net.Socket | undefined> {
  const socket = net.connect(port, "127.0.0.1");
  socket.on("error", () => undefined);
  return new Promise((resolve) => {
    socket.once("close", () => resolve(undefined));
    socket.once("data", () => resolve(socket));
    socket.write("GET /prices HTTP/1.1\r\nhost: a\r\n\r\n");
  });
}

test("Connections of one address are counted by all threads together", { skip }, async () => {
  const { gateway } = await open({}, { front: { connectionsPerAddress: 12 } });
  const port = Number(new URL(gateway.url).port);
  const held: net.Socket[] = [];
  // One after the other, so that nobody is turned away for one who is turned away himself.
  for (let at = 0; at < 20; at++) held.push(...[await hold(port)].filter((socket) => socket !== undefined));
  assert.equal(held.length, 12);
  held[0]?.destroy();
  let again: net.Socket | undefined;
  for (let tries = 0; again === undefined && tries < 100; tries++) again = await hold(port);
  assert.ok(again !== undefined, "the place is free again");
  for (const socket of [...held, again]) socket.destroy();
  await gateway.stop();
});

test("The port is the crew's alone: what listens there already keeps it from starting", { skip }, async () => {
  const holder = net.createServer();
  await new Promise<void>((resolve) => holder.listen(0, "127.0.0.1", resolve));
  const { port } = holder.address() as AddressInfo;
  assert.match(await misfitsOf({ listen: { port } }), /the port is in use/);
  holder.close();
});

test("All threads move to a new policy, and none to a broken one", { skip }, async () => {
  const { gateway, file, ask, events } = await open();
  const policy = JSON.parse(readFileSync(file, "utf8")) as JsonObject;
  const everywhere = policy["everywhere"] as JsonObject;
  writeFileSync(file, JSON.stringify({ ...policy, everywhere: { ...everywhere, address: { deny: ["127.0.0.0/8"] } } }));
  assert.deepEqual(await gateway.reload(), []);
  assert.deepEqual(new Set(await times(40, ask)), new Set([403]));
  writeFileSync(file, JSON.stringify({ ...policy, everywhere: { addres: {} } }));
  assert.ok((await gateway.reload()).length > 0);
  assert.deepEqual(new Set(await times(40, ask)), new Set([403]));
  assert.deepEqual(events, ["reloaded", "reload refused: the old policy stays"]);
  assert.match(await (await fetch(`${gateway.watchUrl}/metrics`)).text(), /^sallyport_reloads_total\{result="worked"\} 1$/m);
  await gateway.stop();
});

test("Two orders to reload are followed one after the other", { skip }, async () => {
  const { gateway, events } = await open();
  assert.deepEqual(await Promise.all([gateway.reload(), gateway.reload()]), [[], []]);
  assert.deepEqual(events, ["reloaded", "reloaded"]);
  await gateway.stop();
});

test("What stands in the way is said once, and nothing is left listening", { skip }, async () => {
  const said = await misfitsOf({ everywhere: { addres: {} } });
  assert.equal(said.split("\n").filter((line) => line.includes("addres")).length, 1);
  assert.match(await misfitsOf({ threads: 0 }), /1 to 64/);
  assert.match(await misfitsOf({ threads: "many" }), /1 to 64/);
});

test("Guards of a program's own cannot be handed to other threads", { skip }, async () => {
  const own = defineGuard({ name: "own", stage: "screen", risks: ["API8:2023"], options: fields({}), compile: () => undefined });
  assert.match(await misfitsOf({}, { guards: [own] }), /cannot be handed to other threads/);
});

test("As many threads as there are processors, where the policy says auto", { skip }, async () => {
  const { gateway, ask } = await open({ threads: "auto" });
  assert.equal(await ask(), 200);
  await gateway.stop();
});

test("A stop lets exchanges in flight finish, in every thread", { skip }, async () => {
  const { gateway, ask } = await open();
  const slow = api.server.listeners("request").slice();
  api.server.removeAllListeners("request");
  api.server.on("request", (_request, response: http.ServerResponse) => void setTimeout(() => response.writeHead(200, { "content-type": "application/json" }).end("[1]"), 300));
  const arrived = Promise.withResolvers<undefined>();
  let count = 0;
  api.server.on("request", () => (++count === 12 ? arrived.resolve(undefined) : undefined));
  const inFlight = times(12, ask);
  await arrived.promise;
  await Promise.all([gateway.stop(), gateway.stop()]);
  assert.deepEqual(new Set(await inFlight), new Set([200]));
  api.server.removeAllListeners("request");
  for (const listener of slow) api.server.on("request", listener as () => void);
  await assert.rejects(ask());
});
