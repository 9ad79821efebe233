/**
 * Goodput: what callers get of an API of which twice as much is asked as it can do.
 *
 *     node bench/goodput.ts [--seconds 20] [--rounds 3]
 *
 * The API works at a fixed number of requests at once, each for a fixed time, and lets all others wait in it, as most do.
 * Its capacity is measured first, through the door. Then callers come at twice that rate whatever becomes of those before them (an
 * open loop), each with a patience after which he goes. Goodput is what was answered in time, as a share of the capacity;
 * with `overload` and without it, in turn. The first part of a round is not counted: what has to settle has settled.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { Agent, createServer, request } from "node:http";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { findFreePort, launch, type Running } from "./launch.ts";
import { takeSpread } from "./spread.ts";
import { writeTable } from "./table.ts";

const PLACES = 10;
const WORK_MILLISECONDS = 25;
const PATIENCE_MILLISECONDS = 500;
const LOAD = 2;
const SETTLED_MILLISECONDS = 5_000;
const TICK_MILLISECONDS = 5;

const program = resolve(import.meta.dirname, "../bin/sallyport.js");
const contract = { openapi: "3.1.0", info: { title: "goodput", version: "1" }, paths: { "/work": { get: { operationId: "work", security: [], responses: { 200: { description: "Done.", content: { "application/json": { schema: { type: "object" } } } } } } } } };

/** Works for whoever came first; whoever has gone meanwhile is worked for all the same. */
function serveWork(port: number): void {
  const waiting: (() => void)[] = [];
  let working = 0;
  const next = (): void => {
    if (working >= PLACES) return;
    const answer = waiting.shift();
    if (answer === undefined) return;
    working += 1;
    setTimeout(() => {
      working -= 1;
      answer();
      next();
    }, WORK_MILLISECONDS);
  };
  createServer((_request, response) => {
    waiting.push(() => response.writeHead(200, { "content-type": "application/json" }).end("{}"));
    next();
  }).listen(port, "127.0.0.1");
}

interface Outcome {
  readonly inTime: number;
  readonly refused: number;
  readonly late: number;
  /** Milliseconds of those in time. */
  readonly took: readonly number[];
}

/** One caller: how long until he had his answer, or why he has none. */
function call(port: number, agent: Agent): Promise<number | "refused" | "late"> {
  return new Promise((done) => {
    const begun = performance.now();
    const asked = request({ agent, port, host: "127.0.0.1", path: "/work", signal: AbortSignal.timeout(PATIENCE_MILLISECONDS) }, (response) => {
      response.resume();
      response.once("end", () => done(response.statusCode === 200 ? performance.now() - begun : "refused"));
      response.once("error", () => done("late"));
    });
    asked.once("error", () => done("late"));
    asked.end();
  });
}

/** As many at once as keep the API busy, one behind the other. @returns requests per second */
async function measureCapacity(port: number, milliseconds: number): Promise<number> {
  const agent = new Agent({ keepAlive: true });
  let answered = 0;
  const begun = performance.now();
  await Promise.all(Array.from({ length: 4 * PLACES }, async () => {
    while (performance.now() - begun < milliseconds) if (typeof (await call(port, agent)) === "number") answered += 1;
  }));
  const seconds = (performance.now() - begun) / 1_000;
  agent.destroy();
  return answered / seconds;
}

async function press(port: number, perSecond: number, milliseconds: number): Promise<Outcome> {
  const agent = new Agent({ keepAlive: true });
  const calls: Promise<number | "refused" | "late">[] = [];
  const begun = performance.now();
  let sent = 0;
  for (let elapsed = 0; elapsed < milliseconds; elapsed = performance.now() - begun) {
    for (const due = (elapsed * perSecond) / 1_000; sent < due; sent += 1) {
      const outcome = call(port, agent);
      if (elapsed > SETTLED_MILLISECONDS) calls.push(outcome);
    }
    await sleep(TICK_MILLISECONDS);
  }
  const outcomes = await Promise.all(calls);
  agent.destroy();
  const took = outcomes.filter((outcome) => typeof outcome === "number");
  return { inTime: took.length, refused: outcomes.filter((outcome) => outcome === "refused").length, late: outcomes.filter((outcome) => outcome === "late").length, took };
}

async function openDoor(folder: string, name: string, upstream: number, guards: object): Promise<Running> {
  const port = await findFreePort();
  const file = join(folder, `${name}.json`);
  writeFileSync(file, JSON.stringify({ contract: "./openapi.json", upstream: `http://127.0.0.1:${upstream}`, listen: { port }, everywhere: { public: "a bench has no logins", ...guards }, audit: { file: `./${name}.log` } }));
  return launch({ program: process.execPath, words: [program, "run", file] }, port, join(folder, `${name}.out`), undefined);
}

async function openApi(folder: string): Promise<Running> {
  const port = await findFreePort();
  return launch({ program: process.execPath, words: [import.meta.filename, "--serve", String(port)] }, port, join(folder, "api.out"), undefined);
}

function rowOf(name: string, outcome: Outcome, capacity: number, seconds: number): { readonly goodput: number; readonly row: readonly string[] } {
  const goodput = outcome.inTime / seconds / capacity;
  const sorted = outcome.took.toSorted((one, other) => one - other);
  const at = (share: number): string => (sorted[Math.floor(sorted.length * share)] ?? 0).toFixed(0);
  return { goodput, row: [name, capacity.toFixed(0), goodput.toFixed(2), (outcome.refused / seconds).toFixed(0), (outcome.late / seconds).toFixed(0), at(0.5), at(0.99)] };
}

async function run(seconds: number, rounds: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "sallyport-goodput-"));
  const running: Running[] = [];
  const goodputs = new Map<string, number[]>();
  const rows: (readonly string[])[] = [["", "capacity/s", "goodput", "refused/s", "late/s", "p50 ms", "p99 ms"]];
  try {
    writeFileSync(join(folder, "openapi.json"), JSON.stringify(contract));
    for (let round = 0; round < rounds; round += 1) {
      for (const [name, guards] of [["overload", { overload: { target: "100ms" } }], ["without", {}]] as const) {
        // Both anew each time: what waits in an API waits for the next one, too.
        const api = await openApi(folder);
        const door = await openDoor(folder, name, api.port, guards);
        running.push(api, door);
        const capacity = await measureCapacity(door.port, 2_000);
        const outcome = await press(door.port, LOAD * capacity, seconds * 1_000);
        const { goodput, row } = rowOf(name, outcome, capacity, seconds - SETTLED_MILLISECONDS / 1_000);
        goodputs.set(name, [...(goodputs.get(name) ?? []), goodput]);
        rows.push(row);
        await door.stop();
        await api.stop();
      }
    }
    console.log(writeTable(rows));
    for (const [name, values] of goodputs) {
      const spread = takeSpread(values);
      console.log(`${name}: ${(spread?.median ?? 0).toFixed(2)} of the capacity (${(spread?.least ?? 0).toFixed(2)}..${(spread?.greatest ?? 0).toFixed(2)}) at ${LOAD} times as much`);
    }
  } finally {
    for (const one of running) await one.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

const { values } = parseArgs({ options: { seconds: { type: "string", default: "20" }, rounds: { type: "string", default: "3" }, serve: { type: "string" } } });
if (values.serve === undefined) await run(Number(values.seconds), Number(values.rounds));
else serveWork(Number(values.serve));
