/**
 * Fuzz: runs every fuzzer of this folder in turn, for a stated time.
 *
 *     npm run fuzz -- --seconds 60 --seed 7 --only target
 *
 * Each fuzzer exports `run(iterations, seed)` and throws when a property breaks: it never throws, never falls open.
 * The seed is printed, so that a failure can be repeated.
 */
import { globSync } from "node:fs";
import path from "node:path";
import { readWords } from "../tools/read-words.ts";

interface Fuzzer {
  readonly run: (iterations: number, seed: number) => void | Promise<void>;
}

/** Small enough that a slow fuzzer still looks at the clock now and then. */
const ITERATIONS_PER_ROUND = 200;

const values = readWords("npm run fuzz", {
  seconds: { type: "string", default: "30" },
  seed: { type: "string", default: String(Date.now() % 1_000_000_007) },
  only: { type: "string", default: "" },
});

const folder = import.meta.dirname;
const names = globSync("*.ts", { cwd: folder })
  .map((file) => path.basename(file, ".ts"))
  .filter((name) => name !== "run" && name.includes(values.only))
  .sort();
if (names.length === 0) {
  process.stderr.write(`no fuzzer is called ${JSON.stringify(values.only)}\n`);
  process.exit(2);
}

const share = (Number(values.seconds) * 1_000) / names.length;
for (const name of names) {
  const { run } = (await import(path.join(folder, `${name}.ts`))) as Fuzzer;
  const end = performance.now() + share;
  let seed = Number(values.seed);
  let rounds = 0;
  do {
    try {
      await run(ITERATIONS_PER_ROUND, seed);
    } catch (fault) {
      process.stderr.write(`${name}: broken at seed ${seed} (repeat: npm run fuzz -- --only ${name} --seed ${seed})\n`);
      throw fault;
    }
    seed++;
    rounds++;
  } while (performance.now() < end);
  process.stdout.write(`${name}: ${rounds * ITERATIONS_PER_ROUND} inputs from seed ${values.seed}, nothing broke\n`);
}
