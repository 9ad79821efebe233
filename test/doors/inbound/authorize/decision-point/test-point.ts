/** Test point: a decision point on loopback that answers as a test says and keeps what it was asked. */
import http, { type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";
import type { Json } from "../../../../../src/contract/json-value.ts";

export type Respond = (response: ServerResponse, question: Json, request: IncomingMessage) => void;

export interface TestPoint {
  readonly url: string;
  readonly asked: { readonly path: string; readonly headers: http.IncomingHttpHeaders; readonly question: Json }[];
  respond: Respond;
}

export async function openTestPoint(t: Pick<TestContext, "after">, respond: Respond): Promise<TestPoint> {
  const asked: TestPoint["asked"] = [];
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      // A question is always JSON: a test that sends none fails here.
      const question = JSON.parse(Buffer.concat(chunks).toString()) as Json;
      asked.push({ path: request.url ?? "", headers: request.headers, question });
      point.respond(response, question, request);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const point: TestPoint = { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked, respond };
  return point;
}

export function json(value: unknown, status = 200): Respond {
  return raw(JSON.stringify(value), { status });
}

export function raw(body: string | Uint8Array, { status = 200, headers = {} }: { readonly status?: number; readonly headers?: http.OutgoingHttpHeaders } = {}): Respond {
  return (response) => void response.writeHead(status, { "content-type": "application/json", ...headers }).end(body);
}
