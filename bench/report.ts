/**
 * Report: turns the measurements into the table and the results file.
 *
 * Rates are medians over the rounds with the least and the greatest beside them. Ratios are taken round by round, of
 * measurements that lie seconds apart, and then the median: what slows the machine slows both sides of the fraction.
 */
import type { Result } from "./compare.ts";
import type { Measurement } from "./measure.ts";
import type { Spread } from "./spread.ts";
import { takeSpread } from "./spread.ts";
import { guardNames } from "./subjects/subject.ts";
import { writeTable } from "./table.ts";

const references = ["bare-proxy", "bare-relay", "nginx", "express-stack", "fastify-stack"] as const;
const none = "-";
const heldDown = "*";
/** Below this share of its core, something else than the subject held the rate down. */
const fullyBusy = 0.85;

export function writeGuardTable(results: readonly Result[]): string {
  const rows = results.filter((result) => result.proved?.proof !== undefined).map((result) => [
    result.subject.name,
    ...guardNames.map((name) => (result.proved?.proof?.holds[name] ? "holds" : "none")),
  ]);
  return writeTable([["guards", ...guardNames], ...rows]);
}

export function writeRateTable(results: readonly Result[]): string {
  const head = ["subject", "requests/s", "least..greatest", "p50 ms", "p99 ms", "CPU us/request", "busy: subject", "API", "generator"];
  const measured = results.filter(isMeasured);
  const table = writeTable([head, ...measured.map((result) => [result.subject.name, ...writeRateCells(result)])]);
  const skipped = results
    .filter((result) => result.skipped !== undefined)
    .map((result) => `\n${result.subject.name} skipped: ${result.skipped?.split("\n")[0] ?? ""}`);
  const lines = `${table}${skipped.join("")}`;
  if (!table.includes(heldDown)) return lines;
  return `${lines}\n${heldDown} held down by something else (API, generator, other load): at least this; compare the CPU time per request`;
}

export function writeRatioTable(results: readonly Result[]): string {
  const rows = results.filter(isMeasured).map((result) => [
    result.subject.name,
    ...references.map((name) => writeRatio(compareRates(result, findResult(results, name)))),
  ]);
  return writeTable([["rate against", ...references], ...rows]);
}

export function writeMemoryTable(results: readonly Result[]): string {
  const rows = results.filter(isMeasured).map((result) => {
    const [first, second] = result.rss;
    const last = result.rss.at(-1);
    return [result.subject.name, writeRss(first), writeRss(second), writeRss(last)];
  });
  return writeTable([["RSS MiB (requests)", "start", "run in", "end"], ...rows]);
}

/** The plain data of one subject for the results file. */
export function summarise(result: Result, results: readonly Result[]): object {
  return {
    name: result.subject.name,
    about: result.subject.about,
    skipped: result.skipped,
    failed: result.failed,
    guards: result.proved?.proof?.holds,
    proof: result.proved?.proof?.seen,
    requestsPerSecond: spreadOf(result, (one) => one.requestsPerSecond),
    p50Milliseconds: spreadOf(result, (one) => one.outcome.p50Milliseconds),
    p99Milliseconds: spreadOf(result, (one) => one.outcome.p99Milliseconds),
    cpuMicroseconds: spreadOf(result, (one) => one.cpuMicroseconds),
    rateAgainst: Object.fromEntries(references.map((name) => [name, compareRates(result, findResult(results, name))])),
    rss: result.rss,
    rounds: result.measurements,
  };
}

function writeRateCells(result: Result): string[] {
  const rate = spreadOf(result, (one) => one.requestsPerSecond);
  if (rate === undefined) return ["no valid round"];
  const median = (pick: (one: Measurement) => number | undefined, digits: number): string =>
    spreadOf(result, pick)?.median.toFixed(digits) ?? none;
  return [
    rate.median.toFixed(0) + (isBusy(result) ? "" : heldDown),
    `${rate.least.toFixed(0)}..${rate.greatest.toFixed(0)}`,
    median((one) => one.outcome.p50Milliseconds, 2),
    median((one) => one.outcome.p99Milliseconds, 2),
    median((one) => one.cpuMicroseconds, 1),
    median((one) => one.busy.subject, 2),
    median((one) => one.busy.upstream, 2),
    median((one) => one.busy.generator, 2),
  ];
}

function writeRatio(ratio: Spread | undefined): string {
  return ratio === undefined ? none : `${ratio.median.toFixed(2)} (${ratio.least.toFixed(2)}..${ratio.greatest.toFixed(2)})`;
}

function writeRss(sample: { readonly requests: number; readonly bytes: number } | undefined): string {
  return sample === undefined ? none : `${(sample.bytes / 2 ** 20).toFixed(1)} (${sample.requests})`;
}

function compareRates(result: Result, reference: Result | undefined): Spread | undefined {
  const ratios: number[] = [];
  for (const [round, one] of result.measurements.entries()) {
    const other = reference?.measurements[round];
    if (other === undefined || one.invalid !== undefined || other.invalid !== undefined) continue;
    ratios.push(one.requestsPerSecond / other.requestsPerSecond);
  }
  return takeSpread(ratios);
}

/** Over the rounds that count. */
function spreadOf(result: Result, pick: (one: Measurement) => number | undefined): Spread | undefined {
  const valid = result.measurements.filter((one) => one.invalid === undefined);
  return takeSpread(valid.map(pick).filter((value) => value !== undefined));
}

function isBusy(result: Result): boolean {
  const busy = spreadOf(result, (one) => one.busy.subject);
  return busy !== undefined && busy.median >= fullyBusy;
}

function findResult(results: readonly Result[], name: string): Result | undefined {
  return results.find((result) => result.subject.name === name);
}

function isMeasured(result: Result): boolean {
  return result.measurements.length > 0;
}
