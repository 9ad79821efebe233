/** Score: how many cases of a suite came out as the suite says, and how many must. */
import { existsSync } from "node:fs";
import path from "node:path";

export interface Score {
  readonly name: string;
  readonly passed: number;
  readonly total: number;
  /** Cases that must pass. */
  readonly bar: number;
  /** Names of those that did not, for whoever looks into it. */
  readonly failures: readonly string[];
}

/** Where suites of others are found, when they are there at all. The product stands without them. */
export const suites: string = path.resolve(import.meta.dirname, "../../../shared/suites");

/** Says in one clear line that a suite is not here. */
export function suiteMissing(name: string): boolean {
  if (existsSync(path.join(suites, name))) return false;
  process.stdout.write(`skipped: the suite ${name} is not beside this checkout\n`);
  return true;
}

export function writeScores(scores: readonly Score[]): string {
  const rows = scores.map(({ name, passed, total, bar }) => [name, `${passed} of ${total}`, String(bar), passed >= bar ? "yes" : "NO"]);
  const table = [["suite", "passed", "bar", "held"], ...rows];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...table.map((row) => (row[column] ?? "").length)));
  return table.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ").trimEnd()).join("\n");
}
