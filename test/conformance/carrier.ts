/**
 * Carrier: a contract that allows any path, any method and free strings, in front of an API that takes everything.
 *
 * Against a contract that refuses unknown paths every attack on an unknown path is refused for free, which says nothing about
 * detection. Here nothing stands in the way but strict reading and the guards that look at texts.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { Writable } from "node:stream";
import { openStreamSink } from "../../src/audit/sinks/stream.ts";
import { writeMisfit } from "../../src/contract/misfit.ts";
import { startGateway } from "../../src/hosts/gateway/gateway.ts";

const SEGMENTS_MAX = 12;
const METHODS = ["get", "post", "put", "patch", "delete", "options", "head"] as const;

const TEXT = { type: "string" };
const TEXTS = { type: "object", additionalProperties: TEXT };

const CONTENT = {
  "application/json": { schema: {} },
  "application/x-www-form-urlencoded": { schema: TEXTS },
  "multipart/form-data": { schema: TEXTS },
  "application/xml": { schema: {} },
  "text/xml": { schema: {} },
  "text/plain": { schema: TEXT },
  "text/html": { schema: TEXT },
};

function operation(id: string, names: readonly string[], method: string): object {
  const body = method === "get" || method === "head" || method === "options" || method === "delete" ? {} : { requestBody: { content: CONTENT } };
  return {
    operationId: id,
    parameters: [...names.map((name) => ({ name, in: "path", required: true, schema: TEXT })), { name: "free", in: "query", schema: TEXTS }],
    ...body,
    responses: { default: { description: "anything", content: { "*/*": {} } } },
  };
}

/** The OpenAPI document. */
export function carrierContract(): object {
  const paths: Record<string, object> = {};
  for (let count = 0; count <= SEGMENTS_MAX; count++) {
    const names = Array.from({ length: count }, (_, index) => `s${index}`);
    const template = `/${names.map((name) => `{${name}}`).join("/")}`;
    paths[template] = Object.fromEntries(METHODS.map((method) => [method, operation(`${method}${count}`, names, method)]));
  }
  return { openapi: "3.1.0", info: { title: "Carrier", version: "1" }, servers: [{ url: "/" }], paths };
}

export interface Carrier {
  readonly port: number;
  /** Ids of the cases that reached the API. */
  readonly reached: ReadonlySet<string>;
  readonly stop: () => Promise<void>;
}

/** @param everywhere postings beside the ones that stand anyway */
export async function startCarrier(everywhere: object): Promise<Carrier> {
  const reached = new Set<string>();
  const api = http.createServer((request, response) => {
    reached.add(String(request.headers["x-case-id"]));
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => response.writeHead(200, { "content-type": "text/plain; charset=utf-8" }).end(reflect(Buffer.concat(chunks).toString())));
  });
  await new Promise<void>((resolve) => api.listen(0, "127.0.0.1", resolve));
  const folder = mkdtempSync(path.join(tmpdir(), "sallyport-carrier-"));
  writeFileSync(path.join(folder, "openapi.json"), JSON.stringify(carrierContract()));
  const policy = path.join(folder, "policy.json");
  const upstream = `http://127.0.0.1:${(api.address() as AddressInfo).port}`;
  writeFileSync(policy, JSON.stringify({ contract: "./openapi.json", upstream, listen: { port: 0 }, everywhere: { public: "suites of attacks have no logins", ...everywhere } }));
  // Suites open a connection for each request, all from here: how fast is not what they ask.
  const limits = { front: { newConnectionsPerSecond: 1_000_000, newConnectionsBurst: 1_000_000, newConnectionsInAllPerSecond: 1_000_000, newConnectionsInAllBurst: 1_000_000 } };
  const start = await startGateway(policy, { limits, say: () => undefined, watch: false, sink: openStreamSink(new Writable({ write: (_chunk, _encoding, done) => done() })) });
  if ("misfits" in start) throw new Error(start.misfits.map(writeMisfit).join("\n"));
  const { gateway } = start;
  return {
    port: Number(new URL(gateway.url).port),
    reached,
    async stop() {
      await gateway.stop();
      api.closeAllConnections();
      await new Promise((resolve) => api.close(resolve));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** What a request says that the API shall answer, or a word. */
export function reflect(body: string): string {
  try {
    const said: unknown = JSON.parse(body);
    if (typeof said === "object" && said !== null && "body" in said && typeof said.body === "string") return said.body;
  } catch {
    // No JSON: nothing was asked for.
  }
  return "ok";
}
