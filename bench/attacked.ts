/**
 * Attacked: how long a good caller waits while somebody else attacks the door.
 *
 *     node bench/attacked.ts [--seconds 5] [--rounds 3] [--only slow]
 *
 * A gateway with its defaults, in front of an API that answers at once. The good caller asks a hundred times a second, on one
 * connection, from 127.0.0.1; the attacker is a process of its own, and comes from 127.0.0.2. For each attack the good
 * caller is timed before it and while it goes on, and the times are set against each other: of p99 at most twice as much is aimed at. Everything stays
 * on this machine, and ends by itself.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { Agent, createServer, request } from "node:http";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { exportJWK, generateKeyPair } from "jose";
import { findFreePort, launch, type Running } from "./launch.ts";
import { takeSpread } from "./spread.ts";
import { writeTable } from "./table.ts";

const PAUSE_MILLISECONDS = 10;
const SOCKETS = 200;

const program = resolve(import.meta.dirname, "../bin/sallyport.js");
const fine = { description: "Fine.", content: { "application/json": { schema: { type: "object" } } } };
const contract = {
  openapi: "3.1.0",
  info: { title: "attacked", version: "1" },
  components: { securitySchemes: { login: { type: "http", scheme: "bearer" } } },
  paths: {
    "/notes": {
      get: { operationId: "listNotes", security: [], responses: { 200: fine } },
      post: { operationId: "writeNote", security: [], requestBody: { content: { "application/json": { schema: {} } } }, responses: { 200: fine } },
    },
    "/mine": { get: { operationId: "listMine", security: [{ login: [] }], responses: { 200: fine } } },
  },
};

const post = (body: string): string => `POST /notes HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
const MEBIBYTE = 2 ** 20;
const SECONDS = Math.floor(Date.now() / 1_000);
/** Well-formed in everything but its signature, so that only the signature shows it. */
const FORGED = [{ alg: "ES256", typ: "at+jwt", kid: "one" }, { iss: "https://id.bench.example", aud: "bench", sub: "ann", client_id: "bench", iat: SECONDS, exp: SECONDS + 3_600, jti: "one" }].map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")).join(".");

interface Attack {
  /** Sent at once on each connection. */
  readonly begin: string;
  /** Sent again and again afterwards. */
  readonly drip?: string;
  readonly everyMilliseconds: number;
  readonly sockets: number;
}

const ATTACKS: Readonly<Record<string, Attack>> = {
  "slow heads": { begin: "GET /notes HTTP/1.1\r\nhost: a\r\nx: ", drip: "b", everyMilliseconds: 250, sockets: SOCKETS },
  "slow bodies": { begin: "POST /notes HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 10000\r\n\r\n", drip: "1", everyMilliseconds: 250, sockets: SOCKETS },
  "silent connections": { begin: "", everyMilliseconds: 250, sockets: SOCKETS },
  "made-up tokens": { begin: "", drip: `GET /mine HTTP/1.1\r\nhost: a\r\nauthorization: Bearer ${FORGED}.${"A".repeat(86)}\r\n\r\n`, everyMilliseconds: 10, sockets: 8 },
  "deep JSON": { begin: "", drip: post("[".repeat(MEBIBYTE - 200)), everyMilliseconds: 200, sockets: 4 },
  "wide JSON": { begin: "", drip: post(`[${"{},".repeat(300_000)}1]`), everyMilliseconds: 200, sockets: 4 },
  "broken requests": { begin: "", drip: "GET /notes HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n", everyMilliseconds: 10, sockets: 8 },
  "paths that are not there": { begin: "", drip: "GET /wp-admin/../../etc/passwd HTTP/1.1\r\nhost: a\r\n\r\n", everyMilliseconds: 5, sockets: 8 },
};

/** Goes on until it is told to end, or for as long as was said. */
async function attack(name: string, port: number, milliseconds: number): Promise<void> {
  const { begin, drip, everyMilliseconds, sockets } = ATTACKS[name] ?? { begin: "", everyMilliseconds: 1_000, sockets: 0 };
  const open = (): Socket => connect({ port, host: "127.0.0.1", localAddress: "127.0.0.2" }).on("error", () => undefined).on("connect", function greet(this: Socket) {
    this.write(begin);
  }).resume();
  const held = Array.from({ length: sockets }, open);
  for (const begun = performance.now(); performance.now() - begun < milliseconds; await sleep(everyMilliseconds)) {
    for (const [index, socket] of held.entries()) {
      if (socket.destroyed || socket.readableEnded) held[index] = open();
      else if (drip !== undefined && socket.writableLength < MEBIBYTE) socket.write(drip);
    }
  }
  for (const socket of held) socket.destroy();
}

/** Milliseconds of each answer. */
async function ask(port: number, milliseconds: number): Promise<readonly number[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const times: number[] = [];
  for (const begun = performance.now(); performance.now() - begun < milliseconds; await sleep(PAUSE_MILLISECONDS)) times.push(await askOnce(port, agent));
  agent.destroy();
  return times.toSorted((one, other) => one - other);
}

function askOnce(port: number, agent: Agent): Promise<number> {
  return new Promise((done, fail) => {
    const begun = performance.now();
    const asked = request({ agent, port, host: "127.0.0.1", path: "/notes" }, (response) => {
      response.resume();
      response.once("end", () => (response.statusCode === 200 ? done(performance.now() - begun) : fail(new Error(`the good caller got ${response.statusCode}`))));
    });
    asked.once("error", fail);
    asked.end();
  });
}

async function underAttack(name: string, port: number, milliseconds: number): Promise<readonly number[]> {
  const attacker = spawn(process.execPath, [import.meta.filename, "--attack", name, "--port", String(port), "--seconds", String(milliseconds / 1_000 + 1)], { stdio: "ignore" });
  const gone = new Promise<void>((done) => void attacker.once("exit", () => done()));
  await sleep(500);
  try {
    return await ask(port, milliseconds);
  } finally {
    attacker.kill();
    await gone;
  }
}

async function openDoor(folder: string): Promise<{ readonly door: Running; readonly close: () => Promise<void> }> {
  const api = createServer((_request, response) => response.writeHead(200, { "content-type": "application/json" }).end("{}"));
  const upstream = await findFreePort();
  await new Promise<void>((done) => api.listen(upstream, "127.0.0.1", done));
  const port = await findFreePort();
  writeFileSync(join(folder, "openapi.json"), JSON.stringify(contract));
  const { publicKey } = await generateKeyPair("ES256");
  writeFileSync(join(folder, "jwks.json"), JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: "one", alg: "ES256", use: "sig" }] }));
  const policy = join(folder, "policy.json");
  const open = { public: "a bench has no logins here" };
  writeFileSync(policy, JSON.stringify({ contract: "./openapi.json", upstream: `http://127.0.0.1:${upstream}`, listen: { port }, everywhere: { jwt: { issuer: "https://id.bench.example", audience: "bench", keys: "file:./jwks.json" } }, operations: { listNotes: open, writeNote: open }, audit: { file: "./audit.log" } }));
  const door = await launch({ program: process.execPath, words: [program, "run", policy] }, port, join(folder, "door.out"), undefined);
  return { door, close: async () => {
    await door.stop();
    api.closeAllConnections();
    api.close();
  } };
}

async function run(seconds: number, rounds: number, only: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "sallyport-attacked-"));
  const rows: string[][] = [["attack", "p50 before", "p50 during", "p99 before", "p99 during", "p99 ratio", "least..greatest"]];
  const { door, close } = await openDoor(folder);
  try {
    await ask(door.port, 3_000);
    for (const name of Object.keys(ATTACKS).filter((one) => one.includes(only))) {
      const before: (readonly number[])[] = [];
      const during: (readonly number[])[] = [];
      for (let round = 0; round < rounds; round += 1) {
        before.push(await ask(door.port, seconds * 1_000));
        during.push(await underAttack(name, door.port, seconds * 1_000));
      }
      const at = (times: readonly number[], share: number): number => times[Math.floor(times.length * share)] ?? Number.NaN;
      const middle = (lists: readonly (readonly number[])[], share: number): string => (takeSpread(lists.map((times) => at(times, share)))?.median ?? Number.NaN).toFixed(1);
      const ratios = takeSpread(during.map((times, index) => at(times, 0.99) / at(before[index] ?? [], 0.99)));
      rows.push([name, middle(before, 0.5), middle(during, 0.5), middle(before, 0.99), middle(during, 0.99), (ratios?.median ?? Number.NaN).toFixed(2), `${(ratios?.least ?? Number.NaN).toFixed(2)}..${(ratios?.greatest ?? Number.NaN).toFixed(2)}`]);
    }
    console.log(writeTable(rows));
  } finally {
    await close();
    rmSync(folder, { recursive: true, force: true });
  }
}

const { values } = parseArgs({ options: { seconds: { type: "string", default: "5" }, rounds: { type: "string", default: "3" }, only: { type: "string", default: "" }, attack: { type: "string" }, port: { type: "string" } } });
if (values.attack === undefined) await run(Number(values.seconds), Number(values.rounds), values.only);
else await attack(values.attack, Number(values.port), Number(values.seconds) * 1_000);
