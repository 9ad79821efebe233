/**
 * Station: one thread's whole way from caller to API: the engine, a front, and connections to the API.
 *
 * A gateway is one station, or several behind one port (see crew/).
 */
import { STATUS_CODES } from "node:http";
import type { Misfit } from "../../contract/misfit.ts";
import { newExchangeId } from "../../exchange/exchange-id.ts";
import { type Problem, problem, publish } from "../../exchange/problem.ts";
import { fieldsTooLarge, malformedRequest, requestSlow, versionUnsupported } from "../../exchange/unreadable.ts";
import { targetTooLong } from "../../doors/inbound/screen/framing/target-too-long.ts";
import type { ArrivalFacts } from "../../doors/engine.ts";
import type { Policy } from "../../policy/policy.ts";
import type { UpstreamSettings } from "../../policy/upstream.ts";
import { type Assembly, assemble, type AssembleOptions } from "../assemble.ts";
import { carry, type Responder } from "../carry.ts";
import type { Front, MalformedStatus } from "./front.ts";
import { findListenMisfits, frontLimitsOf, hostOf, listenMisfit, placeIn, readTls, startMisfit } from "./listen.ts";
import { ConnectionTable } from "./wire/connection-table.ts";
import { openWireFront } from "./wire/front.ts";
import type { FrontLimits } from "./wire/front-limits.ts";
import type { TurnedAwayNews } from "./wire/turned-away.ts";
import type { UpstreamLimits } from "./wire/upstream-limits.ts";
import { Way } from "./way.ts";

export interface StationOptions extends AssembleOptions {
  /** What differs from FRONT_LIMITS and UPSTREAM_LIMITS. */
  readonly limits?: { readonly front?: Partial<FrontLimits>; readonly upstream?: Partial<UpstreamLimits> };
  /** The port to share with other threads, in the place of the policy's. */
  readonly sharedPort?: number;
  /** What connections are counted in, and which sheet of it is this thread's. */
  readonly connections?: { readonly memory: SharedArrayBuffer; readonly thread: number };
}

export interface Station {
  /** Where it listens, e.g. `https://127.0.0.1:8443`. */
  readonly url: string;
  readonly assembly: Assembly;
  /** Lets exchanges in flight finish, then ends everything. Called once. */
  readonly stop: () => Promise<void>;
}

/** Reads the policy, opens the doors. All that stands in the way is answered as misfits. */
export async function openStation(policyFile: string, options: StationOptions): Promise<Station | { readonly misfits: readonly Misfit[] }> {
  const assembly = assemble(policyFile, options);
  if ("misfits" in assembly) return assembly;
  const { policy } = assembly.engine.house;
  const { upstream } = policy.settings;
  const misfits = [...findListenMisfits(policy), ...(upstream === undefined ? [startMisfit(placeIn(policy, ""), "a gateway needs an upstream", "upstream: http://host:port")] : []), ...(await assembly.open())];
  if (upstream === undefined || misfits.length > 0) {
    await assembly.close();
    return { misfits };
  }
  return listen(policy, assembly, upstream, options);
}

async function listen(policy: Policy, assembly: Assembly, upstream: UpstreamSettings, options: StationOptions): Promise<Station | { readonly misfits: readonly Misfit[] }> {
  const { engine, metrics } = assembly;
  const { listen: place, drain } = policy.settings;
  const read = readTls(policy);
  const tls = "misfits" in read ? undefined : read.tls;
  const api = new Way(upstream, policy.folder, options.limits?.upstream ?? {}, options.say);
  const events = {
    serve: (facts: ArrivalFacts, responder: Responder) => carry(engine, facts, responder, api.forward),
    malformed: (peer: string, status: MalformedStatus) => answerMalformed(assembly, peer, status),
    turnedAway: (news: TurnedAwayNews) => recordTurnedAway(assembly, news),
  };
  // A trusted proxy stands for many callers: the cap of one address is not for it, whichever policy is in force.
  const shared = { contains: (address: string) => engine.house.trusted.contains(address), empty: false };
  const { connections } = options;
  const table = connections === undefined ? undefined : new ConnectionTable(connections.memory, connections.thread);
  const front = openWireFront(tls, events, { shared, ...frontLimitsOf(policy), ...options.limits?.front }, table);
  metrics.gauge("sallyport_connections_open", "Connections of callers.", front.connections);
  metrics.gauge("sallyport_connections_refused_full", "Connections refused since the start: there were too many in all.", () => front.turnedAway("connections"));
  metrics.gauge("sallyport_connections_refused_address", "Connections refused since the start: there were too many of their address.", () => front.turnedAway("connectionsPerAddress"));
  metrics.gauge("sallyport_connections_refused_range", "Connections refused since the start: there were too many of a range around their address.", () => front.turnedAway("connectionsCrowd"));
  metrics.gauge("sallyport_connections_refused_rate", "Connections refused since the start: too many new ones of their address.", () => front.turnedAway("newConnectionsPerSecond"));
  metrics.gauge("sallyport_connections_refused_rate_in_all", "Connections refused since the start: too many new ones in all.", () => front.turnedAway("newConnectionsInAllPerSecond"));
  metrics.gauge("sallyport_connections_refused_handshakes", "Connections ended since the start: their handshake had lasted longest, and there were too many.", () => front.turnedAway("handshakes"));
  metrics.gauge("sallyport_upstream_connections_open", "Connections to the API.", () => api.counts().open);
  metrics.gauge("sallyport_upstream_waiting", "Requests that wait for a connection to the API.", () => api.counts().waiting);
  metrics.gauge("sallyport_upstream_targets_up", "Targets of the API that are asked.", () => api.up());
  const stop = async (): Promise<void> => {
    await front.drain(drain);
    await api.close();
    await assembly.close();
  };
  const port = options.sharedPort ?? place.port;
  try {
    const address = await front.listen(port, place.address, options.sharedPort !== undefined);
    assembly.onReload((house) => {
      front.relimit({ ...frontLimitsOf(house.policy), ...options.limits?.front });
      renewTls(house.policy, front, options);
      api.renew(house.policy);
    });
    return { url: `${tls === undefined ? "http" : "https"}://${hostOf(address)}:${address.port}`, assembly, stop };
  } catch (fault) {
    await stop();
    return { misfits: [listenMisfit(policy, "/listen", place.address, port, fault)] };
  }
}

function renewTls(policy: Policy, front: Pick<Front, "renew">, { say }: AssembleOptions): void {
  const tls = readTls(policy);
  if ("misfits" in tls) say("error", "the old certificate stays", { reasons: tls.misfits.map(({ message }) => message) });
  else if (tls.tls !== undefined) front.renew(tls.tls);
}

const UNREADABLE: Readonly<Record<MalformedStatus, () => Problem>> = { 400: malformedRequest, 408: requestSlow, 414: targetTooLong, 431: fieldsTooLarge, 505: versionUnsupported };

/** Bytes that never became a request get their answer and their record all the same. */
function answerMalformed({ audit, engine }: Assembly, peer: string, status: MalformedStatus): string {
  const refusal = UNREADABLE[status]();
  const id = newExchangeId();
  const body = publish(refusal, id);
  audit.add({
    time: new Date().toISOString(), id, outcome: "refused", method: "", operation: "", template: "", status, address: peer,
    guard: "wire", problem: refusal.type, blame: refusal.blame, bytesIn: 0, bytesOut: body.length, milliseconds: 0, policy: engine.house.policy.version,
  });
  return `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}\r\ncontent-type: application/problem+json\r\ncache-control: no-store\r\nx-content-type-options: nosniff\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`;
}

/** Nobody is told: nothing was read of these callers. */
const connectionRefused = problem("connection-refused", 503, "There is no place for the connection", "caller");

function recordTurnedAway({ audit, engine }: Assembly, { peer, counts }: TurnedAwayNews): void {
  const refusal = connectionRefused({ because: { ...counts } });
  audit.add({
    time: new Date().toISOString(), id: newExchangeId(), outcome: "refused", method: "", operation: "", template: "", status: refusal.status, address: peer,
    guard: "wire", problem: refusal.type, blame: refusal.blame, because: { ...counts }, bytesIn: 0, bytesOut: 0, milliseconds: 0, policy: engine.house.policy.version,
  });
}
