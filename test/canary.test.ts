/**
 * Canary test: a secret is planted in every place in which a caller can put one, and everything that is written is
 * searched for it: answers, audit records, messages of the operation, both streams of the process, and the files.
 */
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, statSync } from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import type { JsonObject } from "../src/contract/json-value.ts";
import { writeMisfit } from "../src/contract/misfit.ts";
import { type Gateway, startGateway } from "../src/hosts/gateway/gateway.ts";
import { makePair, token as signed } from "./keys/issuer.ts";
import { proof } from "./keys/client.ts";
import { CONTRACT, POLICY, writeFiles } from "./hosts.ts";

const CANARY = "canary7e2f19c4";
const data = mkdtempSync(path.join(tmpdir(), "sallyport-canary-"));
const said: string[] = [];
let issuer: http.Server;
let api: http.Server;
let gateway: Gateway;

/** With a scheme of each kind at one operation, so that every guard of the stage reads what comes. */
const contract: JsonObject = {
  ...CONTRACT,
  components: { securitySchemes: { login: { type: "oauth2", flows: { clientCredentials: { tokenUrl: "https://id.example/token", scopes: {} } } }, key: { type: "apiKey", in: "header", name: "X-Api-Key" }, basic: { type: "http", scheme: "basic" } } },
  paths: { "/orders/{orderId}": { get: { operationId: "getOrder", security: [{ login: [] }, { key: [] }, { basic: [] }], parameters: [{ name: "orderId", in: "path", required: true, schema: { type: "string" } }], responses: { 200: { description: "fine" } } } } },
};

async function listen(server: http.Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

before(async () => {
  process.env["SALLYPORT_CANARY_SECRET"] = `${CANARY}-of-the-client`;
  process.env["SALLYPORT_CANARY_PEPPER"] = `${CANARY}6Qk2vYw9RzX1bTn4LcJ8sHd5GfA7mPqE3uKoVyWiZrBx`;
  process.env["SALLYPORT_CANARY_NONCES"] = `${CANARY}hT4kLm9Qw2Zx7Vb1Nc6Ry3Pd8Js5Gf0AeUoYiKtM`;
  // It repeats what it was sent, as broken issuers do.
  issuer = http.createServer((request, response) => {
    request.setEncoding("utf8").on("data", (chunk: string) => response.write(chunk));
    request.on("end", () => response.end());
    response.writeHead(500, { "content-type": "text/plain" });
  });
  api = http.createServer((_request, response) => response.writeHead(200).end());
  const id = await listen(issuer);
  const about = { issuer: id, audience: "orders", dpop: { nonce: { secret: "env:SALLYPORT_CANARY_NONCES" } } };
  const everywhere: JsonObject = {
    jwt: { ...about, keys: "file:./jwks.json" },
    introspection: { ...about, endpoint: `${id}/introspect`, client: { id: "gateway", secret: "env:SALLYPORT_CANARY_SECRET" } },
    "api-key": {},
    basic: { plain: "a test on this machine alone" },
  };
  const policy: JsonObject = { ...POLICY, external: ["https://api.example"], audit: { file: path.join(data, "audit.log") }, database: { sqlite: path.join(data, "house.db"), pepper: "env:SALLYPORT_CANARY_PEPPER" }, everywhere, operations: {} };
  const start = await startGateway(writeFiles({ contract, policy }, await listen(api)), { say: (...words) => void said.push(JSON.stringify(words)), watch: false });
  if ("misfits" in start) assert.fail(start.misfits.map(writeMisfit).join("\n"));
  ({ gateway } = start);
});

after(async () => {
  await gateway.stop();
  for (const server of [issuer, api]) {
    server.closeAllConnections();
    server.close();
  }
});

function ask(target: string, headers: http.OutgoingHttpHeaders, method = "GET", body?: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = http.request(`${gateway.url}${target}`, { headers, method, agent: false }, (response) => {
      let text = `${response.statusCode} ${response.rawHeaders.join(" ")} `;
      response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
      response.on("end", () => resolve(text));
    });
    request.on("error", reject);
    request.end(body);
  });
}

const pair = makePair("ES256");
const bearer = (claims: JsonObject, header: JsonObject = {}): http.OutgoingHttpHeaders => ({ authorization: `Bearer ${signed(pair, { claims, header })}` });
const base64 = (text: string): string => Buffer.from(text).toString("base64");

/** Each is looked at and not let through. */
const PLACES: readonly (readonly [string, http.OutgoingHttpHeaders, string?])[] = [
  ["an opaque token", { authorization: `Bearer ${CANARY}` }],
  ["a DPoP token", { authorization: `DPoP ${CANARY}`, dpop: CANARY }],
  ["a proof", { authorization: `DPoP ${signed(pair)}`, dpop: proof(pair, CANARY, { claims: { jti: CANARY, nonce: CANARY, htu: CANARY } }) }],
  ["a claim", bearer({ sub: CANARY, jti: CANARY, scope: `${CANARY} "`, aud: CANARY, iss: CANARY })],
  ["a token's header", bearer({}, { kid: CANARY, typ: CANARY, alg: CANARY, jwk: { kty: CANARY } })],
  ["three parts", { authorization: `Bearer ${CANARY}.${CANARY}.${CANARY}` }],
  ["a name and a password", { authorization: `Basic ${base64(`${CANARY}:${CANARY}`)}` }],
  ["a broken Basic", { authorization: `Basic ${CANARY}!` }],
  ["an unknown scheme", { authorization: `${CANARY} ${CANARY}` }],
  ["two fields", { authorization: [`Bearer ${CANARY}`, `Basic ${CANARY}`] as never }],
  ["an API key", { "x-api-key": CANARY }],
  ["an API key of the right form", { "x-api-key": `slp_live_${CANARY.slice(0, 12)}_${CANARY.repeat(3).slice(0, 43)}_000000` }],
  ["a cookie", { cookie: `session=${CANARY}; access_token=${CANARY}` }],
  ["a forwarded certificate", { "client-cert": `:${base64(CANARY)}:` }],
  ["a field that nobody knows", { "x-secret": CANARY, "x-user": CANARY }],
  ["the query", {}, `/orders/a-1?access_token=${CANARY}&api_key=${CANARY}&${CANARY}=1`],
  ["the path", {}, `/orders/${CANARY}`],
  ["a path that the contract does not list", {}, `/${CANARY}`],
];

test("what a caller keeps secret is repeated nowhere", async () => {
  const written: string[] = [];
  const { stdout, stderr } = process;
  const [out, error] = [stdout.write.bind(stdout), stderr.write.bind(stderr)];
  const tap = (chunk: unknown): true => (written.push(String(chunk)), true);
  stdout.write = tap;
  stderr.write = tap;
  try {
    for (const [place, headers, target = "/orders/a-1"] of PLACES) {
      const answer = await ask(target, headers);
      assert.match(answer, /^4\d\d|^503/, `${place}: ${answer.slice(0, 80)}`);
      assert.ok(!answer.includes(CANARY), `${place}: ${answer}`);
    }
    await ask("/orders/a-1", { authorization: `Bearer ${CANARY}` }, "POST", CANARY);
    await gateway.reload();
  } finally {
    stdout.write = out;
    stderr.write = error;
  }
  assert.ok(!written.join("").includes(CANARY), "the process wrote it");
  assert.ok(!said.join("").includes(CANARY), said.join("\n"));
});

test("nor is it in the audit log or the database, nor are the secrets of the policy", async () => {
  await gateway.stop();
  const log = readFileSync(path.join(data, "audit.log"), "utf8");
  assert.ok(log.trim().split("\n").length > PLACES.length, "the log holds a line for each");
  for (const file of readdirSync(data).filter((name) => statSync(path.join(data, name)).isFile())) {
    const text = readFileSync(path.join(data, file), "latin1");
    for (const secret of [CANARY, base64(CANARY).replace(/=+$/, ""), Buffer.from(CANARY).toString("hex")]) assert.ok(!text.includes(secret), `${file} holds it: ${text.slice(Math.max(0, text.indexOf(secret) - 120), text.indexOf(secret) + 60)}`);
  }
});
