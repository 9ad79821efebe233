/**
 * Every guard: each of them once behind every host, in front of a real API.
 *
 * Guards are tried one by one against an exchange of the tests' own; what they get from a host may differ from that. Here an
 * ordinary request has to come through, there and back, with the guard at work.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import type { JsonObject } from "../../src/contract/json-value.ts";
import { GUARDS } from "../../src/doors/guards.ts";
import { CONTRACT, POLICY, send, startHosts, token } from "../hosts.ts";

interface Posting {
  /** At both operations; left out where it stands without being named. */
  readonly options?: JsonObject;
  /** What else the policy says. */
  readonly settings?: JsonObject;
  readonly claims?: JsonObject;
}

const ORDINARY: Posting = {};

const POSTINGS: Readonly<Record<string, Posting>> = {
  framing: ORDINARY,
  overload: { options: { critical: ["getOrder"] } },
  size: ORDINARY,
  address: { options: { allow: ["127.0.0.0/8"] } },
  cors: { options: { origins: ["https://shop.example"] } },
  "resource-metadata": ORDINARY,
  path: ORDINARY,
  method: ORDINARY,
  jwt: ORDINARY,
  credentials: ORDINARY,
  "token-bucket": { options: { burst: 100, window: "1m" } },
  "sliding-window": { options: { rate: "50/1m" } },
  concurrency: { options: { most: 10 } },
  quota: { options: { of: 100, per: "day" }, settings: { database: { sqlite: "./quota.db", pepper: ["file:./jwks.json"] } } },
  "leaky-bucket": { options: { rate: "100/1m" } },
  scope: ORDINARY,
  "step-up": { options: { method: ["otp"] }, claims: { amr: ["otp"] } },
  role: { options: { any: ["clerk"] }, settings: { roles: { from: "roles", known: ["clerk"] } }, claims: { roles: ["clerk"] } },
  rule: { options: { allow: 'principal.subject == "ann"' } },
  parameters: ORDINARY,
  body: ORDINARY,
  upload: ORDINARY,
  injection: ORDINARY,
  flow: { options: { rate: "100/1h" } },
  strip: ORDINARY,
  introduce: ORDINARY,
  owner: { options: { field: "id", is: "principal.subject" }, claims: { sub: "a-1" } },
  xml: { options: {} },
  "answer-xml": { options: {} },
  "target-url": { options: {} },
  "authorization-details": { options: { type: "order", actions: ["any"] }, claims: { authorization_details: [{ type: "order", actions: ["any"] }] } },
  "answer-status": ORDINARY,
  "answer-body": ORDINARY,
  properties: { options: { undeclared: { sent: "refuse", answered: "remove" } } },
  faults: ORDINARY,
  leaks: ORDINARY,
  headers: ORDINARY,
};

/** They need another contract, or a server beside the API, and have both there. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  introspection: "test/oauth/oauth.test.ts",
  "api-key": "test/hosts/api-key.test.ts",
  basic: "test/hosts/basic.test.ts",
  "decision-point": "test/conformance/authzen.ts",
  "mutual-tls": "test/hosts/mutual-tls.test.ts",
};

for (const { name } of GUARDS) {
  if (Object.hasOwn(ELSEWHERE, name)) continue;
  test(`${name} lets an ordinary request through, there and back`, async () => {
    const { options, settings = {}, claims = {} } = POSTINGS[name] ?? assert.fail(`say with which options ${name} is to be posted`);
    const posting = options === undefined ? {} : { [name]: options };
    const operations = { ...(POLICY["operations"] as JsonObject), getOrder: posting, createOrder: posting };
    const hosts = await startHosts({ policy: { ...POLICY, ...settings, operations }, contract: CONTRACT });
    try {
      for (const host of hosts) {
        const authorization = `Bearer ${token(claims)}`;
        const read = await send(host, { headers: { authorization } });
        assert.equal(read.status, 200, read.body);
        host.api = (_request, response) => response.writeHead(201, { "content-type": "application/json" }).end('{"id":"a-1","amount":5}');
        const written = await send(host, { method: "POST", target: "/orders", headers: { authorization, "content-type": "application/json" }, body: '{"id":"a-1","amount":5}' });
        assert.equal(written.status, 201, written.body);
      }
    } finally {
      for (const host of hosts) await host.stop();
    }
    for (const { name: host, records } of hosts) assert.deepEqual(records.map(({ outcome }) => outcome), ["allowed", "allowed"], host);
  });
}

test("guards that are tried elsewhere are tried there in a host", () => {
  for (const [name, file] of Object.entries(ELSEWHERE)) {
    const text = readFileSync(path.join(import.meta.dirname, "../..", file), "utf8");
    assert.ok(text.includes(name) && /start(Hosts|Gateway)\(/.test(text), `${name} in ${file}`);
  }
});
