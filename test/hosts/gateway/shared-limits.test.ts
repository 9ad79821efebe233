/** Shared limits: several gateways, one limit, kept by a real server that comes and goes. */
import assert from "node:assert/strict";
import http from "node:http";
import { after, before, test, type TestContext } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import type { AuditRecord } from "../../../src/audit/record.ts";
import type { JsonObject } from "../../../src/contract/json-value.ts";
import { writeMisfit } from "../../../src/contract/misfit.ts";
import { type Gateway, startGateway } from "../../../src/hosts/gateway/gateway.ts";
import { REFUSED_MILLISECONDS_MAX } from "../../../src/stores/redis/leased.ts";
import { POLICY, writeFiles } from "../../hosts.ts";
import { missing, type RedisServer, startRedis } from "../../redis.ts";
import { type Behind, openApi, readGauge, recordingSink } from "./rig.ts";

/** Long enough for a machine that does much else at once: nobody is to decide alone because of it. */
const WAIT = "5s";

const skip = missing ?? false;
let api: Behind;
let server: RedisServer;
before(async () => {
  api = await openApi((_request, response) => response.writeHead(200, { "content-type": "application/json" }).end("[1]"));
  if (missing === undefined) server = await startRedis();
});
after(async () => {
  await api.stop();
  if (missing === undefined) await server.stop();
});

interface Opened {
  readonly gateway: Gateway;
  readonly records: AuditRecord[];
  readonly events: string[];
  readonly ask: () => Promise<number>;
}

/** Takes the server away until the end of the test, however that ends. */
async function takeAway(t: TestContext): Promise<void> {
  t.after(() => server.restart());
  await server.kill();
}

/** @param t what it opens is closed at its end, if the test has not done so */
async function open(t: TestContext, limits: JsonObject, bucket: JsonObject, policy: JsonObject = {}): Promise<Opened> {
  process.env["SALLYPORT_TEST_REDIS"] = server.url;
  const records: AuditRecord[] = [];
  const events: string[] = [];
  const everywhere = POLICY["everywhere"] as JsonObject;
  const file = writeFiles({ policy: { ...POLICY, watch: { port: 0 }, limits: { redis: "env:SALLYPORT_TEST_REDIS", wait: WAIT, ...limits }, ...policy, everywhere: { ...everywhere, "token-bucket": bucket } } }, `http://127.0.0.1:${api.port}`);
  const start = await startGateway(file, { say: (_severity, event) => void events.push(event), watch: false, sink: recordingSink(records) });
  if ("misfits" in start) return assert.fail(start.misfits.map(writeMisfit).join("\n"));
  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> => (stopped ??= start.gateway.stop());
  t.after(stop);
  return { gateway: { ...start.gateway, stop }, records, events, ask: () => statusOf(`${start.gateway.url}/prices`) };
}

function statusOf(url: string): Promise<number> {
  return new Promise((resolve, reject) => {
    http.get(url, { agent: false }, (response) => {
      response.resume();
      response.once("end", () => resolve(response.statusCode ?? 0));
    }).once("error", reject);
  });
}

async function passing(opened: readonly Opened[], times: number): Promise<number> {
  const statuses = await Promise.all(Array.from({ length: times }, async (_, at) => opened[at % opened.length]?.ask()));
  assert.ok(statuses.every((status) => status === 200 || status === 429), statuses.join(" "));
  return statuses.filter((status) => status === 200).length;
}

for (const mode of ["strict", "leased"] as const) {
  test(`${mode}: three gateways give out one limit, to the request; while the server is away each says that it decides alone`, { skip }, async (t) => {
    const gateways = await Promise.all([1, 2, 3].map(() => open(t, { mode, nodes: 3 }, { burst: 30, window: "1h", share: "api", crowd: 0, penalty: { after: mode === "strict" ? 999 : 1_000, upTo: "1h" } })));
    const [first] = gateways;
    assert.ok(first !== undefined);
    assert.equal(await passing(gateways, 120), 30);
    await takeAway(t);
    // A refusal of the servers is believed for a second.
    await wait(mode === "leased" ? REFUSED_MILLISECONDS_MAX + 100 : 100);
    assert.equal(await first.ask(), 429, "who has used up everything gets nothing new");
    await first.gateway.stop();
    assert.ok(first.events.includes("the servers of the limits do not answer"));
    const last = first.records.at(-1);
    assert.deepEqual(last?.observed?.map(({ guard, because }) => [guard, because]), [["token-bucket", { decided: "local" }]]);
    await Promise.all(gateways.slice(1).map(({ gateway }) => gateway.stop()));
  });
}

test("two threads of a gateway and another gateway share one limit", { skip: process.platform === "linux" ? skip : "several threads behind one port need Linux" }, async (t) => {
  const gateways = [await open(t, { mode: "strict" }, { burst: 25, window: "1h", share: "api", crowd: 0 }, { threads: 2 }), await open(t, { mode: "strict" }, { burst: 25, window: "1h", share: "api", crowd: 0 })];
  assert.equal(await passing(gateways, 100), 25);
  await Promise.all(gateways.map(({ gateway }) => gateway.stop()));
});

test("closed: while the server is away nobody passes, and somebody counts", { skip }, async (t) => {
  const one = await open(t, { whenDown: "closed" }, { burst: 26, window: "1h" });
  assert.equal(await one.ask(), 200);
  await takeAway(t);
  await wait(100);
  assert.equal(await one.ask(), 503);
  assert.equal(await readGauge(one.gateway.watchUrl ?? "", "sallyport_limits_alone_closed"), 1);
  await one.gateway.stop();
  assert.deepEqual([one.records.at(-1)?.problem, one.records.at(-1)?.blame], ["store-unavailable", "sallyport"]);
});

test("open, for one limit and with a reason: everybody passes, and the record says why", { skip }, async (t) => {
  const one = await open(t, {}, { burst: 1, window: "1h", crowd: 0, whenDown: { open: "the price list may be read, agreed 2026-11-20" } });
  await takeAway(t);
  await wait(100);
  assert.deepEqual([await one.ask(), await one.ask()], [200, 200]);
  await one.gateway.stop();
  assert.deepEqual(one.records.at(-1)?.observed?.map(({ because }) => because), [{ decided: "open" }]);
});

const MISFITS: readonly (readonly [string, JsonObject, RegExp])[] = [
  ["an environment without the URL", { redis: "env:SALLYPORT_NOWHERE" }, /has no SALLYPORT_NOWHERE/],
  ["that everybody passes without a reason", { whenDown: "open" }, /local, closed/],
  ["a cluster without servers", { redis: null, cluster: true }, /redis/],
  ["a wait of an hour", { wait: "1h" }, /out of range/],
];

for (const [what, limits, said] of MISFITS) {
  test(`${what} is a misfit, with its place`, { skip }, async () => {
    process.env["SALLYPORT_TEST_REDIS"] = server.url;
    const given = Object.fromEntries(Object.entries({ redis: "env:SALLYPORT_TEST_REDIS", ...limits }).filter(([, value]) => value !== null));
    const start = await startGateway(writeFiles({ policy: { ...POLICY, limits: given } }, `http://127.0.0.1:${api.port}`), { say: () => undefined, watch: false, sink: recordingSink([]) });
    assert.ok("misfits" in start);
    assert.match(start.misfits.map(writeMisfit).join("\n"), said);
  });
}

test("a wrong password keeps it from starting; a server that is away does not", { skip }, async () => {
  server.command("config", "set", "requirepass", "right");
  process.env["SALLYPORT_TEST_REDIS"] = server.url.replace("redis://", "redis://:canary-3d@");
  const policy = { ...POLICY, limits: { redis: "env:SALLYPORT_TEST_REDIS" } };
  const start = (): ReturnType<typeof startGateway> => startGateway(writeFiles({ policy }, `http://127.0.0.1:${api.port}`), { say: () => undefined, watch: false, sink: recordingSink([]) });
  const wrong = await start();
  assert.ok("misfits" in wrong);
  const said = wrong.misfits.map(writeMisfit).join("\n");
  assert.match(said, /WRONGPASS/);
  assert.doesNotMatch(said, /canary/);
  await server.kill();
  const away = await start();
  assert.ok("gateway" in away);
  await away.gateway.stop();
  await server.restart();
});
