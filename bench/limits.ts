/**
 * Limits: what it costs to ask whether a caller may, beside the stores of limiters that people use, and what becomes of a
 * caller who has used up everything when he invents others.
 *
 *     node --expose-gc bench/limits.ts [--checks 1000000] [--rounds 5]
 *
 * Checks per second of CPU time, all threads of the process together, so that collecting garbage is in it: 100,000 known
 * callers in random order, and callers that are all new. Their names are put together for each check, as they are for each
 * request: no engine has their hash from before. Then bytes for each caller that is remembered (the heap, and what lies
 * outside of it; of sallyport, whose memory is of a fixed size, those of the room that is full of them), and how long a
 * collection of all garbage takes with a million of them. Each round asks all candidates in turn; what is printed is the
 * median.
 */
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { parseArgs } from "node:util";
import { memoryStore } from "../src/stores/memory.ts";
import { writeTable } from "./table.ts";

const CALLERS = 100_000;
const BURST = 60;
const WINDOW_MILLISECONDS = 60_000;
const MANY = 1_000_000;
const ROOM = "strangers";
/** One of so many checks is of a caller who is new: all candidates keep all of them for a minute, in one heap. */
const NEW_PART = 5;
/** What @fastify/rate-limit remembers unless it is told otherwise. */
const FASTIFY_CACHE = 5_000;

const { values } = parseArgs({ options: { checks: { type: "string", default: "1000000" }, rounds: { type: "string", default: "5" }, weigh: { type: "string" } } });
const checks = Number(values.checks);
const rounds = Number(values.rounds);
const require = createRequire(import.meta.url);

interface Candidate {
  readonly name: string;
  /** Asks for each of these callers in turn; answers how many might. */
  readonly ask: (callers: Callers) => number | Promise<number>;
  /** Bytes for each caller that is remembered, where the memory is of a fixed size. */
  readonly bytesEach?: () => number;
}

/** Numbers of callers, and what one of them is called. */
interface Callers {
  readonly order: Int32Array;
  readonly name: (caller: number) => string;
}

function sallyport(shared: boolean, bytes: number): Candidate {
  const store = memoryStore({ shared, bytes });
  const meter = store.meter({ name: "bench", room: ROOM, capacity: BURST, window: WINDOW_MILLISECONDS });
  const room = store.table.room(ROOM);
  const now = Date.now();
  return {
    name: shared ? "sallyport, shared by threads" : "sallyport",
    bytesEach: () => room.words.byteLength / room.state(now).held,
    ask({ order, name }) {
      let passed = 0;
      for (const caller of order) {
        const taken = meter.take(name(caller), 1, now);
        if (!(taken instanceof Promise) && taken.granted) passed++;
      }
      return passed;
    },
  };
}

interface Flexible {
  readonly consume: (caller: string, points: number) => Promise<unknown>;
}

function rateLimiterFlexible(): Candidate {
  const { RateLimiterMemory } = require("rate-limiter-flexible") as { readonly RateLimiterMemory: new (options: object) => Flexible };
  const limiter = new RateLimiterMemory({ points: BURST, duration: WINDOW_MILLISECONDS / 1_000 });
  return {
    name: "rate-limiter-flexible",
    async ask({ order, name }) {
      let passed = 0;
      for (const caller of order) {
        try {
          await limiter.consume(name(caller), 1);
          passed++;
        } catch {
          // Refused.
        }
      }
      return passed;
    },
  };
}

interface Counting {
  readonly init: (options: object) => void;
  readonly increment: (caller: string) => Promise<{ readonly totalHits: number }>;
  readonly shutdown: () => void;
}

function expressRateLimit(): Candidate {
  const { MemoryStore } = require("express-rate-limit") as { readonly MemoryStore: new () => Counting };
  const store = new MemoryStore();
  store.init({ windowMs: WINDOW_MILLISECONDS });
  return {
    name: "express-rate-limit",
    async ask({ order, name }) {
      let passed = 0;
      for (const caller of order) if ((await store.increment(name(caller))).totalHits <= BURST) passed++;
      return passed;
    },
  };
}

interface Local {
  readonly incr: (caller: string, done: (fault: unknown, result: { readonly current: number }) => void, window: number, max: number) => void;
}

function fastifyRateLimit(cache: number): Candidate {
  const LocalStore = require("@fastify/rate-limit/store/LocalStore.js") as new (continues: boolean, backoff: boolean, cache: number) => Local;
  const store = new LocalStore(false, false, cache);
  return {
    name: cache === FASTIFY_CACHE ? "@fastify/rate-limit" : "@fastify/rate-limit, without its bound",
    ask({ order, name }) {
      let passed = 0;
      const count = (_fault: unknown, { current }: { readonly current: number }): void => void (current <= BURST && passed++);
      for (const caller of order) store.incr(name(caller), count, WINDOW_MILLISECONDS, BURST);
      return passed;
    },
  };
}

const makers: readonly (() => Candidate)[] = [() => sallyport(false, 67_108_864), () => sallyport(true, 67_108_864), rateLimiterFlexible, expressRateLimit, () => fastifyRateLimit(2 * MANY)];

/** In a process of its own: what others keep there would be looked through in every collection. */
function weighApart(index: number): Weight {
  const { stdout, stderr, status } = spawnSync(process.execPath, ["--expose-gc", import.meta.filename, "--weigh", String(index)], { encoding: "utf8" });
  if (status !== 0) throw new Error(`a candidate could not be weighed: ${stderr}`);
  return JSON.parse(stdout) as Weight; // what the lines below have written
}

if (values.weigh !== undefined) {
  const make = makers[Number(values.weigh)];
  if (make !== undefined) process.stdout.write(JSON.stringify(await weigh(make)));
  process.exit(0);
}

const mixed: Callers = { order: Int32Array.from({ length: checks }, () => Math.floor(Math.random() * CALLERS)), name: (caller) => `198.51.${caller >>> 8}.${caller & 255} https://id.example#user-${caller}` };
const fresh = (round: number): Callers => ({ order: count(Math.ceil(checks / NEW_PART)), name: (caller) => `round ${round} caller ${caller}` });

function count(to: number, from = 0): Int32Array {
  return Int32Array.from({ length: to - from }, (_, at) => from + at);
}

async function perSecond(candidate: Candidate, callers: Callers): Promise<number> {
  // What another one has left lying about is not his to clear away.
  collect();
  const before = process.cpuUsage();
  await candidate.ask(callers);
  const { user, system } = process.cpuUsage(before);
  return (callers.order.length * 1_000_000) / (user + system);
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((one, other) => one - other)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}

function collect(): number {
  const { gc } = globalThis;
  if (gc === undefined) throw new Error("run it with node --expose-gc");
  gc();
  const begun = performance.now();
  gc();
  return performance.now() - begun;
}

interface Weight {
  readonly bytes: number;
  readonly pauseMilliseconds: number;
}

async function weigh(make: () => Candidate): Promise<Weight> {
  // The names are made on the way and kept by nobody but the candidate.
  collect();
  const before = process.memoryUsage();
  const candidate = make();
  for (let at = 0; at < MANY; at += 10_000) await candidate.ask({ order: count(at + 10_000, at), name: (caller) => `weighed caller number ${caller}` });
  const pauseMilliseconds = collect();
  const after = process.memoryUsage();
  // The candidate is still needed.
  await candidate.ask({ order: count(1), name: String });
  return { bytes: candidate.bytesEach?.() ?? (after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers) / MANY, pauseMilliseconds };
}

const speeds = new Map<string, { readonly mixed: number[]; readonly fresh: number[] }>();
const candidates = makers.map((make) => make());
for (const candidate of candidates) await candidate.ask(mixed);
for (let round = 0; round < rounds; round++) {
  const newcomers = fresh(round);
  for (const candidate of candidates) {
    const speed = speeds.get(candidate.name) ?? { mixed: [], fresh: [] };
    speeds.set(candidate.name, speed);
    speed.mixed.push(await perSecond(candidate, mixed));
    speed.fresh.push(await perSecond(candidate, newcomers));
  }
}
const weights = new Map(candidates.map(({ name }, index) => [name, weighApart(index)]));

const [first] = speeds.values();
const rows = [...speeds].map(([name, speed]) => {
  const { bytes, pauseMilliseconds } = weights.get(name) ?? { bytes: Number.NaN, pauseMilliseconds: Number.NaN };
  const ratio = (of: "mixed" | "fresh"): string => (median(first?.[of] ?? []) / median(speed[of])).toFixed(2);
  return [name, (median(speed.mixed) / 1_000_000).toFixed(2), ratio("mixed"), (median(speed.fresh) / 1_000_000).toFixed(2), ratio("fresh"), bytes.toFixed(0), pauseMilliseconds.toFixed(1)];
});
console.log(writeTable([["store", "known, million/s of CPU", "sallyport against it", "new, million/s of CPU", "sallyport against it", "bytes each", "GC, ms"], ...rows]));

const spend: Callers = { order: count(BURST + 5), name: () => "greedy" };
const invented: Callers = { order: count(FASTIFY_CACHE + 1), name: (caller) => `invented ${caller}` };
console.log(`\nA caller who has used up his ${BURST} invents ${invented.order.length} others and comes again:`);
for (const make of [() => sallyport(false, 1_048_576), () => fastifyRateLimit(FASTIFY_CACHE)]) {
  const candidate = make();
  const before = await candidate.ask(spend);
  await candidate.ask(invented);
  console.log(`  ${candidate.name}: ${before} before, ${await candidate.ask(spend)} after`);
}
process.exit(0);
