/** Run: the command from the outside, as an operator has it: a process, its signals, its exit code, its two streams. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { test, type TestContext } from "node:test";
import { EXIT } from "../../../src/cli/exit-code.ts";
import { freePort } from "../../hosts/gateway/rig.ts";
import { openDesk } from "../desk.ts";

const bin = path.resolve(import.meta.dirname, "../../../bin/sallyport.js");
const WAIT_MILLISECONDS_MAX = 20_000;

const CONTRACT = `openapi: 3.1.1
info: { title: Orders, version: "1" }
paths:
  /orders:
    get:
      operationId: listOrders
      security: []
      responses:
        "200": { description: Orders., content: { application/json: { schema: { type: array, items: { type: string } } } } }
`;

const policyFor = (upstream: string, burst = 60): string => `contract: ./openapi.yaml
upstream: ${upstream}
listen: { port: 0 }
audit: { file: ./audit.log }
drain: 15s
everywhere: { token-bucket: { burst: ${burst}, window: 10m } }
operations: { listOrders: { public: "for a test, agreed 2026-11-20" } }
`;

interface Running {
  readonly folder: string;
  readonly url: string;
  readonly child: ChildProcess;
  /** Events of the operations log so far. */
  readonly events: () => readonly Record<string, unknown>[];
  readonly until: (event: string) => Promise<Record<string, unknown>>;
  readonly ended: Promise<number | null>;
}

/** An API that answers slowly when asked to. */
async function openApi(t: TestContext): Promise<string> {
  const server = createServer((request, response) => {
    const answer = (): void => void response.setHeader("content-type", "application/json").end('["a"]');
    if (request.headers["x-slow"] === undefined) answer();
    else setTimeout(answer, 700);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close().closeAllConnections());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function spawnRun(t: TestContext, folder: string, words: readonly string[] = [], before: readonly string[] = []): Omit<Running, "url"> {
  const child = spawn(process.execPath, [...before, bin, "run", ...words], { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  t.after(() => child.kill("SIGKILL"));
  let said = "";
  child.stderr?.on("data", (data: Buffer) => (said += data.toString()));
  const events = (): readonly Record<string, unknown>[] => said.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line) as Record<string, unknown>);
  const until = async (event: string): Promise<Record<string, unknown>> => {
    for (const deadline = Date.now() + WAIT_MILLISECONDS_MAX; Date.now() < deadline; await new Promise((resolve) => setTimeout(resolve, 20))) {
      const found = said.includes("\n") ? events().find((one) => one["event"] === event) : undefined;
      if (found !== undefined) return found;
    }
    return assert.fail(`"${event}" was never said: ${said}`);
  };
  return { folder, child, events, until, ended: once(child, "exit").then(([code]) => code as number | null) };
}

async function run(t: TestContext, burst = 60): Promise<Running & { readonly api: string }> {
  const api = await openApi(t);
  const { folder } = openDesk(t, { "openapi.yaml": CONTRACT, "policy.yaml": policyFor(api, burst) });
  const running = spawnRun(t, folder);
  const { url } = await running.until("listening");
  return { ...running, url: String(url), api };
}

test("it says where it listens, serves, and ends with 0 on SIGTERM", async (t) => {
  const { child, url, ended, events, folder } = await run(t);
  assert.equal((await fetch(`${url}/orders`)).status, 200);
  assert.equal((await fetch(`${url}/orders?x=1`)).status, 400);
  child.kill("SIGTERM");
  assert.equal(await ended, EXIT.fine);
  assert.deepEqual(events().map(({ event }) => event), ["listening", "stopping", "stopped"]);
  assert.equal(readFileSync(path.join(folder, "audit.log"), "utf8").trim().split("\n").length, 2);
});

test("an operation that is refused whole is told with the reason", async (t) => {
  const contract = CONTRACT.replace("items: { type: string }", 'items: { type: string, pattern: "(a)\\\\1" }');
  const { folder } = openDesk(t, { "openapi.yaml": contract, "policy.yaml": policyFor(await openApi(t)) });
  const running = spawnRun(t, folder);
  assert.equal((await running.until("listening"))["down"], 1);
  const { severity, operation, reason } = await running.until("operation refused whole");
  assert.deepEqual([severity, operation], ["warning", "listOrders"]);
  assert.match(String(reason), /regular expression/);
});

test("what is in flight is finished before it ends", async (t) => {
  const { child, url, ended, until } = await run(t);
  const slow = fetch(`${url}/orders`, { headers: { "x-slow": "1" } });
  await new Promise((resolve) => setTimeout(resolve, 200));
  child.kill("SIGINT");
  await until("stopping");
  assert.equal((await slow).status, 200);
  const answered = performance.now();
  assert.equal(await ended, EXIT.fine);
  // The caller keeps his connection open: that is no reason to wait for the whole of `drain`.
  assert.ok(performance.now() - answered < 10_000);
});

test("a second SIGINT ends at once", async (t) => {
  const { child, url, ended, until } = await run(t);
  const slow = fetch(`${url}/orders`, { headers: { "x-slow": "1" } }).then(() => "answered", () => "cut");
  await new Promise((resolve) => setTimeout(resolve, 200));
  child.kill("SIGINT");
  await until("stopping");
  child.kill("SIGINT");
  assert.equal(await ended, EXIT.refused);
  assert.equal(await slow, "cut");
});

test("SIGHUP reads the policy again, and a bad one leaves the old one in force", async (t) => {
  const { child, url, ended, until, folder, api } = await run(t);
  const file = path.join(folder, "policy.yaml");
  writeFileSync(file, "contract: [");
  child.kill("SIGHUP");
  await until("reload refused: the old policy stays");
  assert.equal((await fetch(`${url}/orders`)).status, 200);
  writeFileSync(file, policyFor(api, 1));
  child.kill("SIGHUP");
  await until("reloaded");
  const statuses = [await fetch(`${url}/orders`), await fetch(`${url}/orders`)].map(({ status }) => status);
  assert.deepEqual(statuses, [200, 429]);
  child.kill("SIGTERM");
  assert.equal(await ended, EXIT.fine);
});

/** Sends a signal to the process at the very moment at which it says that it listens. */
const atListening = (signal: string): string =>
  `data:text/javascript,${encodeURIComponent(`const write = process.stderr.write; process.stderr.write = function (text, ...rest) { const done = write.call(this, text, ...rest); if (String(text).includes('"listening"')) process.kill(process.pid, "${signal}"); return done; };`)}`;

test("a signal that comes with the first sign of life is heard", async (t) => {
  const { folder } = openDesk(t, { "openapi.yaml": CONTRACT, "policy.yaml": policyFor(await openApi(t)) });
  const again = spawnRun(t, folder, [], ["--import", atListening("SIGHUP")]);
  await again.until("reloaded");
  const once = spawnRun(t, folder, [], ["--import", atListening("SIGTERM")]);
  assert.equal(await once.ended, EXIT.fine);
  assert.deepEqual(once.events().map(({ event }) => event), ["listening", "stopping", "stopped"]);
});

test("what stands in the way is listed with its lines, and nothing starts", async (t) => {
  const broken = `${policyFor("http://127.0.0.1:1")}listem: 1\nwatch: { address: 0.0.0.0 }\n`.replace("burst: 60", "burst: 0");
  const { folder } = openDesk(t, { "openapi.yaml": CONTRACT, "policy.yaml": broken });
  const { ended, events } = spawnRun(t, folder);
  assert.equal(await ended, EXIT.start);
  const [{ event, severity, misfits } = {}] = events();
  assert.deepEqual([event, severity], ["cannot start", "error"]);
  assert.deepEqual((misfits as { line: number; message: string }[]).map(({ line, message }) => [line, message]), [[8, 'unknown option "listem"']]);
});

test("a port in use is told with the line that asks for it", async (t) => {
  const { url } = await run(t);
  const taken = policyFor("http://127.0.0.1:1").replace("port: 0", `port: ${new URL(url).port}`);
  const { folder } = openDesk(t, { "openapi.yaml": CONTRACT, "policy.yaml": taken });
  const { ended, events } = spawnRun(t, folder);
  assert.equal(await ended, EXIT.start);
  const [{ misfits } = {}] = events();
  assert.deepEqual((misfits as { line: number; message: string }[]).map(({ line, message }) => [line, message]), [[3, `cannot listen on 127.0.0.1:${new URL(url).port}: the port is in use`]]);
});

test("without a policy, and without an upstream, it ends instead of waiting", async (t) => {
  const empty = spawnRun(t, openDesk(t).folder);
  assert.equal(await empty.ended, EXIT.start);
  assert.match(String(empty.events()[0]?.["reason"]), /there is no policy here/);
  const { folder } = openDesk(t, { "openapi.yaml": CONTRACT, "sallyport.yaml": policyFor("x").replace(/^upstream.*\n/m, "") });
  const { ended, events } = spawnRun(t, folder);
  assert.equal(await ended, EXIT.start);
  assert.match(JSON.stringify(events()[0]), /a gateway needs an upstream/);
});

test("a supervised process that is killed is started again, and both end when told to", async (t) => {
  const api = await openApi(t);
  const port = await freePort();
  const { folder } = openDesk(t, { "openapi.yaml": CONTRACT, "policy.yaml": policyFor(api).replace("port: 0", `port: ${port}`) });
  const running = spawnRun(t, folder, ["--supervise"]);
  await running.until("listening");
  const [pid] = childrenOf(running.child.pid);
  assert.ok(pid !== undefined && pid !== running.child.pid);
  process.kill(pid, "SIGKILL");
  assert.equal((await running.until("the process ended and is started again"))["reason"], "SIGKILL");
  while (running.events().filter(({ event }) => event === "listening").length < 2) await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal((await fetch(`http://127.0.0.1:${port}/orders`)).status, 200);
  running.child.kill("SIGTERM");
  assert.equal(await running.ended, EXIT.fine);
  assert.deepEqual(childrenOf(running.child.pid), []);
  await assert.rejects(fetch(`http://127.0.0.1:${port}/orders`));
});

test("what keeps a supervised process from its first start is said once, and not tried again", async (t) => {
  const { folder } = openDesk(t, { "openapi.yaml": CONTRACT, "policy.yaml": "contract: [" });
  const { ended, events } = spawnRun(t, folder, ["--supervise"]);
  assert.equal(await ended, EXIT.start);
  assert.deepEqual(events().map(({ event }) => event), ["cannot start"]);
});

/** Processes that this one has started and that still run. */
function childrenOf(pid: number | undefined): readonly number[] {
  const { stdout } = spawnSync("ps", ["-o", "pid=", "--ppid", String(pid)], { encoding: "utf8" });
  return stdout.split("\n").flatMap((line) => (line.trim() === "" ? [] : [Number(line)]));
}
