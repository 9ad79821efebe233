/**
 * Connections: what an idle one costs in memory, and whether those of slow readers grow.
 *
 *     node bench/connections.ts [--connections 2000] [--readers 200] [--seconds 8]
 *
 * Each connection sends one request, reads the answer, and stays. What is counted is the resident memory of the server's
 * process, garbage collected, after less before, divided by their number; some that came and went before have made what is
 * made once. Beside the gateway stand bare servers that answer everything with three lines: on node:net and on node:tls, which
 * is what a socket costs at least, and on node:http. Buffers of the kernel are in nobody's process, and not counted.
 *
 * Slow readers take the first bytes of an answer without end, and then nothing: the memory is looked at each second.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { type AddressInfo, connect as connectPlainly, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { connect as connectSecurely } from "node:tls";
import { parseArgs } from "node:util";
import { developmentCertificate } from "../src/hosts/gateway/certificates.ts";
import { findFreePort, launch, type Running } from "./launch.ts";
import { readCost } from "./process-tree.ts";
import { writeTable } from "./table.ts";

const { values } = parseArgs({ options: { connections: { type: "string", default: "2000" }, readers: { type: "string", default: "200" }, seconds: { type: "string", default: "8" } } });
const connections = Number(values.connections);
const readers = Number(values.readers);
const seconds = Number(values.seconds);

const program = resolve(import.meta.dirname, "../bin/sallyport.js");
/** Collects garbage when told to. */
const collecting = ["--expose-gc", "--import", 'data:text/javascript,process.on("SIGUSR2",()=>{gc();gc()})'];
const settleMilliseconds = 400;
const atOnce = 50;
/** A quarter of what is counted comes and goes first. */
const warmShare = 4;
/** Growth of all slow readers together, first second to last, that a heap may show by itself. */
const flatBytesMax = 8 * 2 ** 20;

const serverOf: Readonly<Record<"net" | "tls" | "http", (port: number, options: string) => string>> = {
  net: (port) => `require("node:net").createServer({ noDelay: true }, answer).listen(${port}, "127.0.0.1")`,
  tls: (port, options) => `require("node:tls").createServer(${options}, answer).listen(${port}, "127.0.0.1")`,
  http: (port) => `require("node:http").createServer({ keepAliveTimeout: 600000 }, (request, response) => response.end()).listen(${port}, "127.0.0.1")`,
};
const answer = 'const answer = (socket) => { socket.on("data", () => socket.write("HTTP/1.1 200 OK\\r\\ncontent-length: 0\\r\\n\\r\\n", "latin1")); socket.on("error", () => undefined); };';

const folder = mkdtempSync(join(tmpdir(), "sallyport-connections-"));
const certificate = developmentCertificate(join(folder, "tls"));

async function startBare(kind: keyof typeof serverOf): Promise<Running> {
  const port = await findFreePort();
  const options = `{ minVersion: "TLSv1.3", cert: require("node:fs").readFileSync(${JSON.stringify(certificate.certificateFile)}), key: require("node:fs").readFileSync(${JSON.stringify(certificate.keyFile)}) }`;
  return launch({ program: process.execPath, words: [...collecting, "-e", `${answer} ${serverOf[kind](port, options)};`] }, port, join(folder, `${kind}.log`), undefined);
}

async function startGateway(upstream: number, secure: boolean): Promise<Running> {
  const port = await findFreePort();
  const file = join(folder, `policy-${secure}.json`);
  const contract = { openapi: "3.1.0", info: { title: "connections", version: "1" }, paths: { "/endless": { get: { operationId: "stream", responses: { 200: { description: "x", content: { "application/octet-stream": {} } } } } } } };
  writeFileSync(join(folder, "openapi.json"), JSON.stringify(contract));
  const limits = { perAddress: 100_000, connections: 100_000, newPerSecond: 100_000, newBurst: 100_000, idle: "10m", stall: "10m" };
  const tls = secure ? { tls: { certificate: certificate.certificateFile, key: certificate.keyFile } } : {};
  writeFileSync(file, JSON.stringify({ contract: "./openapi.json", upstream: `http://127.0.0.1:${upstream}`, listen: { port, limits, ...tls }, everywhere: { public: "a bench on loopback" }, audit: { file: `./audit-${secure}.log` } }));
  return launch({ program: process.execPath, words: [...collecting, program, "run", file] }, port, join(folder, `gateway-${secure}.log`), undefined);
}

function visit(port: number, secure: boolean, path: string): Promise<Socket> {
  return new Promise((done, reject) => {
    const socket: Socket = secure ? connectSecurely({ port, host: "127.0.0.1", rejectUnauthorized: false }) : connectPlainly(port, "127.0.0.1");
    socket.once("data", () => {
      socket.pause();
      done(socket);
    });
    socket.once("error", reject);
    socket.write(`GET ${path} HTTP/1.1\r\nhost: a\r\n\r\n`);
  });
}

async function visitAll(port: number, secure: boolean, count: number, path = "/nowhere"): Promise<readonly Socket[]> {
  const sockets: Socket[] = [];
  while (sockets.length < count) sockets.push(...(await Promise.all(Array.from({ length: Math.min(atOnce, count - sockets.length) }, () => visit(port, secure, path)))));
  return sockets;
}

/** Resident memory in bytes, when all garbage has been collected. */
async function settledBytes({ pid }: Running): Promise<number> {
  for (let round = 0; round < 2; round++) {
    process.kill(pid, "SIGUSR2");
    await sleep(settleMilliseconds);
  }
  return readCost(pid).rssBytes;
}

async function idleBytes(running: Running, secure: boolean): Promise<number> {
  for (const socket of await visitAll(running.port, secure, Math.ceil(connections / warmShare))) socket.destroy();
  await sleep(settleMilliseconds);
  const before = await settledBytes(running);
  const sockets = await visitAll(running.port, secure, connections);
  const bytes = ((await settledBytes(running)) - before) / connections;
  for (const socket of sockets) socket.destroy();
  return bytes;
}

/** Measures, and ends it. */
async function measureIdle(start: () => Promise<Running>, secure: boolean): Promise<number> {
  const running = await start();
  try {
    return await idleBytes(running, secure);
  } finally {
    await running.stop();
  }
}

async function watchReaders(upstream: number): Promise<boolean> {
  const running = await startGateway(upstream, false);
  try {
    for (const socket of await visitAll(running.port, false, readers, "/endless")) socket.destroy();
    await sleep(settleMilliseconds);
    const before = await settledBytes(running);
    const sockets = await visitAll(running.port, false, readers, "/endless");
    const samples: number[] = [];
    for (let second = 0; second < seconds; second++) {
      await sleep(1_000);
      samples.push(((await settledBytes(running)) - before) / 2 ** 20);
    }
    for (const socket of sockets) socket.destroy();
    const growth = ((samples.at(-1) ?? 0) - (samples[0] ?? 0)) * 2 ** 20;
    const flat = growth <= flatBytesMax;
    console.log(`${readers} readers that take nothing, MiB above none, second by second: ${samples.map((sample) => sample.toFixed(1)).join(" ")}: ${flat ? "flat" : "it grows"}`);
    return flat;
  } finally {
    await running.stop();
  }
}

function openApi(): Server {
  const piece = Buffer.alloc(65_536, "x");
  return createServer((_request, response) => {
    response.writeHead(200, { "content-type": "application/octet-stream" });
    const push = (): void => {
      while (response.writable && response.write(piece));
    };
    response.on("drain", push);
    push();
  });
}

const api = openApi();
await new Promise<void>((done) => api.listen(0, "127.0.0.1", done));
const { port: upstream } = api.address() as AddressInfo;
const kilobytes = (bytes: number): string => (bytes / 1_024).toFixed(1);
try {
  const bare = await measureIdle(() => startBare("net"), false);
  const http = await measureIdle(() => startBare("http"), false);
  const ours = await measureIdle(() => startGateway(upstream, false), false);
  const bareTls = await measureIdle(() => startBare("tls"), true);
  const oursTls = await measureIdle(() => startGateway(upstream, true), true);
  console.log(`${connections} idle connections, KiB of resident memory for each`);
  console.log(
    writeTable([
      ["", "KiB", "above its socket"],
      ["node:net", kilobytes(bare), ""],
      ["node:http", kilobytes(http), kilobytes(http - bare)],
      ["sallyport", kilobytes(ours), kilobytes(ours - bare)],
      ["node:tls", kilobytes(bareTls), ""],
      ["sallyport over TLS", kilobytes(oursTls), kilobytes(oursTls - bareTls)],
    ]),
  );
  if (!(await watchReaders(upstream))) process.exitCode = 1;
} finally {
  api.closeAllConnections();
  api.close();
  rmSync(folder, { recursive: true, force: true });
}
