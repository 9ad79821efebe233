/**
 * Run: `npm run bench`: Sallyport side by side with what a user would pick instead. See README.md.
 *
 * Exit code 0: everything asked for was measured and every answer was right; 1: something was not; 2: words not understood.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { installOnce } from "./install.ts";
import type { Options } from "./options.ts";
import { readOptions, usage } from "./options.ts";

const resultFolder = join(import.meta.dirname, "results");

process.exitCode = await main();

async function main(): Promise<number> {
  let options: Options;
  try {
    options = readOptions(process.argv.slice(2));
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n${usage}`);
    return 2;
  }
  installOnce();
  // Only now, since what follows imports the packages that were just installed.
  const { runBench } = await import("./bench.ts");
  const { result, passed } = await runBench(options);
  // A memory run, or one over TLS, does not overwrite the comparison.
  const resultFile = join(resultFolder, options.requests !== undefined ? "memory.json" : options.tls ? "tls.json" : "latest.json");
  mkdirSync(resultFolder, { recursive: true });
  writeFileSync(resultFile, `${JSON.stringify(result, undefined, 2)}\n`);
  console.log(`\nwritten: ${resultFile}`);
  return passed ? 0 : 1;
}
