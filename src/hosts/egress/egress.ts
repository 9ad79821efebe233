/**
 * Egress: a proxy for what the API itself fetches: web hooks, pictures that users name, partners.
 *
 * A guard at the door can judge the addresses in a request; only whoever dials can be sure of the one that is dialled.
 * So the API's own client is pointed at this proxy (HTTPS_PROXY and HTTP_PROXY, or its own option), and reaches what the
 * policy lists for it, at addresses that were judged, for a bounded time and a bounded number of bytes. Redirects are
 * the client's to follow, and come here again. Each connection leaves one audit record.
 *
 * CONNECT (RFC 9110, section 9.3.6) carries TLS through unread; absolute-form requests (RFC 9112, section 3.2.2) are
 * for plain HTTP alone.
 */
import http, { type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { Duplex } from "node:stream";
import { type AuditLog, openAuditLog } from "../../audit/log.ts";
import type { Misfit } from "../../contract/misfit.ts";
import { type Problem, problem } from "../../exchange/problem.ts";
import { findWeakness, readSecret } from "../../keys/secret.ts";
import { readDestination, readHostPort, writeHostPort } from "../../outgoing/destination.ts";
import { openResolver, type Resolver } from "../../outgoing/resolve.ts";
import type { EgressSettings } from "../../policy/egress.ts";
import type { Policy } from "../../policy/policy.ts";
import { type AssembleOptions, openSink } from "../assemble.ts";
import { LOOPBACK, listenMisfit, placeIn, startMisfit } from "../gateway/listen.ts";
import { admit, findClient, type KnownClient } from "./admission.ts";
import { fetchPlain } from "./fetch-plain.ts";
import { answerSocket, answerWith } from "./tell-refusal.ts";
import { openTrip, type Trip } from "./trip.ts";
import { tunnel } from "./tunnel.ts";

export interface Egress {
  /** Where it listens, e.g. `http://127.0.0.1:8444`. */
  readonly url: string;
  /** Ends what is open, and writes the last records. */
  readonly stop: () => Promise<void>;
}

export interface EgressOptions extends Pick<AssembleOptions, "sink"> {
  readonly resolver?: Resolver;
}

export const HEAD_MILLISECONDS_MAX = 5_000;
export const HEAD_BYTES_MAX = 16_384;
const CHECK_MILLISECONDS = 1_000;

const malformed = problem("egress-malformed", 400, "This is no request for a proxy");
const tooMany = problem("egress-too-many", 429, "Too many connections at once");

/** Opens the proxy that the policy describes. All that stands in the way is answered as misfits. */
export async function startEgress(policy: Policy, { sink, resolver = openResolver() }: EgressOptions = {}): Promise<Egress | { readonly misfits: readonly Misfit[] }> {
  const { egress: settings } = policy.settings;
  if (settings === undefined) return { misfits: [startMisfit(placeIn(policy, ""), "the policy has no egress", "egress: { clients: ... }")] };
  const clients = readClients(policy, settings);
  if ("misfits" in clients) return clients;
  const opened = sink === undefined ? openSink(policy) : { sink };
  if ("misfits" in opened) return opened;
  const audit = openAuditLog(opened.sink, { queueBytes: policy.settings.audit.queue, whenFull: policy.settings.audit.whenFull });
  const server = new Proxy(settings, clients.known, audit, resolver, policy.version);
  try {
    const url = await server.listen();
    return { url, stop: () => server.stop() };
  } catch (fault) {
    await server.stop();
    return { misfits: [listenMisfit(policy, "/egress", settings.address, settings.port, fault)] };
  }
}

function readClients(policy: Policy, { clients, address, exposed }: EgressSettings): { readonly known: ReadonlyMap<string, KnownClient> } | { readonly misfits: readonly Misfit[] } {
  const misfits: Misfit[] = [];
  if (exposed === undefined && !LOOPBACK.has(address)) misfits.push(startMisfit(placeIn(policy, "/egress/address"), `secrets of clients would be readable on the way to ${address}`, `${[...LOOPBACK].join(", ")}, or exposed: <reason>`));
  const known = [...clients].map(([name, client]): [string, KnownClient] => {
    if (client.secret === undefined) return [name, { ...client, name, key: undefined }];
    const read = readSecret(client.secret, policy.folder);
    const wrong = "wrong" in read ? read.wrong : findWeakness(read.secret);
    if (wrong !== undefined) misfits.push(startMisfit(placeIn(policy, `/egress/clients/${name}/secret`), `the secret of ${name} cannot be used: ${wrong}`));
    return [name, { ...client, name, key: "secret" in read ? read.secret : new Uint8Array(0) }];
  });
  return misfits.length > 0 ? { misfits } : { known: new Map(known) };
}

class Proxy {
  readonly #settings: EgressSettings;
  readonly #clients: ReadonlyMap<string, KnownClient>;
  readonly #audit: AuditLog;
  readonly #resolver: Resolver;
  readonly #policyVersion: string;
  readonly #server: http.Server;
  readonly #open = new Map<string, number>();
  readonly #trips = new Set<Trip>();
  readonly #sockets = new Set<Socket>();

  constructor(settings: EgressSettings, clients: ReadonlyMap<string, KnownClient>, audit: AuditLog, resolver: Resolver, policyVersion: string) {
    this.#settings = settings;
    this.#clients = clients;
    this.#audit = audit;
    this.#resolver = resolver;
    this.#policyVersion = policyVersion;
    this.#server = http.createServer({ headersTimeout: HEAD_MILLISECONDS_MAX, requestTimeout: Math.max(settings.whole, HEAD_MILLISECONDS_MAX), keepAliveTimeout: HEAD_MILLISECONDS_MAX, connectionsCheckingInterval: CHECK_MILLISECONDS, maxHeaderSize: HEAD_BYTES_MAX, insecureHTTPParser: false });
    this.#server.maxConnections = settings.connections * clients.size;
    this.#server.on("connection", (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once("close", () => this.#sockets.delete(socket));
    });
    this.#server.on("connect", (request: IncomingMessage, socket: Duplex, head: Buffer) => void this.#connect(request, socket, head));
    this.#server.on("request", (request: IncomingMessage, response: ServerResponse) => void this.#fetch(request, response));
  }

  async listen(): Promise<string> {
    const { address, port } = this.#settings;
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(port, address, resolve);
    });
    const bound = this.#server.address() as AddressInfo; // it listens on a port
    return `http://${bound.family === "IPv6" ? `[${bound.address}]` : bound.address}:${bound.port}`;
  }

  async stop(): Promise<void> {
    for (const trip of this.#trips) trip.abandon();
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
    await this.#audit.close();
  }

  async #connect(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    // Until it is piped nobody else listens.
    socket.on("error", () => socket.destroy());
    const trip = this.#begin(request);
    const destination = readHostPort(request.url ?? "");
    const way = "wrong" in destination ? malformed({ because: { destination: destination.wrong } }) : await this.#judge(request, trip, destination, true);
    if ("type" in way) return answerSocket(socket, trip, way);
    tunnel({ socket, head, way, trip, settings: this.#settings });
  }

  async #fetch(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const trip = this.#begin(request);
    const destination = readDestination(request.url ?? "");
    const wrong = "wrong" in destination ? destination.wrong : destination.scheme === "http" ? undefined : "only http:// is fetched, and CONNECT is for the rest";
    const way = "wrong" in destination || wrong !== undefined ? malformed({ because: { destination: wrong ?? "" } }) : await this.#judge(request, trip, destination, false);
    if ("type" in way) return answerWith(response, trip, way);
    fetchPlain({ request, response, way, trip, settings: this.#settings });
  }

  #begin(request: IncomingMessage): Trip {
    const trip: Trip = openTrip({ method: request.method ?? "", address: request.socket.remoteAddress ?? "", policy: this.#policyVersion }, (record) => {
      this.#trips.delete(trip);
      if (trip.client !== undefined) this.#open.set(trip.client, (this.#open.get(trip.client) ?? 1) - 1);
      this.#audit.add(record);
    });
    this.#trips.add(trip);
    return trip;
  }

  async #judge(request: IncomingMessage, trip: Trip, destination: { readonly host: string; readonly isAddress: boolean; readonly port: number }, secure: boolean): Promise<Awaited<ReturnType<typeof admit>>> {
    const client = findClient(request.headers["proxy-authorization"], this.#clients);
    if ("type" in client) return client;
    const open = this.#open.get(client.name) ?? 0;
    if (open >= this.#settings.connections) return tooMany({ because: { client: client.name } });
    this.#open.set(client.name, open + 1);
    trip.client = client.name;
    trip.destination = writeHostPort(destination);
    return this.#audit.ready() ? admit(client, destination, secure, this.#resolver, Date.now()) : (auditFull() satisfies Problem);
  }
}

const auditFull = problem("egress-unrecorded", 503, "The request cannot be recorded");
