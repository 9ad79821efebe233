/**
 * Gateway: Sallyport in front of an API in any language.
 *
 * Start-up refuses to run as what it is not: each reason is one sentence, and nothing listens before everything is
 * understood.
 */
import { createPrivateKey, randomUUID, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { STATUS_CODES } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { type Misfit, type Place } from "../../contract/misfit.ts";
import { type Problem, publish } from "../../exchange/problem.ts";
import { fieldsTooLarge, malformedRequest, requestSlow, versionUnsupported } from "../../exchange/unreadable.ts";
import { targetTooLong } from "../../doors/inbound/screen/framing/target-too-long.ts";
import type { ArrivalFacts } from "../../doors/engine.ts";
import type { Policy } from "../../policy/policy.ts";
import { type Assembly, assemble, type AssembleOptions, codeOf } from "../assemble.ts";
import { carry, type Responder } from "../carry.ts";
import { type Front, type FrontTls, type MalformedStatus } from "./front.ts";
import { openWatch, type Watch } from "./watch.ts";
import { openWireFront } from "./wire/front.ts";
import type { FrontLimits } from "./wire/front-limits.ts";
import { openWireUpstream } from "./wire/upstream.ts";
import type { UpstreamLimits } from "./wire/upstream-limits.ts";

export interface Gateway {
  /** Where it listens, e.g. `https://127.0.0.1:8443`. */
  readonly url: string;
  readonly watchUrl: string | undefined;
  readonly assembly: Assembly;
  /** Lets exchanges in flight finish, then ends everything. Safe to call twice. */
  readonly stop: () => Promise<void>;
}

export interface GatewayOptions extends AssembleOptions {
  /** What differs from FRONT_LIMITS and UPSTREAM_LIMITS. */
  readonly limits?: { readonly front?: Partial<FrontLimits>; readonly upstream?: Partial<UpstreamLimits> };
}

export type Start = { readonly gateway: Gateway } | { readonly misfits: readonly Misfit[] };

/** Reads the policy, opens the doors. All that stands in the way is answered as misfits. */
export async function startGateway(policyFile: string, options: GatewayOptions): Promise<Start> {
  const insecure = [...process.execArgv, process.env["NODE_OPTIONS"] ?? ""].some((flag) => flag.includes("insecure-http-parser"));
  if (insecure) return { misfits: [startMisfit({ file: path.resolve(policyFile), pointer: "" }, "refusing to start with --insecure-http-parser: it frames requests leniently")] };
  const assembly = assemble(policyFile, options);
  if ("misfits" in assembly) return assembly;
  const { policy } = assembly.engine.house;
  const tls = readTls(policy);
  const misfits = [...("misfits" in tls ? tls.misfits : []), ...unfitFor(policy), ...(await assembly.open())];
  if ("misfits" in tls || misfits.length > 0) {
    await assembly.close();
    return { misfits };
  }
  return open(policy, assembly, tls.tls, options);
}

/** What would keep a gateway from listening as this policy says, as far as that can be known without listening. */
export function findListenMisfits(policy: Policy): readonly Misfit[] {
  const tls = readTls(policy);
  return [...("misfits" in tls ? tls.misfits : []), ...unfitFor(policy)];
}

async function open(policy: Policy, assembly: Assembly, tls: FrontTls | undefined, options: GatewayOptions): Promise<Start> {
  const { listen, upstream, watch: watching, drain } = policy.settings;
  if (upstream === undefined) {
    await assembly.close();
    return { misfits: [startMisfit(placeIn(policy, ""), "a gateway needs an upstream", "upstream: http://host:port")] };
  }
  const { engine, audit, metrics } = assembly;
  const api = openWireUpstream(upstream, options.limits?.upstream);
  const events = {
    serve: (facts: ArrivalFacts, responder: Responder) => carry(engine, facts, responder, api.forward),
    malformed: (peer: string, status: MalformedStatus) => answerMalformed(assembly, peer, status),
  };
  // A trusted proxy stands for many callers: the cap of one address is not for it, whichever policy is in force.
  const shared = { contains: (address: string) => engine.house.trusted.contains(address), empty: false };
  const front = openWireFront(tls, events, { shared, ...options.limits?.front });
  metrics.gauge("sallyport_connections_open", "Connections of callers.", front.connections);
  metrics.gauge("sallyport_upstream_connections_open", "Connections to the API.", () => api.counts().open);
  metrics.gauge("sallyport_upstream_waiting", "Requests that wait for a connection to the API.", () => api.counts().waiting);
  const address = await front.listen(listen.port, listen.address).catch((fault: unknown) => listenMisfit(policy, "/listen", listen.address, listen.port, fault));
  const watch = watching === undefined ? undefined : await openWatch({ ...watching, metrics, ready: () => audit.ready() }).catch((fault: unknown) => listenMisfit(policy, "/watch", watching.address, watching.port, fault));
  const faults = [address, watch].flatMap((one) => (one !== undefined && "level" in one ? [one] : []));
  const stop = stopOnce(front, api, watch === undefined || "level" in watch ? undefined : watch, assembly, drain);
  if ("level" in address || (watch !== undefined && "level" in watch)) {
    await stop();
    return { misfits: faults };
  }
  assembly.onReload((house) => renewTls(house.policy, front, options));
  const url = `${tls === undefined ? "http" : "https"}://${hostOf(address)}:${address.port}`;
  return { gateway: { url, watchUrl: watch?.url, assembly, stop } };
}

function stopOnce(front: Front, api: { close: () => Promise<void> }, watch: Watch | undefined, assembly: Assembly, drain: number): () => Promise<void> {
  let stopping: Promise<void> | undefined;
  return () =>
    (stopping ??= (async () => {
      watch?.leave();
      await front.drain(drain);
      await api.close();
      await watch?.close();
      await assembly.close();
    })());
}

function renewTls(policy: Policy, front: Front, { say }: AssembleOptions): void {
  const tls = readTls(policy);
  if ("misfits" in tls) say("error", "the old certificate stays", { reasons: tls.misfits.map(({ message }) => message) });
  else if (tls.tls !== undefined) front.renew(tls.tls);
}

function placeIn({ file }: Policy, pointer: string): Place {
  return { file, pointer };
}

function startMisfit(place: Place, message: string, allowed?: string): Misfit {
  return { level: "error", place, message, ...(allowed === undefined ? {} : { allowed }) };
}

function listenMisfit(policy: Policy, pointer: string, address: string, port: number, fault: unknown): Misfit {
  const code = codeOf(fault);
  const why = code === "EADDRINUSE" ? "the port is in use" : code === "EACCES" ? "this user may not open that port" : code === "EADDRNOTAVAIL" ? "this machine has no such address" : `it failed with ${code}`;
  return startMisfit(placeIn(policy, pointer), `cannot listen on ${address}:${port}: ${why}`);
}

const LOOPBACK: ReadonlySet<string> = new Set(["127.0.0.1", "::1", "localhost"]);

/** Plain HTTP only where nobody else can hear it, or with a written reason; health and metrics for this machine only. */
function unfitFor(policy: Policy): readonly Misfit[] {
  const { listen, watch } = policy.settings;
  const misfits: Misfit[] = [];
  if (listen.tls === undefined && listen.plain === undefined && !LOOPBACK.has(listen.address)) {
    misfits.push(startMisfit(placeIn(policy, "/listen"), `plain HTTP on ${listen.address} would be readable on the network`, "listen.tls with certificate and key, or listen.plain: <reason>"));
  }
  if (watch !== undefined && !LOOPBACK.has(watch.address)) misfits.push(startMisfit(placeIn(policy, "/watch/address"), "health and metrics are for this machine only", [...LOOPBACK].join(", ")));
  return misfits;
}

function readTls(policy: Policy): { readonly tls: FrontTls | undefined } | { readonly misfits: readonly Misfit[] } {
  const { tls } = policy.settings.listen;
  if (tls === undefined) return { tls: undefined };
  const misfits: Misfit[] = [];
  const read = (name: "certificate" | "key"): string | undefined => {
    try {
      return readFileSync(path.resolve(policy.folder, tls[name]), "utf8");
    } catch (fault) {
      misfits.push(startMisfit(placeIn(policy, `/listen/tls/${name}`), `the ${name} file cannot be read (${codeOf(fault)})`));
      return undefined;
    }
  };
  const certificate = read("certificate");
  const key = read("key");
  if (certificate === undefined || key === undefined) return { misfits };
  const wrong = wrongWith(certificate, key);
  if (wrong !== undefined) return { misfits: [startMisfit(placeIn(policy, "/listen/tls"), wrong)] };
  return { tls: { certificate, key, versions: tls.versions } };
}

function wrongWith(certificate: string, key: string): string | undefined {
  try {
    const leaf = new X509Certificate(certificate);
    if (Date.parse(leaf.validTo) <= Date.now()) return `the certificate expired on ${leaf.validTo}`;
    if (Date.parse(leaf.validFrom) > Date.now()) return `the certificate is not valid before ${leaf.validFrom}`;
    return leaf.checkPrivateKey(createPrivateKey(key)) ? undefined : "the key is not the certificate's";
  } catch {
    return "certificate or key is not a PEM file that can be used";
  }
}

function hostOf({ address, family }: AddressInfo): string {
  return family === "IPv6" ? `[${address}]` : address;
}

const UNREADABLE: Readonly<Record<MalformedStatus, () => Problem>> = { 400: malformedRequest, 408: requestSlow, 414: targetTooLong, 431: fieldsTooLarge, 505: versionUnsupported };

/** Bytes that never became a request get their answer and their record all the same. */
function answerMalformed({ audit, engine }: Assembly, peer: string, status: MalformedStatus): string {
  const refusal = UNREADABLE[status]();
  const id = randomUUID();
  const body = publish(refusal, id);
  audit.add({
    time: new Date().toISOString(), id, outcome: "refused", method: "", operation: "", template: "", status, address: peer,
    guard: "wire", problem: refusal.type, blame: refusal.blame, bytesIn: 0, bytesOut: body.length, milliseconds: 0, policy: engine.house.policy.version,
  });
  return `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}\r\ncontent-type: application/problem+json\r\ncache-control: no-store\r\nx-content-type-options: nosniff\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`;
}
