/**
 * Timing: whether the time of an answer tells a foreign object from a missing one.
 *
 *     node bench/timing.ts [--pairs 2000]
 *
 * The API answers both at once, so that whatever differs is the door's. Requests for the one and the other come in turn, one at
 * a time; what is printed is how often the foreign one took longer (0.500 says nothing, 1.000 everything), and by how many
 * microseconds, as the median of the pairs' differences with what 95 of 100 samples drawn from them again lie between. With `even: 0s`
 * both are answered when they are known, with the default at the same step of a clock.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { Agent, createServer, request } from "node:http";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { findFreePort, launch, type Running } from "./launch.ts";
import { takeSpread } from "./spread.ts";
import { writeTable } from "./table.ts";

const program = resolve(import.meta.dirname, "../bin/sallyport.js");
const foreign = JSON.stringify({ id: "a", customerId: "somebody else", note: "x".repeat(1_000) });
const missing = '{"title":"There is no such object"}';

const text = { type: "string", maxLength: 2_000 };
const contract = {
  openapi: "3.1.0",
  info: { title: "objects", version: "1" },
  components: { securitySchemes: { login: { type: "http", scheme: "bearer" } } },
  paths: {
    "/objects/{id}": {
      get: {
        operationId: "getObject",
        security: [{ login: [] }],
        parameters: [{ name: "id", in: "path", required: true, schema: text }],
        responses: Object.fromEntries([["200", { id: text, customerId: text, note: text }], ["404", { title: text }]].map(([status, properties]) => [status, { description: "x", content: { "application/json": { schema: { type: "object", properties } } } }])),
      },
    },
  },
};

async function startDoor(folder: string, upstream: number, even: string): Promise<Running> {
  const port = await findFreePort();
  const file = join(folder, `policy-${even}.json`);
  const everywhere = { jwt: { issuer: "https://id.bench.example", audience: "bench", keys: "file:./jwks.json" }, "token-bucket": { burst: 1_000_000, window: "1s" } };
  writeFileSync(file, JSON.stringify({ contract: "./openapi.json", upstream: `http://127.0.0.1:${upstream}`, listen: { port }, everywhere, operations: { getObject: { owner: { field: "customerId", even } } }, audit: { file: `./audit-${even}.log` } }));
  return launch({ program: process.execPath, words: [program, "run", file] }, port, join(folder, `${even}.log`), undefined);
}

/** Milliseconds until a 404 was here whole. */
function time(port: number, id: string, token: string, agent: Agent): Promise<number> {
  return new Promise((resolve, reject) => {
    const begun = performance.now();
    const asked = request({ agent, port, host: "127.0.0.1", path: `/objects/${id}`, headers: { authorization: `Bearer ${token}` } }, (response) => {
      response.resume();
      response.once("end", () => (response.statusCode === 404 ? resolve(performance.now() - begun) : reject(new Error(`${id}: ${response.statusCode}`))));
    });
    asked.once("error", reject);
    asked.end();
  });
}

/** How often one of the first took longer than one of the second (the statistic of Mann and Whitney, as a share). */
function superiority(first: readonly number[], second: readonly number[]): number {
  const all = [...first.map((value) => ({ value, mine: true })), ...second.map((value) => ({ value, mine: false }))].sort((one, other) => one.value - other.value);
  const ranks = all.reduce((sum, { mine }, at) => sum + (mine ? at + 1 : 0), 0);
  return (ranks - (first.length * (first.length + 1)) / 2) / (first.length * second.length);
}

const RESAMPLES = 1_000;

/** The median, and the bounds between which the medians of 95 % of samples lie that are drawn from these values again. */
function medianWithBounds(values: readonly number[]): { readonly median: number; readonly from: number; readonly to: number } {
  const medianOf = (list: Float64Array): number => list.sort()[list.length >> 1] ?? 0;
  const medians = Float64Array.from({ length: RESAMPLES }, () => medianOf(Float64Array.from(values, () => values[Math.floor(Math.random() * values.length)] ?? 0))).sort();
  return { median: medianOf(Float64Array.from(values)), from: medians[Math.floor(RESAMPLES * 0.025)] ?? 0, to: medians[Math.floor(RESAMPLES * 0.975)] ?? 0 };
}

async function measure(port: number, token: string, pairs: number): Promise<readonly string[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const times: Record<"f" | "m", number[]> = { f: [], m: [] };
  for (let pair = -200; pair < pairs; pair++) {
    // Which of the two comes first changes, too.
    for (const kind of pair % 2 === 0 ? (["f", "m"] as const) : (["m", "f"] as const)) {
      const took = await time(port, `${kind}${pair}`, token, agent);
      if (pair >= 0) times[kind].push(took);
    }
  }
  agent.destroy();
  const middle = (kind: "f" | "m"): string => (takeSpread(times[kind])?.median ?? 0).toFixed(3);
  const { median, from, to } = medianWithBounds(times.f.map((took, at) => (took - (times.m[at] ?? 0)) * 1_000));
  return [middle("f"), middle("m"), superiority(times.f, times.m).toFixed(3), median.toFixed(1), `${from.toFixed(1)}..${to.toFixed(1)}`];
}

async function run(): Promise<void> {
  const { values } = parseArgs({ options: { pairs: { type: "string", default: "2000" } } });
  const folder = mkdtempSync(join(tmpdir(), "sallyport-timing-"));
  const api = createServer((asked, response) => {
    const isForeign = asked.url?.startsWith("/objects/f") ?? false;
    response.writeHead(isForeign ? 200 : 404, { "content-type": "application/json" }).end(isForeign ? foreign : missing);
  });
  const upstream = await findFreePort();
  await new Promise<void>((resolve) => api.listen(upstream, "127.0.0.1", resolve));
  const doors: Running[] = [];
  try {
    const { publicKey, privateKey } = await generateKeyPair("ES256");
    writeFileSync(join(folder, "jwks.json"), JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: "one", alg: "ES256", use: "sig" }] }));
    writeFileSync(join(folder, "openapi.json"), JSON.stringify(contract));
    const token = await new SignJWT({ client_id: "bench" }).setProtectedHeader({ alg: "ES256", typ: "at+jwt", kid: "one" }).setIssuer("https://id.bench.example").setAudience("bench").setSubject("ann").setIssuedAt().setExpirationTime("1h").setJti("one").sign(privateKey);
    const rows: string[][] = [["even", "foreign ms", "missing ms", "foreign took longer", "by us", "95 %"]];
    for (const even of ["0s", "10ms"]) {
      const door = await startDoor(folder, upstream, even);
      doors.push(door);
      rows.push([even, ...(await measure(door.port, token, Number(values.pairs)))]);
    }
    console.log(writeTable(rows));
  } finally {
    for (const door of doors) await door.stop();
    api.closeAllConnections();
    api.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

await run();
