/**
 * Upstream: asks the API, in HTTP/1.1 of our own, over pools of kept-alive connections.
 *
 * A request is written anew from what was understood, and an answer is read as strictly as a request: an API that is
 * hostile, or was talked into repeating a caller's text, can spoil its own answer and no other one. Several targets
 * stand behind one interface: the one with the least to do is asked, and one that cannot be reached is passed over for
 * a while.
 */
import type { Carried, Receiver } from "../../carry.ts";
import type { Upstream } from "../upstream.ts";
import type { BreakerRules } from "../../../policy/upstream.ts";
import { type Target, targetOf } from "./dial.ts";
import { FrontClock, type Ticked } from "./front-clock.ts";
import { Pool, type PoolEvents } from "./pool.ts";
import { RetryBudget } from "./retry-budget.ts";
import { type CallRouter, UpstreamCall } from "./upstream-call.ts";
import { UPSTREAM_LIMITS, type UpstreamLimits } from "./upstream-limits.ts";
import { apiUnreachable } from "./upstream-problems.ts";

export interface WireUpstreamOptions extends Partial<UpstreamLimits> {
  readonly breaker?: BreakerRules;
  /** Requests that may be repeated, in percent of all. */
  readonly retries?: number;
  /** Certificates in PEM that are trusted instead of the system's. */
  readonly ca?: string;
}

export interface WireUpstream extends Upstream {
  readonly forward: (exchange: Carried, receiver: Receiver) => () => void;
  /** How many connections there are, and how many requests wait for one. */
  readonly counts: () => { readonly open: number; readonly idle: number; readonly waiting: number };
  /** A target says that it is well, or is not. @param at its place in the list */
  readonly mark: (at: number, up: boolean) => void;
  /** Targets that would be asked now. */
  readonly up: () => number;
  /** Nobody new comes. Everything ends with the answers on their way. @returns when it has, or was closed */
  readonly retire: () => Promise<void>;
}

/**
 * @param urls where the API is; its path is put in front of every forwarded path
 * @throws TypeError when there is none
 */
export function openWireUpstream(urls: URL | readonly URL[], { ca, breaker = BREAKER, retries = RETRIES_PERCENT, ...limits }: WireUpstreamOptions = {}): WireUpstream {
  const targets = (urls instanceof URL ? [urls] : urls).map((url) => targetOf(url, ca));
  const pools = new Pools(targets, { ...UPSTREAM_LIMITS, ...limits }, breaker, new RetryBudget(retries));
  return {
    forward: (exchange, receiver) => pools.forward(exchange, receiver),
    close: () => pools.close(),
    counts: () => ({ open: pools.sum(({ open }) => open), idle: pools.sum(({ idle }) => idle), waiting: pools.sum(({ waiting }) => waiting) }),
    mark: (at, up) => pools.mark(at, up),
    up: () => pools.up,
    retire: () => pools.retire(),
  };
}

/** As the policy has them when it says nothing. */
const BREAKER: BreakerRules = { percent: 50, least: 20, pause: 1_000 };
const RETRIES_PERCENT = 10;

class Pools implements PoolEvents, CallRouter, Ticked {
  readonly #pools: readonly Pool[];
  readonly #first: Pool;
  readonly #clock: FrontClock;
  readonly #budget: RetryBudget;
  #turn = 0;
  /** Called when the last connection is gone. */
  #emptied: (() => void) | undefined;

  constructor(targets: readonly Target[], limits: UpstreamLimits, breaker: BreakerRules, budget: RetryBudget) {
    this.#budget = budget;
    this.#pools = targets.map((target) => new Pool(target, limits, breaker, this));
    const [first] = this.#pools;
    if (first === undefined) throw new TypeError("an upstream needs a target");
    this.#first = first;
    this.#clock = new FrontClock();
    this.#clock.add(this);
  }

  forward(exchange: Carried, receiver: Receiver): () => void {
    const call = new UpstreamCall(this, exchange, receiver);
    this.#budget.deposit();
    this.#pick().take(call);
    return () => call.giveUp();
  }

  /** By another target alone: one that broke off would only be asked the same again. */
  mayRepeat(): boolean {
    return this.#pools.length > 1 && this.#budget.take();
  }

  now(): number {
    return this.#clock.now;
  }

  mark(at: number, up: boolean): void {
    const pool = this.#pools[at];
    if (pool !== undefined) pool.isUp = up;
  }

  get up(): number {
    const { now } = this.#clock;
    return this.#pools.filter((pool) => !isAside(pool, now)).length;
  }

  repeat(call: UpstreamCall, elsewhere: boolean): void {
    this.#pick(elsewhere ? call.pool : undefined).take(call);
  }

  refused(call: UpstreamCall, code: string): void {
    call.tellBreaker(false);
    if (++call.tries < this.#pools.length) this.#pick().take(call);
    else call.fail(apiUnreachable({ because: { code } }));
  }

  leave(call: UpstreamCall): void {
    for (const pool of this.#pools) pool.leave(call);
  }

  tick(now: number): void {
    for (const pool of this.#pools) pool.tick(now);
    if (this.#emptied !== undefined && this.sum(({ open, waiting }) => open + waiting) === 0) void this.close();
  }

  sum(of: (pool: Pool) => number): number {
    return this.#pools.reduce((total, pool) => total + of(pool), 0);
  }

  retire(): Promise<void> {
    for (const pool of this.#pools) pool.retire();
    return new Promise((resolve) => (this.#emptied = resolve));
  }

  close(): Promise<void> {
    this.#clock.stop();
    for (const pool of this.#pools) pool.close();
    this.#emptied?.();
    return Promise.resolve();
  }

  /** The one with the least to do, in turn among equals. Where all are passed over, the one that was so first. */
  #pick(avoided?: Pool): Pool {
    const pools = this.#pools;
    if (pools.length === 1) return this.#first;
    const { now } = this.#clock;
    let best: Pool | undefined;
    // A second choice is not the next one's turn: else, with two, it would be the same one's turn for ever.
    if (avoided === undefined) this.#turn = (this.#turn + 1) % pools.length;
    for (let step = 0; step < pools.length; step++) {
      const pool = pools[(this.#turn + step) % pools.length];
      if (pool !== undefined && pool !== avoided && (best === undefined || isBetter(pool, best, now))) best = pool;
    }
    return best ?? this.#first;
  }
}

function isBetter(one: Pool, other: Pool, now: number): boolean {
  const aside = isAside(one, now);
  if (aside !== isAside(other, now)) return !aside;
  return aside && one.asideUntil !== other.asideUntil ? one.asideUntil < other.asideUntil : one.load < other.load;
}

function isAside(pool: Pool, now: number): boolean {
  return !pool.isUp || pool.asideUntil > now || pool.breaker.isOpen(now);
}
