/** Recorder: an API that keeps every byte, per connection, and says in each answer which request it answers. */
import net from "node:net";
import type { AuditRecord } from "../../../../src/audit/record.ts";
import { writeMisfit } from "../../../../src/contract/misfit.ts";
import type { Reuse } from "../../../../src/policy/upstream.ts";
import { startGateway } from "../../../../src/hosts/gateway/gateway.ts";
import { type Message, readStrictly } from "../../../conformance/strict-http1.ts";
import { writeFiles } from "../../../hosts.ts";
import { listenOn, recordingSink } from "../rig.ts";

/** A gateway without a contract: whatever it is that keeps an attack out, it is not that. */
export interface OpenGateway {
  readonly port: number;
  readonly records: AuditRecord[];
  readonly stop: () => Promise<void>;
}

export async function openCarrier(apiPort: number, reuse: Reuse = "usual"): Promise<OpenGateway> {
  const records: AuditRecord[] = [];
  const contract = { openapi: "3.1.0", info: { title: "carrier", version: "1" }, paths: {} };
  const policy = { contract: "./openapi.json", upstream: { targets: [`http://127.0.0.1:${apiPort}`], reuse }, listen: { port: 0 }, unlisted: { forward: "attacks need every path" }, everywhere: { public: "attackers have no logins" } };
  const file = writeFiles({ contract, policy });
  const start = await startGateway(file, { say: () => undefined, watch: false, sink: recordingSink(records), limits: { front: { connectionsPerAddress: 10_000, newConnectionsBurst: 1_000_000 } } });
  if ("misfits" in start) throw new Error(start.misfits.map(writeMisfit).join("\n"));
  return { port: Number(new URL(start.gateway.url).port), records, stop: start.gateway.stop };
}

export interface Recorder {
  readonly port: number;
  /** Each connection's bytes since the last `forget`. */
  readonly connections: () => readonly Buffer[];
  /** The messages in them, or what is wrong with them. */
  readonly messages: () => readonly Message[] | string;
  readonly forget: () => void;
  readonly stop: () => Promise<void>;
}

export async function openRecorder(): Promise<Recorder> {
  const kept = new Map<net.Socket, Buffer>();
  const server = net.createServer((socket) => {
    kept.set(socket, Buffer.alloc(0));
    let answered = 0;
    socket.on("error", () => undefined);
    socket.on("close", () => kept.get(socket)?.byteLength === 0 && kept.delete(socket));
    socket.on("data", (chunk) => {
      const before = kept.get(socket) ?? Buffer.alloc(0);
      if (before.byteLength === 0) answered = 0;
      const bytes = Buffer.concat([before, chunk]);
      kept.set(socket, bytes);
      const messages = readStrictly(bytes);
      if (typeof messages === "string") return;
      for (const { line } of messages.slice(answered)) {
        const body = line.startsWith("HEAD ") ? "" : line;
        socket.write(`HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: ${line.length}\r\n\r\n${body}`);
      }
      answered = messages.length;
    });
  });
  const port = await listenOn(server);
  return {
    port,
    connections: () => [...kept.values()].filter(({ byteLength }) => byteLength > 0),
    messages: () => {
      const read = [...kept.values()].filter(({ byteLength }) => byteLength > 0).map(readStrictly);
      return read.find((one) => typeof one === "string") ?? read.flatMap((one) => (typeof one === "string" ? [] : one));
    },
    forget: () => {
      for (const socket of kept.keys()) kept.set(socket, Buffer.alloc(0));
    },
    stop: async () => {
      for (const socket of kept.keys()) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
