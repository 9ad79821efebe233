/** Start: `npm start` from the outside: what it prints can be pasted, and nothing is left behind. */
import assert from "node:assert/strict";
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";

const root = path.resolve(import.meta.dirname, "../..");
const START_MILLISECONDS_MAX = 30_000;
const RECORD_MILLISECONDS_MAX = 5_000;
let folder = "";
let process_: ChildProcess;
let printed = "";
let bankPort = 0;

before(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "sallyport-start-"));
  bankPort = await freePort();
  process_ = start(bankPort);
  printed = await announcement(process_);
});

after(() => {
  process_.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

function start(port: number, ...words: readonly string[]): ChildProcess {
  return spawn(process.execPath, ["examples/start.ts", ...words, "--folder", folder, "--port", "0", "--watch-port", "0", "--api-port", String(port)], { cwd: root });
}

/** All that it prints until it is up. */
async function announcement(started: ChildProcess): Promise<string> {
  let text = "";
  started.stdout?.on("data", (data: Buffer) => (text += data.toString()));
  started.stderr?.pipe(process.stderr);
  const deadline = Date.now() + START_MILLISECONDS_MAX;
  while (!text.includes("Ctrl-C ends both.")) {
    assert.ok(Date.now() < deadline && started.exitCode === null, `it did not start: ${text}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return text;
}

type Trial = readonly [status: string, guard: string | undefined, line: string];

function trialsIn(text: string): readonly Trial[] {
  return [...text.matchAll(/^ {2}# (\d{3})(?: from ([a-z-]+))?: .*\n {2}(curl .*)$/gm)].map(([, status = "", guard, line = ""]) => [status, guard, line]);
}

/** Pastes each of them, in turn. */
async function tryAll(trials: readonly Trial[]): Promise<void> {
  for (const [status, , line] of trials) {
    const { stdout } = await promisify(execFile)("sh", ["-c", `${line} -s -o /dev/null -w '%{http_code}'`], { cwd: root });
    assert.equal(stdout, status, line);
  }
}

/** The guards that refused, or the outcomes. */
async function outcomesIn(file: string, count: number): Promise<readonly string[]> {
  const lines = (): readonly string[] => readFileSync(file, "utf8").split("\n").filter((line) => line !== "");
  // A record is written when its exchange is over, which the caller may see first.
  for (const deadline = Date.now() + RECORD_MILLISECONDS_MAX; lines().length < count && Date.now() < deadline; ) await new Promise((resolve) => setTimeout(resolve, 20));
  return lines().map((line) => JSON.parse(line) as { outcome: string; guard?: string }).map(({ outcome, guard }) => guard ?? outcome);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

test("each of the five printed commands has the status that stands beside it", async () => {
  const trials = trialsIn(printed);
  assert.deepEqual(trials.map(([status, guard]) => [status, guard]), [["200", undefined], ["404", "owner"], ["400", "parameters"], ["400", "body"], ["502", "answer-body"]]);
  await tryAll(trials);
});

test("the audit log names the guards that refused", async () => {
  assert.deepEqual(await outcomesIn(path.join(folder, "bank/audit.log"), 5), ["allowed", "owner", "parameters", "body", "answer-body"]);
});

for (const name of ["shop", "social"]) {
  test(`the ${name} starts by its name, and its commands do what they say`, async () => {
    const other = start(await freePort(), name);
    try {
      const trials = trialsIn(await announcement(other));
      assert.equal(trials.length, 7);
      await tryAll(trials);
      assert.deepEqual(await outcomesIn(path.join(folder, name, "audit.log"), 7), trials.map(([, guard]) => guard ?? "allowed"));
    } finally {
      other.kill("SIGINT");
      assert.deepEqual(await once(other, "close"), [0, null]);
    }
  });
}

test("an example that does not stand here is one clear sentence", async () => {
  const other = start(await freePort(), "circus");
  let said = "";
  other.stderr?.on("data", (data: Buffer) => (said += data.toString()));
  assert.deepEqual(await once(other, "close"), [2, null]);
  assert.equal(said, "start: one of bank, shop, social can be started, not circus\n");
});

/** Pastes a line, as somebody at a terminal would, and gives what it answers. */
async function paste(line: string): Promise<string> {
  return (await promisify(execFile)("sh", ["-c", `${line} -s`], { cwd: root })).stdout;
}

test("what is internal does not get out, and tellers do see a customer of whom the bank tells what it should", async () => {
  const [accounts = "", , , , south = ""] = [...printed.matchAll(/^ {2}(curl .*)$/gm)].map(([, line = ""]) => line);
  assert.deepEqual(Object.keys(JSON.parse(await paste(accounts))[0]), ["accountId", "customerId", "branch", "title", "currency", "balance"]);
  const refused = JSON.parse(await paste(south));
  assert.match(refused.type, /\/answer-breaks-contract$/);
  assert.deepEqual(Object.keys(refused), ["type", "title", "status", "instance"]);
  assert.match(await paste(south.replace("cus-2001", "cus-1001")), /\/not-found"/, "a customer of the other branch is not there");
  const seen = JSON.parse(await paste(south.replace("cus-2001", "cus-1001").replace("teller.token", "auditor.token")));
  assert.deepEqual([seen.name, seen.email], ["Ada Winter", undefined]);
  assert.match((await paste(south.replace("teller.token", "ada.token"))), /\/scope-missing"/);
});

test("the first screen of the README tells the truth", async () => {
  const readme = readFileSync(path.join(root, "README.md"), "utf8");
  const [, excerpt = ""] = /```yaml\n(contract: [^`]+)```/.exec(readme) ?? [];
  const policy = readFileSync(path.join(root, "examples/bank/policy.yaml"), "utf8");
  assert.notEqual(excerpt, "");
  for (const part of excerpt.split(/\n\n|\n(?=everywhere:)/)) assert.ok(policy.includes(part.trim()), part);

  const [, line = "", told = ""] = /```\n\$ (curl (?:.*\\\n)+.*)\n([^`]+)```/.exec(readme) ?? [];
  const [, url = ""] = /Sallyport listens on (\S+),/.exec(printed) ?? [];
  const answer = await paste(line.replaceAll(".sallyport/", `${folder}/`).replace("https://127.0.0.1:8443", url));
  const [status = "", media = "", dots, ...body] = told.trim().split("\n");
  assert.equal(dots, "...");
  assert.ok(answer.startsWith(`${status}\r\n`), answer);
  assert.ok(answer.includes(`\r\n${media}\r\n`), answer);
  const shown = JSON.parse(body.join(""));
  const real = JSON.parse(answer.slice(answer.indexOf("\r\n\r\n")));
  assert.deepEqual({ ...shown, instance: "" }, { ...real, instance: "" });
});

test("what only this user may read is his alone", () => {
  for (const name of ["bank/ada.token", "bank/teller.token", "bank/auditor.token", "bank/signing-key.json", "tls/key.pem", "tls/authority-key.pem"]) assert.equal(statSync(path.join(folder, name)).mode & 0o077, 0, name);
});

test("a port that is in use is one clear sentence, and nothing is left running", async () => {
  const second = start(bankPort);
  let said = "";
  second.stderr?.on("data", (data: Buffer) => (said += data.toString()));
  const [code] = (await once(second, "close")) as [number];
  assert.equal(code, 3);
  assert.equal(said, `start: the bank does not start: port ${bankPort} is in use: end what listens there, or choose another with npm start -- --api-port 8081\n`);
});

/** Processes whose command line names the bank on this port. */
function banks(): readonly string[] {
  return readdirSync("/proc").filter((id) => {
    try {
      return /^\d+$/.test(id) && readFileSync(`/proc/${id}/cmdline`, "utf8").endsWith(`bank.ts\0${bankPort}\0`);
    } catch {
      return false;
    }
  });
}

test("Ctrl-C ends both, with 0", async (t) => {
  const seen = process.platform === "linux";
  if (!seen) t.diagnostic("processes are looked for on Linux alone");
  if (seen) assert.equal(banks().length, 1);
  process_.kill("SIGINT");
  const [code] = (await once(process_, "close")) as [number];
  assert.equal(code, 0);
  if (seen) assert.deepEqual(banks(), []);
});
