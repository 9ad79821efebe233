/**
 * Front limits: every bound of the door on the street, in one place.
 *
 * Each can be lowered by name; none can be taken away. Times are kept by one coarse clock (see front-clock.ts): a limit
 * of n milliseconds ends a connection between n and n + 2 * TICK_MILLISECONDS.
 */
import type { Ranges } from "../../../exchange/address.ts";

export interface FrontLimits {
  /** Request line and fields with their line ends. A little above what the size guard allows: the guard answers. */
  readonly headBytes: number;
  /** The request line, or one field, with its line end. */
  readonly lineBytes: number;
  readonly fields: number;
  /** From accepting (or the end of the handshake) to the first byte, and from a head's first byte to its last. */
  readonly headMilliseconds: number;
  /** From the moment that somebody wants the body to its last byte, whatever its pace. */
  readonly bodyMilliseconds: number;
  /** Least pace of a body, bytes per second, once the grace is used up. Not counted while this side holds it up. */
  readonly bodyBytesPerSecond: number;
  readonly bodyGraceMilliseconds: number;
  /** Longest time in which no written piece (64 KiB at most) of an answer leaves. */
  readonly stallMilliseconds: number;
  /** Least pace at which a caller takes an answer, bytes per second, once the grace is used up. */
  readonly answerBytesPerSecond: number;
  readonly answerGraceMilliseconds: number;
  /** Between an answer and the first byte of the next request. */
  readonly idleMilliseconds: number;
  readonly requestsPerConnection: number;
  readonly connections: number;
  /** Connections at once of one IPv4 address or one IPv6 /64. */
  readonly connectionsPerAddress: number;
  /** How many times as many the next wider range around it may hold (IPv4: /24; IPv6: /56, then /48). */
  readonly connectionsCrowd: number;
  /** New connections of one such address per second, once `newConnectionsBurst` have come at once: a handshake costs half a millisecond. */
  readonly newConnectionsPerSecond: number;
  readonly newConnectionsBurst: number;
  /** New connections of everybody together per second, once `newConnectionsInAllBurst` have come at once: many addresses are cheap. */
  readonly newConnectionsInAllPerSecond: number;
  readonly newConnectionsInAllBurst: number;
  /** Addresses that stand for many callers (trusted proxies): not held to the limits of one address. */
  readonly shared: Ranges | undefined;
  /** Addresses whose connections begin with a PROXY header, which says whose they are. */
  readonly proxies: Ranges | undefined;
  readonly handshakeMilliseconds: number;
  /** Handshakes at once, in each thread: one more, and the one that has lasted longest ends. */
  readonly handshakes: number;
  /** Bytes kept while nobody wants them: pipelined requests, a body that no guard has opened. Then reading stops. */
  readonly aheadBytes: number;
  /** The rest of an unwanted body is read and thrown away up to here, so that its connection lives on. */
  readonly discardBytes: number;
  /** After the last answer: how long, and how much, is still read so that no reset overtakes the answer. */
  readonly lingerMilliseconds: number;
  readonly lingerBytes: number;
  /** How long a caller who has shut his sending side waits for his answer to begin, or to go on, before he is taken to have left. */
  readonly halfClosedMilliseconds: number;
  /** After a switch of protocols: how long nothing may move in either direction. A ping of a WebSocket moves. */
  readonly tunnelIdleMilliseconds: number;
}

export const FRONT_LIMITS: FrontLimits = {
  headBytes: 40_960,
  lineBytes: 16_384,
  fields: 256,
  headMilliseconds: 5_000,
  bodyMilliseconds: 300_000,
  bodyBytesPerSecond: 240,
  bodyGraceMilliseconds: 5_000,
  stallMilliseconds: 30_000,
  answerBytesPerSecond: 1_024,
  answerGraceMilliseconds: 60_000,
  idleMilliseconds: 10_000,
  requestsPerConnection: 100_000,
  connections: 10_000,
  connectionsPerAddress: 256,
  connectionsCrowd: 4,
  newConnectionsPerSecond: 1_000,
  newConnectionsBurst: 5_000,
  newConnectionsInAllPerSecond: 5_000,
  newConnectionsInAllBurst: 20_000,
  shared: undefined,
  proxies: undefined,
  handshakeMilliseconds: 5_000,
  handshakes: 2_000,
  aheadBytes: 65_536,
  discardBytes: 65_536,
  lingerMilliseconds: 500,
  lingerBytes: 262_144,
  halfClosedMilliseconds: 5_000,
  tunnelIdleMilliseconds: 60_000,
};
