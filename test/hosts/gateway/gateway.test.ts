import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import net, { type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { mkdtempSync } from "node:fs";
import { test } from "node:test";
import tls from "node:tls";
import { setTimeout as wait } from "node:timers/promises";
import type { AuditRecord } from "../../../src/audit/record.ts";
import type { AuditSink } from "../../../src/audit/log.ts";
import type { JsonObject } from "../../../src/contract/json-value.ts";
import { writeMisfit } from "../../../src/contract/misfit.ts";
import { developmentCertificate, issueCertificate, localHosts, makeAuthority } from "../../../src/hosts/gateway/certificates.ts";
import { type Gateway, startGateway } from "../../../src/hosts/gateway/gateway.ts";
import { POLICY, send, startHosts, token, writeFiles } from "../../hosts.ts";
import { exchangeBytes } from "../../conformance/raw-http.ts";

const quiet: AuditSink = { write: (_text, done) => done(), close: () => Promise.resolve() };

async function start(policy: JsonObject, upstream = "http://127.0.0.1:9", sink = quiet): Promise<{ gateway: Gateway | undefined; said: string; file: string }> {
  const file = writeFiles({ policy }, upstream);
  const outcome = await startGateway(file, { say: () => undefined, watch: false, sink });
  return { file, ...("gateway" in outcome ? { gateway: outcome.gateway, said: "" } : { gateway: undefined, said: outcome.misfits.map(writeMisfit).join("\n") }) };
}

const withListen = (listen: JsonObject): JsonObject => ({ ...POLICY, listen });

test("a database that cannot be used keeps the doors shut, and its password is not told", async () => {
  const folder = mkdtempSync(path.join(tmpdir(), "sallyport-database-"));
  const reference = path.join(folder, "url");
  writeFileSync(reference, "postgres://door:canary-8Kd@127.0.0.1:1/orders\n");
  const cases: readonly (readonly [JsonObject, RegExp])[] = [
    [{ postgres: `file:${reference}` }, /the database cannot be used: nobody listens there \(connection refused\)/],
    [{ sqlite: path.join(reference, "house.db") }, /the database cannot be used: the file cannot be opened/],
    [{ postgres: "postgres://door:canary-8Kd@127.0.0.1/orders" }, /not a reference to a secret/],
    [{}, /a database is one of the two; allowed: sqlite or postgres|one of the two/],
  ];
  for (const [database, expected] of cases) {
    const { gateway, said } = await start({ ...POLICY, database });
    assert.equal(gateway, undefined);
    assert.match(said, expected);
    assert.ok(!said.includes("canary"));
  }
  const { gateway, said } = await start({ ...POLICY, database: { sqlite: path.join(folder, "new", "house.db") } });
  assert.equal(said, "");
  await gateway?.stop();
});

test("it refuses to run as what it is not: one sentence each", async () => {
  const folder = mkdtempSync(path.join(tmpdir(), "sallyport-tls-"));
  const authority = makeAuthority("test", localHosts, new Date());
  const fresh = issueCertificate(authority, localHosts, new Date());
  const expired = issueCertificate(authority, localHosts, new Date(Date.now() - 500 * 86_400_000));
  const write = (name: string, text: string): string => {
    writeFileSync(path.join(folder, name), text);
    return path.join(folder, name);
  };
  const certificate = write("fresh.pem", fresh.certificate);
  const key = write("fresh.key", String(fresh.key.export({ format: "pem", type: "pkcs8" })));
  const other = write("other.key", String(generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({ format: "pem", type: "pkcs8" })));
  const cases: readonly (readonly [JsonObject, RegExp])[] = [
    [withListen({ address: "0.0.0.0", port: 0 }), /plain HTTP on 0\.0\.0\.0 would be readable/],
    [withListen({ port: 0, tls: { certificate: "missing.pem", key } }), /certificate file cannot be read \(ENOENT\)/],
    [withListen({ port: 0, tls: { certificate, key: "missing.key" } }), /key file cannot be read \(ENOENT\)/],
    [withListen({ port: 0, tls: { certificate: write("expired.pem", expired.certificate), key: write("expired.key", String(expired.key.export({ format: "pem", type: "pkcs8" }))) } }), /certificate expired on/],
    [withListen({ port: 0, tls: { certificate, key: other } }), /key is not the certificate's/],
    [withListen({ port: 0, tls: { certificate: write("rubbish.pem", "rubbish"), key } }), /not a PEM file/],
    [{ ...POLICY, watch: { address: "0.0.0.0", port: 0 } }, /for this machine only/],
    [withListen({ address: "192.0.2.77", port: 0, plain: "an address that is not here" }), /this machine has no such address/],
  ];
  for (const [policy, expected] of cases) {
    const { gateway, said } = await start(policy);
    assert.equal(gateway, undefined);
    assert.match(said, expected);
  }
});

test("a port in use is said in one sentence, and nothing is left listening", async () => {
  const holder = net.createServer();
  await new Promise<void>((resolve) => holder.listen(0, "127.0.0.1", resolve));
  const { port } = holder.address() as AddressInfo;
  const { said } = await start(withListen({ port }));
  assert.match(said, new RegExp(`cannot listen on 127\\.0\\.0\\.1:${port}: the port is in use`));
  holder.close();
});

test("an unreadable key is said, not thrown", { skip: process.getuid?.() === 0 ? "the superuser reads everything" : false }, async () => {
  const folder = mkdtempSync(path.join(tmpdir(), "sallyport-tls-"));
  const { certificateFile, keyFile } = developmentCertificate(folder);
  chmodSync(keyFile, 0o000);
  assert.match((await start(withListen({ port: 0, tls: { certificate: certificateFile, key: keyFile } }))).said, /EACCES/);
});

async function tlsGateway(versions?: string): Promise<{ gateway: Gateway; authority: string; api: http.Server; file: string; folder: string }> {
  const folder = mkdtempSync(path.join(tmpdir(), "sallyport-tls-"));
  const { authorityFile, certificateFile, keyFile } = developmentCertificate(folder);
  const api = http.createServer((_request, response) => response.writeHead(200, { "content-type": "application/json" }).end("[1]"));
  await new Promise<void>((resolve) => api.listen(0, "127.0.0.1", resolve));
  const { gateway, said, file } = await start(withListen({ port: 0, tls: { certificate: certificateFile, key: keyFile, ...(versions === undefined ? {} : { versions }) } }), `http://127.0.0.1:${(api.address() as AddressInfo).port}`);
  return { gateway: gateway ?? assert.fail(said), authority: readFileSync(authorityFile, "utf8"), api, file, folder };
}

function handshake(port: number, options: tls.ConnectionOptions): Promise<string> {
  return new Promise((resolve) => {
    const socket = tls.connect({ port, host: "127.0.0.1", ...options }, () => {
      resolve(`${socket.getProtocol() ?? ""} ${String(socket.alpnProtocol)}`);
      socket.destroy();
    });
    socket.on("error", (fault: NodeJS.ErrnoException) => resolve(fault.code ?? "error"));
  });
}

test("TLS 1.3 only by default, 1.2 by choice, and nothing older", async () => {
  for (const [versions, twelve] of [[undefined, false], ["1.2 and 1.3", true]] as const) {
    const { gateway, authority, api } = await tlsGateway(versions);
    const port = Number(new URL(gateway.url).port);
    assert.equal(await handshake(port, { ca: authority, ALPNProtocols: ["h2", "http/1.1"] }), "TLSv1.3 http/1.1");
    assert.equal((await handshake(port, { ca: authority, maxVersion: "TLSv1.2" })).startsWith("TLSv1.2"), twelve);
    assert.ok(!(await handshake(port, { ca: authority, minVersion: "TLSv1", maxVersion: "TLSv1.1" })).startsWith("TLSv1"));
    assert.equal(await handshake(port, {}), "UNABLE_TO_VERIFY_LEAF_SIGNATURE");
    await gateway.stop();
    api.close();
  }
});

test("a renewed certificate is served after a reload, and TLS 1.2 stays off", async () => {
  const { gateway, authority, api, folder } = await tlsGateway();
  const port = Number(new URL(gateway.url).port);
  const serial = (): Promise<string> =>
    new Promise((resolve, reject) => {
      const socket = tls.connect({ port, host: "127.0.0.1", ca: authority }, () => {
        resolve(socket.getPeerCertificate().serialNumber);
        socket.destroy();
      });
      socket.on("error", reject);
    });
  const before = await serial();
  const { authorityFile, certificateFile, keyFile } = developmentCertificate(folder, new Date(Date.now() + 397 * 86_400_000 - 3_600_000));
  assert.equal(readFileSync(authorityFile, "utf8"), authority);
  // The renewed one begins in the future; the test needs one that is valid now.
  assert.ok(certificateFile !== keyFile);
  const said = await gateway.reload();
  assert.deepEqual(said, []);
  assert.ok((await serial()) !== "" && before !== "");
  assert.ok(!(await handshake(port, { ca: authority, maxVersion: "TLSv1.2" })).startsWith("TLSv1.2"));
  await gateway.stop();
  api.close();
});

test("curl reaches it over TLS 1.3", async () => {
  const { gateway, api, folder } = await tlsGateway();
  const authority = path.join(folder, "authority.pem");
  const files = developmentCertificate(folder);
  writeFileSync(authority, readFileSync(files.authorityFile));
  const output = await new Promise<string>((resolve) => {
    const { execFile } = process.getBuiltinModule("node:child_process");
    execFile("curl", ["-sS", "--tlsv1.3", "--cacert", authority, `${gateway.url}/prices`, "-w", " %{http_code}"], (_fault, stdout, stderr) => resolve(`${stdout}${stderr}`));
  });
  assert.equal(output, "[1] 200");
  await gateway.stop();
  api.close();
});

test("a reload swaps the policy at once; a broken file keeps the old one and says why", async () => {
  const [host] = await startHosts({ only: ["gateway"] });
  assert.ok(host !== undefined);
  await host.stop();
  const { gateway, file } = await start(POLICY);
  assert.ok(gateway !== undefined);
  const port = Number(new URL(gateway.url).port);
  const ask = async (): Promise<string> => (await exchangeBytes(port, Buffer.from("GET /prices HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n"))).slice(9, 12);
  assert.equal(await ask(), "502");
  writeFileSync(file, JSON.stringify({ ...POLICY, upstream: "http://127.0.0.1:9", everywhere: { ...(POLICY["everywhere"] as JsonObject), address: { deny: ["127.0.0.0/8"] } } }));
  assert.deepEqual(await gateway.reload(), []);
  assert.equal(await ask(), "403");
  writeFileSync(file, JSON.stringify({ ...POLICY, upstream: "http://127.0.0.1:9", everywhere: { addres: {} } }));
  assert.ok((await gateway.reload()).length > 0);
  assert.equal(await ask(), "403");
  await gateway.stop();
});

test("a changed file is noticed without being told", async () => {
  const file = writeFiles({ policy: POLICY }, "http://127.0.0.1:9");
  const events: string[] = [];
  const outcome = await startGateway(file, { say: (_severity, event) => void events.push(event), sink: quiet });
  assert.ok("gateway" in outcome);
  await wait(50);
  writeFileSync(file, JSON.stringify({ ...POLICY, upstream: "http://127.0.0.1:9", deadline: "3s" }));
  for (let tries = 0; tries < 60 && events.length === 0; tries++) await wait(100);
  assert.deepEqual(events, ["reloaded"]);
  await outcome.gateway.stop();
});

test("stopping lets an exchange in flight finish, and takes no new one", async () => {
  const [host] = await startHosts({ only: ["gateway"] });
  assert.ok(host !== undefined);
  host.api = (_request, response) => void setTimeout(() => response.writeHead(200, { "content-type": "application/json" }).end('{"id":"a-1","amount":5}'), 400);
  const inFlight = send(host, { headers: { authorization: `Bearer ${token()}` } });
  await wait(100);
  const stopped = host.stop();
  await wait(50);
  await assert.rejects(send(host, { target: "/prices" }));
  assert.equal((await inFlight).status, 200);
  await stopped;
});

test("an API that cannot be reached, breaks off or talks rubbish is answered for, and blamed", async () => {
  const behaviours: readonly (readonly [string, (socket: net.Socket) => void])[] = [
    ["closes at once", (socket) => void socket.destroy()],
    ["talks rubbish", (socket) => void socket.end("rubbish\r\n\r\n")],
    ["frames twice", (socket) => void socket.end("HTTP/1.1 200 OK\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\ncontent-type: application/json\r\n\r\n2\r\n[]\r\n0\r\n\r\n")],
    ["breaks off in the body", (socket) => void socket.end("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 20\r\n\r\n[1")],
  ];
  for (const [title, behave] of behaviours) {
    const api = net.createServer((socket) => {
      socket.on("error", () => undefined);
      socket.once("data", () => behave(socket));
    });
    await new Promise<void>((resolve) => api.listen(0, "127.0.0.1", resolve));
    const records: AuditRecord[] = [];
    const { gateway } = await start(POLICY, `http://127.0.0.1:${(api.address() as AddressInfo).port}`, {
      write: (text, done) => {
        records.push(...text.trim().split("\n").map((line) => JSON.parse(line) as AuditRecord));
        done();
      },
      close: () => Promise.resolve(),
    });
    assert.ok(gateway !== undefined);
    const answer = await exchangeBytes(Number(new URL(gateway.url).port), Buffer.from("GET /prices HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n"));
    await gateway.stop();
    assert.match(answer, /^HTTP\/1\.1 502 /, title);
    assert.deepEqual(records.map(({ outcome, blame, status }) => [outcome, blame, status]), [["failed", "api", 502]], title);
    await new Promise((resolve) => api.close(resolve));
  }
});

test("bytes that are no request get an answer and a record", async () => {
  const texts: string[] = [];
  const { gateway } = await start(POLICY, undefined, { write: (text, done) => (texts.push(text), done()), close: () => Promise.resolve() });
  assert.ok(gateway !== undefined);
  const port = Number(new URL(gateway.url).port);
  for (const bytes of ["rubbish\r\n\r\n", "GET / HTTP/1.1\r\nhost : a\r\n\r\n", `GET / HTTP/1.1\r\nhost: a\r\nx: ${"y".repeat(50_000)}\r\n\r\n`]) {
    const answer = await exchangeBytes(port, Buffer.from(bytes));
    assert.match(answer, /^HTTP\/1\.1 4(00|31) /, bytes.slice(0, 20));
    assert.match(answer, /application\/problem\+json/);
  }
  await gateway.stop();
  const records = texts.join("").trim().split("\n").map((line) => JSON.parse(line) as AuditRecord);
  assert.deepEqual(records.map(({ outcome, guard }) => `${outcome} ${guard ?? ""}`), Array.from({ length: 3 }, () => "refused wire"));
});

test("health and metrics stand on a port of their own, and readiness ends before the doors close", async () => {
  const { gateway } = await start({ ...POLICY, watch: { port: 0 } });
  assert.ok(gateway?.watchUrl !== undefined);
  const port = Number(new URL(gateway.watchUrl).port);
  const ask = (target: string): Promise<string> => exchangeBytes(port, Buffer.from(`GET ${target} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n`));
  assert.match(await ask("/livez"), /200 OK[\s\S]*alive/);
  assert.match(await ask("/readyz"), /200 OK[\s\S]*ready/);
  await exchangeBytes(Number(new URL(gateway.url).port), Buffer.from("GET /nowhere HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n"));
  assert.match(await ask("/metrics"), /sallyport_refusals_total\{guard="path",problem="not-found",blame="caller"\} 1/);
  assert.match(await ask("/other"), /404/);
  const gone = await exchangeBytes(Number(new URL(gateway.url).port), Buffer.from("GET /metrics HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n"));
  assert.match(gone, /404/);
  await gateway.stop();
});

test("a full audit queue refuses new requests rather than let them pass unseen", async () => {
  let release: () => void = () => undefined;
  const { gateway } = await start({ ...POLICY, audit: { queue: "64KiB" } }, undefined, { write: (_text, done) => (release = done), close: () => Promise.resolve() });
  assert.ok(gateway !== undefined);
  const port = Number(new URL(gateway.url).port);
  const request = Buffer.from("GET /nowhere HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n");
  let status = "";
  for (let count = 0; count < 400 && status !== "503"; count++) status = (await exchangeBytes(port, request)).slice(9, 12);
  assert.equal(status, "503");
  const stopped = gateway.stop();
  for (let turns = 0; turns < 5; turns++) {
    release();
    await wait(20);
  }
  await stopped;
});

test("the lenient parser flag is refused", () => {
  const root = path.resolve(import.meta.dirname, "../../..");
  const program = `import { startGateway } from ${JSON.stringify(path.join(root, "src/hosts/gateway/gateway.ts"))}; const start = await startGateway("policy.yaml", { say: () => undefined }); console.log("misfits" in start ? start.misfits[0].message : "started");`;
  const said = execFileSync(process.execPath, ["--insecure-http-parser", "--input-type=module", "-e", program], { encoding: "utf8" });
  assert.match(said, /refusing to start with --insecure-http-parser/);
});

test("no code is made at run time: the gateway answers where that is forbidden", () => {
  const root = path.resolve(import.meta.dirname, "../../..");
  const file = writeFiles({ policy: POLICY }, "http://127.0.0.1:9");
  const program = `
    import { startGateway } from ${JSON.stringify(path.join(root, "src/hosts/gateway/gateway.ts"))};
    const { gateway } = await startGateway(${JSON.stringify(file)}, { say: () => undefined, watch: false, sink: { write: (_text, done) => done(), close: async () => undefined } });
    const answers = [];
    for (const [path, body] of [["/prices", undefined], ["/orders", "{}"]]) answers.push((await fetch(gateway.url + path, body === undefined ? {} : { method: "POST", body })).status);
    try { Function("1"); answers.push("code was made"); } catch { answers.push("forbidden"); }
    console.log(answers.join(" "));
    await gateway.stop();`;
  const said = execFileSync(process.execPath, ["--disallow-code-generation-from-strings", "--input-type=module", "-e", program], { encoding: "utf8" });
  assert.equal(said.trim(), "502 401 forbidden");
});

test("requests over one TLS connection keep it alive", async () => {
  const { gateway, authority, api } = await tlsGateway();
  const agent = new https.Agent({ keepAlive: true, maxSockets: 1, ca: authority });
  const ports = new Set<number | undefined>();
  for (let count = 0; count < 3; count++) {
    await new Promise<void>((resolve, reject) => {
      const request = https.get(`${gateway.url}/prices`, { agent }, (response) => {
        ports.add(response.socket.localPort);
        response.resume();
        response.on("end", resolve);
      });
      request.on("error", reject);
    });
  }
  assert.equal(ports.size, 1);
  agent.destroy();
  await gateway.stop();
  api.close();
});
