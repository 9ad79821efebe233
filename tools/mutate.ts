/**
 * Mutate: breaks the code on purpose, one place at a time, and counts how often the tests notice.
 *
 *     npm run mutate -- --only screen/size --most 200
 *
 * Works on a copy of the tree. Each mutant runs the tests that mirror its file, or those of its folder where it has
 * none of its own. A mutant that no test notices is a missing test or dead code: it is printed with its line.
 */
import { spawn } from "node:child_process";
import { cpSync, existsSync, globSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { readWords } from "./read-words.ts";

const values = readWords("npm run mutate", { only: { type: "string", default: "" }, most: { type: "string", default: "1000000" }, seed: { type: "string", default: "1" }, least: { type: "string", default: "0" } });

const root = path.resolve(import.meta.dirname, "..");
const MUTANT_MILLISECONDS_MAX = 60_000;

interface Mutant {
  readonly file: string;
  readonly line: number;
  readonly from: string;
  readonly to: string;
  readonly text: string;
}

/** What is looked for in code (never in comments or texts), and what it becomes. */
const OPERATORS: readonly (readonly [RegExp, string])[] = [
  [/ === /g, " !== "],
  [/ !== /g, " === "],
  [/ < /g, " <= "],
  [/ > /g, " >= "],
  [/ <= /g, " < "],
  [/ >= /g, " > "],
  [/ && /g, " || "],
  [/ \|\| /g, " && "],
  [/ \?\? /g, " && "],
  [/ \+ /g, " - "],
  [/ - /g, " + "],
  [/ \* /g, " / "],
  [/\btrue\b/g, "false"],
  [/\bfalse\b/g, "true"],
  [/\bif \(/g, "if (false && "],
  [/\bif \(/g, "if (true || "],
  [/\breturn undefined;/g, "return { kind: \"problem\", type: \"mutant\", status: 599, title: \"\", blame: \"caller\" } as never;"],
  [/\bMath\.ceil\b/g, "Math.floor"],
  [/\bMath\.max\b/g, "Math.min"],
  [/\bcontinue;/g, "break;"],
];

/** Comments, texts and types blanked out, same length: places in the copy are places in the file. */
function masked(text: string): string {
  const blank = (part: string): string => part.replace(/[^\n]/g, " ");
  return text
    .replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, blank)
    .replace(/"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`/g, blank)
    .replace(/^(?:export )?(?:interface|type) [\s\S]*?^\}|^(?:export )?type .*;$/gm, blank)
    .replace(/^import .*$/gm, blank);
}

function mutantsOf(file: string): readonly Mutant[] {
  const text = readFileSync(path.join(root, file), "utf8");
  const code = masked(text);
  return OPERATORS.flatMap(([pattern, to]) =>
    [...code.matchAll(pattern)].map(({ 0: from, index }) => ({
      file,
      line: text.slice(0, index).split("\n").length,
      from: from.trim(),
      to: to.trim().slice(0, 30),
      text: `${text.slice(0, index)}${to}${text.slice(index + from.length)}`,
    })),
  );
}

/** Its own test; else those beside where it would be; else the test of the guard whose folder it stands in. */
function testsOf(file: string): readonly string[] {
  const own = file.replace(/^src/, "test").replace(/\.ts$/, ".test.ts");
  if (existsSync(path.join(root, own))) return [own];
  for (let folder = path.dirname(own); folder !== "test" && folder !== "."; folder = path.dirname(folder)) {
    const near = [...globSync(`${folder}/*.test.ts`, { cwd: root }), ...(existsSync(path.join(root, `${folder}.test.ts`)) ? [`${folder}.test.ts`] : [])];
    if (near.length > 0) return near;
  }
  return [];
}

/** A small generator, so that a sample can be repeated. */
function sample<T>(items: readonly T[], most: number, seed: number): readonly T[] {
  let state = seed;
  const next = (): number => (state = (state * 48_271) % 2_147_483_647);
  return items
    .map((item) => [next(), item] as const)
    .sort(([one], [other]) => one - other)
    .slice(0, most)
    .map(([, item]) => item);
}

function copyTree(): string {
  const folder = mkdtempSync(path.join(tmpdir(), "sallyport-mutants-"));
  for (const name of ["src", "test", "examples", "docs", "package.json", "tsconfig.json"]) cpSync(path.join(root, name), path.join(folder, name), { recursive: true });
  symlinkSync(path.join(root, "node_modules"), path.join(folder, "node_modules"));
  return folder;
}

function survives(folder: string, tests: readonly string[]): Promise<boolean> {
  return new Promise((resolve) => {
    // A group of its own: a mutant that never ends is ended with all that it has started.
    const child = spawn(process.execPath, ["--test", "--test-reporter=dot", ...tests], { cwd: folder, stdio: "ignore", detached: true });
    const timer = setTimeout(() => void (child.pid !== undefined && process.kill(-child.pid, "SIGKILL")), MUTANT_MILLISECONDS_MAX);
    child.on("exit", (status) => {
      clearTimeout(timer);
      resolve(status === 0);
    });
  });
}

const files = globSync("src/{doors,stores,hosts/gateway/wire}/**/*.ts", { cwd: root }).filter((file) => file.includes(values.only)).sort();
const mutants = sample(files.flatMap(mutantsOf), Number(values.most), Number(values.seed));
const alive: Mutant[] = [];
let killed = 0;
let untested = 0;
let next = 0;

async function work(): Promise<void> {
  const folder = copyTree();
  for (let at = next++; at < mutants.length; at = next++) {
    const mutant = mutants[at];
    if (mutant === undefined) return;
    const tests = testsOf(mutant.file);
    const place = path.join(folder, mutant.file);
    const original = readFileSync(place, "utf8");
    writeFileSync(place, mutant.text);
    if (tests.length === 0) untested++;
    else if (await survives(folder, tests)) alive.push(mutant);
    else killed++;
    writeFileSync(place, original);
  }
}

await Promise.all([work(), work()]);
for (const { file, line, from, to } of alive.sort((one, other) => one.file.localeCompare(other.file) || one.line - other.line)) process.stdout.write(`alive: ${file}:${line}: ${from} -> ${to}\n`);
const score = (100 * killed) / Math.max(1, killed + alive.length);
process.stdout.write(`${mutants.length} mutants in ${files.length} files: ${killed} noticed, ${alive.length} alive, ${untested} without a test; score ${score.toFixed(1)} %\n`);
process.exitCode = score >= Number(values.least) ? 0 : 1;
