/**
 * Suffer: one fault on one side of a whole gateway, and what must hold behind it: nothing hangs, the next caller is served,
 * the exchange has exactly one record that says whose fault it was, and no connection is left on either side.
 */
import assert from "node:assert/strict";
import { mkdtempSync, writeFileSync } from "node:fs";
import http, { type IncomingMessage, type ServerResponse } from "node:http";
import https from "node:https";
import net, { type Socket } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { setImmediate as turn, setTimeout as wait } from "node:timers/promises";
import tls from "node:tls";
import type { JsonObject } from "../../../../src/contract/json-value.ts";
import type { GatewayOptions } from "../../../../src/hosts/gateway/gateway.ts";
import { eachOf } from "../../../conformance/raw-http.ts";
import { listenOn, openRig, type Rig } from "../rig.ts";
import { Caller, eventually } from "../wire/fronts.ts";
import { AUTHORITY, issue } from "../wire/secure.ts";

/** Small, so that silence is noticed soon. The coarse clock adds half a second to each. */
const LIMITS: NonNullable<GatewayOptions["limits"]> = {
  front: { headMilliseconds: 1_200, bodyBytesPerSecond: 1_000, bodyGraceMilliseconds: 1_200, stallMilliseconds: 300, idleMilliseconds: 300, lingerMilliseconds: 200, halfClosedMilliseconds: 1_200 },
  upstream: { stallMilliseconds: 300, idleMilliseconds: 300, idleMillisecondsMax: 300, idleMarginMilliseconds: 0 },
};
/** Longer than all of them: what ends by the wire's limits must not end by the deadline. */
const DEADLINE = "2500ms";
/** Nothing may take longer: the deadline, a limit after it, and room for a busy machine. */
export const HANG_MILLISECONDS = 30_000;
const EMPTIED_MILLISECONDS = 20_000;

const AT_ONCE = 6;

/** "close-notify" and "truncation" are over TLS: the end of a side with the alert that belongs to it, and without. */
export type Deed = "reset" | "half-close" | "silence" | "close-notify" | "truncation";

/** One end of a connection: what is spoken on, and the TCP under it, which is the same where nothing is encrypted. */
export interface End {
  readonly socket: Socket;
  readonly raw: Socket;
}

export function commit(deed: Deed, { socket, raw }: End): void {
  if (deed === "reset") raw.resetAndDestroy();
  else if (deed === "truncation") raw.end();
  else if (deed !== "silence") socket.end();
}

/** Both ends are in this process: what has been written is read within a few turns of the loop. */
export async function heard(socket: Socket): Promise<void> {
  await new Promise((resolve) => socket.write("", resolve));
  for (let count = 0; count < 5; count++) await turn();
}

export interface Side {
  readonly title: string;
  readonly api: (request: IncomingMessage, response: ServerResponse, end: End) => void;
  readonly accept?: (end: End) => void;
  readonly call: (bench: Bench) => Promise<Caller>;
  /** When the caller has what he gets. */
  readonly after?: () => void;
  /** Records in words: outcome, status, slug and blame. */
  readonly told: readonly string[];
  /** What the caller must have got, where that is certain. */
  readonly got?: RegExp;
}

/** A gateway with an API behind it. */
export interface Bench {
  readonly rig: Rig;
  readonly secure: boolean;
  /** Sockets of the API. */
  readonly ends: ReadonlySet<End>;
  readonly stop: () => Promise<void>;
  /** A caller, and the TCP under him. */
  readonly call: () => Promise<Caller & End>;
}

function asEnd(caller: Caller, raw: Socket): Caller & End {
  return Object.assign(caller, { raw });
}

async function callOver(port: number, secure: boolean): Promise<Caller & End> {
  const raw = net.connect({ port, host: "127.0.0.1", allowHalfOpen: true });
  if (!secure) return asEnd(new Caller(port, raw), raw);
  // Without its type, which has no such option although it is passed on.
  const options: tls.ConnectionOptions & { readonly allowHalfOpen: boolean } = { socket: raw, ca: AUTHORITY, servername: "localhost", ALPNProtocols: ["http/1.1"], allowHalfOpen: true };
  const socket = tls.connect(options);
  const caller = asEnd(new Caller(port, socket), raw);
  raw.on("error", () => undefined).unref();
  await new Promise((resolve) => socket.once("secureConnect", resolve));
  return caller;
}

function writeSecrets(): { readonly listen: JsonObject; readonly authority: string; readonly options: https.ServerOptions } {
  const folder = mkdtempSync(path.join(tmpdir(), "sallyport-faults-"));
  const { certificate, key } = issue();
  const write = (name: string, text: string): string => {
    writeFileSync(path.join(folder, name), text);
    return path.join(folder, name);
  };
  return { listen: { port: 0, tls: { certificate: write("door.pem", certificate), key: write("door.key", key) } }, authority: write("authority.pem", AUTHORITY), options: { cert: certificate, key } };
}

async function open({ api, accept }: Side, secure: boolean): Promise<Bench> {
  const secrets = secure ? writeSecrets() : undefined;
  const ends = new Set<End>();
  const serve = (request: IncomingMessage, response: ServerResponse): void => {
    request.on("error", () => undefined);
    if (request.url === "/prices") return void response.writeHead(200, { "content-type": "application/json" }).end("[1]");
    const end = [...ends].find(({ raw }) => raw.remotePort === request.socket.remotePort);
    api(request, response, { socket: request.socket, raw: end?.raw ?? request.socket });
  };
  const timeless = { requestTimeout: 0, headersTimeout: 0 };
  const server = secrets === undefined ? http.createServer(timeless, serve) : https.createServer({ ...timeless, ...secrets.options }, serve);
  server.on("connection", (raw: Socket) => {
    const end = { socket: raw, raw };
    // Only the first one is met by a fault.
    if (accept !== undefined && ends.size === 0) accept(end);
    ends.add(end);
    raw.on("error", () => undefined);
  });
  server.on("secureConnection", (socket: Socket) => void socket.on("error", () => undefined));
  const port = await listenOn(server);
  const upstream = secrets === undefined ? port : { targets: [`https://localhost:${port}`], authority: secrets.authority };
  const rig = await openRig(upstream, { deadline: DEADLINE, ...(secrets === undefined ? {} : { listen: secrets.listen }) }, LIMITS);
  const stop = async (): Promise<void> => {
    await rig.stop();
    for (const { raw } of ends) raw.destroy();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { rig, secure, ends, stop, call: () => callOver(rig.port, secure) };
}

async function suffer(side: Side, secure: boolean): Promise<void> {
  const bench = await open(side, secure);
  try {
    await watch(side, bench);
  } finally {
    await bench.stop();
  }
  const told = bench.rig.records.map(({ outcome, status, problem = "", blame = "" }) => `${outcome} ${status} ${problem} ${blame}`.trim());
  // The next caller's own record is last.
  assert.deepEqual(told, [...side.told, "allowed 200"], side.title);
}

async function watch(side: Side, bench: Bench): Promise<void> {
  const { title } = side;
  const begun = performance.now();
  const caller = await side.call(bench);
  if (caller.socket.isPaused()) {
    // Who does not read does not hear of the end either.
    await emptied(bench, title);
    caller.socket.resume();
  }
  await caller.end(HANG_MILLISECONDS).catch(() => assert.fail(`${title}: it hangs, with ${caller.received.slice(0, 200)}`));
  side.after?.();
  const next = (await bench.call()).write("GET /prices HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n");
  await next.end(HANG_MILLISECONDS);
  assert.match(next.received, /^HTTP\/1\.1 200 [\s\S]*\[1\]$/, `${title}: the next caller is not served`);
  assert.ok(performance.now() - begun < HANG_MILLISECONDS, `${title}: it took too long`);
  if (side.got !== undefined) assert.match(caller.received, side.got, `${title}: ${JSON.stringify(caller.received.slice(0, 500))}`);
  for (const one of [caller, next]) one.leave();
  await emptied(bench, title);
  for (const { raw } of bench.ends) raw.resume();
  await eventually(() => [...bench.ends].every(({ raw }) => raw.destroyed || raw.readableEnded), () => `${title}: the end of the API's connections`);
}

/** Idle connections end by their limits; what does not has leaked. */
async function emptied({ rig }: Bench, title: string): Promise<void> {
  const names = ["sallyport_connections_open", "sallyport_upstream_connections_open", "sallyport_upstream_waiting", "sallyport_exchanges_open"];
  const values = await gauged(rig, names, (all) => all.every((value) => value === 0));
  assert.ok(values.every((value) => value === 0), `${title}: left over: ${names.map((name, at) => `${name} ${values[at]}`).join(", ")}`);
}

/** Waits until the gauges hold. @returns their last values */
export async function gauged(rig: Rig, names: readonly string[], holds: (values: readonly number[]) => boolean): Promise<readonly number[]> {
  const deadline = performance.now() + EMPTIED_MILLISECONDS;
  for (;;) {
    const values = await Promise.all(names.map((name) => rig.gauge(name)));
    if (holds(values) || performance.now() > deadline) return values;
    await wait(20);
  }
}

export async function sufferAll(sides: readonly Side[], secure = false): Promise<void> {
  const faults: string[] = [];
  await eachOf(sides, AT_ONCE, async (side) => {
    await suffer(side, secure).catch((fault: unknown) => faults.push(`${side.title}: ${fault instanceof Error ? fault.message : String(fault)}`));
  });
  assert.deepEqual(faults, []);
}
