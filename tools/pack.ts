/**
 * Pack: the package as a stranger gets it.
 *
 * Packs, installs the tarball into an empty folder, and uses what is documented: every subpath, the command, both
 * kinds of host. What is missing from `files` or `exports` shows here and nowhere else.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

/** Bytes of the packed package: a library in front of every request has no business being large. */
const TARBALL_BYTES_MAX = 1_048_576;

const root = path.resolve(import.meta.dirname, "..");
const folder = mkdtempSync(path.join(tmpdir(), "sallyport-pack-"));

function run(command: string, words: readonly string[], cwd: string): string {
  return execFileSync(command, words, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
}

const [packed] = JSON.parse(run("npm", ["pack", "--json", "--pack-destination", folder, "--ignore-scripts"], root)) as readonly { filename: string; size: number; files: readonly { path: string }[] }[];
if (packed === undefined) throw new Error("nothing was packed");
const stray = packed.files.filter(({ path: file }) => /^(src|test|bench|fuzz|tools|examples)\//.test(file));
if (stray.length > 0) throw new Error(`not for publishing: ${stray.map(({ path: file }) => file).join(", ")}`);
if (packed.size > TARBALL_BYTES_MAX) throw new Error(`the package weighs ${packed.size} bytes`);

writeFileSync(path.join(folder, "package.json"), JSON.stringify({ name: "stranger", private: true, type: "module" }));
run("npm", ["install", "--no-audit", "--no-fund", "--silent", path.join(folder, packed.filename)], folder);

const { exports } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")) as { exports: Record<string, unknown> };
const subpaths = Object.keys(exports).filter((name) => !name.endsWith(".json")).map((name) => name.replace(/^\./, "sallyport"));
writeFileSync(
  path.join(folder, "use.js"),
  `const names = {};
for (const name of ${JSON.stringify(subpaths)}) names[name] = Object.keys(await import(name));
console.log(JSON.stringify(names));`,
);
const names = JSON.parse(run(process.execPath, ["use.js"], folder)) as Record<string, readonly string[]>;
for (const name of subpaths) if ((names[name] ?? []).length === 0) throw new Error(`${name} exports nothing`);
const help = run(process.execPath, [path.join(folder, "node_modules/sallyport/bin/sallyport.js"), "--help"], folder);
if (!help.includes("explain")) throw new Error("the installed command does not know its commands");
process.stdout.write(`packed ${packed.files.length} files, ${packed.size} bytes; ${subpaths.join(", ")} and the command work from an empty folder\n`);
