/**
 * Watch: health and metrics on a port of their own, for this machine only.
 *
 * `/livez`: the process answers. `/readyz`: it would take a request now. `/metrics`: Prometheus text.
 */
import http from "node:http";
import type { AddressInfo } from "node:net";

export interface Watch {
  readonly url: string;
  /** From now on `/readyz` says no: the process is about to stop. */
  readonly leave: () => void;
  readonly close: () => Promise<void>;
}

export interface WatchOptions {
  readonly address: string;
  readonly port: number;
  /** The text of /metrics. */
  readonly metrics: () => Promise<string>;
  readonly ready: () => Promise<boolean>;
}

/** @throws the system's error when the port cannot be had */
export async function openWatch({ address, port, metrics, ready }: WatchOptions): Promise<Watch> {
  let leaving = false;
  const server = http.createServer((request, response) => {
    const answer = (status: number, body: string, type = "text/plain; charset=utf-8"): void => {
      response.writeHead(status, { "content-type": type, "cache-control": "no-store" }).end(request.method === "HEAD" ? undefined : body);
    };
    if (request.method !== "GET" && request.method !== "HEAD") return answer(405, "GET and HEAD only\n");
    if (request.url === "/livez") return answer(200, "alive\n");
    if (request.url === "/readyz" && leaving) return answer(503, "leaving\n");
    if (request.url === "/readyz") return void ready().then((yes) => (yes ? answer(200, "ready\n") : answer(503, "the audit log is full\n")), () => answer(503, "not ready\n"));
    if (request.url === "/metrics") return void metrics().then((text) => answer(200, text, "text/plain; version=0.0.4; charset=utf-8"), () => answer(503, "the counts cannot be had\n"));
    answer(404, "/livez, /readyz and /metrics\n");
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, address, resolve);
  });
  const bound = server.address() as AddressInfo;
  return {
    url: `http://${bound.family === "IPv6" ? `[${bound.address}]` : bound.address}:${bound.port}`,
    leave: () => void (leaving = true),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
