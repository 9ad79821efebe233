/** Restart: what a reload changes for the wire, and what it leaves for the next start. */
import assert from "node:assert/strict";
import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test, type TestContext } from "node:test";
import type { JsonObject } from "../../../src/contract/json-value.ts";
import type { FrontTls } from "../../../src/hosts/gateway/front.ts";
import { startGateway } from "../../../src/hosts/gateway/gateway.ts";
import { POLICY, writeFiles } from "../../hosts.ts";
import { openApi, recordingSink } from "./rig.ts";
import { Caller, eventually } from "./wire/fronts.ts";
import { handshake, issue } from "./wire/secure.ts";

interface Running {
  readonly port: number;
  /** The settings that were said to wait. */
  readonly reload: (policy: JsonObject) => Promise<readonly unknown[]>;
}

async function run(t: TestContext, policy: JsonObject = {}): Promise<Running> {
  const api = await openApi((_request, response) => response.writeHead(200, { "content-type": "application/json" }).end("[1]"));
  const upstream = `http://127.0.0.1:${api.port}`;
  const file = writeFiles({ policy: { ...POLICY, ...policy } }, upstream);
  const waiting: unknown[] = [];
  const say = (_severity: unknown, event: string, particulars: JsonObject = {}): void => void (event.includes("waits for a restart") && waiting.push(particulars["settings"]));
  const start = await startGateway(file, { say, watch: false, sink: recordingSink([]) });
  assert.ok("gateway" in start, JSON.stringify(start));
  t.after(async () => {
    await start.gateway.stop();
    await api.stop();
  });
  const reload = async (next: JsonObject): Promise<readonly unknown[]> => {
    waiting.length = 0;
    writeFileSync(file, JSON.stringify({ ...POLICY, upstream, ...policy, ...next }));
    assert.deepEqual(await start.gateway.reload(), []);
    return waiting;
  };
  return { port: Number(new URL(start.gateway.url).port), reload };
}

const REQUEST = "GET /prices HTTP/1.1\r\nhost: a.example\r\n\r\n";

for (const threads of [1, 2]) {
  test(`limits of the door are in force after a reload (${threads} ${threads === 1 ? "thread" : "threads"})`, { skip: threads > 1 && process.platform !== "linux" ? "several threads behind one port need Linux" : false }, async (t) => {
    const { port, reload } = await run(t, { threads });
    const first = new Caller(port).write(REQUEST);
    await first.until("[1]");
    assert.deepEqual(await reload({ listen: { port: 0, limits: { connections: 1 } } }), []);
    const second = new Caller(port).write(REQUEST);
    await second.end();
    assert.equal(second.received, "", "there is one place, and it is taken");
    await first.write(REQUEST).until("[1]", 2);
    assert.deepEqual(await reload({ listen: { port: 0, limits: { connections: 5, requests: 1 } } }), []);
    const third = new Caller(port).write(REQUEST);
    await third.end();
    assert.match(third.received, /connection: close[\s\S]*\[1\]$/i);
    first.leave();
  });
}

test("whose connections begin with a PROXY header may change while the doors are open", async (t) => {
  const { port, reload } = await run(t);
  const proxied = `PROXY TCP4 203.0.113.9 192.0.2.1 56324 443\r\n${REQUEST}`;
  const before = new Caller(port).write(proxied);
  await before.end();
  assert.match(before.received, /^HTTP\/1\.1 400 /, "from anybody else it is no request");
  await reload({ listen: { port: 0, proxy: ["127.0.0.1"] } });
  const after = new Caller(port).write(proxied);
  await after.until("[1]");
  after.leave();
});

interface Elsewhere {
  readonly url: string;
  /** Paths in the order of coming. */
  readonly asked: string[];
  /** Connections that are open. */
  readonly open: () => number;
  /** Answers what is asked from now on; what was asked before, too. */
  readonly answer: () => void;
}

/** An API that answers with its number, when it is told to. */
async function openElsewhere(t: TestContext, name: number): Promise<Elsewhere> {
  const asked: string[] = [];
  const waiting: ServerResponse[] = [];
  let answers = false;
  const answer = (response: ServerResponse): void => void response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify([name]));
  const api = await openApi((request, response) => {
    asked.push(request.url ?? "");
    if (answers || request.url === "/healthz") answer(response);
    else waiting.push(response);
  });
  const sockets = new Set<Socket>();
  api.server.on("connection", (socket: Socket) => void sockets.add(socket.once("close", () => sockets.delete(socket))));
  t.after(api.stop);
  const answerAll = (): void => {
    answers = true;
    for (const response of waiting.splice(0)) answer(response);
  };
  return { url: `http://127.0.0.1:${api.port}`, asked, open: () => sockets.size, answer: answerAll };
}

for (const threads of [1, 2]) {
  test(`another upstream is asked from a reload on, and what the old one is asked is still answered (${threads} ${threads === 1 ? "thread" : "threads"})`, { skip: threads > 1 && process.platform !== "linux" ? "several threads behind one port need Linux" : false }, async (t) => {
    const [old, next] = await Promise.all([openElsewhere(t, 1), openElsewhere(t, 2)]);
    const health = { path: "/healthz", every: "100ms" };
    const { port, reload } = await run(t, { threads });
    assert.deepEqual(await reload({ upstream: { targets: [old.url], health } }), []);
    const early = new Caller(port).write(REQUEST);
    await eventually(() => old.asked.includes("/prices"), () => "the old one asked", 10_000);
    assert.deepEqual(await reload({ upstream: { targets: [next.url], health } }), []);
    next.answer();
    const late = new Caller(port).write(REQUEST);
    await late.until("[2]", 1, 10_000);
    assert.equal(early.received, "");
    old.answer();
    await early.until("[1]", 1, 10_000);
    // On the same connection of the caller the next request goes to the new one.
    await early.write(REQUEST).until("[2]", 1, 10_000);
    await eventually(() => old.open() === 0, () => "the end of the old one's connections", 10_000);
    const questions = old.asked.length;
    const more = next.asked.length;
    await eventually(() => next.asked.length > more + 5 * threads, () => "questions for the health of the new one", 10_000);
    assert.equal(old.asked.length, questions, "nobody asks how the old one is");
    for (const caller of [early, late]) caller.leave();
  });
}

test("other versions and another certificate of TLS are in force after a reload, and need no restart", async (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), "sallyport-restart-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const written = (versions: FrontTls["versions"], name: string): JsonObject => {
    const { certificate, key } = issue();
    writeFileSync(path.join(folder, `${name}.pem`), certificate);
    writeFileSync(path.join(folder, `${name}.key`), key);
    return { port: 0, tls: { certificate: path.join(folder, `${name}.pem`), key: path.join(folder, `${name}.key`), versions } };
  };
  const { port, reload } = await run(t, { listen: written("1.3", "first") });
  const first = await handshake(port, {});
  assert.match(first, /^TLSv1\.3/);
  assert.doesNotMatch(await handshake(port, { maxVersion: "TLSv1.2" }), /^TLSv1/);
  assert.deepEqual(await reload({ listen: written("1.2 and 1.3", "second") }), []);
  assert.match(await handshake(port, { maxVersion: "TLSv1.2" }), /^TLSv1\.2/);
  assert.notEqual(await handshake(port, {}), first);
  assert.deepEqual(await reload({ listen: written("1.3", "third") }), []);
  assert.doesNotMatch(await handshake(port, { maxVersion: "TLSv1.2" }), /^TLSv1/);
  assert.deepEqual(await reload({ listen: { port: 0 } }), [["listen.tls"]], "from encrypted to plain only with the next start");
  assert.match(await handshake(port, {}), /^TLSv1\.3/);
});

test("what only a restart brings into force is named, once for each reload, and again until it has come", async (t) => {
  const { reload } = await run(t);
  assert.deepEqual(await reload({ deadline: "3s" }), []);
  assert.deepEqual(await reload({ threads: 2, listen: { port: 1 }, drain: "7s" }), [["listen.port", "threads", "drain"]]);
  assert.deepEqual(await reload({ drain: "7s" }), [["drain"]]);
  assert.deepEqual(await reload({}), []);
});
