/** Targets: an API in several places, some of which are not well. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import type net from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { test, type TestContext } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import type { AuditRecord } from "../../../src/audit/record.ts";
import type { Json, JsonObject } from "../../../src/contract/json-value.ts";
import { writeMisfit } from "../../../src/contract/misfit.ts";
import { developmentCertificate } from "../../../src/hosts/gateway/certificates.ts";
import { startGateway } from "../../../src/hosts/gateway/gateway.ts";
import { POLICY, writeFiles } from "../../hosts.ts";
import { freePort, listenOn, readGauge, recordingSink } from "./rig.ts";

interface Place {
  readonly url: string;
  /** Requests that came here, without questions for its health. */
  readonly asked: () => number;
  /** How it behaves from now on; undefined: it answers. */
  behave: ((socket: net.Socket, response: http.ServerResponse) => void) | undefined;
  well: boolean;
}

async function openPlace(t: TestContext): Promise<Place> {
  let asked = 0;
  const place = { url: "", asked: () => asked, behave: undefined as Place["behave"], well: true };
  const server = http.createServer((request, response) => {
    if (request.url === "/healthz") return void response.writeHead(place.well ? 200 : 503).end();
    asked++;
    if (place.behave !== undefined) return place.behave(request.socket, response);
    response.writeHead(200, { "content-type": "application/json" }).end("[1]");
  });
  place.url = `http://127.0.0.1:${await listenOn(server)}`;
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return place;
}

interface Opened {
  readonly ask: (method?: string) => Promise<number>;
  readonly records: AuditRecord[];
  readonly up: () => Promise<number>;
}

async function open(t: TestContext, upstream: Json, policy: JsonObject = {}): Promise<Opened> {
  const records: AuditRecord[] = [];
  const file = writeFiles({ policy: { ...POLICY, watch: { port: 0 }, ...policy, upstream } });
  const start = await startGateway(file, { say: () => undefined, watch: false, sink: recordingSink(records) });
  if ("misfits" in start) return assert.fail(start.misfits.map(writeMisfit).join("\n"));
  const { url, watchUrl, stop } = start.gateway;
  t.after(stop);
  const ask = (): Promise<number> =>
    new Promise((resolve, reject) => {
      http.get(`${url}/prices`, { agent: false }, (response) => response.resume().once("end", () => resolve(response.statusCode ?? 0))).once("error", reject);
    });
  return { ask, records, up: () => readGauge(watchUrl ?? "", "sallyport_upstream_targets_up") };
}

const times = (count: number, ask: () => Promise<number>): Promise<readonly number[]> => Promise.all(Array.from({ length: count }, ask));

test("Requests are spread over the targets", async (t) => {
  const places = [await openPlace(t), await openPlace(t), await openPlace(t)];
  const { ask, up } = await open(t, places.map(({ url }) => url));
  assert.deepEqual(new Set(await times(60, ask)), new Set([200]));
  for (const { asked } of places) assert.ok(asked() >= 10, String(asked()));
  assert.equal(await up(), 3);
});

test("A target that nobody serves costs no caller anything", async (t) => {
  const place = await openPlace(t);
  const { ask } = await open(t, [`http://127.0.0.1:${await freePort()}`, place.url]);
  for (let round = 0; round < 5; round++) assert.deepEqual(new Set(await times(10, ask)), new Set([200]));
});

test("A target that breaks off is not asked twice by one caller, and the other one answers", async (t) => {
  const [good, bad] = [await openPlace(t), await openPlace(t)];
  bad.behave = (socket) => void socket.destroy();
  const { ask } = await open(t, { targets: [good.url, bad.url], breaker: { least: 1_000 } });
  const statuses: number[] = [];
  for (let round = 0; round < 12; round++) statuses.push(await ask());
  assert.deepEqual(new Set(statuses), new Set([200]));
  assert.equal(bad.asked(), 6);
});

test("Without a budget nothing is repeated", async (t) => {
  const bad = await openPlace(t);
  bad.behave = (socket) => void socket.destroy();
  const { ask } = await open(t, { targets: bad.url, retries: 0, breaker: { least: 1_000 } });
  assert.deepEqual(await times(3, ask), [502, 502, 502]);
  assert.equal(bad.asked(), 3);
});

test("A target gets as many connections as the policy says, and who comes when all are taken waits for one", async (t) => {
  const place = await openPlace(t);
  const held: http.ServerResponse[] = [];
  place.behave = (_socket, response) => void held.push(response);
  const { ask } = await open(t, { targets: place.url, connections: 2 });
  const statuses = times(5, ask);
  const come = async (count: number): Promise<void> => {
    for (let tries = 0; tries < 500 && place.asked() < count; tries++) await wait(10);
    await wait(50);
    assert.equal(place.asked(), count);
  };
  await come(2);
  for (const count of [3, 4, 5, 5, 5]) {
    held.shift()?.writeHead(200, { "content-type": "application/json" }).end("[1]");
    await come(count);
  }
  assert.deepEqual(await statuses, [200, 200, 200, 200, 200]);
});

test("A target that fails is left alone, and asked again when the pause is over", async (t) => {
  const place = await openPlace(t);
  place.behave = (_socket, response) => void response.writeHead(503).end();
  const { ask, records } = await open(t, { targets: place.url, retries: 0, breaker: { least: 4, pause: "600ms" } });
  for (let round = 0; round < 4; round++) await ask();
  assert.equal(place.asked(), 4);
  assert.equal(await ask(), 502);
  assert.equal(place.asked(), 4);
  place.behave = undefined;
  const statuses = new Set<number>();
  for (let tries = 0; tries < 40 && !statuses.has(200); tries++) {
    await wait(100);
    statuses.add(await ask());
  }
  assert.ok(statuses.has(200));
  assert.deepEqual(new Set(await times(10, ask)), new Set([200]));
  assert.ok(records.some(({ because }) => because?.["code"] === "LEFT_ALONE"));
});

test("A target that says it is not well gets no requests until it says that it is", async (t) => {
  const [one, other] = [await openPlace(t), await openPlace(t)];
  const { ask, up } = await open(t, { targets: [one.url, other.url], health: { path: "/healthz", every: "100ms", timeout: "1s", down: 2, up: 2 } });
  const until = async (count: number): Promise<void> => {
    for (let tries = 0; tries < 100 && (await up()) !== count; tries++) await wait(50);
    assert.equal(await up(), count);
  };
  one.well = false;
  await until(1);
  const before = one.asked();
  assert.deepEqual(new Set(await times(20, ask)), new Set([200]));
  assert.equal(one.asked(), before);
  one.well = true;
  await until(2);
  await times(20, ask);
  assert.ok(one.asked() > before);
  one.well = false;
  other.well = false;
  await until(0);
  assert.equal(await ask(), 200, "where all are down they are tried all the same");
});

test("An API behind TLS is believed with the authority that the policy names, and not without", async (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), "sallyport-authority-"));
  const { authorityFile, certificateFile, keyFile } = developmentCertificate(folder);
  const server = https.createServer({ cert: readFileSync(certificateFile), key: readFileSync(keyFile) }, (_request, response) => response.writeHead(200, { "content-type": "application/json" }).end("[1]"));
  const url = `https://localhost:${await listenOn(server)}`;
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  const trusting = await open(t, { targets: url, authority: authorityFile, health: { path: "/prices", every: "100ms" } });
  assert.equal(await trusting.ask(), 200);
  const stranger = await open(t, url);
  assert.equal(await stranger.ask(), 502);
  writeFileSync(path.join(folder, "rubbish.pem"), "rubbish");
  for (const authority of [path.join(folder, "rubbish.pem"), path.join(folder, "missing.pem")]) {
    const start = await startGateway(writeFiles({ policy: { ...POLICY, upstream: { targets: url, authority } } }), { say: () => undefined, watch: false, sink: recordingSink([]) });
    assert.ok("misfits" in start);
    assert.match(start.misfits.map(writeMisfit).join(), /authority's file cannot be used/);
  }
});

test("What cannot be meant is said, with its place", async () => {
  for (const [upstream, expected] of [
    ["ftp://a", /not an http or https URL/],
    [[], /1 to 100 items/],
    [{ targets: [] }, /1 to 100 items/],
    [{ targets: "http://127.0.0.1:1", health: { path: "healthz" } }, /not a path/],
    [{ targets: "http://127.0.0.1:1", retries: 101 }, /0 to 100/],
    [{}, /"targets" is missing/],
  ] as readonly (readonly [Json, RegExp])[]) {
    const start = await startGateway(writeFiles({ policy: { ...POLICY, upstream } }), { say: () => undefined, watch: false, sink: recordingSink([]) });
    assert.ok("misfits" in start);
    assert.match(start.misfits.map(writeMisfit).join(), expected);
  }
});
