/**
 * Redirects: a page of the internet sends the API on to what only it can reach. No door in front of the API can see that;
 * the proxy for what it fetches can.
 */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { Writable } from "node:stream";
import { openStreamSink } from "../../src/audit/sinks/stream.ts";
import { type Egress, startEgress } from "../../src/hosts/egress/egress.ts";
import { readPolicy } from "../../src/policy/read.ts";

const program = path.join(import.meta.dirname, "../../examples/social/social.ts");
const folder = mkdtempSync(path.join(tmpdir(), "sallyport-redirects-"));
const records: string[] = [];
const sink = openStreamSink(new Writable({ write: (chunk: Buffer, _encoding, done) => (records.push(chunk.toString()), done()) }));

/** 127.0.0.2 is the internet here, 127.0.0.1 the inner network; one server for both tells them apart. */
let reached = 0;
const both = http.createServer((request, response) => {
  const inner = request.socket.localAddress?.endsWith("127.0.0.1") === true;
  if (inner) reached += 1;
  if (inner || request.url === "/fine") response.end(inner ? "<title>inner</title>" : "<title>outer</title>");
  else response.writeHead(302, { location: `http://127.0.0.1:${port}/` }).end();
});
let port = 0;
let egress: Egress;
before(async () => {
  await new Promise<void>((resolve) => both.listen(0, "0.0.0.0", resolve));
  ({ port } = both.address() as AddressInfo);
  const previews = { anyone: "nothing but the API of this test knows the port", hosts: ["127.0.0.1", "127.0.0.2"], ports: [port], plain: "a test without TLS", inner: { ranges: ["127.0.0.2/32"], because: "it is the internet here" } };
  writeFileSync(path.join(folder, "policy.json"), JSON.stringify({ contract: "./openapi.json", egress: { port: 0, clients: { previews } } }));
  const { policy } = readPolicy(path.join(folder, "policy.json"));
  assert.ok(policy !== undefined);
  const started = await startEgress(policy, { sink });
  assert.ok(!("misfits" in started), JSON.stringify(started));
  egress = started;
});
after(async () => {
  await egress.stop();
  both.close();
  both.closeAllConnections();
  rmSync(folder, { recursive: true, force: true });
});

/** The social network as a process of its own, with or without the proxy in its environment, which is all that Node needs. */
async function start(environment: NodeJS.ProcessEnv): Promise<{ readonly api: ChildProcess; readonly url: string }> {
  const api = spawn(process.execPath, [program, "0"], { env: { ...process.env, NO_PROXY: "", ...environment }, stdio: ["ignore", "pipe", "inherit"] });
  const [line] = (await once(api.stdout, "data")) as [Buffer];
  return { api, url: /http:\S+/.exec(line.toString())?.[0] ?? "" };
}

async function preview(environment: NodeJS.ProcessEnv, page: string): Promise<string> {
  reached = 0;
  const { api, url } = await start(environment);
  try {
    return await (await fetch(`${url}/previews`, { method: "POST", body: JSON.stringify({ url: `http://127.0.0.2:${port}${page}` }) })).text();
  } finally {
    api.kill("SIGTERM");
    await once(api, "close");
  }
}

const proxied = (): NodeJS.ProcessEnv => ({ NODE_USE_ENV_PROXY: "1", HTTP_PROXY: egress.url });

test("a page sends the API on into the inner network: open without the proxy", async () => {
  assert.match(await preview({}, "/sends-on"), /inner/);
  assert.equal(reached, 1);
});

test("a page sends the API on into the inner network: closed", async () => {
  assert.match(await preview(proxied(), "/sends-on"), /"title":/);
  assert.equal(reached, 0, "the attack worked");
  assert.match(records.join(""), /egress-refused/);
});

test("what the internet answers itself still comes through", async () => {
  assert.match(await preview(proxied(), "/fine"), /outer/);
});
