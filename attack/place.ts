/** Place: an example behind one host, with its own policy, or with some guards waived; and callers who want something of it. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { Writable } from "node:stream";
import express from "express";
import { parse } from "yaml";
import type { Ledger } from "../examples/bank/ledger.ts";
import type { Example, Listener } from "../examples/example.ts";
import { loadSigningKey, signAccessToken, type SigningKey, type TokenWishes } from "../examples/tokens.ts";
import type { AuditSink } from "../src/audit/log.ts";
import type { AuditRecord } from "../src/audit/record.ts";
import { openStreamSink } from "../src/audit/sinks/stream.ts";
import type { JsonObject } from "../src/contract/json-value.ts";
import { writeMisfit } from "../src/contract/misfit.ts";
import { GUARDS } from "../src/doors/guards.ts";
import { sallyport as expressDoors } from "../src/hosts/express.ts";
import { startGateway } from "../src/hosts/gateway/gateway.ts";
import { sallyport as nodeDoors } from "../src/hosts/node.ts";

export const HOSTS = ["gateway", "node", "express"] as const;
export type HostName = (typeof HOSTS)[number];

export interface Wish {
  /** The subject of the token; nobody: no token. */
  readonly as?: string;
  /** The client that acts; the example's own app unless told otherwise. */
  readonly client?: string;
  /** Those of its role, unless told otherwise. */
  readonly scopes?: readonly string[];
  /** Claims beside, or in the place of, what the issuer says of the subject. */
  readonly claims?: JsonObject;
  readonly method?: string;
  readonly target: string;
  readonly headers?: http.OutgoingHttpHeaders;
  /** Sent as JSON; `raw` as it stands. */
  readonly body?: unknown;
  readonly raw?: string;
}

export interface Told {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  /** Names and values as they came, in turn. */
  readonly rawHeaders: readonly string[];
  readonly body: string;
}

export interface Place<Books = Ledger> {
  readonly name: HostName;
  readonly ask: (wish: Wish) => Promise<Told>;
  /** A token of the example's issuer, for whoever wants to do something to it. */
  readonly sign: (wishes: TokenWishes) => Promise<string>;
  /** The API's own books, which no door stands before. */
  readonly books: Books;
  /** Requests that reached the API, as "METHOD /path". */
  readonly reached: string[];
  readonly records: AuditRecord[];
  /** In the place of the API from now on; undefined: the API again. */
  instead: Listener | undefined;
  readonly stop: () => Promise<void>;
}

export interface PlaceOptions {
  /** Guards that are waived at every operation. */
  readonly waive?: readonly string[];
  /** What else is different in the policy. */
  readonly change?: (policy: Policy) => void;
  /** What is different in the contract, as text. */
  readonly rewrite?: (contract: string) => string;
}

interface Policy {
  everywhere: Record<string, unknown>;
  operations: Record<string, Record<string, unknown>>;
  [setting: string]: unknown;
}

export async function openPlace<Books>(example: Example<Books>, name: HostName, options: PlaceOptions = {}): Promise<Place<Books>> {
  const folder = mkdtempSync(path.join(tmpdir(), "sallyport-attack-"));
  const key = await loadSigningKey(example.issuer, folder);
  const { books, serve: serveApi, close: closeBooks } = example.open();
  const place = { name, books, reached: [] as string[], records: [] as AuditRecord[], instead: undefined as Listener | undefined };
  const serve: Listener = (request, response) => {
    place.reached.push(`${request.method} ${request.url}`);
    (place.instead ?? serveApi)(request, response);
  };
  const upstream = http.createServer(serve);
  const policy = writePolicy(example, folder, `http://127.0.0.1:${await listen(upstream)}`, options);
  const opened = await OPEN[name](policy, serve, sinkOf(place.records));
  const stop = async (): Promise<void> => {
    await opened.stop();
    await close(upstream);
    closeBooks();
    rmSync(folder, { recursive: true, force: true });
  };
  return Object.assign(place, { ask: (wish: Wish) => send(example, opened.port, key, wish), sign: (wishes: TokenWishes) => signAccessToken(key, wishes), stop });
}

/** The example's policy without its ports, files and limits. */
function writePolicy(example: Example, folder: string, upstream: string, { waive = [], change, rewrite }: PlaceOptions): string {
  const own = parse(readFileSync(path.join(example.folder, "policy.yaml"), "utf8")) as Policy; // our own file
  const { watch: _watch, audit: _audit, ...rest } = own;
  const limit = { burst: 1_000_000, window: "1s" };
  const waived = Object.fromEntries(waive.map((guard) => [guard, { waived: "to prove that the attack works without it" }]));
  const operations = Object.entries(own.operations).map(([id, postings]) => [id, { ...postings, ...(postings["token-bucket"] === undefined ? {} : { "token-bucket": limit }), ...waived }]);
  const jwt: JsonObject = { ...(own.everywhere["jwt"] as JsonObject), keys: "file:./jwks.json" };
  const contract = path.join(rewrite === undefined ? example.folder : folder, "openapi.yaml");
  if (rewrite !== undefined) writeFileSync(contract, rewrite(readFileSync(path.join(example.folder, "openapi.yaml"), "utf8")));
  const policy: Policy = { ...rest, contract, upstream, listen: { port: 0 }, everywhere: { ...own.everywhere, jwt, "token-bucket": limit, ...waived }, operations: Object.fromEntries(operations) };
  const stray = waive.find((guard) => !GUARDS.some((one) => one.name === guard));
  if (stray !== undefined) throw new Error(`there is no guard ${stray} to waive`);
  change?.(policy);
  const file = path.join(folder, "policy.json");
  writeFileSync(file, JSON.stringify(policy));
  return file;
}

interface Opened {
  readonly port: number;
  readonly stop: () => Promise<void>;
}

const OPEN: Readonly<Record<HostName, (policy: string, serve: Listener, sink: AuditSink) => Promise<Opened>>> = {
  async gateway(policy, _serve, sink) {
    const start = await startGateway(policy, { say: () => undefined, watch: false, sink });
    if ("misfits" in start) throw new Error(start.misfits.map(writeMisfit).join("\n"));
    return { port: Number(new URL(start.gateway.url).port), stop: () => start.gateway.stop() };
  },
  async node(policy, serve, sink) {
    const doors = nodeDoors(policy, { say: () => undefined, watch: false, sink });
    return embedded(http.createServer(doors(serve)), doors);
  },
  async express(policy, serve, sink) {
    const doors = expressDoors(policy, { say: () => undefined, watch: false, sink });
    const app = express();
    app.use(doors);
    app.use((request, response) => serve(request, response));
    return embedded(http.createServer(app), doors);
  },
};

async function embedded(server: http.Server, doors: { readonly close: () => Promise<void> }): Promise<Opened> {
  const port = await listen(server);
  const stop = async (): Promise<void> => {
    await close(server);
    await doors.close();
  };
  return { port, stop };
}

function sinkOf(records: AuditRecord[]): AuditSink {
  return openStreamSink(
    new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        for (const line of chunk.toString().trim().split("\n")) records.push(JSON.parse(line) as AuditRecord);
        done();
      },
    }),
  );
}

async function listen(server: http.Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

async function close(server: http.Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}

async function send(example: Example, port: number, key: SigningKey, { as, client, scopes = example.scopesOf(as ?? ""), claims = {}, method = "GET", target, headers = {}, body, raw }: Wish): Promise<Told> {
  const token = as === undefined ? {} : { authorization: `Bearer ${await signAccessToken(key, { subject: as, scopes, claims: { ...example.claimsOf(as), ...claims }, ...(client === undefined ? {} : { client }) })}` };
  const text = raw ?? (body === undefined ? undefined : JSON.stringify(body));
  const content = text === undefined ? {} : { "content-type": "application/json", "content-length": Buffer.byteLength(text) };
  return new Promise((resolve, reject) => {
    const request = http.request({ port, host: "127.0.0.1", method, path: target, headers: { ...token, ...content, ...headers }, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, rawHeaders: response.rawHeaders, body: Buffer.concat(chunks).toString("utf8") }));
    });
    request.on("error", reject);
    request.end(text);
  });
}
