/**
 * Upstream: the API behind every subject: the least that node:http can do and still be an API.
 *
 * Runs as a process of its own: `node upstream.ts <port>`. It never closes an idle connection, since a subject that waits
 * for its turn would otherwise meet a connection that closes under its first request.
 */
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import { brokenOrderId } from "./contract.ts";

const prefix = "/orders/";
const backlog = 1_024;
const rest =
  ',"reference":"web-2026-000042","status":"paid","currency":"EUR","total":7548,"createdAt":"2026-11-20T09:30:00Z",' +
  '"lines":[{"sku":"SKU-10421","quantity":2,"unitPrice":1299},{"sku":"SKU-55310","quantity":1,"unitPrice":4950}]}';
const created = `{"id":"ord_00000000000000ff"${rest}`;
const broken = `{"id":"${brokenOrderId}","passwordHash":"not in the contract"${rest}`;

const server = createServer((request, response) => {
  if (request.method === "GET") answerRead(request, response);
  else answerCreate(request, response);
});
server.keepAliveTimeout = 0;
server.requestTimeout = 0;
server.listen({ port: Number(process.argv[2]), host: "127.0.0.1", backlog });

function answerRead(request: IncomingMessage, response: ServerResponse): void {
  const url = request.url ?? "";
  const query = url.indexOf("?");
  const id = url.slice(prefix.length, query === -1 ? undefined : query);
  send(response, 200, id === brokenOrderId ? broken : `{"id":"${id}"${rest}`);
}

function answerCreate(request: IncomingMessage, response: ServerResponse): void {
  let bytes = 0;
  request.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
  });
  request.on("end", () => send(response, bytes === 0 ? 400 : 201, created));
}

function send(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { "content-type": "application/json", "content-length": body.length });
  response.end(body);
}
