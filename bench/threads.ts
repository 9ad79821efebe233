/**
 * Threads: what a second thread adds, where there is a core for it.
 *
 *     node bench/threads.ts [--seconds 4] [--rounds 5] [--connections 64]
 *
 * The gateway as `npm run bench` has it (token, parameters, limit, answer, record), with one thread and with two, and nginx
 * as a bare proxy with one worker and with two: what it gains says what this machine can give at all, since the API (nginx
 * as well, with a fixed answer) and wrk want their part of the same cores. Nobody is pinned. Rounds are interleaved.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { judgeOutcome } from "./generator/outcome.ts";
import { isWrkInstalled, startWrk } from "./generator/wrk.ts";
import { findFreePort, launch, type Running } from "./launch.ts";
import { describeMachine, writeMachineLine } from "./machine.ts";
import { audience, issuer, type Material, orderId, prepareMaterial, requestSeparator } from "./material.ts";
import type { Place } from "./place.ts";
import { takeSpread } from "./spread.ts";
import { nginx } from "./subjects/nginx.ts";
import { policyOf } from "./subjects/sallyport.ts";
import { writeTable } from "./table.ts";

const THREADS = [1, 2] as const;
const ORDER = { id: orderId(0), reference: "web-2026-000001", currency: "EUR", lines: [{ sku: "SKU-10421", quantity: 2, unitPrice: 1299 }], status: "placed", total: 2598, createdAt: "2026-11-20T10:00:00Z" };

interface Way {
  readonly name: string;
  readonly threads: number;
  readonly running: Running;
  readonly rates: number[];
}

/** An nginx of so many workers, whose configuration is that of the bench's subject, changed where said. */
async function startNginx(place: Place, change: (configuration: string) => string): Promise<Running> {
  const command = nginx.command(place);
  const file = join(place.folder, "nginx.conf");
  writeFileSync(file, change(readFileSync(file, "utf8")));
  return launch(command, place.port, join(place.folder, "output.log"), undefined);
}

function startSallyport(place: Place, threads: number): Promise<Running> {
  const policy = join(place.folder, "policy.yaml");
  writeFileSync(policy, JSON.stringify({ ...policyOf(place), threads }));
  return launch({ program: process.execPath, words: [join(import.meta.dirname, "../bin/sallyport.js"), "run", policy] }, place.port, join(place.folder, "output.log"), undefined);
}

async function placeIn(folder: string, name: string, upstream: string, material: Material): Promise<Place> {
  const own = join(folder, name);
  mkdirSync(own);
  return { port: await findFreePort(), upstream, folder: own, contractFile: material.contractFile, keysFile: material.keysFile, issuer, audience, auditFile: join(own, "requests.log"), limitPerMinute: 1_000_000, tls: undefined };
}

async function measure(folder: string, rounds: number, seconds: number, connections: number): Promise<void> {
  const material = await prepareMaterial(folder, false);
  const requestFile = join(folder, "reads.bin");
  writeFileSync(requestFile, readFileSync(material.requestFile, "utf8").split(requestSeparator).filter((text) => text.startsWith("GET ")).join(requestSeparator));
  const started: Running[] = [];
  try {
    const api = await startNginx(await placeIn(folder, "api", "http://127.0.0.1:9", material), (text) => text.replace(/location \/ \{[^}]*\}/, `location / { default_type application/json; return 200 '${JSON.stringify(ORDER)}'; }`));
    started.push(api);
    const ways: Way[] = [];
    for (const name of ["sallyport", "nginx"]) for (const threads of THREADS) {
      const place = await placeIn(folder, `${name}-${threads}`, `http://127.0.0.1:${api.port}`, material);
      const running = await (name === "nginx" ? startNginx(place, (text) => text.replace("worker_processes 1", `worker_processes ${threads}`)) : startSallyport(place, threads));
      started.push(running);
      ways.push({ name, threads, running, rates: [] });
    }
    const generator = startWrk(undefined);
    for (let round = -2; round < rounds; round += 1) for (const { name, threads, running, rates } of ways) {
      const outcome = await generator.run({ port: running.port, requestFile, authorityFile: undefined, connections, seconds });
      const wrong = judgeOutcome(outcome);
      if (wrong !== undefined) throw new Error(`${name} with ${threads}: ${wrong}`);
      if (round >= 0) rates.push(outcome.requests / outcome.seconds);
    }
    tell(ways);
  } finally {
    for (const running of started.toReversed()) await running.stop();
  }
}

function tell(ways: readonly Way[]): void {
  const rows = ways.map(({ name, threads, rates }) => {
    const { median = 0, least = 0, greatest = 0 } = takeSpread(rates) ?? {};
    const alone = takeSpread(ways.find((way) => way.name === name && way.threads === 1)?.rates ?? [])?.median ?? 1;
    return [name, String(threads), median.toFixed(0), `${least.toFixed(0)}..${greatest.toFixed(0)}`, (median / alone).toFixed(2)];
  });
  console.log(writeTable([["", "threads", "requests/s", "least..greatest", "to one thread"], ...rows]));
}

const { values } = parseArgs({ options: { seconds: { type: "string", default: "4" }, rounds: { type: "string", default: "5" }, connections: { type: "string", default: "64" } } });
if (!isWrkInstalled() || nginx.missing() !== undefined) console.log("skipped: it needs wrk and nginx (apt-get install wrk nginx-light)");
else {
  const folder = mkdtempSync(join(tmpdir(), "sallyport-threads-"));
  console.log(writeMachineLine(describeMachine()));
  try {
    await measure(folder, Number(values.rounds), Number(values.seconds), Number(values.connections));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
