/**
 * OpenAPI documents: a fixed sample of real ones has to load, and OAI's own pass and fail documents have to be told
 * apart. How many operations of the sample are down, and why, is printed: that number is for us to make smaller.
 */
import { execFileSync } from "node:child_process";
import { globSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { readContract } from "../../src/contract/read.ts";
import { type Score, suiteMissing, suites } from "./score.ts";

const SUITE = path.join(suites, "openapi-docs");
/** Milliseconds that one document may take: far beyond what the largest takes on a busy machine, so that only what does not end is late. */
const LOAD_MILLISECONDS = 120_000;

/** One score for the sample, and one each for the documents that have to pass and to fail. */
export async function scoreOpenapiDocuments(): Promise<readonly Score[]> {
  if (suiteMissing("openapi-docs")) return [];
  return [scoreSample(), ...["3.1", "3.2"].flatMap((version) => [scoreOai(version, "pass"), scoreOai(version, "fail")])];
}

function scoreSample(): Score {
  const folder = mkdtempSync(path.join(tmpdir(), "openapi-docs-"));
  try {
    execFileSync("tar", ["xzf", path.join(SUITE, "apis-guru-sample-299.tgz"), "-C", folder]);
    const tally = new Tally();
    const files = globSync("**/*.json", { cwd: folder }).sort();
    for (const file of files) tally.read(folder, file);
    tally.print();
    return { name: "openapi-docs: real documents load", passed: files.length - tally.failures.length, total: files.length, bar: files.length, failures: tally.failures };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

class Tally {
  readonly failures: string[] = [];
  readonly #reasons = new Map<string, number>();
  #operations = 0;
  #down = 0;
  #warnings = 0;
  #slowest = 0;

  read(folder: string, file: string): void {
    const start = performance.now();
    const { operations, misfits } = readContract(path.join(folder, file));
    const took = performance.now() - start;
    this.#slowest = Math.max(this.#slowest, took);
    const error = misfits.find(({ level }) => level === "error");
    if (error !== undefined) this.failures.push(`${file}: ${error.place.pointer}: ${error.message}`);
    else if (took > LOAD_MILLISECONDS) this.failures.push(`${file}: took ${Math.round(took)} ms`);
    const down = new Map(misfits.flatMap((misfit) => (misfit.level === "operation" ? [[misfit.operation ?? "", misfit.message] as const] : [])));
    for (const message of down.values()) {
      const reason = message.replaceAll(/"[^"]*"/g, '"..."').slice(0, 100);
      this.#reasons.set(reason, (this.#reasons.get(reason) ?? 0) + 1);
    }
    this.#operations += operations.length;
    this.#down += down.size;
    this.#warnings += misfits.filter(({ level }) => level === "warning").length;
  }

  print(): void {
    const top = [...this.#reasons].sort(([, one], [, other]) => other - one).slice(0, 15);
    console.log(`openapi-docs: ${this.#down} of ${this.#operations} operations are down, ${this.#warnings} warnings, slowest ${Math.round(this.#slowest)} ms`);
    for (const [reason, count] of top) console.log(`  ${String(count).padStart(6)}  ${reason}`);
  }
}

function scoreOai(version: string, kind: "pass" | "fail"): Score {
  const folder = path.join(SUITE, "oai-tests", `v${version}-dev`, "schema", kind);
  const files = globSync("*.yaml", { cwd: folder }).sort();
  const failures = files.flatMap((file) => {
    const { misfits } = readContract(path.join(folder, file));
    const error = misfits.find(({ level }) => level === "error");
    if (kind === "fail") return misfits.some(({ message }) => message !== "") ? [] : [`${file}: nothing was noticed`];
    return error === undefined ? [] : [`${file}: ${error.place.pointer}: ${error.message}`];
  });
  return { name: `openapi-docs: OAI ${version} ${kind}`, passed: files.length - failures.length, total: files.length, bar: files.length, failures };
}

if (import.meta.main) {
  for (const { name, passed, total, bar, failures } of await scoreOpenapiDocuments()) {
    console.log(`${name}: ${passed} of ${total} (bar ${bar})`);
    for (const failure of failures) console.log(`  ${failure}`);
    if (passed < bar) process.exitCode = 1;
  }
}
