/**
 * Test: what `npm test` runs, in the order in which a fault is cheapest to see.
 *
 * Types, lint, generated files, then the tests. Words after `--` are files for the test runner:
 * `npm test -- test/doors/pass.test.ts`.
 */
import { spawnSync } from "node:child_process";
import { globSync } from "node:fs";
import path from "node:path";
import { openScratch } from "./scratch.ts";

const root = path.resolve(import.meta.dirname, "..");
const files = process.argv.slice(2);

/** One process per file, as many at once as a small machine carries. */
const CONCURRENCY = "2";
const FILE_MILLISECONDS_MAX = "300000";

function run(title: string, command: string, words: readonly string[]): void {
  const begun = performance.now();
  process.stdout.write(`${title} ...\n`);
  const { status, error } = spawnSync(command, words, { cwd: root, stdio: "inherit" });
  if (error !== undefined || status !== 0) {
    process.stderr.write(`${title}: failed${error === undefined ? "" : ` (${error.message})`}\n`);
    process.exit(status ?? 1);
  }
  process.stdout.write(`${title}: fine, ${((performance.now() - begun) / 1_000).toFixed(1)} s\n`);
}

const bin = (name: string): string => path.join(root, "node_modules", ".bin", name);

openScratch();
if (files.length === 0) {
  run("types", bin("tsc"), ["--noEmit"]);
  run("lint", bin("oxlint"), ["--deny-warnings"]);
  run("generated files", process.execPath, ["tools/generate.ts", "--check"]);
}
const tests = files.length > 0 ? files : globSync("{attack,test}/**/*.test.ts", { cwd: root }).sort();
run("tests", process.execPath, ["--import", path.join(root, "test/seed.ts"), "--test", `--test-concurrency=${CONCURRENCY}`, `--test-timeout=${FILE_MILLISECONDS_MAX}`, "--test-reporter=spec", ...tests]);
