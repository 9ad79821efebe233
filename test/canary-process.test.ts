/**
 * Canary, from outside: good credentials and what is worse than bad, sent to a gateway that is run as users run it. All that
 * the process writes is searched: both streams, the audit log, the metrics, the database, and what the command line prints.
 */
import assert from "node:assert/strict";
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import net from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { Readable } from "node:stream";
import { after, before, test } from "node:test";
import { runCommandLine } from "../src/cli/main.ts";
import { openTerminal } from "../src/cli/terminal.ts";
import { CONTRACT, POLICY, writeFiles } from "./hosts.ts";
import { type Behind, lineOf, openApi, run, type Running } from "./hosts/gateway/rig.ts";

const bin = path.resolve(import.meta.dirname, "../bin/sallyport.js");
const CANARY = "canary51b8d0e7";
const PASSWORD = `${CANARY} horse battery`;
const PEPPER = `${CANARY}6Qk2vYw9RzX1bTn4LcJ8sHd5GfA7mPqE3uKoVyWiZrBx`;
const data = mkdtempSync(path.join(tmpdir(), "sallyport-canary-process-"));

const contract = {
  ...CONTRACT,
  components: { securitySchemes: { login: { type: "apiKey", in: "header", name: "X-Api-Key" }, link: { type: "apiKey", in: "query", name: "key" }, basic: { type: "http", scheme: "basic" } } },
  paths: {
    "/orders": { post: { operationId: "createOrder", security: [{ login: [] }, { basic: [] }], requestBody: { content: { "application/json": { schema: { type: "object", properties: { a: { type: "integer" } }, additionalProperties: false } } } }, responses: { 200: { description: "fine" } } } },
    "/links": { get: { operationId: "getLink", security: [{ link: [] }], parameters: [], responses: { 200: { description: "fine" } } } },
  },
};

let api: Behind;
let gateway: Running;
let url: URL;
let watchUrl: string;
let policyFile: string;
const printed: string[] = [];
const streams: string[] = [];
const secrets: string[] = [CANARY, base64(CANARY), PEPPER];

function base64(text: string): string {
  return Buffer.from(text).toString("base64").replace(/=+$/, "").slice(0, 16);
}

/** What the command line prints; the key that `keys create` hands over is taken out first. */
async function sallyport(words: readonly string[], input = "", code = 0): Promise<string> {
  let text = "";
  const sheet = { write: (piece: string) => (text += piece) };
  const terminal = openTerminal({ stdin: () => Readable.from([input]), stdout: sheet, stderr: sheet, environment: {}, folder: path.dirname(policyFile) });
  assert.equal(await runCommandLine(words, terminal), code, text);
  return text;
}

let key: string;
let id: string;
before(async () => {
  api = await openApi((_request, response) => response.writeHead(200).end());
  const database = { sqlite: path.join(data, "house.db"), pepper: "env:SALLYPORT_CANARY_PEPPER", wait: "10s" };
  const everywhere = { "api-key": { query: "links in a test" }, basic: { plain: "a test on this machine alone" } };
  policyFile = writeFiles({ contract, policy: { ...POLICY, deadline: "20s", watch: { port: 0 }, database, audit: { file: path.join(data, "audit.log") }, everywhere, operations: {} } }, `http://127.0.0.1:${api.port}`);
  process.env["SALLYPORT_CANARY_PEPPER"] = PEPPER;
  key = (await sallyport(["keys", "create", "--owner", "shop", "--policy", policyFile])).split("\n")[0] ?? "";
  id = key.split("_")[2] ?? "";
  secrets.push(key.split("_")[3] ?? "");
  printed.push(await sallyport(["users", "create", "ann", "--policy", policyFile], PASSWORD));
  gateway = run(process.execPath, [bin, "run", policyFile], { SALLYPORT_CANARY_PEPPER: PEPPER });
  for (const stream of [gateway.child.stdout, gateway.child.stderr]) stream?.on("data", (chunk: Buffer) => streams.push(chunk.toString("latin1")));
  const said = JSON.parse(await lineOf(gateway, "listening")) as { readonly url: string; readonly watch: string };
  url = new URL(said.url);
  watchUrl = said.watch;
});

after(async () => {
  await api.stop();
  rmSync(data, { recursive: true, force: true });
});

/** Sends bytes, and gives what comes back until the other side closes. */
function exchange(lines: readonly string[], body = ""): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(Number(url.port), url.hostname);
    let text = "";
    socket.on("data", (chunk: Buffer) => (text += chunk.toString("latin1")));
    socket.once("error", reject);
    socket.once("close", () => resolve(text));
    socket.write(`${[...lines, "connection: close"].join("\r\n")}\r\n\r\n${body}`, "latin1");
  });
}

const post = (...fields: readonly string[]): readonly string[] => ["POST /orders HTTP/1.1", "host: api.example", ...fields];
const sized = (body: string): readonly string[] => ["content-type: application/json", `content-length: ${body.length}`];

test("what was good, and what was worse than bad, is repeated to nobody", async () => {
  const login = `authorization: Basic ${Buffer.from(`ann:${PASSWORD}`).toString("base64")}`;
  const broken = `{"a": "${CANARY}`;
  const stray = JSON.stringify({ a: CANARY, b: CANARY });
  const cases: readonly (readonly [number, readonly string[], string?])[] = [
    [200, post(`x-api-key: ${key}`, ...sized("{}")), "{}"],
    [200, post(login, ...sized("{}")), "{}"],
    [200, [`GET /links?key=${key} HTTP/1.1`, "host: api.example"]],
    [401, [`GET /links?key=${key.slice(0, -1)}! HTTP/1.1`, "host: api.example"]],
    [400, post(`x-api-key: ${key}`, login, `x-api-key: ${key}`)],
    [401, post(`x-api-key: ${key.slice(0, -6)}000000`)],
    [400, post(`x-api-key: ${key}`, ...sized(broken)), broken],
    [400, post(`x-api-key: ${key}`, ...sized(stray)), stray],
    [401, post(`${CANARY}: ${CANARY}`)],
    [401, ["POST /orders HTTP/1.1", `host: ${CANARY}.example`]],
    [400, ["POST /orders HTTP/1.1", `host: ${CANARY} ${CANARY}`]],
    [400, [`POST /orders HTTP/1.1 ${CANARY}`, "host: api.example"]],
    [400, post(`${CANARY} : ${CANARY}`)],
    [400, post(`authorization: Bearer ${CANARY}`, `  ${CANARY}`)],
    [431, post(`x-long: ${CANARY.repeat(4_000)}`)],
  ];
  const answers = await Promise.all(cases.map(([, lines, body]) => exchange(lines, body)));
  for (const [at, [status, lines]] of cases.entries()) {
    const answer = answers[at] ?? "";
    assert.match(answer, new RegExp(`^HTTP/1.1 ${status} `), `${lines.join(" | ").slice(0, 120)}: ${answer.slice(0, 200)}`);
    for (const secret of secrets) assert.ok(!answer.includes(secret), `${lines[0]}: ${answer}`);
  }
});

test("and it is written nowhere: streams, audit log, metrics, database, command line", async () => {
  printed.push(await (await fetch(`${watchUrl}/metrics`, { headers: { connection: "close" } })).text());
  for (const words of [["keys", "show", id], ["users", "list", "--json"]]) printed.push(await sallyport([...words, "--policy", policyFile]));
  printed.push(await sallyport(["explain", "createOrder", policyFile]));
  const pasted = path.join(path.dirname(policyFile), "pasted.json");
  writeFileSync(pasted, readFileSync(policyFile, "utf8").replace("env:SALLYPORT_CANARY_PEPPER", PEPPER));
  printed.push(await sallyport(["check", pasted], "", 1));
  await gateway.stop();
  const log = readFileSync(path.join(data, "audit.log"), "latin1");
  assert.ok(log.includes(`key:${id}`) && log.includes("basic#user:ann"), "the good ones are in the log by their names");
  const files = globSync("*", { cwd: data }).map((file) => readFileSync(path.join(data, file), "latin1"));
  for (const text of [...printed, streams.join(""), ...files]) {
    for (const secret of secrets) assert.ok(!text.includes(secret), text.slice(Math.max(0, text.indexOf(secret) - 200), text.indexOf(secret) + 40));
  }
});
