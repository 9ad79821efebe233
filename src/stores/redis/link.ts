/**
 * Link: the way to the servers, which is up or down, and never makes anybody wait for longer than its bound.
 *
 * A call that gets no answer in time has failed. After a few in a row its lane is broken: further calls fail at once,
 * until one that is let through now and then gets its answer. There is one lane to a single server; to a cluster there
 * are as many as its keys have parts, so that one master that hangs holds up only what is his. When the connection itself
 * is gone, everything fails at once, and the link tries again by itself, with pauses that grow.
 */
import { setTimeout as wait } from "node:timers/promises";
import { type Connect, reasonOf, type Wire } from "./connect.ts";
import { SCRIPT, SCRIPT_SHA } from "./script.ts";
import { slotOf, SLOTS } from "./slot.ts";

/** Calls without an answer, one after the other, that break a lane. */
export const FAILURES_MAX = 3;
/** How long a lane stays broken before a call is let through again. */
export const BROKEN_MILLISECONDS = 500;
/** Pauses between attempts to connect, from the first to the longest. */
export const PAUSE_MILLISECONDS_MIN = 50;
export const PAUSE_MILLISECONDS_MAX = 1_000;
/** Of a cluster. */
const LANES = 64;

/** The servers did not answer, or not in time: the question has to be decided without them. */
export class StoreDown extends Error {
  override readonly name = "StoreDown";
}

interface Lane {
  failures: number;
  /** performance.now() before which nobody is let through. */
  brokenUntil: number;
  /** performance.now() of the last failure; -Infinity: there was none. */
  failed: number;
}

export interface LinkOptions {
  readonly connect: Connect;
  readonly cluster: boolean;
  /** Longest wait for an answer. */
  readonly waitMilliseconds: number;
  /** Told once when the servers are lost, and once when they are back. */
  readonly changed: (up: boolean, reason: string) => void;
}

export class Link {
  readonly #options: LinkOptions;
  readonly #lanes: readonly Lane[];
  #wire: Wire | undefined;
  #opening: Promise<string | undefined> | undefined;
  #closed = false;
  /** undefined: nobody has been told anything yet. */
  #down: boolean | undefined;
  #waiting = 0;

  constructor(options: LinkOptions) {
    this.#options = options;
    this.#lanes = Array.from({ length: options.cluster ? LANES : 1 }, () => ({ failures: 0, brokenUntil: 0, failed: Number.NEGATIVE_INFINITY }));
  }

  /** Connects for the first time; answers why it could not, and goes on trying. */
  open(): Promise<string | undefined> {
    return (this.#opening ??= this.#connect().then((reason) => {
      if (reason !== undefined) {
        this.#tell(false, reason);
        void this.#again();
      }
      return reason;
    }));
  }

  /** Whether a call with this key would be sent now. */
  up(key: string): boolean {
    return this.#wire !== undefined && performance.now() >= this.#laneOf(key).brokenUntil;
  }

  /** Milliseconds since a call with this key, or the connection, failed last. */
  sinceFailure(key: string): number {
    return performance.now() - this.#laneOf(key).failed;
  }

  /** Runs one operation of the script. Rejects with StoreDown, at the latest when the wait is over. */
  call(key: string, words: readonly string[]): Promise<unknown> {
    const lane = this.#laneOf(key);
    const wire = this.#wire;
    const now = performance.now();
    if (wire === undefined || now < lane.brokenUntil) return Promise.reject(new StoreDown("the servers are not there"));
    // One at a time finds out whether a broken lane is well again.
    if (lane.failures >= FAILURES_MAX) lane.brokenUntil = now + BROKEN_MILLISECONDS;
    this.#waiting++;
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => this.#fail(lane, wire, "no answer in time", reject), this.#options.waitMilliseconds);
      run(wire, key, words).then(
        (reply) => {
          clearTimeout(late);
          this.#waiting--;
          this.#heal(lane);
          resolve(reply);
        },
        (fault: unknown) => {
          clearTimeout(late);
          this.#waiting--;
          this.#fail(lane, wire, reasonOf(fault), reject);
        },
      );
    });
  }

  /** Lets what was asked be answered, and closes. */
  async close(): Promise<void> {
    this.#closed = true;
    for (let waited = 0; this.#waiting > 0 && waited < this.#options.waitMilliseconds; waited++) await wait(1);
    this.#wire?.close();
    this.#wire = undefined;
  }

  #laneOf(key: string): Lane {
    const [first] = this.#lanes;
    const lane = this.#lanes.length === 1 ? first : this.#lanes[Math.floor((slotOf(key) * LANES) / SLOTS)];
    if (lane === undefined) throw new RangeError("no lane");
    return lane;
  }

  #heal(lane: Lane): void {
    if (lane.failures === 0) return;
    lane.failures = 0;
    lane.brokenUntil = 0;
    if (this.#lanes.every(({ failures }) => failures < FAILURES_MAX)) this.#tell(true, "answers come again");
  }

  #fail(lane: Lane, wire: Wire, reason: string, reject: (fault: StoreDown) => void): void {
    lane.failed = performance.now();
    if (wire === this.#wire && ++lane.failures >= FAILURES_MAX) {
      lane.brokenUntil = lane.failed + BROKEN_MILLISECONDS;
      this.#tell(false, reason);
      // What still waits there would be decided twice: here without the server, and by it when it wakes up.
      if (!this.#options.cluster) this.#lose(wire, reason);
    }
    reject(new StoreDown(reason));
  }

  #lose(wire: Wire | undefined, reason: string): void {
    if (this.#closed || wire === undefined || wire !== this.#wire) return;
    this.#wire = undefined;
    wire.close();
    for (const lane of this.#lanes) lane.failed = performance.now();
    this.#tell(false, reason);
    void this.#again();
  }

  async #again(): Promise<void> {
    for (let pause = PAUSE_MILLISECONDS_MIN; !this.#closed && this.#wire === undefined; pause = Math.min(2 * pause, PAUSE_MILLISECONDS_MAX)) {
      await wait(pause, undefined, { ref: false });
      if (!this.#closed) await this.#connect();
    }
  }

  /** Answers why not. A server that takes connections and says nothing is no server. */
  async #connect(): Promise<string | undefined> {
    let mine: Wire | undefined;
    const connecting = this.#options.connect((reason) => this.#lose(mine, reason));
    try {
      const wire = await Promise.race([connecting, wait(CONNECT_MILLISECONDS_MAX, undefined, { ref: false })]);
      if (wire === undefined) throw new StoreDown("no answer in time");
      mine = wire;
      await greet(wire);
    } catch (fault) {
      mine = undefined;
      connecting.then(({ close }) => close(), () => undefined);
      return fault instanceof StoreDown ? fault.message : reasonOf(fault);
    }
    if (this.#closed) mine.close();
    else {
      this.#wire = mine;
      for (const lane of this.#lanes) [lane.failures, lane.brokenUntil] = [0, 0];
      this.#tell(true, "connected");
    }
    return undefined;
  }

  #tell(up: boolean, reason: string): void {
    if (this.#down === !up) return;
    this.#down = !up;
    this.#options.changed(up, reason);
  }
}

/** Longest wait for a connection, with its greeting. */
export const CONNECT_MILLISECONDS_MAX = 2_000;

/** Nobody should have to wait for the script to be sent, or learn only from his request that it may not be run. */
async function greet(wire: Wire): Promise<void> {
  const late = wait(CONNECT_MILLISECONDS_MAX, undefined, { ref: false }).then(() => {
    throw new StoreDown("no answer in time");
  });
  await Promise.race([wire.send(GREETED_KEY, ["EVAL", SCRIPT, "1", GREETED_KEY, "hello"]), late]);
}

const GREETED_KEY = "sallyport:hello";

/** By its hash; a server that has not seen the script yet gets it whole. */
async function run(wire: Wire, key: string, words: readonly string[]): Promise<unknown> {
  try {
    return await wire.send(key, ["EVALSHA", SCRIPT_SHA, "1", key, ...words]);
  } catch (fault) {
    if (!(fault instanceof Error && fault.message.startsWith("NOSCRIPT"))) throw fault;
    return wire.send(key, ["EVAL", SCRIPT, "1", key, ...words]);
  }
}
