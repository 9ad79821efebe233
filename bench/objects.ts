/**
 * Objects: what it costs to keep to one's own objects and properties, beside plain proxying, in one run.
 *
 *     node bench/objects.ts [--seconds 3] [--rounds 5] [--connections 8] [--sizes 1KB,100KB,5MB]
 *
 * One gateway per variant, all up at once and measured in turn, each round starting with another one. What counts is the CPU
 * time of the gateway per request, which moves less with what else runs than a rate does: the generator is this process.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { Agent, createServer, request } from "node:http";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { findFreePort, launch, type Running } from "./launch.ts";
import { readCost } from "./process-tree.ts";
import { takeSpread } from "./spread.ts";
import { writeTable } from "./table.ts";

const SIZES: Readonly<Record<string, number>> = { "1KB": 1_000, "100KB": 100_000, "5MB": 5_000_000 };
const CALLER = "cus-1001";
const program = resolve(import.meta.dirname, "../bin/sallyport.js");

interface Variant {
  readonly name: string;
  readonly about: string;
  /** Postings at the one operation. */
  readonly postings: object;
  /** Which list is asked for: all of it the caller's, or every other item. */
  readonly list: "own" | "mixed";
}

/** Far above what the lists hold: the bounds are not what is measured. */
const reading = { values: 10_000_000, size: "64MiB" };
const waived = { waived: "what is measured is the way without it" };
const owner = { field: "[*].customerId" };

const VARIANTS: readonly Variant[] = [
  { name: "plain", about: "answers stream on unread", postings: { "answer-body": waived, properties: waived }, list: "own" },
  { name: "verified", about: "held to their schema", postings: { "answer-body": reading }, list: "own" },
  { name: "owner", about: "and all items are the caller's", postings: { "answer-body": reading, owner }, list: "own" },
  { name: "owner, mixed", about: "and every other item is cut out", postings: { "answer-body": reading, owner }, list: "mixed" },
  { name: "view", about: "and two of eight members are cut out", postings: { "answer-body": reading, properties: { read: { "[*].riskScore": [], "[*].internalNote": [] } } }, list: "own" },
  { name: "owner and view", about: "both", postings: { "answer-body": reading, owner, properties: { read: { "[*].riskScore": [], "[*].internalNote": [] } } }, list: "mixed" },
];

function listOf(bytes: number, mixed: boolean): Buffer {
  const items: object[] = [];
  for (let length = 0; length < bytes; ) {
    const at = items.length;
    const item = { accountId: `acc-${100_000 + at}`, customerId: mixed && at % 2 === 1 ? "cus-2002" : CALLER, branch: "north", title: "Current account", currency: "EUR", balance: 250_000 + at, riskScore: at % 100, internalNote: "files complaints in person" };
    length += JSON.stringify(item).length + 1;
    items.push(item);
  }
  return Buffer.from(JSON.stringify(items));
}

/** The API, in a process of its own. */
async function serveLists(port: number): Promise<void> {
  const lists = new Map<string, Buffer>(Object.entries(SIZES).flatMap(([name, bytes]) => [[`/own/${name}`, listOf(bytes, false)], [`/mixed/${name}`, listOf(bytes, true)]] as const));
  const server = createServer((asked, response) => {
    const list = lists.get(asked.url ?? "");
    response.writeHead(list === undefined ? 404 : 200, { "content-type": "application/json", "content-length": list?.length ?? 0 });
    response.end(list);
  });
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
}

const text = { type: "string", maxLength: 100 };
const account = {
  type: "object",
  required: ["accountId", "customerId"],
  additionalProperties: false,
  properties: { accountId: text, customerId: text, branch: text, title: text, currency: text, balance: { type: "integer" }, riskScore: { type: "integer" }, internalNote: text },
};
const contract = {
  openapi: "3.1.0",
  info: { title: "lists", version: "1" },
  components: { securitySchemes: { login: { type: "http", scheme: "bearer" } } },
  paths: {
    "/{list}/{size}": {
      get: {
        operationId: "list",
        security: [{ login: [] }],
        parameters: ["list", "size"].map((name) => ({ name, in: "path", required: true, schema: text })),
        responses: { 200: { description: "a list", content: { "application/json": { schema: { type: "array", items: account } } } } },
      },
    },
  },
};

async function prepare(folder: string): Promise<string> {
  const { publicKey, privateKey } = await generateKeyPair("ES256");
  writeFileSync(join(folder, "jwks.json"), JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: "one", alg: "ES256", use: "sig" }] }));
  writeFileSync(join(folder, "openapi.json"), JSON.stringify(contract));
  return new SignJWT({ client_id: "bench" }).setProtectedHeader({ alg: "ES256", typ: "at+jwt", kid: "one" }).setIssuer("https://id.bench.example").setAudience("bench").setSubject(CALLER).setIssuedAt().setExpirationTime("1h").setJti("one").sign(privateKey);
}

async function startVariant(folder: string, upstream: number, { postings }: Variant, at: number): Promise<Running> {
  const port = await findFreePort();
  const file = join(folder, `policy-${at}.json`);
  const policy = {
    contract: "./openapi.json",
    upstream: `http://127.0.0.1:${upstream}`,
    listen: { port },
    everywhere: { jwt: { issuer: "https://id.bench.example", audience: "bench", keys: "file:./jwks.json" }, "token-bucket": { burst: 1_000_000, window: "1s" } },
    operations: { list: postings },
    audit: { file: `./audit-${at}.log` },
  };
  writeFileSync(file, JSON.stringify(policy));
  return launch({ program: process.execPath, words: [program, "run", file] }, port, join(folder, `gateway-${at}.log`), undefined);
}

/** A closed loop over so many kept-alive connections. Every answer has to be a whole 200. */
async function load(port: number, path: string, token: string, connections: number, milliseconds: number): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const end = performance.now() + milliseconds;
  let requests = 0;
  const one = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const asked = request({ agent, port, host: "127.0.0.1", path, headers: { authorization: `Bearer ${token}` } }, (response) => {
        response.resume();
        response.once("end", () => (response.statusCode === 200 ? resolve() : reject(new Error(`${path}: ${response.statusCode}`))));
        response.once("error", reject);
      });
      asked.once("error", reject);
      asked.end();
    });
  await Promise.all(
    Array.from({ length: connections }, async () => {
      while (performance.now() < end) {
        await one();
        requests++;
      }
    }),
  );
  agent.destroy();
  return requests;
}

interface Spot {
  readonly variant: Variant;
  readonly running: Running;
  readonly cpu: Map<string, number[]>;
}

async function run(): Promise<void> {
  const { values } = parseArgs({ options: { seconds: { type: "string", default: "3" }, rounds: { type: "string", default: "5" }, connections: { type: "string", default: "8" }, sizes: { type: "string", default: Object.keys(SIZES).join(",") } } });
  const sizes = values.sizes.split(",");
  const folder = mkdtempSync(join(tmpdir(), "sallyport-objects-"));
  const upstreamPort = await findFreePort();
  const upstream = await launch({ program: process.execPath, words: [import.meta.filename, "serve", String(upstreamPort)] }, upstreamPort, join(folder, "upstream.log"), undefined);
  const spots: Spot[] = [];
  try {
    const token = await prepare(folder);
    for (const [at, variant] of VARIANTS.entries()) spots.push({ variant, running: await startVariant(folder, upstreamPort, variant, at), cpu: new Map() });
    for (let round = -1; round < Number(values.rounds); round++) {
      for (const size of sizes) {
        for (let turn = 0; turn < spots.length; turn++) {
          const spot = spots[(turn + Math.max(round, 0)) % spots.length];
          if (spot === undefined) continue;
          const before = readCost(spot.running.pid).cpuSeconds;
          const requests = await load(spot.running.port, `/${spot.variant.list}/${size}`, token, Number(values.connections), Number(values.seconds) * 1_000);
          const microseconds = ((readCost(spot.running.pid).cpuSeconds - before) * 1e6) / requests;
          // The first round is for Node's compiler.
          if (round >= 0) spot.cpu.set(size, [...(spot.cpu.get(size) ?? []), microseconds]);
        }
      }
      console.log(round < 0 ? "run in" : `round ${round + 1} of ${values.rounds}`);
    }
    for (const size of sizes) console.log(`\n${size}\n${report(size, spots)}`);
  } finally {
    for (const { running } of spots) await running.stop();
    await upstream.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

function report(size: string, spots: readonly Spot[]): string {
  const cost = ({ cpu }: Spot): number => takeSpread(cpu.get(size) ?? [])?.median ?? 0;
  const [plain, verified] = spots.map(cost);
  const bytes = SIZES[size] ?? 0;
  const rows = spots.map((spot) => {
    const mine = cost(spot);
    // What the step itself takes, beyond what is spent anyway to hold the answer to its schema.
    const beyond = mine - (verified ?? 0);
    const speed = beyond > 0 && spot.variant.name !== "plain" ? `${Math.round(bytes / beyond)}` : "";
    return [spot.variant.name, spot.variant.about, mine.toFixed(1), (mine / (plain ?? mine)).toFixed(2), (mine / (verified ?? mine)).toFixed(2), speed];
  });
  return writeTable([["variant", "what", "CPU us/request", "of plain", "of verified", "MB/s beyond verified"], ...rows]);
}

const [word, port] = process.argv.slice(2);
if (word === "serve") await serveLists(Number(port));
else await run();
