/**
 * Peers: programs that other people wrote, in front of a whole gateway and behind it.
 *
 * What is not installed is skipped by name. Each server gets its configuration, files and pid in a folder of its own.
 */
import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import http from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { Pool } from "undici";
import { token } from "../../hosts.ts";
import { type Behind, findProgram, freePort, openApi, openRig, outputOf, type Rig, run, type Running } from "./rig.ts";
import { Caller, eventually } from "./wire/fronts.ts";

const CURL = findProgram("/usr/bin/curl", "/usr/local/bin/curl");
const WRK = findProgram("/usr/bin/wrk", "/usr/local/bin/wrk");
const NGINX = findProgram("/usr/sbin/nginx", "/usr/local/sbin/nginx");
const APACHE = findProgram("/usr/sbin/apache2", "/usr/sbin/httpd");

const absent = (name: string, program: string | undefined): string | false => (program === undefined ? `${name} is not installed` : false);

const FILE = Buffer.from(Array.from({ length: 100_000 }, (_, at) => at % 251));

let behind: Behind;
let rig: Rig;
let asked = 0;

before(async () => {
  behind = await openApi((request, response) => {
    asked++;
    if (request.url === "/prices") return void response.writeHead(200, { "content-type": "application/json" }).end("[1,2.5]");
    if (request.url === "/events") return tellEvents(response);
    if (request.url === "/files/stream") {
      // Without a length: in chunks, one by one.
      response.writeHead(200, { "content-type": "application/octet-stream" });
      for (let at = 0; at < FILE.length; at += 10_000) response.write(FILE.subarray(at, at + 10_000));
      return void response.end();
    }
    if (request.method === "GET" || request.method === "HEAD") return void response.writeHead(200, { "content-type": "application/octet-stream", "content-length": FILE.length }).end(FILE);
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const body = Buffer.concat(chunks);
      if (request.url === "/orders") response.writeHead(201, { "content-type": "application/json" }).end(body);
      else response.writeHead(200, { "content-type": "application/octet-stream" }).end(body);
    });
  });
  rig = await openRig(behind.port);
});

after(async () => {
  await rig.stop();
  await behind.stop();
});

let nextEvent: () => void = () => undefined;

function tellEvents(response: http.ServerResponse): void {
  let count = 0;
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
  response.flushHeaders();
  nextEvent = () => void response.write(`id: ${++count}\ndata: event ${count}\n\n`);
}

const curl = (...words: readonly string[]): Promise<string> => outputOf(CURL ?? "", ["-sS", "--max-time", "10", ...words]);

const scratch: string = mkdtempSync(path.join(tmpdir(), "sallyport-peers-"));
writeFileSync(path.join(scratch, "file"), FILE);
const CODE = ["-w", "%{http_code}", "-o"];

test("curl: GET, HEAD, POST, HTTP/1.0 and keep-alive", { skip: absent("curl", CURL) }, async () => {
  const to = path.join(scratch, "got");
  assert.equal(await curl(`${rig.url}/prices`, `${rig.url}/prices`, "-w", " %{http_code} %{num_connects} "), "[1,2.5] 200 1 [1,2.5] 200 0 ");
  assert.equal(await curl(...CODE, to, `${rig.url}/files/a`), "200");
  assert.deepEqual(readFileSync(to), FILE);
  const head = await curl("-I", `${rig.url}/files/a`);
  assert.match(head, /^HTTP\/1\.1 200 OK\r\n/);
  assert.match(head, new RegExp(`content-length: ${FILE.length}\r\n`, "i"));
  const order = '{"id":"a-1","amount":7}';
  assert.equal(await curl("-H", "content-type: application/json", "-H", `authorization: Bearer ${token()}`, "-d", order, `${rig.url}/orders`, "-w", " %{http_code}"), `${order} 201`);
  assert.match(await curl("-H", "content-type: application/json", "-d", order, `${rig.url}/orders`, "-w", " %{http_code}"), / 401$/);
  for (const name of ["a", "stream"]) {
    assert.equal(await curl("--http1.0", ...CODE, to, `${rig.url}/files/${name}`), "200");
    assert.deepEqual(readFileSync(to), FILE, name);
  }
  assert.equal(await curl(...CODE, to, `${rig.url}/files/stream`), "200");
  assert.deepEqual(readFileSync(to), FILE);
});

test("curl: uploads with a length and in chunks, told to go on only where somebody wants the body", { skip: absent("curl", CURL) }, async () => {
  const to = path.join(scratch, "echo");
  const upload = ["-T", path.join(scratch, "file"), "-H", "content-type: application/octet-stream"];
  for (const [title, words] of [["length", []], ["chunks", ["-H", "transfer-encoding: chunked"]], ["old", ["--http1.0"]]] as const) {
    assert.equal(await curl(...upload, ...words, ...CODE, to, `${rig.url}/files/a`), "200", title);
    assert.deepEqual(readFileSync(to), FILE, title);
  }
  const wanted = await curl(...upload, "-v", "-H", "expect: 100-continue", "--expect100-timeout", "5", "-o", to, `${rig.url}/files/a`);
  assert.match(wanted, /< HTTP\/1\.1 100 Continue[\s\S]*< HTTP\/1\.1 200 OK/);
  assert.deepEqual(readFileSync(to), FILE);
  const unwanted = await curl(...upload, "-v", "-H", "expect: 100-continue", "--expect100-timeout", "5", "-o", to, `${rig.url}/nowhere`);
  assert.match(unwanted, /< HTTP\/1\.1 404 /);
  assert.doesNotMatch(unwanted, /100 Continue/);
});

test("undici: fetch and a pool, with bodies that stream both ways", async () => {
  const answer = await fetch(`${rig.url}/files/a`, { method: "POST", headers: { "content-type": "application/octet-stream" }, body: new Blob([FILE]).stream(), duplex: "half" });
  assert.deepEqual(Buffer.from(await answer.arrayBuffer()), FILE);
  const pool = new Pool(rig.url, { connections: 4 });
  const answers = await Promise.all(
    Array.from({ length: 40 }, async (_, at) => {
      const body = FILE.subarray(0, 1 + at * 1_000);
      const { statusCode, body: got } = await pool.request({ method: "PUT", path: `/files/f${at}`, headers: { "content-type": "application/octet-stream" }, body });
      return `${statusCode} ${Buffer.from(await got.arrayBuffer()).equals(body)}`;
    }),
  );
  assert.deepEqual(new Set(answers), new Set(["200 true"]));
  await pool.close();
});

test("node:http: an agent keeps its connections alive", async () => {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 2 });
  const ports = new Set<number | undefined>();
  const ask = (): Promise<number | undefined> =>
    new Promise((resolve, reject) => {
      const request = http.get(`${rig.url}/prices`, { agent }, (response) => {
        ports.add(response.socket.localPort);
        response.resume().on("end", () => resolve(response.statusCode));
      });
      request.on("error", reject);
    });
  assert.deepEqual(new Set(await Promise.all(Array.from({ length: 20 }, ask))), new Set([200]));
  assert.equal(ports.size, 2);
  agent.destroy();
});

test("wrk: two seconds at full speed, every answer fine and every request recorded", { skip: absent("wrk", WRK) }, async (test) => {
  const fresh = await openRig(behind.port);
  const before = asked;
  const said = await outputOf(WRK ?? "", ["-t1", "-c32", "-d2s", `${fresh.url}/prices`]);
  assert.doesNotMatch(said, /Non-2xx|Socket errors/);
  const requests = Number(/(\d+) requests in/.exec(said)?.[1]);
  test.diagnostic(`${requests} requests in 2 s`);
  await eventually(() => fresh.records.length >= requests, () => "the records");
  await fresh.stop();
  assert.equal(fresh.records.length, asked - before);
  // What is under way when wrk stops: one request for each connection at most.
  const cut = fresh.records.filter(({ outcome }) => outcome !== "allowed");
  assert.ok(cut.length <= 32 && cut.every(({ blame, problem }) => blame === "caller" && problem === "caller-left"), JSON.stringify(cut[0]));
});

test("events arrive one by one, each before the next is sent", async () => {
  const caller = new Caller(rig.port).write("GET /events HTTP/1.1\r\nhost: a\r\naccept: text/event-stream\r\n\r\n");
  await caller.until("content-type: text/event-stream");
  for (let count = 1; count <= 5; count++) {
    nextEvent();
    await caller.until(`data: event ${count}\n\n`);
    assert.ok(!caller.received.includes(`event ${count + 1}`));
  }
  caller.leave();
});

/** A server with its own folder. `configure` gets the folder and the port that it listens on. */
async function serve(program: string, words: (file: string) => readonly string[], configure: (folder: string, port: number) => string): Promise<Running & { readonly port: number; readonly folder: string }> {
  const folder = mkdtempSync(path.join(tmpdir(), "sallyport-server-"));
  const port = await freePort();
  const file = path.join(folder, "server.conf");
  mkdirSync(path.join(folder, "files"));
  writeFileSync(path.join(folder, "files", "a.bin"), FILE);
  // Old enough for a strong ETag, and in a folder that a server which gives up being root may read.
  utimesSync(path.join(folder, "files", "a.bin"), new Date(0), new Date("2026-01-01"));
  chmodSync(folder, 0o755);
  writeFileSync(file, configure(folder, port));
  const running = run(program, words(file));
  let said = "";
  running.child.stderr?.on("data", (chunk: Buffer) => (said += chunk.toString()));
  for (let tries = 0; ; tries++) {
    if (running.child.exitCode !== null || tries > 100) throw new Error(`${program} does not run: ${said}`);
    const answer = await fetch(`http://127.0.0.1:${port}/files/a.bin`, { method: "HEAD" }).catch(() => undefined);
    if (answer !== undefined) break;
    await wait(30);
  }
  return { ...running, port, folder };
}

const nginxWords = (file: string): readonly string[] => ["-c", file, "-p", path.dirname(file), "-e", "stderr"];

/** One process, in the foreground, that writes nowhere but in its folder. */
function nginxConfiguration(folder: string, body: string): string {
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((name) => `${name}_temp_path ${folder}/${name};`).join("\n");
  return `daemon off; master_process off; pid ${folder}/pid; error_log stderr error; events { worker_connections 512; }
http { access_log off; default_type application/octet-stream; gzip off; keepalive_timeout 2s; ${temporary}\n${body} }`;
}

/**
 * What a server of files has to get through the gateway: ranges, conditions, heads.
 *
 * @param tooFar how a range behind the end is answered
 */
async function checkFiles(server: Running & { readonly port: number }, tooFar: string): Promise<void> {
  const fresh = await openRig(server.port);
  const file = `${fresh.url}/files/a.bin`;
  const ask = (target: string, headers: Record<string, string> = {}, method = "GET"): Promise<Response> => fetch(target, { method, headers });
  try {
    const whole = await ask(file);
    const tag = whole.headers.get("etag") ?? "";
    assert.equal(whole.status, 200);
    assert.deepEqual(Buffer.from(await whole.arrayBuffer()), FILE);
    assert.match(tag, /^"/);
    const head = await ask(file, {}, "HEAD");
    assert.deepEqual([head.status, head.headers.get("content-length"), head.headers.get("etag")], [200, String(FILE.length), tag]);
    const part = await ask(file, { range: "bytes=10-19" });
    assert.deepEqual([part.status, part.headers.get("content-range")], [206, `bytes 10-19/${FILE.length}`]);
    assert.deepEqual(Buffer.from(await part.arrayBuffer()), FILE.subarray(10, 20));
    assert.equal((await ask(file, { range: "bytes=900000-" })).status, Number(tooFar.slice(-3)));
    const same = await ask(file, { "if-none-match": tag });
    assert.deepEqual([same.status, await same.text(), same.headers.get("etag")], [304, "", tag]);
    assert.equal((await ask(file, { "if-modified-since": whole.headers.get("last-modified") ?? "" })).status, 304);
    // All of it over connections that were kept: 304, HEAD and 416 ended where they should.
    assert.ok((await fresh.gauge("sallyport_upstream_connections_open")) <= 2);
    assert.deepEqual(Buffer.from(await (await ask(file)).arrayBuffer()), FILE);
    if (CURL !== undefined) {
      assert.equal(await curl("-r", "0-3", file, "-w", "%{http_code}"), `${FILE.toString("latin1", 0, 4)}206`);
      assert.match(await curl("-I", "-H", `if-none-match: ${tag}`, file), /^HTTP\/1\.1 304 /);
    }
  } finally {
    await fresh.stop();
  }
  assert.deepEqual(new Set(fresh.records.map(({ outcome, status }) => `${outcome} ${status}`)), new Set(["allowed 200", "allowed 206", "allowed 304", tooFar]));
}

test("nginx behind it: files, ranges, conditions, heads and chunks", { skip: absent("nginx", NGINX) }, async () => {
  const server = await serve(NGINX ?? "", nginxWords, (folder, port) =>
    nginxConfiguration(folder, `server { listen 127.0.0.1:${port}; root ${folder}; location = /files/chunks { ssi on; ssi_types *; alias ${folder}/files/a.bin; } }`),
  );
  try {
    await checkFiles(server, "allowed 416");
    const fresh = await openRig(server.port);
    const chunks = await fetch(`${fresh.url}/files/chunks`);
    assert.equal(chunks.headers.get("transfer-encoding"), "chunked");
    assert.deepEqual(Buffer.from(await chunks.arrayBuffer()), FILE);
    await fresh.stop();
  } finally {
    await server.stop();
  }
});

test("Apache behind it: files, ranges, conditions and heads", { skip: absent("Apache", APACHE) }, async () => {
  const modules = findProgram("/usr/lib/apache2/modules", "/usr/libexec/apache2") ?? "";
  const server = await serve(
    APACHE ?? "",
    (file) => ["-DFOREGROUND", "-f", file],
    (folder, port) => `ServerRoot ${folder}\nServerName localhost\nListen 127.0.0.1:${port}\nPidFile ${folder}/pid\nErrorLog ${folder}/log\nLogLevel crit\nDefaultRuntimeDir ${folder}
LoadModule mpm_event_module ${modules}/mod_mpm_event.so\nLoadModule authz_core_module ${modules}/mod_authz_core.so\nLoadModule mime_module ${modules}/mod_mime.so
DocumentRoot ${folder}\nTypesConfig /dev/null\nAddType application/octet-stream .bin\nMutex posixsem${process.getuid?.() === 0 ? "\nUser nobody\nGroup nogroup" : ""}`,
  );
  try {
    // Its page for that is in ISO 8859-1, which the second door does not read.
    await checkFiles(server, "failed 502");
  } finally {
    await server.stop();
  }
});

test("nginx in front of it: connections are kept, and the caller's own address is what is recorded", { skip: absent("nginx", NGINX) }, async () => {
  const guarded = await openRig(behind.port, { trust: ["127.0.0.1"] });
  const server = await serve(NGINX ?? "", nginxWords, (folder, port) =>
    nginxConfiguration(
      folder,
      `upstream doors { server 127.0.0.1:${guarded.port}; keepalive 4; }
      server { listen 127.0.0.1:${port}; client_max_body_size 10m; location / { proxy_pass http://doors; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $host; proxy_set_header X-Forwarded-For $remote_addr; proxy_set_header X-Forwarded-Proto $scheme; } }`,
    ),
  );
  try {
    guarded.records.length = 0;
    for (let count = 0; count < 10; count++) assert.match(await from("127.0.0.9", server.port, "GET /prices HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n"), /^HTTP\/1\.1 200 [\s\S]*\[1,2\.5\]/);
    assert.equal(await guarded.gauge("sallyport_connections_open"), 1);
    const echo = await fetch(`http://127.0.0.1:${server.port}/files/a`, { method: "PUT", headers: { "content-type": "application/octet-stream" }, body: FILE });
    assert.deepEqual(Buffer.from(await echo.arrayBuffer()), FILE);
    assert.equal((await fetch(`http://127.0.0.1:${server.port}/files/a`, { method: "HEAD" })).headers.get("content-length"), String(FILE.length));
    assert.equal((await fetch(`http://127.0.0.1:${server.port}/nowhere`)).status, 404);
  } finally {
    await server.stop();
    await guarded.stop();
  }
  const prices = guarded.records.filter(({ operation }) => operation === "listPrices");
  assert.deepEqual(prices.map(({ address }) => address), Array.from({ length: 10 }, () => "127.0.0.9"));
});

async function from(localAddress: string, port: number, text: string): Promise<string> {
  const { connect } = await import("node:net");
  const caller = new Caller(port, connect({ port, host: "127.0.0.1", localAddress }));
  caller.write(text);
  await caller.end();
  caller.leave();
  return caller.received;
}

test("a trusted proxy may hold more connections than one address, and nobody else may", async () => {
  const limits = { front: { connectionsPerAddress: 4 } };
  for (const [trust, served] of [[["127.0.0.1"], 8], [[], 4]] as const) {
    const guarded = await openRig(behind.port, { trust }, limits);
    const callers = Array.from({ length: 8 }, () => new Caller(guarded.port).write("GET /prices HTTP/1.1\r\nhost: a\r\nx-forwarded-for: 192.0.2.1\r\n\r\n"));
    await eventually(() => callers.every(({ received, closed }) => received !== "" || closed), () => "an answer or an end for each");
    assert.equal(callers.filter(({ received }) => received.startsWith("HTTP/1.1 200")).length, served);
    for (const caller of callers) caller.leave();
    await guarded.stop();
  }
});
