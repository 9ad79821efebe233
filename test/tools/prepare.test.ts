import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test, type TestContext } from "node:test";
import { openDesk } from "../cli/desk.ts";

const script = readFileSync(path.resolve(import.meta.dirname, "../../tools/prepare.mjs"), "utf8");

interface Prepared {
  readonly folder: string;
  readonly prepare: () => { readonly status: number | null; readonly stdout: string; readonly stderr: string };
}

/** A project of nothing but a lockfile, with an npm that notes how it was called and makes node_modules. */
function openProject(t: TestContext, npm = 'echo "$@" >> calls; echo "$PATH" > path; mkdir -p node_modules; echo {} > node_modules/.package-lock.json'): Prepared {
  const { folder } = openDesk(t, { "tools/prepare.mjs": script, "package-lock.json": "{}", "bin/npm": `#!/bin/sh\n${npm}\n` });
  spawnSync("chmod", ["+x", path.join(folder, "bin/npm")]);
  const PATH = [path.join(folder, "node_modules/.bin"), path.join(folder, "bin"), process.env["PATH"] ?? ""].join(":");
  return { folder, prepare: () => spawnSync(process.execPath, ["tools/prepare.mjs"], { cwd: folder, encoding: "utf8", env: { PATH } }) };
}

test("what is missing is installed with one line, and the next time nothing is said or done", (t) => {
  const { folder, prepare } = openProject(t);
  const first = prepare();
  assert.deepEqual([first.status, first.stdout, first.stderr], [0, "prepare: node_modules is missing, running npm ci\n", ""]);
  assert.match(readFileSync(path.join(folder, "calls"), "utf8"), /^ci /);
  const second = prepare();
  assert.deepEqual([second.status, second.stdout, second.stderr], [0, "", ""]);
  assert.equal(readFileSync(path.join(folder, "calls"), "utf8").split("\n").length, 2);
});

test("a lockfile with other content is a reason to install again, whatever its date", (t) => {
  const { folder, prepare } = openProject(t);
  prepare();
  writeFileSync(path.join(folder, "package-lock.json"), '{"changed":true}');
  utimesSync(path.join(folder, "package-lock.json"), 0, 0);
  assert.equal(prepare().stdout, "prepare: package-lock.json has changed, running npm ci\n");
  assert.equal(prepare().stdout, "");
});

test("what somebody installed himself is taken as it is, unless it is older than the lockfile", (t) => {
  const { folder, prepare } = openProject(t);
  spawnSync("npm", ["ci"], { cwd: folder, env: { PATH: `${path.join(folder, "bin")}:${process.env["PATH"] ?? ""}` } });
  assert.equal(prepare().stdout, "");
  const { folder: other, prepare: again } = openProject(t);
  spawnSync("npm", ["ci"], { cwd: other, env: { PATH: `${path.join(other, "bin")}:${process.env["PATH"] ?? ""}` } });
  utimesSync(path.join(other, "node_modules/.package-lock.json"), 0, 0);
  assert.equal(again().stdout, "prepare: node_modules is older than package-lock.json, running npm ci\n");
});

test("npm does not run on the Node that it is about to take away", (t) => {
  const { folder, prepare } = openProject(t);
  prepare();
  assert.doesNotMatch(readFileSync(path.join(folder, "path"), "utf8").split(":").filter((one) => one.startsWith(folder)).join(":"), /node_modules/);
});

test("when npm fails, one sentence says what to do, and nothing counts as installed", (t) => {
  const { folder, prepare } = openProject(t, "exit 7");
  const { status, stderr } = prepare();
  assert.equal(status, 1);
  assert.equal(stderr, `prepare: the packages could not be installed (npm ci ended with 7): run "npm ci" in ${folder} and see what it says\n`);
  assert.equal(existsSync(path.join(folder, "node_modules/.sallyport-installed")), false);
});
