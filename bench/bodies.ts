/**
 * Bodies: JSON bodies read and validated, beside what a user would pick for it, over HTTP and without.
 *
 *     node bench/bodies.ts [--rounds 7] [--milliseconds 500] [--only list]
 *
 * Three documents (an order of 300 bytes, a list of 20 kB, one of 1 MB) against one schema, each sound and with one fault at
 * its end. First in one process, from bytes to yes or no: JSON.parse alone, with Ajv, and ours, which also refuses two members
 * of one name, rounded numbers and what is beyond its bounds; once as it is, and once with the value made as well, which
 * guards that need it ask for. Then as servers, one process each: Fastify with the schema at its
 * route, Express with express-openapi-validator, and Express with our doors and every guard that stands. The processor time of
 * the server's process is what counts; memory is that of the process at the end. Each way has to take the sound document and
 * refuse the other before it is measured.
 */
import { fork } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { Agent, request } from "node:http";
import type { AddressInfo, Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { installOnce } from "./install.ts";
import { takeSpread } from "./spread.ts";
import { writeTable } from "./table.ts";

type Schema = Readonly<Record<string, unknown>>;

const item: Schema = {
  type: "object",
  required: ["id", "sku", "name", "price"],
  additionalProperties: false,
  properties: {
    id: { type: "integer", minimum: 1 },
    sku: { type: "string", pattern: "^SKU-[0-9]{5}$" },
    name: { type: "string", minLength: 1, maxLength: 60 },
    price: { type: "number", minimum: 0 },
    kind: { type: "string", enum: ["book", "game", "tool"] },
    made: { type: "string", format: "date-time" },
    tags: { type: "array", maxItems: 5, items: { type: "string", maxLength: 20 } },
  },
};
const schema: Schema = { type: "object", required: ["reference", "items"], additionalProperties: false, properties: { reference: { type: "string", maxLength: 40 }, items: { type: "array", items: item } } };

const contract = {
  openapi: "3.1.0",
  info: { title: "bodies", version: "1" },
  paths: { "/items": { post: { operationId: "putItems", security: [], requestBody: { required: true, content: { "application/json": { schema } } }, responses: { 204: { description: "taken" } } } } },
};
const BODY_BYTES_MAX = 2_097_152;

interface Document {
  readonly name: string;
  readonly sound: string;
  /** The same, with a number where a text belongs, at the end. */
  readonly faulty: string;
}

function documentOf(name: string, count: number): Document {
  const items = Array.from({ length: count }, (_, at) => ({ id: at + 1, sku: `SKU-${String(at % 100_000).padStart(5, "0")}`, name: `Item number ${at}`, price: at * 1.25, kind: "tool", made: "2026-11-20T10:00:00Z", tags: ["new", "small"] }));
  const write = (last: object): string => JSON.stringify({ reference: "order of today", items: [...items.slice(0, -1), { ...items.at(-1), ...last }] });
  return { name, sound: write({}), faulty: write({ name: 7 }) };
}

const DOCUMENTS: readonly Document[] = [documentOf("order", 2), documentOf("list", 150), documentOf("large list", 7_300)];

interface Way {
  readonly name: string;
  readonly takes: (bytes: Buffer) => boolean;
}

/** From bytes to yes or no, in this process. */
async function waysInProcess(folder: string): Promise<readonly Way[]> {
  const [{ Ajv2020 }, formats, { readContract }, { parseSound, readJson }] = await Promise.all([import("ajv/dist/2020.js"), import("ajv-formats"), import("../src/contract/read.ts"), import("../src/contract/json.ts")]);
  const ajv = new Ajv2020();
  formats.default.default(ajv);
  const check = ajv.compile(schema);
  writeFileSync(join(folder, "openapi.json"), JSON.stringify(contract));
  const validator = readContract(join(folder, "openapi.json")).operations[0]?.body?.media[0]?.validator;
  if (validator === undefined) throw new Error("the schema was not compiled");
  const slow = (bytes: Buffer): boolean => {
    const read = readJson(bytes, BOUNDS);
    return "value" in read && validator.check(read.value);
  };
  return [
    { name: "JSON.parse", takes: (bytes) => JSON.parse(bytes.toString("utf8")) !== undefined },
    { name: "JSON.parse, Ajv", takes: (bytes) => check(JSON.parse(bytes.toString("utf8"))) },
    { name: "sallyport", takes: (bytes) => validator.glance?.(bytes, BOUNDS) !== undefined || slow(bytes) },
    { name: "and its value", takes: (bytes) => (validator.glance?.(bytes, BOUNDS) === undefined ? slow(bytes) : parseSound(bytes) !== undefined) },
  ];
}

const BOUNDS = { depth: 32, values: 200_000, members: 1_000, stringBytes: 1_048_576, preciseNumbers: true, uniqueNames: true, controls: false, prototypeNames: false };

/** Documents a second. */
function rate({ takes }: Way, bytes: Buffer, milliseconds: number): number {
  const end = performance.now() + milliseconds;
  const begun = performance.now();
  let count = 0;
  do {
    takes(bytes);
    count++;
  } while (performance.now() < end);
  return (count * 1_000) / (performance.now() - begun);
}

/** In a process of its own, whose young generation holds all that is made: so that what is taken can be told from what is given back. */
function weigh(): Promise<void> {
  const child = fork(import.meta.filename, ["--weigh", "yes", ...process.argv.slice(2)], { execArgv: ["--expose-gc", "--max-semi-space-size=256", "--min-semi-space-size=256"] });
  return new Promise((resolve) => void child.once("exit", () => resolve()));
}

async function tellWeights(folder: string, only: string): Promise<void> {
  const ways = await waysInProcess(folder);
  const rows = DOCUMENTS.filter(({ name }) => name.includes(only)).map(({ name, sound }) => [name, ...ways.map((way) => heapOf(way, Buffer.from(sound)).toFixed(1))]);
  console.log(writeTable([["document", ...ways.map(({ name }) => name)], ...rows]));
}

/** Bytes of heap for each byte of a document. */
function heapOf({ takes }: Way, bytes: Buffer): number {
  const times = Math.max(1, Math.round(1_000_000 / bytes.byteLength));
  // What is not yet compiled makes objects that it will not make any more.
  for (let time = 0; time < 20 * times; time++) takes(bytes);
  globalThis.gc?.();
  const before = process.memoryUsage().heapUsed;
  for (let time = 0; time < times; time++) takes(bytes);
  return (process.memoryUsage().heapUsed - before) / times / bytes.byteLength;
}

const SERVERS = ["fastify", "express-openapi-validator", "sallyport/express"] as const;
type ServerName = (typeof SERVERS)[number];

/** In a process of its own: listens, and tells its port. Asked for it, tells its processor time and memory. */
async function serve(name: ServerName, folder: string): Promise<void> {
  const port = await (name === "fastify" ? serveFastify() : serveExpress(name, folder));
  process.on("message", () => process.send?.({ cpu: process.cpuUsage(), rss: process.memoryUsage().rss }));
  process.on("disconnect", () => process.exit());
  process.send?.({ port });
}

async function serveFastify(): Promise<number> {
  const { fastify } = await import("fastify");
  const app = fastify({ bodyLimit: BODY_BYTES_MAX, ajv: { customOptions: { removeAdditional: false, coerceTypes: false } } });
  app.post("/items", { schema: { body: schema } }, (_request, reply) => reply.code(204).send());
  await app.listen({ port: 0, host: "127.0.0.1" });
  return (app.server.address() as AddressInfo).port;
}

async function serveExpress(name: ServerName, folder: string): Promise<number> {
  const { default: express } = await import("express");
  const app = express();
  writeFileSync(join(folder, "openapi.json"), JSON.stringify(contract));
  if (name === "sallyport/express") {
    const { sallyport } = await import("../src/hosts/express.ts");
    const everywhere = { public: "a bench of bodies", size: { body: "2MiB" }, body: { values: 200_000 } };
    writeFileSync(join(folder, "policy.json"), JSON.stringify({ contract: "./openapi.json", everywhere, audit: { file: "./audit.log" } }));
    app.use(sallyport(join(folder, "policy.json"), { say: () => undefined, watch: false }));
    app.use(express.json({ limit: BODY_BYTES_MAX }));
  } else {
    const validator = await import("express-openapi-validator");
    app.use(express.json({ limit: BODY_BYTES_MAX }));
    app.use(validator.middleware({ apiSpec: join(folder, "openapi.json"), validateRequests: true, validateResponses: false, validateSecurity: false }));
  }
  app.post("/items", (_request, response) => void response.status(204).end());
  app.use((fault: { readonly status?: number }, _request: unknown, response: { status: (code: number) => { end: () => void } }, _next: unknown) => response.status(fault.status ?? 500).end());
  const server: Server = await new Promise((resolve) => {
    const started = app.listen(0, "127.0.0.1", () => resolve(started));
  });
  return (server.address() as AddressInfo).port;
}

interface Running {
  readonly name: ServerName;
  readonly port: number;
  readonly ask: () => Promise<{ readonly cpu: NodeJS.CpuUsage; readonly rss: number }>;
  readonly stop: () => void;
}

function start(name: ServerName, folder: string): Promise<Running> {
  const child = fork(import.meta.filename, ["--serve", name, "--folder", folder], { env: { ...process.env, NODE_ENV: "production" } });
  let lost: (() => void) | undefined;
  child.once("exit", () => lost?.());
  const next = <T>(): Promise<T> =>
    new Promise((resolve, reject) => {
      lost = () => reject(new Error(`${name} has ended`));
      child.once("message", (message) => resolve(message as T)); // what `serve` sends
    });
  return next<{ port: number }>().then(({ port }) => ({
    name,
    port,
    ask() {
      const answer = next<{ cpu: NodeJS.CpuUsage; rss: number }>();
      child.send("usage");
      return answer;
    },
    stop: () => child.disconnect(),
  }));
}

function post(port: number, body: Buffer, agent: Agent): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request({ agent, port, host: "127.0.0.1", method: "POST", path: "/items", headers: { "content-type": "application/json", "content-length": body.byteLength } }, (response) => {
      response.resume();
      response.once("end", () => resolve(response.statusCode ?? 0));
    });
    sent.once("error", reject);
    sent.end(body);
  });
}

/** Microseconds of the server's processor for each request. */
async function cost({ port, ask }: Running, body: Buffer, status: (code: number) => boolean, milliseconds: number): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: 4 });
  const before = (await ask()).cpu;
  const end = performance.now() + milliseconds;
  let count = 0;
  const send = async (): Promise<void> => {
    do {
      const code = await post(port, body, agent);
      if (!status(code)) throw new Error(`an answer of ${code}`);
      count++;
    } while (performance.now() < end);
  };
  await Promise.all([send(), send(), send(), send()]);
  agent.destroy();
  const after = (await ask()).cpu;
  return (after.user + after.system - before.user - before.system) / count;
}

async function compare(rounds: number, milliseconds: number, only: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "sallyport-bodies-"));
  const documents = DOCUMENTS.filter(({ name }) => name.includes(only));
  const ways = await waysInProcess(folder);
  for (const { sound, faulty } of documents) for (const { name, takes } of ways) if (!takes(Buffer.from(sound)) || (name !== "JSON.parse" && takes(Buffer.from(faulty)))) throw new Error(`${name} judges wrongly`);
  const rows = documents.flatMap((document) => (["sound", "faulty"] as const).map((kind) => {
    const bytes = Buffer.from(document[kind]);
    const rates = ways.map((): number[] => []);
    for (let round = -1; round < rounds; round++) for (const [at, way] of ways.entries()) {
      const found = rate(way, bytes, milliseconds);
      if (round >= 0) rates[at]?.push(found);
    }
    return [`${document.name}, ${kind}`, String(bytes.byteLength), ...rates.map((list) => (takeSpread(list)?.median ?? 0).toFixed(0))];
  }));
  console.log("\ndocuments a second, in one process");
  console.log(writeTable([["document", "bytes", ...ways.map(({ name }) => name)], ...rows]));
  console.log("\nbytes of heap that one look at the document takes, for each byte of it");
  await weigh();

  const servers: Running[] = [];
  for (const name of SERVERS) servers.push(await start(name, mkdtempSync(join(folder, "server-"))));
  const served: string[][] = [];
  for (const document of documents) for (const kind of ["sound", "faulty"] as const) {
    const bytes = Buffer.from(document[kind]);
    const costs = servers.map((): number[] => []);
    for (let round = -1; round < rounds; round++) for (const [at, server] of servers.entries()) {
      const found = await cost(server, bytes, (code) => (kind === "sound" ? code === 204 : code === 400), milliseconds);
      if (round >= 0) costs[at]?.push(found);
    }
    served.push([`${document.name}, ${kind}`, ...costs.map((list) => (takeSpread(list)?.median ?? 0).toFixed(0))]);
  }
  const memory = await Promise.all(servers.map(async ({ ask }) => `${Math.round((await ask()).rss / 1_048_576)}`));
  console.log("\nmicroseconds of the server's processor for each request; MiB of its process at the end");
  console.log(writeTable([["document", ...SERVERS], ...served, ["memory", ...memory]]));
  for (const { stop } of servers) stop();
  rmSync(folder, { recursive: true });
}

const { values } = parseArgs({ options: { rounds: { type: "string", default: "7" }, milliseconds: { type: "string", default: "500" }, only: { type: "string", default: "" }, serve: { type: "string" }, weigh: { type: "string" }, folder: { type: "string", default: "" } } });
const serving = SERVERS.find((name) => name === values.serve);
if (serving !== undefined) await serve(serving, values.folder);
else if (values.weigh !== undefined) await tellWeights(mkdtempSync(join(tmpdir(), "sallyport-bodies-")), values.only);
else {
  installOnce();
  await compare(Number(values.rounds), Number(values.milliseconds), values.only);
}
