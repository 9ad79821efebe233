/**
 * Rig: a gateway as it is run, in this process or in one of its own, with files, events and orders behind it, and what
 * its tests look at: records, gauges, memory.
 */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import http from "node:http";
import net, { type AddressInfo } from "node:net";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { AuditSink } from "../../../src/audit/log.ts";
import type { AuditRecord } from "../../../src/audit/record.ts";
import type { JsonObject } from "../../../src/contract/json-value.ts";
import { writeMisfit } from "../../../src/contract/misfit.ts";
import { type GatewayOptions, startGateway } from "../../../src/hosts/gateway/gateway.ts";
import { type Api, CONTRACT, POLICY, writeFiles } from "../../hosts.ts";

const root: string = path.resolve(import.meta.dirname, "../../..");

const opaque: JsonObject = { "application/octet-stream": {} };
const bytes: JsonObject = { 200: { description: "bytes", content: opaque } };

/** What test/hosts.ts has, and files of any size, and events without end. */
export const RIG_CONTRACT: JsonObject = {
  ...CONTRACT,
  paths: {
    ...(CONTRACT["paths"] as JsonObject),
    "/files/{name}": {
      parameters: [{ name: "name", in: "path", required: true, schema: { type: "string", pattern: "^[A-Za-z0-9.-]{1,40}$" } }],
      get: { operationId: "fetchFile", security: [], responses: { ...bytes, 416: { description: "not that long", content: { "text/html": {} } } } },
      head: { operationId: "lookAtFile", security: [], responses: bytes },
      put: { operationId: "storeFile", security: [], requestBody: { content: opaque }, responses: { ...bytes, 204: { description: "stored" } } },
      post: { operationId: "sendFile", security: [], requestBody: { content: opaque }, responses: bytes },
    },
    "/events": { get: { operationId: "streamEvents", security: [], responses: { 200: { description: "events", content: { "text/event-stream": {} } } } } },
  },
};

const open = { public: "a test rig" };

export const RIG_POLICY: JsonObject = {
  ...POLICY,
  watch: { port: 0 },
  operations: {
    ...(POLICY["operations"] as JsonObject),
    fetchFile: open,
    lookAtFile: open,
    storeFile: { ...open, size: { body: "1GiB" } },
    sendFile: { ...open, size: { body: "1GiB" } },
    streamEvents: open,
  },
};

export interface Rig {
  readonly url: string;
  readonly port: number;
  readonly records: AuditRecord[];
  /** The value of a series without labels, as /metrics says it. */
  readonly gauge: (name: string) => Promise<number>;
  /** Ends everything; afterwards `records` has all of them. */
  readonly stop: () => Promise<void>;
}

/** Keeps records as they are written. */
export function recordingSink(records: AuditRecord[]): AuditSink {
  return {
    write: (text, done) => {
      for (const line of text.trim().split("\n")) records.push(JSON.parse(line) as AuditRecord);
      done();
    },
    close: () => Promise.resolve(),
  };
}

/** @param api its port on loopback, or what the policy says of where it is */
export async function openRig(api: number | JsonObject, policy: JsonObject = {}, limits: GatewayOptions["limits"] = {}): Promise<Rig> {
  const records: AuditRecord[] = [];
  const file = writeFiles({ contract: RIG_CONTRACT, policy: { ...RIG_POLICY, ...policy, upstream: typeof api === "number" ? `http://127.0.0.1:${api}` : api } });
  const start = await startGateway(file, { say: () => undefined, watch: false, sink: recordingSink(records), limits });
  if ("misfits" in start) throw new Error(start.misfits.map(writeMisfit).join("\n"));
  const { gateway } = start;
  return {
    url: gateway.url,
    port: Number(new URL(gateway.url).port),
    records,
    gauge: (name) => readGauge(gateway.watchUrl ?? "", name),
    stop: gateway.stop,
  };
}

export async function readGauge(watchUrl: string, name: string): Promise<number> {
  const text = await (await fetch(`${watchUrl}/metrics`, { headers: { connection: "close" } })).text();
  const line = text.split("\n").find((one) => one.startsWith(`${name} `));
  if (line === undefined) throw new Error(`there is no ${name}`);
  return Number(line.slice(name.length + 1));
}

export interface Behind {
  readonly port: number;
  readonly server: http.Server;
  readonly stop: () => Promise<void>;
}

export async function openApi(api: Api): Promise<Behind> {
  const server = http.createServer({ requestTimeout: 0, headersTimeout: 0 }, api);
  const port = await listenOn(server);
  const stop = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { port, server, stop };
}

export async function listenOn(server: net.Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

/** A port that was free a moment ago, for programs that cannot say which one they took. */
export async function freePort(): Promise<number> {
  const server = net.createServer();
  const port = await listenOn(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** @returns where the first of these programs is installed; undefined: nowhere */
export function findProgram(...files: readonly string[]): string | undefined {
  return files.find((file) => existsSync(file));
}

/** What a program says on standard output and standard error, whatever its exit code. */
export function outputOf(program: string, words: readonly string[]): Promise<string> {
  return new Promise((resolve) => execFile(program, words, { encoding: "latin1", maxBuffer: 64 * 2 ** 20 }, (_fault, stdout, stderr) => resolve(stdout + stderr)));
}

/** A program that is running, and how to end it. */
export interface Running {
  readonly child: ChildProcess;
  /** Resident memory, bytes. */
  readonly residentBytes: () => number;
  readonly stop: () => Promise<void>;
}

export function run(program: string, words: readonly string[], environment: NodeJS.ProcessEnv = {}): Running {
  const child = spawn(program, words, { env: { ...process.env, ...environment }, stdio: ["pipe", "pipe", "pipe"] });
  child.stdout?.resume();
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  return {
    child,
    residentBytes: () => 1_024 * Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${child.pid}/status`, "utf8"))?.[1]),
    stop: async () => {
      child.kill("SIGTERM");
      await ended;
    },
  };
}

export interface RunningGateway extends Running {
  readonly url: string;
  readonly port: number;
  readonly watchUrl: string;
  /** Collects garbage, so that what is still resident is in use. */
  readonly settle: () => Promise<void>;
}

/** Collects garbage when told to. */
const COLLECTING = ["--expose-gc", "--import", 'data:text/javascript,process.on("SIGUSR2",()=>{gc();gc()})'];

/** The gateway as users run it: a process of its own. */
export async function runGateway(apiPort: number, policy: JsonObject = {}): Promise<RunningGateway> {
  const file = writeFiles({ contract: RIG_CONTRACT, policy: { ...RIG_POLICY, drain: "0s", ...policy } }, `http://127.0.0.1:${apiPort}`);
  const running = run(process.execPath, [...COLLECTING, path.join(root, "bin/sallyport.js"), "run", file]);
  const said = await lineOf(running, "listening");
  const { url, watch } = JSON.parse(said) as { readonly url: string; readonly watch: string };
  const settle = async (): Promise<void> => {
    running.child.kill("SIGUSR2");
    await wait(150);
  };
  return { ...running, url, port: Number(new URL(url).port), watchUrl: watch, settle };
}

/** The first line on standard error that holds `word`. */
export function lineOf({ child }: Running, word: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    child.stderr?.on("data", (chunk: Buffer) => {
      text += chunk.toString();
      const line = text.split("\n").slice(0, -1).find((one) => one.includes(word));
      if (line !== undefined) resolve(line);
    });
    child.once("exit", () => reject(new Error(`it ended: ${text}`)));
  });
}
