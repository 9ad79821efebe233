/**
 * Compare: the side-by-side run: all subjects up at once, measured in turn, round after round.
 *
 * Interleaved, so that whatever else the machine does falls on all of them alike; each round starts with another subject.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { Running } from "./launch.ts";
import type { Measurement } from "./measure.ts";
import { measure } from "./measure.ts";
import type { Options } from "./options.ts";
import { readCost } from "./process-tree.ts";
import type { Proved, Stage } from "./stage.ts";
import { proveSubject, startSubject } from "./stage.ts";
import type { Subject } from "./subjects/subject.ts";

const settleMilliseconds = 1_000;

export interface RssSample {
  /** Answered since the subject started. */
  readonly requests: number;
  readonly bytes: number;
}

export interface Result {
  readonly subject: Subject;
  /** Why it is not in the comparison. */
  skipped: string | undefined;
  /** True when it was there to be measured and should have been. */
  failed: boolean;
  proved: Proved | undefined;
  readonly measurements: Measurement[];
  readonly rss: RssSample[];
}

interface Entry {
  readonly result: Result;
  readonly running: Running;
}

export async function compare(stage: Stage, subjects: readonly Subject[], options: Options): Promise<readonly Result[]> {
  const results: Result[] = [];
  const entries: Entry[] = [];
  try {
    for (const subject of subjects) {
      const result: Result = { subject, skipped: subject.missing(), failed: false, proved: undefined, measurements: [], rss: [] };
      results.push(result);
      if (result.skipped === undefined) await enter(stage, result, entries);
    }
    await sleep(settleMilliseconds);
    for (const { result, running } of entries) result.rss.push({ requests: 0, bytes: readCost(running.pid).rssBytes });
    for (const entry of entries) await takeRunIn(stage, entry, options);
    for (let round = 0; round < options.rounds; round += 1) {
      for (let turn = 0; turn < entries.length; turn += 1) {
        const entry = entries[(round + turn) % entries.length];
        if (entry !== undefined) await takeTurn(stage, entry, round, options);
      }
    }
  } finally {
    for (const { running } of entries) await running.stop();
  }
  return results;
}

async function enter(stage: Stage, result: Result, entries: Entry[]): Promise<void> {
  result.proved = await proveSubject(stage, result.subject);
  result.skipped = result.proved.reason;
  if (result.skipped === undefined) {
    try {
      entries.push({ result, running: await startSubject(stage, result.subject) });
    } catch (error) {
      result.skipped = error instanceof Error ? error.message : String(error);
    }
  }
  result.failed = result.skipped !== undefined;
  console.log(`${result.subject.name.padEnd(14)} ${result.skipped ?? "guards proved, started"}`);
}

async function takeRunIn(stage: Stage, { result, running }: Entry, options: Options): Promise<void> {
  const { outcome, rssBytes } = await measure(stage, running, { connections: options.connections, seconds: options.runInSeconds });
  result.rss.push({ requests: outcome.requests, bytes: rssBytes });
}

async function takeTurn(stage: Stage, entry: Entry, round: number, options: Options): Promise<void> {
  const { result, running } = entry;
  const { connections, seconds, warmUpSeconds } = options;
  const warmUp = await measure(stage, running, { connections, seconds: warmUpSeconds });
  const measurement = await measure(stage, running, { connections, seconds });
  result.measurements.push(measurement);
  const before = result.rss.at(-1)?.requests ?? 0;
  const requests = before + warmUp.outcome.requests + measurement.outcome.requests;
  result.rss.push({ requests, bytes: measurement.rssBytes });
  if (measurement.invalid !== undefined) result.failed = true;
  console.log(
    `round ${round + 1}  ${result.subject.name.padEnd(14)} ${measurement.requestsPerSecond.toFixed(0).padStart(6)} requests/s` +
      (measurement.invalid === undefined ? "" : `  INVALID: ${measurement.invalid}`),
  );
}
