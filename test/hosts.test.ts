/** Hosts test: every case through every host, and the same decision in each. */
import assert from "node:assert/strict";
import net from "node:net";
import { after, before, describe, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import type { AuditRecord } from "../src/audit/record.ts";
import { type Api, type Host, HOSTS, type HostName, type Received, send, type Sending, startHosts, token } from "./hosts.ts";

const bearer = (claims = {}): { authorization: string } => ({ authorization: `Bearer ${token(claims)}` });
const json = (value: unknown, headers = {}): Pick<Sending, "body" | "headers"> => ({ body: JSON.stringify(value), headers: { "content-type": "application/json", ...headers } });
const answers = (status: number, value: unknown, headers = {}): Api => (_request, response) => response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(value));

interface Case {
  readonly title: string;
  readonly sending: () => Sending;
  readonly api?: Api;
  readonly status: number;
  /** Slug of the problem and the guard that gave it. */
  readonly refused?: readonly [problem: string, guard: string];
  readonly asked: boolean;
  readonly also?: (received: Received, host: Host, record: AuditRecord) => void;
}

const CASES: readonly Case[] = [
  { title: "a request that keeps contract and policy passes both doors", sending: () => ({ target: "/orders/a-1?limit=5", headers: bearer() }), status: 200, asked: true, also: ({ body }) => assert.equal(body, '{"id":"a-1","amount":5}') },
  { title: "no credential", sending: () => ({}), status: 401, refused: ["unauthenticated", "credentials"], asked: false, also: ({ headers }) => assert.match(headers["www-authenticate"] ?? "", /^Bearer(?!.*error)/) },
  { title: "a forged token", sending: () => ({ headers: { authorization: `${bearer().authorization.slice(0, -8)}AAAAAAAA` } }), status: 401, refused: ["credential-invalid", "jwt"], asked: false },
  { title: "an expired token", sending: () => ({ headers: bearer({ exp: 1_000_000 }) }), status: 401, refused: ["credential-invalid", "jwt"], asked: false },
  { title: "a token for another API", sending: () => ({ headers: bearer({ aud: "payments" }) }), status: 401, refused: ["credential-invalid", "jwt"], asked: false },
  { title: "a missing scope", sending: () => ({ headers: bearer({ scope: "orders:write" }) }), status: 403, refused: ["scope-missing", "scope"], asked: false, also: ({ headers }) => assert.match(headers["www-authenticate"] ?? "", /insufficient_scope/) },
  { title: "a path that the contract does not list", sending: () => ({ target: "/admin", headers: bearer() }), status: 404, refused: ["not-found", "path"], asked: false },
  { title: "a method that the contract does not list", sending: () => ({ method: "DELETE", headers: bearer() }), status: 405, refused: ["method-not-allowed", "method"], asked: false, also: ({ headers }) => assert.equal(headers.allow, "GET") },
  { title: "an undeclared query parameter", sending: () => ({ target: "/orders/a-1?debug=1", headers: bearer() }), status: 400, refused: ["request-invalid", "parameters"], asked: false },
  { title: "a parameter of the wrong type", sending: () => ({ target: "/orders/a-1?limit=many", headers: bearer() }), status: 400, refused: ["request-invalid", "parameters"], asked: false },
  { title: "a parameter twice", sending: () => ({ target: "/orders/a-1?limit=1&limit=2", headers: bearer() }), status: 400, refused: ["request-invalid", "parameters"], asked: false },
  { title: "a path parameter against its pattern", sending: () => ({ target: "/orders/A%20B", headers: bearer() }), status: 400, refused: ["request-invalid", "parameters"], asked: false },
  { title: "a valid body", sending: () => ({ method: "POST", target: "/orders", ...json({ id: "b", amount: 7 }, bearer()) }), api: answers(201, { id: "b", amount: 7 }), status: 201, asked: true, also: (_received, { asked }) => assert.equal(asked.at(-1)?.body, '{"id":"b","amount":7}') },
  { title: "a valid body in pieces", sending: () => ({ method: "POST", target: "/orders", headers: { "content-type": "application/json", ...bearer() }, pieces: ['{"id":"b",', '"amount":7}'] }), api: answers(201, { id: "b", amount: 7 }), status: 201, asked: true, also: (_received, { asked }) => assert.equal(asked.at(-1)?.body, '{"id":"b","amount":7}') },
  { title: "a property that the contract does not know", sending: () => ({ method: "POST", target: "/orders", ...json({ id: "b", amount: 7, isAdmin: true }, bearer()) }), status: 400, refused: ["request-invalid", "body"], asked: false },
  { title: "a member twice", sending: () => ({ method: "POST", target: "/orders", body: '{"id":"b","amount":7,"amount":900}', headers: { "content-type": "application/json", ...bearer() } }), status: 400, asked: false },
  { title: "a body of an undeclared type", sending: () => ({ method: "POST", target: "/orders", body: "<a/>", headers: { "content-type": "application/xml", ...bearer() } }), status: 415, asked: false },
  { title: "a body where none is declared", sending: () => ({ target: "/prices", ...json({}) }), status: 400, asked: false },
  { title: "a public operation", sending: () => ({ target: "/prices" }), api: answers(200, [1, 2]), status: 200, asked: true },
  { title: "a bad credential at a public operation stops at once", sending: () => ({ target: "/prices", headers: { authorization: "Bearer x.y.z" } }), status: 401, asked: false },
  { title: "an answer that breaks the contract", sending: () => ({ headers: bearer() }), api: answers(200, { id: "a-1", amount: 5, secret: "canary-31" }), status: 502, refused: ["answer-breaks-contract", "answer-body"], asked: true, also: ({ body }) => assert.ok(!body.includes("canary-31")) },
  { title: "a status that the contract does not list", sending: () => ({ headers: bearer() }), api: answers(202, {}), status: 502, refused: ["answer-breaks-contract", "answer-status"], asked: true },
  { title: "an error of the API loses its stack trace and its banner", sending: () => ({ headers: bearer() }), api: (_request, response) => response.writeHead(500, { "content-type": "text/plain", "x-powered-by": "canary-32" }).end("Error: canary-33\n    at f (/srv/app.js:1:2)"), status: 500, asked: true, also: ({ body, headers }) => assert.ok(!`${body}${JSON.stringify(headers)}`.includes("canary")) },
  { title: "an upload streams through", sending: () => ({ method: "PUT", target: "/files", body: Buffer.alloc(500_000, 7), headers: { "content-type": "application/octet-stream" } }), api: (_request, response) => response.writeHead(204).end(), status: 204, asked: true, also: (_received, { asked }) => assert.equal(asked.at(-1)?.body.length, 500_000) },
  { title: "an upload beyond its bound, announced", sending: () => ({ method: "PUT", target: "/files", body: Buffer.alloc(1_048_577, 7), headers: { "content-type": "application/octet-stream", expect: "100-continue" } }), status: 413, refused: ["content-too-large", "size"], asked: false,  },
  { title: "a download streams through", sending: () => ({ target: "/files" }), api: (_request, response) => void response.writeHead(200, { "content-type": "application/octet-stream" }).end(Buffer.alloc(300_000, 65)), status: 200, asked: true, also: ({ body }) => assert.equal(body.length, 300_000) },
  { title: "identity that the caller made up never reaches the API", sending: () => ({ headers: { ...bearer(), "sallyport-subject": "root", "x-forwarded-for": "10.0.0.1", "x-user-id": "root" } }), status: 200, asked: true, also: (_received, { asked }) => {
    const { headers } = asked.at(-1) ?? assert.fail("the API was not asked");
    assert.equal(headers["sallyport-subject"], "ann");
    assert.equal(headers["x-forwarded-for"], "127.0.0.1");
    for (const name of ["x-user-id", "authorization"]) assert.equal(headers[name], undefined, name);
  } },
  { title: "the target is written anew", sending: () => ({ target: "/orders/%61-1?limit=%35", headers: bearer() }), status: 200, asked: true, also: (_received, { asked }) => assert.equal(asked.at(-1)?.target, "/orders/a-1?limit=5") },
  { title: "a path that two readers may read differently", sending: () => ({ target: "/orders/..%2fprices", headers: bearer() }), status: 400, refused: ["malformed-request", "framing"], asked: false },
];

describe("every host decides the same", () => {
  let hosts: readonly Host[] = [];
  before(async () => void (hosts = await startHosts()));
  after(async () => void (await Promise.all(hosts.map(({ stop }) => stop()))));
  const hostOf = (name: HostName): Host => hosts.find((host) => host.name === name) ?? assert.fail(`${name} did not start`);

  for (const one of CASES) {
    for (const name of HOSTS) {
      test(`${one.title} (${name})`, async () => {
        const host = hostOf(name);
        host.api = one.api ?? answers(200, { id: "a-1", amount: 5 });
        host.asked.length = 0;
        host.records.length = 0;
        const received = await send(host, one.sending());
        assert.equal(received.status, one.status, received.body.slice(0, 300));
        const record = await recorded(host);
        assert.equal(record.status, one.status);
        assert.equal(host.asked.length, one.asked ? 1 : 0);
        if (one.refused !== undefined) assert.deepEqual([record.problem, record.guard], one.refused);
        if (one.status >= 400 && received.body !== "" && one.refused !== undefined) assert.equal(received.headers["content-type"], "application/problem+json");
        assert.equal(received.headers["x-content-type-options"], "nosniff");
        one.also?.(received, host, record);
        assert.equal(host.records.length, 1, "one exchange, one record");
      });
    }
  }

  for (const name of HOSTS) {
    test(`an API that never answers is given up at the deadline (${name})`, async () => {
      const host = hostOf(name);
      host.api = () => undefined;
      host.records.length = 0;
      const received = await send(host, { headers: bearer() });
      assert.equal(received.status, 504);
      assert.equal((await recorded(host)).blame, "api");
    });

    test(`a caller who leaves is on record, once (${name})`, async () => {
      const host = hostOf(name);
      host.records.length = 0;
      host.api = (_request, response) => void setTimeout(() => response.writeHead(200, { "content-type": "application/json" }).end("{}"), 1_000);
      const socket = net.connect(host.port, "127.0.0.1");
      socket.write(`GET /orders/a-1 HTTP/1.1\r\nhost: a\r\nauthorization: ${bearer().authorization}\r\n\r\n`);
      await wait(150);
      socket.destroy();
      const record = await recorded(host);
      assert.deepEqual([record.outcome, record.problem, record.blame], ["failed", "caller-left", "caller"]);
      await wait(1_000);
      assert.equal(host.records.length, 1);
    });

    test(`what the API still writes after a refusal never reaches the wire (${name})`, async () => {
      const host = hostOf(name);
      host.records.length = 0;
      host.api = (_request, response) => {
        response.writeHead(202, { "content-type": "application/json" });
        response.write('{"id":');
        setTimeout(() => response.end('"canary-34"}'), 50);
      };
      const received = await send(host, { headers: bearer() });
      assert.equal(received.status, 502);
      await wait(100);
      assert.ok(!received.body.includes("canary"));
    });
  }
});

async function recorded(host: Host): Promise<AuditRecord> {
  for (let tries = 0; tries < 100; tries++) {
    const [record] = host.records;
    if (record !== undefined) return record;
    await wait(20);
  }
  return assert.fail("no record was written");
}
