/** Lasting: a stream of events ends with the token that opened it, behind every host; what has an end of its own is finished. */
import assert from "node:assert/strict";
import http from "node:http";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, describe, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import type { AuditRecord } from "../../src/audit/record.ts";
import type { JsonObject } from "../../src/contract/json-value.ts";
import { openDesk } from "../cli/desk.ts";
import { type Api, CONTRACT, type Host, type HostName, HOSTS, POLICY, startHosts, token, writeFiles } from "../hosts.ts";

const folder = mkdtempSync(path.join(tmpdir(), "sallyport-lasting-"));
const contract: JsonObject = {
  ...CONTRACT,
  paths: {
    "/events": { get: { operationId: "listen", security: [{ login: ["orders:read"] }], responses: { 200: { description: "events", content: { "text/event-stream": {} } } } } },
    "/anything": { get: { operationId: "ask", security: [{ login: ["orders:read"] }], responses: { 200: { description: "whatever", content: { "*/*": {} } } } } },
    "/export": { get: { operationId: "export", security: [{ login: ["orders:read"] }], responses: { 200: { description: "bytes", content: { "application/octet-stream": {} } } } } },
  },
};
const policy: JsonObject = { ...POLICY, database: { sqlite: path.join(folder, "house.db") }, operations: {} };

/** Ends by itself after so many pieces: long after the token. */
const PIECES = 300;
const EVERY_MILLISECONDS = 20;

const flowing = (type: string): Api => (_request, response) => {
  response.writeHead(200, { "content-type": type });
  let sent = 0;
  const timer = setInterval(() => (++sent > PIECES ? response.end() : response.write("data: 1\n\n")), EVERY_MILLISECONDS);
  response.once("close", () => clearInterval(timer));
};

const opened = new Map<HostName, Promise<Host>>();
after(async () => {
  for (const host of opened.values()) await (await host).stop();
});

function open(name: HostName): Promise<Host> {
  let host = opened.get(name);
  if (host === undefined) opened.set(name, (host = startHosts({ contract, policy, only: [name] }).then(([one = assert.fail()]) => one)));
  return host;
}

/** How it ended, and what came until then. @param began called with the first bytes */
function listen({ port }: Host, target: string, bearer: string, began: () => void = () => undefined): Promise<{ readonly whole: boolean; readonly text: string }> {
  return new Promise((resolve, reject) => {
    const request = http.get({ port, host: "127.0.0.1", path: target, headers: { authorization: `Bearer ${bearer}` }, agent: false }, (response) => {
      let text = "";
      response.once("data", began);
      response.on("data", (chunk: Buffer) => (text += chunk.toString("latin1")));
      response.on("error", () => undefined);
      response.once("close", () => resolve({ whole: response.complete, text }));
    });
    request.once("error", reject);
  });
}

async function lastRecord({ records }: Host, count: number): Promise<AuditRecord | undefined> {
  for (let look = 0; records.length < count && look < 500; look++) await wait(10);
  return records.at(-1);
}

const soon = (): string => token({ exp: Math.floor(Date.now() / 1_000) + 2 });

describe("every host", { concurrency: HOSTS.length }, () => {
  for (const name of HOSTS) describe(name, { concurrency: 1 }, () => casesOf(name));
});

function casesOf(name: HostName): void {
  test("R38: events flow until the token ends, and no further", async () => {
    const host = await open(name);
    host.api = flowing("text/event-stream");
    host.records.length = 0;
    const { whole, text } = await listen(host, "/events", soon());
    assert.equal(whole, false, text);
    assert.match(text, /^data: 1\n\n/);
    const record = await lastRecord(host, 1);
    assert.deepEqual([record?.problem, record?.because, record?.outcome], ["stream-closed", { fault: "the credential ended" }, "failed"]);
  });

  for (const target of ["/events", "/anything"]) test(`R38: they end when it is revoked, by the command line, at ${target}`, async (t) => {
    const host = await open(name);
    const who = `bob-${name}-${target.slice(1)}`;
    host.api = flowing("text/event-stream");
    host.records.length = 0;
    const { promise: began, resolve: begin } = Promise.withResolvers<void>();
    const ended = listen(host, target, token({ sub: who }), begin);
    await began;
    const { code, error } = await openDesk(t).run("tokens", "revoke", "subject", who, "--policy", writeFiles({ contract, policy }, "http://127.0.0.1:9"));
    assert.equal(code, 0, error);
    assert.equal((await ended).whole, false);
    assert.deepEqual((await lastRecord(host, 1))?.because, { fault: "the credential counts no more" });
  });

  test("what is no sequence is finished", async () => {
    const host = await open(name);
    host.api = (_request, response) => {
      response.writeHead(200, { "content-type": "application/octet-stream" });
      response.write("first");
      setTimeout(() => response.end(" last"), 2_500);
    };
    assert.deepEqual(await listen(host, "/export", soon()), { whole: true, text: "first last" });
  });
}
