/**
 * HTTP/1: request bytes from a parser's own suite through the gateway, over kept-alive connections to the API.
 *
 * Nothing may be forwarded that two parsers could frame differently. The API behind the gateway is a plain socket that
 * keeps every byte; what it got is read by two parsers, a strict line-based one of this file's own and Node's. Each
 * message must be framed in one way only, and the audit records must number the requests that the API saw.
 *
 * Once each case by itself, with a gateway and an API of its own; then all of them through one gateway, which uses its
 * connections to the API for whoever comes next. Behind each case an honest caller asks, and has to get his own answer.
 */
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import net, { type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { Writable } from "node:stream";
import type { AuditRecord } from "../../src/audit/record.ts";
import { openStreamSink } from "../../src/audit/sinks/stream.ts";
import { writeMisfit } from "../../src/contract/misfit.ts";
import { startGateway } from "../../src/hosts/gateway/gateway.ts";
import { exchangeBytes } from "./raw-http.ts";
import { type Score, suiteMissing, suites, writeScores } from "./score.ts";
import { readByNode, readStrictly } from "./strict-http1.ts";

interface Case {
  readonly id: string;
  readonly raw: string;
}

export async function scoreHttp1(): Promise<readonly Score[]> {
  if (suiteMissing("http1")) return [];
  const cases = readFileSync(path.join(suites, "http1/llhttp-requests.jsonl"), "utf8").trim().split("\n").map((line) => JSON.parse(line) as Case);
  const failures: string[] = [];
  for (const one of cases) {
    const wrong = await judge(one);
    if (wrong !== undefined) failures.push(`${one.id}: ${wrong}`);
  }
  return [{ name: "http1, llhttp's requests", passed: cases.length - failures.length, total: cases.length, bar: cases.length, failures }, await scoreShared(cases)];
}

async function scoreShared(cases: readonly Case[]): Promise<Score> {
  const api = await openRecorder();
  const records: AuditRecord[] = [];
  const gateway = await openGateway(api.port, records);
  const failures: string[] = [];
  for (const [index, { id, raw }] of cases.entries()) {
    await exchangeBytes(gateway.port, Buffer.from(raw, "base64"), { half: true, silence: 300 });
    const target = `/honest/${index}`;
    const said = await exchangeBytes(gateway.port, Buffer.from(`GET ${target} HTTP/1.1\r\nhost: honest\r\nconnection: close\r\n\r\n`));
    if (!said.startsWith("HTTP/1.1 200 ") || !said.endsWith(`\r\n\r\n${target}`)) failures.push(`${id}: the next caller got ${JSON.stringify(said.slice(0, 200))}`);
  }
  await gateway.stop();
  const connections = await api.close();
  const wrong = await judgeStreams(connections, records);
  if (wrong !== undefined) failures.push(`all of them: ${wrong}`);
  const requests = records.filter(({ outcome }) => outcome === "allowed").length;
  if (connections.length > requests / 2) failures.push(`all of them: ${connections.length} connections for ${requests} requests are hardly shared`);
  return { name: "http1, the same over shared connections", passed: Math.max(0, cases.length - failures.length), total: cases.length, bar: cases.length, failures };
}

async function judge({ raw }: Case): Promise<string | undefined> {
  const api = await openRecorder();
  const records: AuditRecord[] = [];
  const gateway = await openGateway(api.port, records);
  await exchangeBytes(gateway.port, Buffer.from(raw, "base64"), { half: true, silence: 300 });
  await gateway.stop();
  return judgeStreams(await api.close(), records);
}

/** Whether all that the API got is framed in one way only, and is what the records say. */
async function judgeStreams(connections: readonly Buffer[], records: readonly AuditRecord[]): Promise<string | undefined> {
  let seen = 0;
  for (const bytes of connections) {
    const strict = readStrictly(bytes);
    if (typeof strict === "string") return strict;
    const lenient = await readByNode(bytes);
    if (JSON.stringify(strict) !== JSON.stringify(lenient)) return `two parsers disagree: ${JSON.stringify(strict)} and ${JSON.stringify(lenient)}`;
    seen += strict.length;
  }
  const allowed = records.filter(({ outcome }) => outcome === "allowed").length;
  // A caller who leaves while the connection to the API is being made has been let in, and the API never heard of it.
  const unheard = records.filter(({ outcome, problem }) => outcome === "failed" && problem === "caller-left").length;
  return seen >= allowed && seen <= allowed + unheard ? undefined : `${seen} requests reached the API, ${allowed} are on record`;
}

async function openGateway(api: number, records: AuditRecord[]): Promise<{ readonly port: number; readonly stop: () => Promise<void> }> {
  const folder = mkdtempSync(path.join(tmpdir(), "sallyport-http1-"));
  const policy = path.join(folder, "policy.json");
  writeFileSync(path.join(folder, "openapi.json"), JSON.stringify({ openapi: "3.1.0", info: { title: "carrier", version: "1" }, paths: {} }));
  writeFileSync(policy, JSON.stringify({ contract: "./openapi.json", upstream: `http://127.0.0.1:${api}`, listen: { port: 0 }, unlisted: { forward: "a suite of requests needs every path" }, everywhere: { public: "a suite of requests has no logins" } }));
  const sink = openStreamSink(new Writable({ write: (chunk: Buffer, _encoding, done) => {
    for (const line of chunk.toString().trim().split("\n")) records.push(JSON.parse(line) as AuditRecord);
    done();
  } }));
  const start = await startGateway(policy, { say: () => undefined, watch: false, sink });
  if ("misfits" in start) throw new Error(start.misfits.map(writeMisfit).join("\n"));
  return { port: Number(new URL(start.gateway.url).port), stop: start.gateway.stop };
}

/** An API that keeps what it got, per connection, and answers each request with its target. */
async function openRecorder(): Promise<{ readonly port: number; readonly close: () => Promise<readonly Buffer[]> }> {
  const connections: Buffer[][] = [];
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    const chunks: Buffer[] = [];
    connections.push(chunks);
    sockets.add(socket);
    socket.on("error", () => undefined);
    let answered = 0;
    socket.on("data", (chunk) => {
      chunks.push(chunk);
      const messages = readStrictly(Buffer.concat(chunks));
      if (typeof messages === "string") return;
      for (const { line } of messages.slice(answered)) {
        const [method = "", target = ""] = line.split(" ");
        socket.write(`HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: ${target.length}\r\n\r\n${method === "HEAD" ? "" : target}`);
      }
      answered = messages.length;
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
      return connections.map((chunks) => Buffer.concat(chunks));
    },
  };
}

if (import.meta.main) {
  const scores = await scoreHttp1();
  process.stdout.write(`${writeScores(scores)}\n${scores.flatMap(({ failures }) => failures).join("\n")}\n`);
}
