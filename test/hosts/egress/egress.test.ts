/** Egress: what the API fetches goes where the policy lets it, and to no address that was not judged. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import net from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test, type TestContext } from "node:test";
import { fetch as undiciFetch, ProxyAgent } from "undici";
import type { AuditRecord } from "../../../src/audit/record.ts";
import type { Json, JsonObject } from "../../../src/contract/json-value.ts";
import { writeMisfit } from "../../../src/contract/misfit.ts";
import { type Egress, HEAD_BYTES_MAX, startEgress } from "../../../src/hosts/egress/egress.ts";
import { developmentCertificate } from "../../../src/hosts/gateway/certificates.ts";
import { openResolver } from "../../../src/outgoing/resolve.ts";
import { readPolicy } from "../../../src/policy/read.ts";
import { findProgram, listenOn, outputOf, recordingSink } from "../gateway/rig.ts";

const secret = randomBytes(32).toString("base64url");
const folder = mkdtempSync(path.join(tmpdir(), "sallyport-egress-"));
writeFileSync(path.join(folder, "secret"), secret);

/** Where it all leads in the end; `partner.example` is a name for this machine here. */
const destination = http.createServer((request, response) => {
  const body = Buffer.concat([Buffer.from(`${request.method ?? ""} ${request.url ?? ""} ${JSON.stringify(request.headers)} `), Buffer.alloc(Number(request.headers["x-want"] ?? 0), "x")]);
  setTimeout(() => response.writeHead(200, { "x-kept": "yes", "keep-alive": "timeout=5" }).end(body), Number(request.headers["x-slow"] ?? 0));
});
const tlsFolder = mkdtempSync(path.join(tmpdir(), "sallyport-egress-tls-"));
const files = developmentCertificate(tlsFolder);
const secured = https.createServer({ cert: readFileSync(files.certificateFile), key: readFileSync(files.keyFile) }, (_request, response) => response.end("secured"));
let port = 0;
let securedPort = 0;
before(async () => {
  port = await listenOn(destination);
  securedPort = await listenOn(secured);
});
after(() => {
  for (const server of [destination, secured]) {
    server.close();
    server.closeAllConnections();
  }
});

const NAMES: Readonly<Record<string, readonly string[]>> = {
  "partner.example": ["127.0.0.1"],
  "inner.example": ["10.0.0.1"],
  "mixed.example": ["127.0.0.1", "169.254.169.254"],
  "metadata.example": ["169.254.169.254"],
};

interface Opened {
  readonly egress: Egress;
  readonly records: AuditRecord[];
  /** The proxy's address with this client's name and secret. */
  readonly proxy: (name?: string, key?: string) => string;
  readonly stop: () => Promise<void>;
}

function policyOf(egress: JsonObject): string {
  const file = path.join(mkdtempSync(path.join(folder, "policy-")), "policy.json");
  writeFileSync(file, JSON.stringify({ contract: "./openapi.json", egress }));
  return file;
}

/** The machine itself is no public address: that it may be reached here is a loosening like any other. */
const inner = { ranges: ["127.0.0.0/8"], because: "the destination of this test" };

async function open(t: TestContext, settings: JsonObject = {}, client: Readonly<Record<string, Json | undefined>> = {}): Promise<Opened> {
  const ports = [port, securedPort];
  const payments = { secret: `file:${path.join(folder, "secret")}`, hosts: [...Object.keys(NAMES), "unknown.example", "127.0.0.1", "169.254.169.254"], ports, plain: "a test without TLS", inner, ...client };
  const { policy, misfits } = readPolicy(policyOf({ port: 0, clients: { payments: payments as JsonObject }, ...settings }));
  assert.ok(policy !== undefined, misfits.map(writeMisfit).join("\n"));
  const records: AuditRecord[] = [];
  const resolver = openResolver((name, done) => done(NAMES[name]));
  const egress = await startEgress(policy, { sink: recordingSink(records), resolver });
  assert.ok(!("misfits" in egress), JSON.stringify(egress));
  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> => (stopped ??= egress.stop());
  t.after(stop);
  return { egress, records, stop, proxy: (name = "payments", key = secret) => egress.url.replace("://", `://${name}:${key}@`) };
}

interface Said {
  readonly status: number;
  readonly body: string;
}

/** A request for an absolute URL, and nothing between this test and the proxy. */
function ask({ egress }: Opened, url: string, headers: http.OutgoingHttpHeaders = {}, body?: string): Promise<Said> {
  const credential = { "proxy-authorization": `Basic ${Buffer.from(`payments:${secret}`).toString("base64")}` };
  return new Promise((resolve, reject) => {
    const at = new URL(egress.url);
    const sent = Object.fromEntries(Object.entries({ ...credential, ...headers }).filter(([, value]) => value !== undefined));
    const request = http.request({ host: at.hostname, port: at.port, path: url, method: body === undefined ? "GET" : "POST", agent: false, headers: sent }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.once("end", () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() }));
      response.once("error", reject);
    });
    request.once("error", reject);
    request.end(body);
  });
}

/** The bytes that come back for these. */
function exchange({ egress }: Opened, bytes: string): Promise<string> {
  const at = new URL(egress.url);
  return new Promise((resolve) => {
    const socket = net.connect(Number(at.port), at.hostname, () => socket.write(bytes));
    let said = "";
    socket.on("data", (chunk: Buffer) => (said += chunk.toString("latin1")));
    socket.on("error", () => undefined);
    socket.once("close", () => resolve(said));
  });
}

const credentialLine = `proxy-authorization: Basic ${Buffer.from(`payments:${secret}`).toString("base64")}\r\n`;
const connectTo = (target: string): string => `CONNECT ${target} HTTP/1.1\r\nhost: ${target}\r\n${credentialLine}\r\n`;

test("curl and undici fetch through it, plainly and over TLS, and each trip leaves one record", async (t) => {
  const opened = await open(t);
  const agent = new ProxyAgent({ uri: opened.egress.url, token: `Basic ${Buffer.from(`payments:${secret}`).toString("base64")}`, requestTls: { ca: readFileSync(files.authorityFile), servername: "localhost" } });
  assert.equal(await (await undiciFetch(`https://partner.example:${securedPort}/`, { dispatcher: agent })).text(), "secured");
  const curl = findProgram("/usr/bin/curl");
  if (curl === undefined) t.diagnostic("curl is not installed");
  else {
    assert.match(await outputOf(curl, ["-sS", "--proxy", opened.proxy(), `http://partner.example:${port}/hook?x=1`]), /^GET \/hook\?x=1 /);
    assert.equal(await outputOf(curl, ["-sS", "--proxy", opened.proxy(), "--cacert", files.authorityFile, "--connect-to", `localhost:443:partner.example:${securedPort}`, "https://localhost/"]), "secured");
  }
  await agent.close();
  await opened.stop();
  assert.deepEqual(opened.records.map(({ outcome, client, destination: to }) => [outcome, client, to?.split(":")[0]]).slice(0, 1), [["allowed", "payments", "partner.example"]]);
  assert.equal(opened.records.length, curl === undefined ? 1 : 3);
});

test("The destination gets the request without what belongs to the proxy", async (t) => {
  const opened = await open(t);
  const { status, body } = await ask(opened, `http://partner.example:${port}/a`, { "x-mine": "1", "x-hop": "2", connection: "x-hop", "proxy-connection": "keep-alive", host: "elsewhere.example" });
  assert.equal(status, 200);
  assert.match(body, /"x-mine":"1"/);
  assert.match(body, new RegExp(`"host":"partner.example:${port}"`));
  assert.doesNotMatch(body, /proxy-|x-hop|payments/);
  assert.match((await ask(opened, `http://partner.example:${port}/b`, {}, "sent")).body, /"content-length":"4"|"transfer-encoding"/);
});

test("Only known clients with their own secret come through", async (t) => {
  const opened = await open(t);
  for (const value of [undefined, "Basic", "Bearer x", "Basic !!", `Basic ${btoa("payments")}`, `Basic ${btoa(`:${secret}`)}`, `Basic ${btoa("payments:")}`, `Basic ${btoa(`payments:${secret}x`)}`, `Basic ${btoa(`other:${secret}`)}`, `Basic ${btoa(`__proto__:${secret}`)}`]) {
    const { status } = await ask(opened, `http://partner.example:${port}/`, { "proxy-authorization": value });
    assert.equal(status, 407, value);
  }
  const said = await exchange(opened, `CONNECT partner.example:${port} HTTP/1.1\r\nhost: a\r\n\r\n`);
  assert.match(said, /^HTTP\/1\.1 407 [^]*proxy-authenticate: Basic realm="egress"/);
  await opened.stop();
  assert.ok(opened.records.every(({ outcome, client, problem }) => outcome === "refused" && client === undefined && problem === "egress-client-unknown"));
  assert.ok(!JSON.stringify(opened.records).includes(secret));
});

test("A client that is anyone needs no secret, and others still do", async (t) => {
  const { policy } = readPolicy(policyOf({ port: 0, clients: { all: { anyone: "a machine with one program", hosts: ["partner.example"], ports: [port], plain: "a test without TLS", inner } } }));
  assert.ok(policy !== undefined);
  const egress = await startEgress(policy, { sink: recordingSink([]), resolver: openResolver((name, done) => done(NAMES[name])) });
  assert.ok(!("misfits" in egress));
  t.after(() => egress.stop());
  const opened = { egress } as Opened;
  assert.equal((await ask(opened, `http://partner.example:${port}/`, { "proxy-authorization": undefined })).status, 200);
  assert.equal((await ask(opened, `http://partner.example:${port}/`)).status, 407);
});

const REFUSED: readonly (readonly [why: string, url: () => string, status: number])[] = [
  ["a host that is not listed", () => `http://other.test.org:${port}/`, 403],
  ["a port that is not listed", () => "http://partner.example:22/", 403],
  ["a name that leads to an inner address", () => `http://inner.example:${port}/`, 403],
  ["a name that leads to the metadata of a cloud", () => `http://metadata.example:${port}/`, 403],
  ["a name of which one address is inner", () => `http://mixed.example:${port}/`, 403],
  ["the metadata's address itself, listed by mistake", () => `http://169.254.169.254:${port}/`, 403],
  ["a name that nobody knows", () => `http://unknown.example:${port}/`, 502],
  ["an address in disguise", () => `http://0x7f000001:${port}/`, 400],
  ["a user name in the URL", () => `http://partner.example@127.0.0.1:${port}/`, 400],
  ["the machine by name", () => `http://localhost:${port}/`, 400],
  ["another scheme", () => `ftp://partner.example:${port}/`, 400],
  ["TLS without CONNECT", () => `https://partner.example:${port}/`, 400],
  ["a request for the proxy itself", () => "/metrics", 400],
];
for (const [why, url, status] of REFUSED) {
  test(`It refuses ${why}`, async (t) => {
    const opened = await open(t);
    const said = await ask(opened, url());
    assert.equal(said.status, status, said.body);
    assert.doesNotMatch(said.body, /169\.254|10\.0\.0\.1|because/);
    await opened.stop();
    assert.equal(opened.records.length, 1);
    assert.ok(opened.records[0]?.because !== undefined);
  });
}

test("CONNECT is refused for what a plain request is refused for", async (t) => {
  const opened = await open(t);
  for (const [target, status] of [[`inner.example:${port}`, 403], ["partner.example:22", 403], [`169.254.169.254:${port}`, 403], ["partner.example", 400], [`user@partner.example:${port}`, 400], [`unknown.example:${port}`, 502]] as const) {
    assert.match(await exchange(opened, connectTo(target)), new RegExp(`^HTTP/1\\.1 ${status} `), target);
  }
});

test("With its reason taken away, the machine itself cannot be reached", async (t) => {
  const opened = await open(t, {}, { inner: undefined });
  assert.equal((await ask(opened, `http://partner.example:${port}/`)).status, 403);
  assert.equal((await ask(opened, `http://127.0.0.1:${port}/`)).status, 403);
  const safe = await open(t, {}, { plain: undefined });
  assert.equal((await ask(safe, `http://partner.example:${port}/`)).status, 403);
  assert.match(await exchange(safe, `${connectTo(`partner.example:${port}`)}GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n`), /^HTTP\/1\.1 200 Connection Established\r\n\r\nHTTP\/1\.1 200 OK/);
});

test("More bytes than a connection may carry end it, in either direction", async (t) => {
  const opened = await open(t, { up: "1KiB", down: "2KiB" });
  assert.equal((await ask(opened, `http://partner.example:${port}/`, {}, "x".repeat(1_024))).status, 200);
  const over = await ask(opened, `http://partner.example:${port}/`, {}, "x".repeat(1_025)).catch(() => ({ status: 502 }));
  assert.equal(over.status, 502);
  await assert.rejects(ask(opened, `http://partner.example:${port}/`, { "x-want": "4096" }));
  const said = await exchange(opened, `${connectTo(`partner.example:${port}`)}GET / HTTP/1.1\r\nhost: a\r\nx-want: 65536\r\n\r\n`);
  assert.ok(said.length < 65_536);
  await opened.stop();
  assert.deepEqual(opened.records.map(({ problem }) => problem), [undefined, "egress-too-large", "egress-too-large", "egress-too-large"]);
});

test("A destination that does not answer, or says nothing more, is not waited for", async (t) => {
  const opened = await open(t, { idle: "1s", whole: "2s" });
  assert.equal((await ask(opened, `http://partner.example:${port}/`, { "x-slow": "5000" })).status, 504);
  assert.match(await exchange(opened, connectTo(`partner.example:${port}`)), /^HTTP\/1\.1 200 Connection Established/);
  await opened.stop();
  assert.deepEqual(opened.records.map(({ problem, outcome }) => [problem, outcome]), [["egress-late", "refused"], ["egress-late", "failed"]]);
});

test("A destination that nobody serves is said to be unreachable", async (t) => {
  const server = net.createServer();
  const closed = await listenOn(server);
  await new Promise((resolve) => server.close(resolve));
  const opened = await open(t, {}, { ports: [closed] });
  assert.equal((await ask(opened, `http://partner.example:${closed}/`)).status, 502);
  assert.match(await exchange(opened, connectTo(`partner.example:${closed}`)), /^HTTP\/1\.1 502 /);
  await opened.stop();
  assert.deepEqual(opened.records.map(({ problem, because }) => [problem, because?.["code"]]), [["egress-unreachable", "ECONNREFUSED"], ["egress-unreachable", "ECONNREFUSED"]]);
});

test("A client has as many connections as it may have, and gets them back", async (t) => {
  const opened = await open(t, { connections: 1 });
  const slow = ask(opened, `http://partner.example:${port}/`, { "x-slow": "300" });
  await new Promise((resolve) => setTimeout(resolve, 100));
  const other = await ask(opened, `http://partner.example:${port}/`).catch(() => ({ status: 429 }));
  assert.equal(other.status, 429);
  assert.equal((await slow).status, 200);
  assert.equal((await ask(opened, `http://partner.example:${port}/`)).status, 200);
});

test("A client that leaves leaves nothing behind", async (t) => {
  const opened = await open(t);
  const at = new URL(opened.egress.url);
  const socket = net.connect(Number(at.port), at.hostname, () => socket.write(connectTo(`partner.example:${port}`)));
  await new Promise((resolve) => socket.once("data", resolve));
  socket.destroy();
  while (opened.records.length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(opened.records[0]?.outcome, "allowed");
});

test("Bytes that are no request are not answered for", async (t) => {
  const opened = await open(t);
  assert.match(await exchange(opened, "rubbish\r\n\r\n"), /^HTTP\/1\.1 400 /);
  assert.match(await exchange(opened, `GET http://partner.example:${port}/ HTTP/1.1\r\nx: ${"x".repeat(HEAD_BYTES_MAX)}\r\n\r\n`), /^HTTP\/1\.1 431 /);
});

const MISFITS: readonly (readonly [JsonObject, RegExp])[] = [
  [{ clients: {} }, /clients need names/],
  [{ clients: { "a:b": { anyone: "a test of names", hosts: ["*"] } } }, /clients need names/],
  [{ clients: { a: { hosts: ["*"] } } }, /known by its secret, or is anyone/],
  [{ clients: { a: { secret: "env:NO_SUCH_SECRET_HERE", hosts: ["*"] } } }, /cannot be used: the environment has no/],
  [{ clients: { a: { anyone: "a test of hosts", hosts: ["https://x"] } } }, /is no host/],
  [{ clients: { a: { anyone: "a test of hosts", hosts: ["*"], inner: { ranges: ["10.0.0.1/8"], because: "a test of ranges" } } } }, /not the first address of its range/],
  [{ clients: { a: { anyone: "one of two", hosts: ["*"] }, b: { anyone: "two of two", hosts: ["*"] } } }, /only one client can be anyone/],
  [{ address: "0.0.0.0", clients: { a: { anyone: "a test of places", hosts: ["*"] } } }, /would be readable/],
];
for (const [settings, expected] of MISFITS) {
  test(`It does not start with ${JSON.stringify(settings).slice(0, 80)}`, async () => {
    const { policy, misfits } = readPolicy(policyOf({ port: 0, ...settings }));
    const start = policy === undefined ? { misfits } : await startEgress(policy, { sink: recordingSink([]) });
    assert.ok("misfits" in start);
    assert.match(start.misfits.map(writeMisfit).join("\n"), expected);
  });
}

test("A weak secret, a port in use and a policy without egress are said in one sentence", async () => {
  writeFileSync(path.join(folder, "weak"), "password");
  const holder = net.createServer();
  const taken = await listenOn(holder);
  const cases: readonly (readonly [JsonObject | undefined, RegExp])[] = [
    [{ clients: { a: { secret: `file:${path.join(folder, "weak")}`, hosts: ["*"] } } }, /shorter than 32 bytes/],
    [{ port: taken, clients: { a: { anyone: "a test of ports", hosts: ["*"] } } }, /the port is in use/],
  ];
  for (const [settings, expected] of cases) {
    const { policy } = readPolicy(policyOf(settings ?? {}));
    assert.ok(policy !== undefined);
    const start = await startEgress(policy, { sink: recordingSink([]) });
    assert.ok("misfits" in start);
    assert.match(start.misfits.map(writeMisfit).join("\n"), expected);
    if (policy !== undefined) assert.match(JSON.stringify(await startEgress({ ...policy, settings: { ...policy.settings, egress: undefined } })), /has no egress/);
  }
  holder.close();
});
