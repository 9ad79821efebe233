/**
 * Memory: the long run of one subject: does its memory stay flat while it answers many requests?
 *
 * RSS rises while the heap finds its size; what tells is whether it still rises afterwards. Flat means that the median of
 * the last quarter is no more than a twentieth above that of the second quarter.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { RssSample } from "./compare.ts";
import { measure } from "./measure.ts";
import { readCost } from "./process-tree.ts";
import { takeSpread } from "./spread.ts";
import type { Stage } from "./stage.ts";
import { startSubject } from "./stage.ts";
import type { Subject } from "./subjects/subject.ts";

const sampleCount = 20;
const settleMilliseconds = 1_000;
const allowedGrowth = 1.05;
/** Per sample; only the number of requests should end it. */
const longestSeconds = 600;

export interface MemoryRun {
  readonly samples: readonly RssSample[];
  /** Median of the last quarter over median of the second. */
  readonly growth: number;
  readonly flat: boolean;
  readonly invalid: string | undefined;
}

export async function watchMemory(stage: Stage, subject: Subject, requests: number, connections: number): Promise<MemoryRun> {
  const running = await startSubject(stage, subject);
  const samples: RssSample[] = [];
  let invalid: string | undefined;
  const take = (answered: number, bytes: number): void => {
    samples.push({ requests: answered, bytes });
    console.log(`${String(answered).padStart(9)} requests  ${(bytes / 2 ** 20).toFixed(1).padStart(7)} MiB`);
  };
  try {
    await sleep(settleMilliseconds);
    take(0, readCost(running.pid).rssBytes);
    const step = Math.ceil(requests / sampleCount);
    for (let answered = 0; answered < requests && invalid === undefined; ) {
      const load = { connections, seconds: longestSeconds, requests: Math.min(step, requests - answered) };
      const measurement = await measure(stage, running, load);
      answered += measurement.outcome.requests;
      invalid = measurement.invalid;
      take(answered, measurement.rssBytes);
    }
  } finally {
    await running.stop();
  }
  return { samples, ...judgeGrowth(samples), invalid };
}

function judgeGrowth(samples: readonly RssSample[]): { readonly growth: number; readonly flat: boolean } {
  const quarter = Math.floor(samples.length / 4);
  const second = medianBytes(samples.slice(quarter, 2 * quarter));
  const last = medianBytes(samples.slice(-quarter));
  return { growth: last / second, flat: last <= second * allowedGrowth };
}

function medianBytes(samples: readonly RssSample[]): number {
  return takeSpread(samples.map((sample) => sample.bytes))?.median ?? Number.NaN;
}
