/**
 * Bare proxy: what a proxy in Node is usually made of, and nothing else: node:http in front, undici's dispatch behind.
 *
 * A gateway that is as fast gives its guards away for nothing.
 */
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { Pool } from "undici";
import type { Dispatcher } from "undici";
import { readPlace } from "../place.ts";

const upstreamConnections = 64;
const backlog = 1_024;
/** Headers that belong to one connection, not to the message. RFC 9110, section 7.6.1. */
const hopHeaders = new Set(["connection", "keep-alive", "transfer-encoding", "te", "trailer", "upgrade", "proxy-connection"]);

const place = readPlace(process.argv[2]);
const pool = new Pool(place.upstream, { connections: upstreamConnections, pipelining: 1 });

const forward: RequestListener = (request, response) => {
  pool.dispatch(
    {
      path: request.url ?? "/",
      method: request.method ?? "GET",
      headers: copyHeaders(request),
      body: request.method === "GET" || request.method === "HEAD" ? null : request,
    },
    createSink(response),
  );
};

const { tls } = place;
const server = tls === undefined ? createServer(forward) : createSecureServer({ cert: readFileSync(tls.certificateFile), key: readFileSync(tls.keyFile), minVersion: "TLSv1.3" }, forward);
server.listen({ port: place.port, host: "127.0.0.1", backlog });

function createSink(response: ServerResponse): Dispatcher.DispatchHandler {
  return {
    onRequestStart: () => undefined,
    onResponseStart: (_controller, status, headers) => {
      for (const name of hopHeaders) delete headers[name];
      response.writeHead(status, headers);
    },
    onResponseData: (controller, chunk) => {
      if (response.write(chunk)) return;
      controller.pause();
      response.once("drain", () => controller.resume());
    },
    onResponseEnd: () => {
      response.end();
    },
    onResponseError: () => {
      if (response.headersSent) response.destroy();
      else response.writeHead(502).end();
    },
  };
}

function copyHeaders(request: IncomingMessage): string[] {
  const raw = request.rawHeaders;
  const headers: string[] = [];
  for (let index = 0; index < raw.length; index += 2) {
    const name = raw[index] ?? "";
    if (!hopHeaders.has(name.toLowerCase())) headers.push(name, raw[index + 1] ?? "");
  }
  return headers;
}
