/** Doctor: what surrounds a policy is asked, and each fault is said with what to do. */
import assert from "node:assert/strict";
import http, { type IncomingMessage, type ServerResponse } from "node:http";
import net from "node:net";
import path from "node:path";
import { test, type TestContext } from "node:test";
import type { Finding } from "../../../src/cli/doctor/finding.ts";
import { LOG_BYTES_MAX, RECORDS_MIN } from "../../../src/cli/doctor/look-at-callers.ts";
import { lookAtMachine, type MachineFacts } from "../../../src/cli/doctor/look-at-machine.ts";
import { judgeInfo } from "../../../src/cli/doctor/look-at-stores.ts";
import { startGateway } from "../../../src/hosts/gateway/gateway.ts";
import { developmentCertificate } from "../../../src/hosts/gateway/certificates.ts";
import { freePort, listenOn, recordingSink } from "../../hosts/gateway/rig.ts";
import { missing, startRedis } from "../../redis.ts";
import { type Desk, openDesk } from "../desk.ts";

const CONTRACT = { openapi: "3.1.0", info: { title: "t", version: "1" }, paths: { "/things": { get: { operationId: "listThings", responses: { 200: { description: "fine", content: { "application/json": { schema: {} } } } } } } } };
const OPEN = { public: "a test without logins" };

interface Seen {
  readonly code: number;
  readonly text: string;
  /** By health and subject. */
  readonly of: (health: Finding["health"], about: string) => string;
}

function desk(t: TestContext, policy: object, files: Readonly<Record<string, string>> = {}): Desk {
  const whole = { contract: "./openapi.json", upstream: "http://127.0.0.1:9", everywhere: OPEN, ...policy };
  return openDesk(t, { "openapi.json": JSON.stringify(CONTRACT), "policy.json": JSON.stringify(whole), ...files });
}

async function look(at: Desk, ...words: readonly string[]): Promise<Seen> {
  const { code, out, error } = await at.run("doctor", "policy.json", "--json", ...words);
  const { findings = [] } = JSON.parse(out === "" ? "{}" : out) as { readonly findings?: readonly Finding[] };
  const of = (health: string, about: string): string => findings.filter((one) => one.health === health && one.about === about).map(({ found, advice }) => `${found} | ${advice ?? ""}`).join("\n");
  return { code, text: out + error, of };
}

async function serve(t: TestContext, answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<number> {
  const server = http.createServer(answer);
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return listenOn(server);
}

test("an API that takes connections is fine, and one that is not there is bad", async (t) => {
  const port = await serve(t, (_request, response) => response.end());
  const up = await look(desk(t, { upstream: `http://127.0.0.1:${port}` }));
  assert.equal(up.code, 0, up.text);
  assert.match(up.of("fine", "API"), /takes connections/);
  const down = await look(desk(t, { upstream: `http://127.0.0.1:${await freePort()}` }));
  assert.equal(down.code, 1);
  assert.match(down.of("bad", "API"), /ECONNREFUSED.*\| start it/);
});

test("its health path is asked, and its clock compared", async (t) => {
  let status = 200;
  const port = await serve(t, (_request, response) => response.writeHead(status, { date: new Date(Date.now() + 90_000).toUTCString() }).end());
  const upstream = { targets: [`http://127.0.0.1:${port}`], health: { path: "/healthz" } };
  const well = await look(desk(t, { upstream }));
  assert.match(well.of("fine", "API"), /answers 200/);
  assert.match(well.of("doubtful", "clock"), /clock is (?:89|90) s behind that of/);
  status = 503;
  assert.match((await look(desk(t, { upstream }))).of("bad", "API"), /answers 503/);
});

test("the keys of an issuer are fetched as the gateway would", async (t) => {
  const port = await serve(t, (request, response) => {
    if (request.url !== "/keys") return void response.writeHead(404).end();
    response.writeHead(200, { "content-type": "application/json" }).end('{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"k","alg":"EdDSA","use":"sig","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}');
  });
  const contract = { ...CONTRACT, security: [{ tokens: [] }], components: { securitySchemes: { tokens: { type: "http", scheme: "bearer" } } } };
  const at = (keys: string): Desk => desk(t, { everywhere: { jwt: { issuer: "https://id.example", audience: "things", keys } } }, { "openapi.json": JSON.stringify(contract) });
  assert.match((await look(at(`http://127.0.0.1:${port}/keys`))).of("fine", "issuer"), /1 key of https:\/\/id\.example/);
  const gone = await look(at(`http://127.0.0.1:${port}/nowhere`));
  assert.match(gone.of("bad", "issuer"), /answered 404/);
  assert.equal(gone.code, 1);
});

test("offline nobody is asked", async (t) => {
  let asked = 0;
  const server = net.createServer((socket) => {
    asked++;
    socket.destroy();
  });
  t.after(() => server.close());
  const seen = await look(desk(t, { upstream: `http://127.0.0.1:${await listenOn(server)}` }), "--offline");
  assert.equal(seen.code, 0);
  assert.equal(asked, 0);
  assert.equal(seen.of("fine", "API"), "");
});

test("servers of limits are asked who they are", { skip: missing ?? false }, async (t) => {
  const server = await startRedis();
  t.after(() => server.stop());
  const limits = (secret: string): Desk => desk(t, { limits: { redis: "file:./secret" } }, { secret });
  const well = await look(limits(server.url));
  assert.match(well.of("fine", "limits"), /answered in \d+ ms[\s\S]*(?:Redis|Valkey) \d/);
  const gone = await look(limits(`redis://ann:hunter2-of-redis@127.0.0.1:${await freePort()}`));
  assert.match(gone.of("bad", "limits"), /cannot be used \(ECONNREFUSED\)/);
  assert.doesNotMatch(gone.text, /hunter2/, "the password stays where it is");
});

test("what such servers say of themselves is judged", () => {
  const told = (...lines: readonly string[]): readonly string[] => judgeInfo(lines.map((line) => `${line}\r\n`).join("")).map(({ health, found }) => `${health} ${found}`);
  assert.deepEqual(told("redis_version:7.0.15", "maxmemory:0", "maxmemory_policy:allkeys-lru", "role:master"), ["fine Redis 7.0.15"]);
  assert.deepEqual(told("redis_version:7.2.4", "valkey_version:8.0.1", "maxmemory:1000", "maxmemory_policy:noeviction"), ["fine Valkey 8.0.1"]);
  assert.match(told("redis_version:6.0.16")[0] ?? "", /^bad .*too old/);
  assert.match(told("redis_version:6.2.0", "maxmemory:1000", "maxmemory_policy:allkeys-lru")[1] ?? "", /^doubtful .*forgets \(allkeys-lru\)/);
  assert.deepEqual(told("redis_version:7.0.15", "rdb_last_bgsave_status:ok", "aof_last_write_status:ok"), ["fine Redis 7.0.15"]);
  assert.match(told("redis_version:7.0.15", "rdb_last_bgsave_status:err", "aof_last_write_status:ok")[1] ?? "", /^bad it could not save its memory the last time/);
  assert.match(told("redis_version:7.0.15", "rdb_last_bgsave_status:ok", "aof_last_write_status:err")[1] ?? "", /^bad it could not write its log the last time/);
  assert.match(told("redis_version:6.2.0", "role:slave")[1] ?? "", /^bad .*replica/);
  assert.match(told("")[0] ?? "", /^bad .*too old/, "who does not say is not believed");
});

test("a database that opens is fine, and one that does not is bad", async (t) => {
  assert.match((await look(desk(t, { database: { sqlite: "./a.db" } }))).of("fine", "database"), /sqlite opened/);
  const port = await freePort();
  const gone = await look(desk(t, { database: { postgres: "file:./secret", wait: "500ms" } }, { secret: `postgres://ann:hunter2-of-postgres@127.0.0.1:${port}/a` }));
  assert.notEqual(gone.of("bad", "database"), "");
  assert.doesNotMatch(gone.text, /hunter2/);
});

test("a certificate that soon ends, or is for another name, is doubtful", async (t) => {
  const at = (made: number, external: readonly string[] = []): Desk => {
    const one = desk(t, { listen: { tls: { certificate: "./tls/certificate.pem", key: "./tls/key.pem" } }, external });
    developmentCertificate(path.join(one.folder, "tls"), new Date(made));
    return one;
  };
  const now = Date.now();
  const whole = Number(/valid for (\d+) more days/.exec((await look(at(now))).of("fine", "certificate"))?.[1]);
  assert.ok(whole > 14);
  // Made so long ago that five days are left.
  assert.match((await look(at(now - (whole - 5) * 86_400_000))).of("doubtful", "certificate"), /valid for [45] more days \| renew it/);
  assert.match((await look(at(now, ["https://api.example"]))).of("doubtful", "certificate"), /not for api\.example/);
  assert.equal((await look(at(now, ["https://localhost"]))).of("doubtful", "certificate"), "");
});

test("a gateway that runs says itself that forwarding fields are not believed", async (t) => {
  const api = await serve(t, (_request, response) => response.writeHead(200, { "content-type": "application/json" }).end("{}"));
  const at = desk(t, { upstream: `http://127.0.0.1:${api}`, listen: { port: 0 }, watch: { port: await freePort() } });
  assert.match((await look(at)).of("fine", "running"), /no gateway runs/);
  const start = await startGateway(path.join(at.folder, "policy.json"), { say: () => undefined, watch: false, sink: recordingSink([]) });
  assert.ok("gateway" in start);
  t.after(() => start.gateway.stop());
  const send = async (headers: Record<string, string>): Promise<void> => void (await (await fetch(`${start.gateway.url}/things`, { headers })).text());
  for (let time = 0; time < 30; time++) await send({});
  for (let time = 0; time < 29; time++) await send({ "x-forwarded-for": "203.0.113.9" });
  const calm = await look(at);
  assert.match(calm.of("fine", "running"), /would take requests/);
  assert.equal(calm.of("doubtful", "callers"), "", "some callers write such fields");
  for (let time = 0; time < 5; time++) await send({ forwarded: "for=203.0.113.9" });
  assert.match((await look(at)).of("doubtful", "callers"), /5[0-9] % of 6[0-9] requests came with forwarding fields.*\| trust:/);
});

function records(count: number, particulars: (at: number) => object): string {
  return Array.from({ length: count }, (_, at) => `${JSON.stringify({ time: "2026-11-25T12:00:00Z", outcome: "allowed", operation: "listThings", status: 200, address: "10.0.0.7", ...particulars(at) })}\n`).join("");
}

async function callers(t: TestContext, log: string): Promise<Seen> {
  return look(desk(t, {}, { "audit.log": log }), "--offline", "--log", "audit.log");
}

test("all traffic with one key is found in the log, and the proxy named", async (t) => {
  assert.match((await callers(t, records(RECORDS_MIN, () => ({})))).of("doubtful", "callers"), /100 % of 100 requests came from 10\.0\.0\.7, an address of an inner network.*\| trust: \[10\.0\.0\.7\]/);
  assert.match((await callers(t, records(RECORDS_MIN, () => ({ address: "93.184.216.34" })))).of("doubtful", "callers"), /one busy caller, or a proxy/);
  const many = await callers(t, records(RECORDS_MIN, (at) => ({ address: `93.184.216.${at % 10}` })));
  assert.match(many.of("fine", "callers"), /100 records of 10 addresses/);
  assert.equal(many.of("doubtful", "callers"), "");
  assert.match((await callers(t, records(RECORDS_MIN - 1, () => ({})))).of("fine", "callers"), /too few/);
});

test("one credential for everybody, and answers that fail, are found there, too", async (t) => {
  const seen = await callers(t, records(RECORDS_MIN, (at) => ({ address: `93.184.216.${at % 10}`, principal: "shop-app", ...(at < 20 ? { outcome: "failed", blame: "api" } : {}) })));
  assert.match(seen.of("doubtful", "callers"), /100 % of 100 requests with a credential are of shop-app/);
  assert.match(seen.of("doubtful", "answers"), /20 % of the last 100 requests failed/);
});

test("only the end of a long log is read, and lines that are no records are passed over", async (t) => {
  const long = records(RECORDS_MIN, () => ({ address: "192.168.1.1" })) + `${"x".repeat(LOG_BYTES_MAX)}\n` + records(RECORDS_MIN, (at) => ({ address: `93.184.216.${at % 10}` }));
  assert.match((await callers(t, long)).of("fine", "callers"), /^100 records of 10 addresses/);
  assert.match((await look(desk(t, {}), "--offline", "--log", "nowhere.log")).of("doubtful", "callers"), /cannot be read/);
});

test("a machine that cannot carry what the door lets in is doubtful, and lenient flags are bad", () => {
  const calm: MachineFacts = { flags: [], unverified: false, openFilesMax: 1_000_000, processors: 4 };
  const findings = (facts: Partial<MachineFacts>, threads: number | "auto" = 1): string => lookAtMachine({ threads, upstream: undefined, listen: { limits: { connections: 10_000 } } }, { ...calm, ...facts }).filter(({ health }) => health !== "fine").map(({ health, about, advice }) => `${health} ${about} ${advice ?? ""}`).join("; ");
  assert.equal(findings({}), "");
  assert.equal(findings({}, "auto"), "");
  assert.match(findings({ flags: ["--insecure-http-parser"] }), /^bad node/);
  assert.match(findings({ unverified: true }), /^bad node/);
  assert.match(findings({ openFilesMax: 1_024 }), /^doubtful open files ulimit -n \d+/);
  assert.match(findings({ processors: 2 }, 8), /^doubtful threads threads: auto/);
});

test("people get one line for each, with what to do below, and a count", async (t) => {
  const { code, out } = await desk(t, {}, { "audit.log": records(RECORDS_MIN, () => ({})) }).run("doctor", "policy.json", "--offline", "--log", "audit.log");
  assert.equal(code, 0);
  assert.match(out, /^doubtful {2}callers +100 % of 100 requests came from 10\.0\.0\.7.*\n +do: trust: \[10\.0\.0\.7\]/m);
  assert.match(out, /\n\n\d+ findings: 0 bad, 1 doubtful\n$/);
});

test("without a policy nothing begins, and with an error in it nothing is asked", async (t) => {
  assert.equal((await openDesk(t).run("doctor")).code, 3);
  const broken = await look(desk(t, { everywhere: { "no-such-guard": {} } }));
  assert.equal(broken.code, 1);
  assert.match(broken.text, /nothing would start/);
});
