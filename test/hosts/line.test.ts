import assert from "node:assert/strict";
import http, { type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, test } from "node:test";
import type { Ask, Question } from "../../src/exchange/ask.ts";
import type { UpstreamSettings } from "../../src/policy/upstream.ts";
import { openLine } from "../../src/hosts/line.ts";

let answer: (response: ServerResponse) => void = () => undefined;
const asked: { readonly method: string | undefined; readonly url: string | undefined; readonly headers: http.IncomingHttpHeaders }[] = [];
const server = http.createServer(({ method, url, headers }, response) => {
  asked.push({ method, url, headers });
  answer(response);
});
const at = (url: string): UpstreamSettings => ({ targets: [new URL(url)], authority: undefined, health: undefined, breaker: { percent: 100, least: 1_000, pause: 1_000 }, connections: 8, reuse: "usual", retries: 0 });
let line: { readonly value: Ask; readonly close: () => void };

before(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  line = openLine(at(`http://127.0.0.1:${(server.address() as AddressInfo).port}/prefix`), undefined);
});

after(() => {
  line.close();
  server.closeAllConnections();
  server.close();
});

const question = (particulars: Partial<Question> = {}): Question => ({ path: "/accounts/a", search: undefined, fields: ["accept", "application/json", "authorization", "Bearer x"], milliseconds: 5_000, bytes: 100, ...particulars });

/** Status and body, or type of the problem. */
async function ask(particulars: Partial<Question> = {}): Promise<string> {
  const told = await line.value(question(particulars));
  return "kind" in told ? `${told.status} ${told.type}` : `${told.status} ${Buffer.from(told.bytes).toString()}`;
}

test("a question reaches the API as a GET with its own fields, under the prefix of the upstream", async () => {
  answer = (response) => response.writeHead(200, { "content-type": "application/json" }).end('{"a":1}');
  assert.equal(await ask({ search: "b=1" }), '200 {"a":1}');
  const { method, url, headers } = asked.at(-1) ?? assert.fail("nobody was asked");
  assert.deepEqual([method, url, headers.authorization], ["GET", "/prefix/accounts/a?b=1", "Bearer x"]);
  assert.equal(headers["content-length"] ?? headers["transfer-encoding"], undefined);
});

test("any status is told, and an answer in pieces is put together", async () => {
  answer = (response) => response.writeHead(404).end();
  assert.equal(await ask(), "404 ");
  answer = (response) => {
    response.writeHead(200).write("one ");
    setImmediate(() => response.end("two"));
  };
  assert.equal(await ask(), "200 one two");
});

test("what is larger than it may be is not taken", async () => {
  answer = (response) => response.end("x".repeat(100));
  assert.equal(await ask(), `200 ${"x".repeat(100)}`);
  answer = (response) => response.end("x".repeat(101));
  assert.equal(await ask(), "502 answer-too-large");
  answer = (response) => {
    response.writeHead(200).write("x".repeat(100));
    setImmediate(() => response.end("x"));
  };
  assert.equal(await ask(), "502 answer-too-large");
});

test("an API that does not answer in time, breaks off, or is not there is a problem, never a throw", async () => {
  answer = () => undefined;
  assert.equal(await ask({ milliseconds: 50 }), "504 api-late");
  answer = (response) => void response.writeHead(200).write("x");
  assert.equal(await ask({ milliseconds: 50 }), "504 api-late", "the whole answer counts");
  answer = (response) => response.destroy();
  assert.match(await ask(), /^50[0-9] api-/);
  const nobody = openLine(at("http://127.0.0.1:1"), undefined);
  const told = await nobody.value(question());
  nobody.close();
  assert.equal("kind" in told && told.type, "api-unreachable");
});

test("a question that cannot be written is not sent", async () => {
  const before = asked.length;
  assert.match(await ask({ path: "/a b" }), /request-unwritable/);
  assert.match(await ask({ fields: ["x", "a\r\nb: c"] }), /request-unwritable/);
  assert.equal(asked.length, before);
});
