/** House test: the rules of ARCHITECTURE.md and CONTRIBUTING.md as a test. What is forgotten is named in words. */
import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { RISKS } from "../src/policy/definition.ts";
import { GUARDS } from "../src/doors/guards.ts";
import { doorOf, STAGES } from "../src/doors/stages.ts";

const root = path.resolve(import.meta.dirname, "..");
const sources = globSync("src/**/*.ts", { cwd: root }).sort();
const everything = globSync("{src,test,fuzz,tools,examples,attack}/**/*.ts", { cwd: root, exclude: ["**/node_modules/**"] }).sort();
const text = new Map(everything.map((file) => [file, readFileSync(path.join(root, file), "utf8")]));

function read(file: string): string {
  return text.get(file) ?? assert.fail(`${file} was not read`);
}

/** The code without comments and without what stands in quotes: names only. */
function codeOf(file: string): string {
  return read(file)
    .replace(/\/\*[\s\S]*?\*\//g, "")
    .replace(/\/\/.*$/gm, "")
    .replace(/"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`/g, '""');
}

function none(faults: readonly string[], rule: string): void {
  assert.deepEqual(faults, [], rule);
}

const guardFiles = sources.filter((file) => /^src\/doors\/(inbound|outbound)\//.test(file) && /\bdefineGuard\(/.test(read(file)));

test("every guard stands in the folder of its door and stage, in a file of its name", () => {
  const stray = guardFiles.filter((file) => {
    const [, , door, stage, base] = file.split("/");
    const name = base?.replace(/\.ts$/, "");
    return !GUARDS.some((guard) => guard.name === name && guard.stage === stage && doorOf(guard.stage) === door);
  });
  none(stray, "register it in src/doors/guards.ts, or move it to the folder of its stage");
  assert.equal(GUARDS.length, guardFiles.length, "src/doors/guards.ts lists each guard once");
});

test("the registry lists the guards in the order of the stages", () => {
  const positions = GUARDS.map(({ stage }) => STAGES.indexOf(stage));
  assert.deepEqual(positions, [...positions].sort((one, other) => one - other));
});

test("a guard's file is its manual page: a head comment with its name, and the risks that it answers", () => {
  const faults = guardFiles.flatMap((file) => {
    const head = /^\/\*\*([\s\S]*?)\*\//.exec(read(file))?.[1] ?? "";
    const guard = GUARDS.find(({ name }) => name === path.basename(file, ".ts"));
    const title = path.basename(file, ".ts").replaceAll("-", "[- ]");
    const missing = (guard?.risks ?? []).filter((risk) => !head.includes(risk));
    return [
      ...(new RegExp(`^\\s*\\*?\\s*${title}: `, "i").test(head) ? [] : [`${file}: begin with a comment "Name: what it does."`]),
      ...missing.map((risk) => `${file}: the comment says "Answers ${risk}"`),
    ];
  });
  none(faults, "see CONTRIBUTING.md, add a guard");
});

test("every guard names a known risk and has a test of its own", () => {
  none(GUARDS.filter(({ risks }) => risks.length === 0 || risks.some((risk) => !RISKS.includes(risk))).map(({ name }) => name), "risks: [...]");
  none(guardFiles.map((file) => file.replace(/^src/, "test").replace(/\.ts$/, ".test.ts")).filter((file) => !existsSync(path.join(root, file))), "write the test");
});

test("every file begins with a comment that says what it is", () => {
  none(sources.filter((file) => !/^(#!.*\n)?\/\*\*/.test(read(file))), "begin with /** Name: what it does. */");
});

/** From the bottom up: a file may import what stands at its own level or below. */
const LEVELS: readonly (readonly string[])[] = [["contract", "bring.ts"], ["exchange"], ["stores", "keys", "audit", "watch", "outgoing", "detection", "xml"], ["policy"], ["guard.ts"], ["doors"], ["hosts"], ["cli", "index.ts"]];

function levelOf(file: string): number {
  const [, first = ""] = file.split("/");
  return LEVELS.findIndex((names) => names.includes(first));
}

test("imports point down: hosts, doors, guard kit, policy, stores, exchange, contract", () => {
  const faults = sources.flatMap((file) =>
    [...read(file).matchAll(/from "(\.{1,2}\/[^"]+)"/g)]
      .map(([, to = ""]) => path.join(path.dirname(file), to))
      .filter((to) => levelOf(to) > levelOf(file))
      .map((to) => `${file} imports ${to}`),
  );
  none(faults, "a lower level knows nothing of a higher one");
  none(sources.filter((file) => levelOf(file) === -1), "a new folder under src needs its level here");
});

test("a guard imports the guard kit and what stands below it, never the engine or a host", () => {
  const faults = guardFiles.flatMap((file) => [...read(file).matchAll(/from "([^"]+)"/g)].map(([, to = ""]) => to).filter((to) => /\/(engine|house|pass|plan|open-exchange|stages)\.ts$|\/hosts\//.test(to)).map((to) => `${file} imports ${to}`));
  none(faults, "guards return values; the engine acts on them");
});

test("nothing below the hosts knows node:http, undici or a framework", () => {
  const outside = sources.filter((file) => !file.startsWith("src/hosts/") && !file.startsWith("src/cli/"));
  none(outside.filter((file) => /from "(node:http|node:https|node:http2|express|fastify|hono)"/.test(read(file))), "only src/hosts carries messages");
});

test("frameworks are never imported: their types are structural", () => {
  none(sources.filter((file) => /from "(express|fastify|hono)/.test(read(file))), "declare what you need of it");
});

test("only one file turns a problem into bytes", () => {
  none(sources.filter((file) => file !== "src/exchange/problem.ts" && /JSON\.stringify\([^)]*problem/i.test(codeOf(file))), "publish() in src/exchange/problem.ts");
});

test("secrets are compared in one place", () => {
  none(sources.filter((file) => file !== "src/keys/same.ts" && /\btimingSafeEqual\b/.test(codeOf(file))), "isSame() in src/keys/same.ts");
});

test("no guard throws to refuse", () => {
  none(guardFiles.filter((file) => /\bthrow\b/.test(codeOf(file))), "return the problem");
});

const BANNED = /\b\w*(?:[Mm]iddleware|[Hh]andler|[Cc]ontext|[Mm]anager|[Ss]ervice|[Uu]til|[Hh]elper)s?\b/g;
/** Names that a library chose. */
const FOREIGN = /^(DispatchHandler|setSecureContext|secureContext|SecureContext\w*|createSecureContext)$/;

test("no banned word is a name", () => {
  const faults = sources.flatMap((file) => {
    const names = [...codeOf(file).matchAll(BANNED)].map(([name]) => name).filter((name) => !FOREIGN.test(name));
    const allowed = file.startsWith("src/hosts/") ? names.filter((name) => !/middleware/i.test(name)) : names;
    return [...new Set(allowed)].map((name) => `${file}: ${name}`);
  });
  none(faults, "middleware (outside hosts), handler, context, manager, service, util, helper say nothing");
  none(sources.filter((file) => /(middleware|handler|context|manager|service|util|helper)/i.test(path.basename(file))), "nor is it a file's name");
});

test("sources are ASCII, without leftovers", () => {
  // oxlint-disable-next-line no-control-regex -- the range is the rule
  none(everything.filter((file) => /[^\x00-\x7f]/.test(read(file))), "write \\u{...}: text that looks like something else hides changes");
  none(everything.filter((file) => file !== "test/house.test.ts" && /\b(TODO|FIXME|XXX|HACK)\b/.test(read(file))), "open an issue instead");
  none(everything.filter((file) => file !== "test/house.test.ts" && /\bnew Function\b|\beval\(/.test(codeOf(file))), "no code is made at run time");
});

const LINES_MAX = 320;
const GUARD_LINES_MAX = 100;

test("files stay small", () => {
  const lines = (file: string): number => read(file).split("\n").length;
  none(sources.filter((file) => lines(file) > LINES_MAX).map((file) => `${file}: ${lines(file)}`), `${LINES_MAX} lines`);
  none(guardFiles.filter((file) => lines(file) > GUARD_LINES_MAX).map((file) => `${file}: ${lines(file)}`), `${GUARD_LINES_MAX} lines for a guard`);
});

test("every problem has its page, and every page its problem", () => {
  const slugs = new Set(sources.flatMap((file) => [...read(file).matchAll(/\bproblem\(\s*"([a-z0-9-]+)"/g)].map(([, slug = ""]) => slug)));
  const pages = new Set(globSync("docs/problems/*.md", { cwd: root }).map((file) => path.basename(file, ".md")).filter((name) => name !== "README"));
  assert.ok(slugs.size > 10, "the search for problems found too few to be right");
  none([...slugs].filter((slug) => !pages.has(slug)), "write docs/problems/<slug>.md");
  none([...pages].filter((page) => !slugs.has(page)), "no code gives this problem any more: remove its page");
});

test("the first page names guards that there are, and all that answer the advice", () => {
  const [, advice = ""] = /## The advice, and what answers it\n([\s\S]*?)\n## /.exec(readFileSync(path.join(root, "README.md"), "utf8")) ?? [];
  const named = new Set([...advice.matchAll(/`([a-z-]+)`/g)].map(([, name = ""]) => name));
  const names = new Set(GUARDS.map(({ name }) => name));
  none([...named].filter((name) => !names.has(name)), "no guard has this name");
  const plumbing = new Set(["framing", "size", "address", "cors", "resource-metadata", "path", "method", "credentials", "strip", "introduce"]);
  none([...names].filter((name) => !named.has(name) && !plumbing.has(name)), "name it in the README, or among what stands everywhere");
});

test("every option says what it is for", () => {
  const rows = ["docs/guards.md", "docs/policy.md"].flatMap((page) => readFileSync(path.join(root, page), "utf8").split("\n").filter((line) => line.startsWith("| `")));
  assert.ok(rows.length > 200, "the search for options found too few to be right");
  none(rows.filter((row) => /^\| `[^|]*\| +\|/.test(row)), "its shape takes the words");
});

test("the project speaks of itself alone", () => {
  const tracked = globSync("**/*.{ts,mjs,js,md,json,yaml,yml,sh}", { cwd: root, exclude: ["**/node_modules/**", "package-lock.json", "**/package-lock.json", "dist/**", ".sallyport/**"] });
  // Put together here, so that this file does not hold what it looks for.
  const words = new RegExp([["/wo", "rk/"], ["sub", "agent"], ["clau", "de"], ["anth", "ropic"], ["\\bA", "I-generated"]].map((parts) => parts.join("")).join("|"), "i");
  none(tracked.filter((file) => words.test(readFileSync(path.join(root, file), "utf8"))), "no word of how it was made, no path of a machine");
});
