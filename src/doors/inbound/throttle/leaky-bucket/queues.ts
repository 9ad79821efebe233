/**
 * Queues: requests that wait for their turn instead of being refused, one queue for each owner.
 *
 * Whoever waits has taken nothing yet: he takes when his turn comes, so that one who leaves before has cost nothing.
 * What waits is bounded in number for each owner, and in number and bytes for all of them together: a queue without a
 * bound is where memory goes when an API is slow. One timer per queue, for the one who stands first.
 */
import type { Known } from "../../../../guard.ts";
import type { AllTaken } from "../../../../stores/take-all.ts";

export interface QueueBounds {
  /** Longest wait, in milliseconds. */
  readonly wait: number;
  readonly most: number;
  readonly inAll: number;
  readonly bytes: number;
}

/** What waits now, at all operations of this process. */
export interface Waiting {
  requests: number;
  bytes: number;
}

/** The store's part: takes now, or says how long to wait. `now` in milliseconds since the epoch. */
export type Take = (now: number) => AllTaken | Promise<AllTaken>;

interface Waiter {
  readonly take: Take;
  readonly resolve: (taken: AllTaken) => void;
  readonly reject: (fault: unknown) => void;
  readonly bytes: number;
  /** The exchange's own moment, and the same one on the clock that measures the wait. */
  readonly now: number;
  readonly since: number;
  readonly leave: () => void;
  readonly signal: AbortSignal;
}

interface Queue {
  readonly waiters: Waiter[];
  timer: NodeJS.Timeout | undefined;
  /** When the first one has his turn, on the clock of `performance.now()`. */
  due: number;
  /** The first one's turn is being taken. */
  busy: boolean;
}

/** What a body of unknown length may have sent before anybody reads it. */
export const UNKNOWN_BYTES = 65_536;

export class Queues {
  readonly #queues = new Map<string, Queue>();
  readonly #bounds: QueueBounds;
  readonly #waiting: Waiting;
  readonly #turnMilliseconds: number;

  /** @param turnMilliseconds between two turns in the long run */
  constructor(bounds: QueueBounds, waiting: Waiting, turnMilliseconds: number) {
    this.#bounds = bounds;
    this.#waiting = waiting;
    this.#turnMilliseconds = turnMilliseconds;
  }

  /** Takes at once, or when it is this request's turn. Refuses whom no place or no time is left. */
  pass(owner: string, exchange: Known, take: Take): AllTaken | Promise<AllTaken> {
    const queue = this.#queues.get(owner);
    // Whoever comes later must not be earlier.
    if (queue !== undefined) return this.#join(owner, exchange, take, queue.due - performance.now() + queue.waiters.length * this.#turnMilliseconds);
    const taken = take(exchange.now);
    if (taken instanceof Promise) return taken.then((late) => (late.granted ? late : this.#join(owner, exchange, take, late.waitMilliseconds)));
    return taken.granted ? taken : this.#join(owner, exchange, take, taken.waitMilliseconds);
  }

  #join(owner: string, exchange: Known, take: Take, waitMilliseconds: number): AllTaken | Promise<AllTaken> {
    const { wait, most, inAll, bytes } = this.#bounds;
    const waiting = this.#waiting;
    const queue = this.#queues.get(owner) ?? { waiters: [], timer: undefined, due: performance.now() + waitMilliseconds, busy: false };
    const size = exchange.content.declared ?? UNKNOWN_BYTES;
    const room = waitMilliseconds <= wait && queue.waiters.length < most && waiting.requests < inAll && waiting.bytes + size <= bytes;
    if (!room) return { granted: false, left: 0, waitMilliseconds: Math.max(0, Math.ceil(waitMilliseconds)), at: 0 };
    this.#queues.set(owner, queue);
    waiting.requests++;
    waiting.bytes += size;
    return new Promise((resolve, reject) => {
      const { signal, now } = exchange;
      const leave = (): void => this.#drop(owner, queue, waiter, GONE);
      const waiter: Waiter = { take, resolve, reject, bytes: size, now, since: performance.now(), leave, signal };
      signal.addEventListener("abort", leave);
      queue.waiters.push(waiter);
      if (queue.waiters.length === 1) this.#await(owner, queue, waitMilliseconds);
      if (signal.aborted) leave();
    });
  }

  #await(owner: string, queue: Queue, waitMilliseconds: number): void {
    clearTimeout(queue.timer);
    queue.due = performance.now() + waitMilliseconds;
    queue.timer = setTimeout(() => void this.#turn(owner, queue), Math.ceil(waitMilliseconds));
  }

  /** The first one's turn, and that of those behind him for whom there is enough already. */
  async #turn(owner: string, queue: Queue): Promise<void> {
    queue.busy = true;
    for (let waiter = queue.waiters[0]; waiter !== undefined; waiter = queue.waiters[0]) {
      const waited = performance.now() - waiter.since;
      try {
        const taken = await waiter.take(waiter.now + Math.floor(waited));
        // He may have left meanwhile: what was taken for him is gone, as for one who leaves right after his turn.
        if (!queue.waiters.includes(waiter)) continue;
        if (!taken.granted && waited + taken.waitMilliseconds <= this.#bounds.wait) {
          queue.busy = false;
          return this.#await(owner, queue, Math.max(1, taken.waitMilliseconds));
        }
        this.#drop(owner, queue, waiter, taken);
      } catch (fault) {
        waiter.reject(fault);
        this.#drop(owner, queue, waiter, GONE);
      }
    }
    queue.busy = false;
    this.#end(owner, queue);
  }

  #drop(owner: string, queue: Queue, waiter: Waiter, taken: AllTaken): void {
    const at = queue.waiters.indexOf(waiter);
    if (at === -1) return;
    queue.waiters.splice(at, 1);
    this.#waiting.requests--;
    this.#waiting.bytes -= waiter.bytes;
    waiter.signal.removeEventListener("abort", waiter.leave);
    waiter.resolve(taken);
    if (queue.waiters.length === 0 && !queue.busy) this.#end(owner, queue);
  }

  #end(owner: string, queue: Queue): void {
    clearTimeout(queue.timer);
    if (this.#queues.get(owner) === queue && queue.waiters.length === 0) this.#queues.delete(owner);
  }
}

/** Nobody is there any more to be told. */
const GONE: AllTaken = { granted: false, left: 0, waitMilliseconds: 0, at: 0 };
