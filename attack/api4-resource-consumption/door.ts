/**
 * Door: one small API twice, behind the gateway and behind nothing but Node, for attacks on what a server has little of:
 * connections, memory, time.
 */
import assert from "node:assert/strict";
import http, { type IncomingMessage, type ServerResponse } from "node:http";
import net, { type AddressInfo } from "node:net";
import type { TestContext } from "node:test";
import type { AuditRecord } from "../../src/audit/record.ts";
import type { JsonObject } from "../../src/contract/json-value.ts";
import { writeMisfit } from "../../src/contract/misfit.ts";
import { type GatewayOptions, startGateway } from "../../src/hosts/gateway/gateway.ts";
import { recordingSink } from "../../test/hosts/gateway/rig.ts";
import { POLICY, writeFiles } from "../../test/hosts.ts";

const answer = { description: "fine", content: { "application/json": {} } };

/** Notes of any form, a large file, and a code with a pattern that some engines run for ever. */
const CONTRACT: JsonObject = {
  openapi: "3.1.0",
  info: { title: "notes", version: "1" },
  paths: {
    "/notes": {
      get: { operationId: "listNotes", security: [], responses: { 200: answer } },
      post: { operationId: "writeNote", security: [], requestBody: { content: { "application/json": { schema: {} } } }, responses: { 200: answer } },
    },
    "/codes/{code}": { get: { operationId: "readCode", security: [], parameters: [{ name: "code", in: "path", required: true, schema: { type: "string", pattern: "^(a+)+$" } }], responses: { 200: answer } } },
    "/file": { get: { operationId: "fetchFile", security: [], responses: { 200: { description: "large", content: { "application/octet-stream": {} } } } } },
  },
};

export const FILE_BYTES: number = 64 * 2 ** 20;

/** The API as somebody writes it who has heard of none of this. */
function serve(request: IncomingMessage, response: ServerResponse): void {
  const { url = "" } = request;
  if (url === "/file") {
    const piece = Buffer.alloc(65_536);
    let left = FILE_BYTES;
    response.writeHead(200, { "content-type": "application/octet-stream", "content-length": FILE_BYTES });
    const push = (): void => {
      while (left > 0) {
        left -= piece.byteLength;
        if (!response.write(piece)) return void response.once("drain", push);
      }
      response.end();
    };
    return push();
  }
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => response.writeHead(200, { "content-type": "application/json" }).end("[1]"));
  request.on("error", () => undefined);
}

export interface Opened {
  readonly port: number;
  /** Sockets of callers that the server still holds. */
  readonly held: () => Promise<number>;
  readonly records: AuditRecord[];
}

/** Nothing but Node, as it is out of the box. */
export async function openBare(t: TestContext, listener: http.RequestListener = serve): Promise<Opened> {
  const server = http.createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  const held = (): Promise<number> => new Promise((resolve) => server.getConnections((_fault, count) => resolve(count)));
  return { port: (server.address() as AddressInfo).port, held, records: [] };
}

/** @param limits lower than the defaults, so that nobody has to wait long; their defaults are tested where they are named */
export async function openGuarded(t: TestContext, limits: NonNullable<GatewayOptions["limits"]>["front"] = {}, policy: JsonObject = {}): Promise<Opened> {
  const behind = await openBare(t);
  const records: AuditRecord[] = [];
  const open = { public: "an attack on an API for everybody" };
  const file = writeFiles({ contract: CONTRACT, policy: { ...POLICY, operations: { listNotes: open, writeNote: open, readCode: open, fetchFile: open }, watch: { port: 0 }, ...policy } }, `http://127.0.0.1:${behind.port}`);
  const start = await startGateway(file, { say: () => undefined, watch: false, sink: recordingSink(records), limits: { front: limits ?? {} } });
  if ("misfits" in start) return assert.fail(start.misfits.map(writeMisfit).join("\n"));
  const { gateway } = start;
  t.after(gateway.stop);
  const held = async (): Promise<number> => {
    const text = await (await fetch(`${gateway.watchUrl ?? ""}/metrics`, { headers: { connection: "close" } })).text();
    return Number(/^sallyport_connections_open (\d+)$/m.exec(text)?.[1] ?? Number.NaN);
  };
  return { port: Number(new URL(gateway.url).port), held, records };
}

/** Many connections of one attacker, each of which does the same. */
export class Swarm {
  readonly sockets: readonly net.Socket[];
  readonly #timers: NodeJS.Timeout[] = [];
  received = "";

  constructor(t: TestContext, port: number, count: number, begin: (socket: net.Socket) => void) {
    this.sockets = Array.from({ length: count }, () => {
      const socket = net.connect(port, "127.0.0.1", () => begin(socket));
      socket.on("data", (chunk: Buffer) => (this.received += chunk.toString("latin1")));
      socket.on("error", () => undefined);
      return socket;
    });
    t.after(() => {
      for (const timer of this.#timers) clearInterval(timer);
      for (const socket of this.sockets) socket.destroy();
    });
  }

  /** Each sends this now and then. */
  drip(text: string, everyMilliseconds: number): void {
    this.#timers.push(setInterval(() => this.sockets.forEach((socket) => socket.writable && socket.write(text)), everyMilliseconds));
  }

  get open(): number {
    return this.sockets.filter((socket) => !socket.destroyed && !socket.readableEnded && socket.readyState !== "opening").length;
  }
}

/** An honest caller meanwhile. */
export function askHonestly(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    http.get({ port, host: "127.0.0.1", path: "/notes", agent: false }, (response) => response.resume().once("end", () => resolve(response.statusCode ?? 0))).once("error", reject);
  });
}

export async function until(holds: () => boolean | Promise<boolean>, what: string, milliseconds = 15_000): Promise<void> {
  for (const deadline = performance.now() + milliseconds; !(await holds()); await new Promise((resolve) => setTimeout(resolve, 50))) {
    if (performance.now() > deadline) assert.fail(`it never came to that: ${what}`);
  }
}
