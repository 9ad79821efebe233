/**
 * Pool: the connections to one target.
 *
 * Bounded, and so are those who wait for one. The connection that was used last is used next: the others grow old and
 * end, and what is kept is what is needed. Who waits is served in the order of coming.
 */
import type { Problem } from "../../../exchange/problem.ts";
import type { BreakerRules } from "../../../policy/upstream.ts";
import { Breaker } from "./breaker.ts";
import type { Target } from "./dial.ts";
import type { UpstreamCall } from "./upstream-call.ts";
import { type ConnectionOwner, UpstreamConnection } from "./upstream-connection.ts";
import type { UpstreamLimits } from "./upstream-limits.ts";
import { apiUnreachable } from "./upstream-problems.ts";

/** What a pool tells whoever has several. */
export interface PoolEvents {
  /** No connection could be opened for this call. */
  readonly refused: (call: UpstreamCall, code: string) => void;
}

export class Pool implements ConnectionOwner {
  readonly limits: UpstreamLimits;
  readonly target: Target;
  /** On the clock of the ticks: until then the target is passed over, because it could not be connected to. */
  asideUntil = 0;
  /** Whether it said that it is well, where it is asked. */
  isUp = true;
  readonly breaker: Breaker;
  readonly #events: PoolEvents;
  readonly #open = new Set<UpstreamConnection>();
  readonly #idle: UpstreamConnection[] = [];
  readonly #waiting = new Set<UpstreamCall>();
  #opening = 0;
  #now = 0;
  #closed = false;
  #retired = false;

  constructor(target: Target, limits: UpstreamLimits, breaker: BreakerRules, events: PoolEvents) {
    this.target = target;
    this.breaker = new Breaker(breaker);
    this.limits = limits;
    this.#events = events;
  }

  /** Requests on their way or waiting. */
  get load(): number {
    return this.#open.size - this.#opening - this.#idle.length + this.#waiting.size;
  }

  get open(): number {
    return this.#open.size;
  }

  get idle(): number {
    return this.#idle.length;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  take(call: UpstreamCall): void {
    if (this.#closed) return call.fail(closed());
    if (this.breaker.isOpen(this.#now)) return call.fail(apiUnreachable({ because: { code: "LEFT_ALONE" } }));
    this.breaker.begin(this.#now);
    call.pool = this;
    call.breaker = this.breaker;
    if (!call.aim(this.target)) return;
    // A call that met a stale connection must not meet the next one, as long as there is room for a new one.
    const kept = call.fresh && this.#open.size < this.limits.connections ? undefined : this.#takeIdle();
    if (kept !== undefined) return kept.ask(call);
    if (this.#full) return call.fail(apiUnreachable({ because: { code: "QUEUE_FULL" } }));
    this.#waiting.add(call);
    this.#fill();
  }

  /** @returns whether it was waiting here */
  leave(call: UpstreamCall): boolean {
    return this.#waiting.delete(call);
  }

  opened(): void {
    this.#opening--;
    this.asideUntil = 0;
  }

  free(connection: UpstreamConnection): void {
    const call = this.#takeWaiting();
    if (call !== undefined) connection.ask(call);
    else if (this.#retired) connection.lose("RETIRED");
    else this.#idle.push(connection);
  }

  gone(connection: UpstreamConnection, code: string, opening: boolean): void {
    this.#open.delete(connection);
    if (opening) {
      this.#opening--;
      this.asideUntil = this.#now + this.limits.asideMilliseconds;
      const call = this.#takeWaiting();
      if (call !== undefined) this.#events.refused(call, code);
    } else {
      const at = this.#idle.lastIndexOf(connection);
      if (at >= 0) this.#idle.splice(at, 1);
    }
    this.#fill();
  }

  /** @param now milliseconds on the clock of the ticks */
  tick(now: number): void {
    this.#now = now;
    for (const connection of this.#open) connection.tick(now);
  }

  /** Whoever asks or waits gets his answer; no connection is kept behind it. */
  retire(): void {
    this.#retired = true;
    for (const connection of this.#idle.splice(0)) connection.lose("RETIRED");
  }

  /** Ends everything; those who wait are told. */
  close(): void {
    this.#closed = true;
    for (let call = this.#takeWaiting(); call !== undefined; call = this.#takeWaiting()) call.fail(closed());
    for (const connection of this.#open) connection.lose("CLOSED");
  }

  /** Those for whom a connection is being opened do not count. */
  get #full(): boolean {
    return this.#open.size >= this.limits.connections && this.#waiting.size - this.#opening >= this.limits.waiting;
  }

  #takeIdle(): UpstreamConnection | undefined {
    for (;;) {
      const connection = this.#idle.pop();
      if (connection === undefined || connection.fit) return connection;
      connection.lose("IDLE");
    }
  }

  #takeWaiting(): UpstreamCall | undefined {
    if (this.#waiting.size === 0) return undefined;
    const [call] = this.#waiting;
    if (call !== undefined) this.#waiting.delete(call);
    return call;
  }

  /** One connection is opened for each that waits, as far as the bound allows; whichever is free first takes him. */
  #fill(): void {
    while (this.#opening < this.#waiting.size && this.#open.size < this.limits.connections) {
      this.#opening++;
      this.#open.add(new UpstreamConnection(this, this.target));
    }
  }
}

const closed = (): Problem => apiUnreachable({ because: { code: "CLOSED" } });
