/**
 * Hosts: one contract, one policy and one API behind every host, so that a case written once runs through all of them.
 */
import { createPrivateKey, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { mkdtempSync, writeFileSync } from "node:fs";
import http, { type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { Writable } from "node:stream";
import express from "express";
import type { AuditSink } from "../src/audit/log.ts";
import type { AuditRecord } from "../src/audit/record.ts";
import { openStreamSink } from "../src/audit/sinks/stream.ts";
import type { Json, JsonObject } from "../src/contract/json-value.ts";
import { writeMisfit } from "../src/contract/misfit.ts";
import { sallyport as expressDoors } from "../src/hosts/express.ts";
import { startGateway } from "../src/hosts/gateway/gateway.ts";
import { sallyport as nodeDoors } from "../src/hosts/node.ts";

export const HOSTS = ["gateway", "node", "express"] as const;
export type HostName = (typeof HOSTS)[number];

export const ISSUER = "https://id.example";

/** What the API was asked. */
export interface Asked {
  readonly method: string;
  readonly target: string;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
}

export type Api = (request: IncomingMessage, response: ServerResponse) => void;

export interface Host {
  readonly name: HostName;
  readonly port: number;
  /** What reached the API since the last `forget`. */
  readonly asked: Asked[];
  readonly records: AuditRecord[];
  /** How the API behaves from now on. */
  api: Api;
  readonly stop: () => Promise<void>;
}

const keys = generateKeyPairSync("ec", { namedCurve: "P-256" });
const privateKey: KeyObject = createPrivateKey(keys.privateKey.export({ format: "pem", type: "pkcs8" }));

/** An access token as RFC 9068 has it; `claims` replace the ordinary ones. */
export function token(claims: Readonly<Record<string, Json>> = {}): string {
  const now = Math.floor(Date.now() / 1_000);
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const body = { iss: ISSUER, aud: "orders", sub: "ann", client_id: "shop", iat: now - 1, exp: now + 600, jti: `jti-${Math.random()}`, scope: "orders:read orders:write", ...claims };
  const text = `${part({ alg: "ES256", typ: "at+jwt", kid: "one" })}.${part(body)}`;
  return `${text}.${sign("sha256", Buffer.from(text), { key: privateKey, dsaEncoding: "ieee-p1363" }).toString("base64url")}`;
}

const answer = (schema: JsonObject): JsonObject => ({ description: "fine", content: { "application/json": { schema } } });

const order: JsonObject = {
  type: "object",
  properties: { id: { type: "string" }, amount: { type: "integer", minimum: 1, maximum: 1_000 }, note: { type: "string", maxLength: 20 } },
  required: ["id", "amount"],
  additionalProperties: false,
};

export const CONTRACT: JsonObject = {
  openapi: "3.1.0",
  info: { title: "orders", version: "1" },
  components: { securitySchemes: { login: { type: "oauth2", flows: { clientCredentials: { tokenUrl: "https://id.example/token", scopes: { "orders:read": "read", "orders:write": "write" } } } } } },
  paths: {
    "/orders/{orderId}": {
      parameters: [{ name: "orderId", in: "path", required: true, schema: { type: "string", pattern: "^[a-z0-9-]{1,20}$" } }],
      get: {
        operationId: "getOrder",
        security: [{ login: ["orders:read"] }],
        parameters: [{ name: "limit", in: "query", schema: { type: "integer", minimum: 1, maximum: 100 } }],
        responses: { 200: answer(order), 404: answer({ type: "object" }) },
      },
    },
    "/orders": {
      post: {
        operationId: "createOrder",
        security: [{ login: ["orders:write"] }],
        requestBody: { required: true, content: { "application/json": { schema: order } } },
        responses: { 201: answer(order) },
      },
    },
    "/prices": { get: { operationId: "listPrices", security: [], responses: { 200: answer({ type: "array", items: { type: "number" } }) } } },
    "/files": {
      put: { operationId: "putFile", security: [], requestBody: { content: { "application/octet-stream": {} } }, responses: { 204: { description: "stored" } } },
      get: { operationId: "getFile", security: [], responses: { 200: { description: "bytes", content: { "application/octet-stream": {} } } } },
    },
  },
};

export const POLICY: JsonObject = {
  contract: "./openapi.json",
  listen: { port: 0 },
  deadline: "2s",
  everywhere: { jwt: { issuer: ISSUER, audience: "orders", keys: "file:./jwks.json" }, "token-bucket": { burst: 100_000, window: "1s" } },
  operations: {
    listPrices: { public: "price list for everybody" },
    putFile: { public: "a drop box in a test", size: { body: "1MiB" } },
    getFile: { public: "a drop box in a test" },
  },
};

export interface HostsOptions {
  readonly policy?: JsonObject;
  readonly contract?: JsonObject;
  readonly only?: readonly HostName[];
}

/** A folder with contract, key set and policy. `upstream` is put in where a host needs one. */
export function writeFiles({ policy = POLICY, contract = CONTRACT }: HostsOptions, upstream?: string): string {
  const folder = mkdtempSync(path.join(tmpdir(), "sallyport-hosts-"));
  const jwk = { ...keys.publicKey.export({ format: "jwk" }), kid: "one", alg: "ES256", use: "sig" };
  writeFileSync(path.join(folder, "jwks.json"), JSON.stringify({ keys: [jwk] }));
  writeFileSync(path.join(folder, "openapi.json"), JSON.stringify(contract));
  writeFileSync(path.join(folder, "policy.json"), JSON.stringify({ ...policy, ...(upstream === undefined ? {} : { upstream }) }));
  return path.join(folder, "policy.json");
}

export async function startHosts(options: HostsOptions = {}): Promise<readonly Host[]> {
  const starts: Readonly<Record<HostName, (options: HostsOptions) => Promise<Host>>> = { gateway, node, express: expressHost };
  return Promise.all((options.only ?? HOSTS).map((name) => starts[name](options)));
}

/** Where the parts of a host meet: what the API was asked and what was recorded. */
function workshop(name: HostName): { readonly host: Omit<Host, "port" | "stop">; readonly serve: Api; readonly sink: AuditSink } {
  const host: Omit<Host, "port" | "stop"> = {
    name,
    asked: [],
    records: [],
    api: (_request, response) => response.writeHead(200, { "content-type": "application/json" }).end('{"id":"a-1","amount":5}'),
  };
  const serve: Api = (request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      host.asked.push({ method: request.method ?? "", target: request.url ?? "", headers: { ...request.headers }, body: Buffer.concat(chunks).toString("latin1") });
      host.api(request, response);
    });
    request.on("error", () => undefined);
  };
  const sink = openStreamSink(
    new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        for (const line of chunk.toString().trim().split("\n")) host.records.push(JSON.parse(line) as AuditRecord);
        done();
      },
    }),
  );
  return { host, serve, sink };
}

async function listen(server: http.Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

async function closeServer(server: http.Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}

async function gateway(options: HostsOptions): Promise<Host> {
  const { host, serve, sink } = workshop("gateway");
  const api = http.createServer(serve);
  const upstream = `http://127.0.0.1:${await listen(api)}`;
  const start = await startGateway(writeFiles(options, upstream), { say: () => undefined, watch: false, sink });
  if ("misfits" in start) {
    await closeServer(api);
    throw new Error(start.misfits.map(writeMisfit).join("\n"));
  }
  const stop = async (): Promise<void> => {
    await start.gateway.stop();
    await closeServer(api);
  };
  return Object.assign(host, { port: Number(new URL(start.gateway.url).port), stop });
}

async function node(options: HostsOptions): Promise<Host> {
  const { host, serve, sink } = workshop("node");
  const doors = nodeDoors(writeFiles(options), { say: () => undefined, watch: false, sink });
  const server = http.createServer({ requireHostHeader: false }, doors(serve));
  const port = await listen(server);
  const stop = async (): Promise<void> => {
    await closeServer(server);
    await doors.close();
  };
  return Object.assign(host, { port, stop });
}

async function expressHost(options: HostsOptions): Promise<Host> {
  const { host, serve, sink } = workshop("express");
  const doors = expressDoors(writeFiles(options), { say: () => undefined, watch: false, sink });
  const app = express();
  app.use(doors);
  app.use((request, response) => serve(request, response));
  const server = http.createServer({ requireHostHeader: false }, app);
  const port = await listen(server);
  const stop = async (): Promise<void> => {
    await closeServer(server);
    await doors.close();
  };
  return Object.assign(host, { port, stop });
}

export interface Sending {
  readonly method?: string;
  readonly target?: string;
  readonly headers?: http.OutgoingHttpHeaders;
  readonly body?: string | Buffer;
  /** Sent in pieces, so that its length is not announced. */
  readonly pieces?: readonly (string | Buffer)[];
}

export interface Received {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
}

/** Sends one request on a connection of its own. */
export function send({ port }: Host, { method = "GET", target = "/orders/a-1", headers = {}, body, pieces }: Sending): Promise<Received> {
  return new Promise((resolve, reject) => {
    // Node announces no length of a body that comes with GET.
    const length = body === undefined ? {} : { "content-length": Buffer.byteLength(body) };
    const request = http.request({ port, host: "127.0.0.1", method, path: target, headers: { ...length, ...headers }, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks).toString("latin1") }));
    });
    request.on("error", reject);
    if (pieces !== undefined) {
      request.setHeader("transfer-encoding", "chunked");
      for (const piece of pieces) request.write(piece);
    }
    request.end(body);
  });
}
