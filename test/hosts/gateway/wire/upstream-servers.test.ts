import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import http from "node:http";
import net, { type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { test, type TestContext } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { Content } from "../../../../src/exchange/content.ts";
import { openWireUpstream, type WireUpstream } from "../../../../src/hosts/gateway/wire/upstream.ts";
import { ask, wordOf } from "./upstream-trial.ts";

/** A body whose bytes come in `pieces`, one per turn of the event loop. */
function streamed(pieces: readonly string[], declared?: number): Content {
  return new Content(
    {
      open: (sink) => {
        const next = (at: number): void => {
          const piece = pieces[at];
          if (piece === undefined) return sink.end();
          sink.data(Buffer.from(piece));
          setImmediate(next, at + 1);
        };
        next(0);
      },
    },
    declared,
  );
}

async function node(t: TestContext, serve: http.RequestListener, options: http.ServerOptions = {}): Promise<{ upstream: WireUpstream; connections: () => number }> {
  const server = http.createServer(options, serve);
  let connections = 0;
  server.on("connection", () => connections++);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const upstream = openWireUpstream(new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
  t.after(async () => {
    await upstream.close();
    server.close();
    server.closeAllConnections();
  });
  return { upstream, connections: () => connections };
}

test("node:http answers in every framing it knows, over one connection", async (t) => {
  const { upstream, connections } = await node(t, (request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const body = Buffer.concat(chunks).toString();
      if (request.url === "/none") return void response.writeHead(204).end();
      if (request.url === "/same") return void response.writeHead(304, { etag: '"a"' }).end();
      if (request.url === "/hints") response.writeEarlyHints({ link: "</a>; rel=preload" });
      if (request.url === "/trailers") {
        response.writeHead(200, { trailer: "x-sum" });
        response.write("a");
        response.addTrailers({ "x-sum": "1" });
        return void response.end("b");
      }
      if (request.url === "/chunks") {
        for (let count = 0; count < 100; count++) response.write("chunk ");
        return void response.end();
      }
      response.end(`${request.method} ${request.headers["content-length"] ?? request.headers["transfer-encoding"] ?? "-"} ${body}`);
    });
  });
  const say = async (trial: Parameters<typeof ask>[1]): Promise<string> => wordOf(await ask(upstream.forward, trial));
  assert.equal(await say({}), "200 GET - ");
  assert.equal(await say({ method: "HEAD" }), "200 ");
  assert.equal(await say({ path: "/none" }), "204 ");
  assert.equal(await say({ path: "/same" }), "304 ");
  assert.equal(await say({ path: "/hints" }), "200 GET - ");
  assert.equal(await say({ path: "/trailers" }), "200 ab");
  assert.equal(await say({ path: "/chunks" }), `200 ${"chunk ".repeat(100)}`);
  assert.equal(await say({ method: "POST" }), "200 POST 0 ");
  assert.equal(await say({ method: "POST", content: Content.holding(Buffer.from("held")) }), "200 POST 4 held");
  assert.equal(await say({ method: "PUT", content: streamed(["a", "bc", "def"], 6) }), "200 PUT 6 abcdef");
  assert.equal(await say({ method: "PUT", content: streamed(["a", "", "bc", "def"]) }), "200 PUT chunked abcdef");
  assert.equal(await say({ method: "PUT", content: streamed([]) }), "200 PUT chunked ");
  assert.equal(connections(), 1);
});

test("a body is echoed while it comes", async (t) => {
  const { upstream } = await node(t, (request, response) => void request.pipe(response));
  const pieces = Array.from({ length: 200 }, (_, at) => String(at).padEnd(1_000));
  assert.equal(wordOf(await ask(upstream.forward, { method: "POST", content: streamed(pieces) })), `200 ${pieces.join("")}`);
});

test("node's own keep-alive time-out never meets a request", async (t) => {
  const { upstream, connections } = await node(t, (_request, response) => void response.end("fine"), { keepAliveTimeout: 2_000, keepAliveTimeoutBuffer: 0 });
  for (const milliseconds of [0, 500, 1_500, 2_000]) {
    await wait(milliseconds);
    assert.equal(wordOf(await ask(upstream.forward, { method: "POST" })), "200 fine");
  }
  assert.equal(connections(), 3);
});

const NGINX = "/usr/sbin/nginx";

async function nginx(t: TestContext): Promise<URL> {
  const folder = mkdtempSync(path.join(tmpdir(), "sallyport-nginx-"));
  mkdirSync(path.join(folder, "html"));
  writeFileSync(path.join(folder, "html", "small.txt"), "small");
  writeFileSync(path.join(folder, "html", "large.bin"), Buffer.alloc(3_000_000, "large"));
  writeFileSync(path.join(folder, "html", "page.shtml"), '<!--#echo var="request_method" -->!');
  const probe = net.createServer();
  await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((name) => `${name}_temp_path ${folder}/${name};`).join(" ");
  writeFileSync(
    path.join(folder, "nginx.conf"),
    `daemon off; master_process off; pid ${folder}/pid; error_log ${folder}/error.log; events {}
http { ${temporary} access_log off; client_max_body_size 10k; keepalive_requests 5; root ${folder}/html;
server { listen 127.0.0.1:${port}; location / { } location = /none { return 204; } location = /text { return 200 "text"; }
location = /page.shtml { ssi on; ssi_types *; } location = /moved { return 302 /text; } location = /gone { return 444; } } }`,
  );
  const child = spawn(NGINX, ["-p", folder, "-c", path.join(folder, "nginx.conf")], { stdio: "ignore" });
  t.after(() => child.kill("SIGKILL"));
  for (let turn = 0; turn < 100; turn++) {
    const up = await new Promise((resolve) => {
      const socket = net.connect(port, "127.0.0.1", () => resolve(true));
      socket.on("error", () => resolve(false));
      socket.on("connect", () => socket.destroy());
    });
    if (up === true) break;
    await wait(20);
  }
  return new URL(`http://127.0.0.1:${port}`);
}

test("nginx is understood: files, SSI in chunks, no body, ranges, refusals, its last answer on a connection", { skip: existsSync(NGINX) ? false : "nginx is not installed" }, async (t) => {
  const upstream = openWireUpstream(await nginx(t));
  t.after(() => upstream.close());
  const say = async (trial: Parameters<typeof ask>[1]): Promise<string> => wordOf(await ask(upstream.forward, trial));
  for (let count = 0; count < 12; count++) assert.equal(await say({ path: "/small.txt" }), "200 small");
  const large = await ask(upstream.forward, { path: "/large.bin" });
  assert.deepEqual([large.status, large.body.length, large.body === "large".repeat(600_000)], [200, 3_000_000, true]);
  assert.equal(await say({ path: "/small.txt", fields: ["range", "bytes=1-3"] }), "206 mal");
  const { fields } = await ask(upstream.forward, { path: "/small.txt" });
  assert.equal(await say({ path: "/small.txt", fields: ["if-none-match", fields.one("etag") ?? assert.fail()] }), "304 ");
  assert.equal(await say({ method: "HEAD", path: "/large.bin" }), "200 ");
  assert.equal(await say({ path: "/none" }), "204 ");
  const page = await ask(upstream.forward, { path: "/page.shtml" });
  assert.deepEqual([page.fields.one("transfer-encoding"), page.body], ["chunked", "GET!"]);
  assert.match(await say({ path: "/moved" }), /^302 /);
  assert.match(await say({ path: "/gone" }), /^api-unreachable /);
  assert.match(await say({ method: "POST", path: "/text", content: Content.holding(Buffer.alloc(20_000)) }), /^413 /);
  assert.match(await say({ method: "POST", path: "/text", content: streamed(Array.from({ length: 50 }, () => "x".repeat(1_000)), 50_000) }), /^413 /);
  assert.equal(await say({ method: "POST", path: "/text", content: streamed(["a", "b"]) }), "200 text");
});
