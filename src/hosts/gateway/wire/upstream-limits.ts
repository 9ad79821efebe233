/**
 * Upstream limits: every bound on the way to the API, in one place.
 *
 * Times are kept by one coarse clock (see front-clock.ts): a limit of n milliseconds ends a connection between n and
 * n + 2 * TICK_MILLISECONDS.
 */
import type { Reuse } from "../../../policy/upstream.ts";

export interface UpstreamLimits {
  /** Connections to one target. */
  readonly connections: number;
  /** Requests that wait for a connection to one target while all are in use; each waits no longer than its exchange's deadline. */
  readonly waiting: number;
  /** To open a connection, TLS included. */
  readonly connectMilliseconds: number;
  /** Between two pieces of an answer's body, while somebody wants them. */
  readonly stallMilliseconds: number;
  /**
   * How long a connection is kept without a request, where the API does not say. Node's own servers end theirs after
   * 5 s: who ends it first never sends a request into a closing connection.
   */
  readonly idleMilliseconds: number;
  /** The most that is believed of what the API says in `Keep-Alive`. */
  readonly idleMillisecondsMax: number;
  /** What is taken off it, for the way there and the clock's coarseness. */
  readonly idleMarginMilliseconds: number;
  /** How long a target that could not be connected to is passed over while there is another one. */
  readonly asideMilliseconds: number;
  /** After which exchanges a connection is used again (see reuse.ts). */
  readonly reuse: Reuse;
}

export const UPSTREAM_LIMITS: UpstreamLimits = {
  connections: 1_024,
  waiting: 1_024,
  connectMilliseconds: 3_000,
  stallMilliseconds: 60_000,
  idleMilliseconds: 4_000,
  idleMillisecondsMax: 60_000,
  idleMarginMilliseconds: 1_000,
  asideMilliseconds: 2_000,
  reuse: "usual",
};
