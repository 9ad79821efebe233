/**
 * Door: how many connections a gateway holds, and how slow whoever is at the other end of one may be.
 *
 * Nobody has to say anything of it: the defaults keep a small machine up under the classic attacks on resources. Each can
 * be set otherwise for a site that knows its callers; none can be taken away.
 */
import { count, duration, fields, or, type Shape, size } from "./shape.ts";

/** Times in milliseconds, paces in bytes per second. */
export interface DoorLimits {
  readonly connections: number;
  readonly perAddress: number;
  readonly crowd: number;
  readonly newPerSecond: number;
  readonly newBurst: number;
  readonly newInAllPerSecond: number;
  readonly newInAllBurst: number;
  readonly handshake: number;
  readonly handshakes: number;
  readonly head: number;
  readonly body: number;
  readonly bodyRate: number;
  readonly stall: number;
  readonly answerRate: number;
  readonly idle: number;
  readonly requests: number;
  readonly halfClosed: number;
  readonly tunnelIdle: number;
}

const limits: Shape<DoorLimits> = fields({
  connections: or(count("Connections at once, in all.", { min: 1, max: 1_000_000 }), 10_000),
  perAddress: or(count("Connections at once of one IPv4 address or one IPv6 /64. Proxies under `trust` and `listen.proxy` stand for many, and are not held to it.", { min: 1, max: 1_000_000 }), 256),
  crowd: or(count("How many times as many the next wider range around such an address may hold at once (IPv4: /24; IPv6: /56, then /48): whoever holds a /48 has 65,536 of /64. Private networks have no such ranges.", { min: 1, max: 1_000 }), 4),
  newPerSecond: or(count("New connections of one such address in a second, once `newBurst` have come at once.", { min: 1, max: 1_000_000 }), 1_000),
  newBurst: or(count("New connections of one such address at once.", { min: 1, max: 1_000_000 }), 5_000),
  newInAllPerSecond: or(count("New connections of everybody together in a second, once `newInAllBurst` have come at once.", { min: 1, max: 1_000_000 }), 5_000),
  newInAllBurst: or(count("New connections of everybody together at once.", { min: 1, max: 1_000_000 }), 20_000),
  handshake: or(duration("Longest time for a TLS handshake.", { min: "100ms", max: "1m" }), "5s"),
  handshakes: or(count("TLS handshakes at once, in each thread. One more, and the one that has lasted longest makes room.", { min: 1, max: 1_000_000 }), 2_000),
  head: or(duration("Longest time from a connection, or from the first byte of a request, to the end of its head.", { min: "100ms", max: "5m" }), "5s"),
  body: or(duration("Longest time for a body that is waited for, whatever its pace.", { min: "1s", max: "1d" }), "5m"),
  bodyRate: or(size("Least pace of a body, in bytes per second, once five seconds are used up.", { min: "1B", max: "1MiB" }), "240B"),
  stall: or(duration("Longest time in which nothing of an answer leaves, because its caller takes nothing.", { min: "1s", max: "1h" }), "30s"),
  answerRate: or(size("Least pace at which a caller takes an answer, in bytes per second, once a minute is used up.", { min: "1B", max: "1MiB" }), "1KiB"),
  idle: or(duration("How long a connection is kept without a request.", { min: "100ms", max: "1h" }), "10s"),
  requests: or(count("Requests of one connection; then it ends.", { min: 1, max: 1_000_000_000 }), 100_000),
  halfClosed: or(duration("How long a caller who has shut his sending side behind his request waits for the answer to begin, or to go on. Whoever has left altogether is found out sooner, unless he speaks HTTP/1.0.", { min: "10ms", max: "1h" }), "5s"),
  tunnelIdle: or(duration("How long nothing may move in a connection that has switched to another protocol.", { min: "1s", max: "1h" }), "1m"),
}, "What one caller may take of the door, in number and time.");

export const doorShape: Shape<DoorLimits> = or(limits, {});
