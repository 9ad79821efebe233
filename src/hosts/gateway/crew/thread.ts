/**
 * Thread: one member of a crew, as the crew sees it: started, asked, watched, and started again when it ends.
 *
 * A thread that ends by a fault of its own or by running out of memory takes its exchanges in flight with it, and the
 * audit records of its last moment (see GATHER_MILLISECONDS); the others go on. One that is stuck is ended: it would
 * go on taking its share of new connections, and answer none.
 */
import { Worker } from "node:worker_threads";
import type { Misfit } from "../../../contract/misfit.ts";
import type { JsonObject } from "../../../contract/json-value.ts";
import type { Severity } from "../../../watch/operations.ts";
import type { DocumentAnswer, DocumentQuestion, FromMember, MemberOrders, ToMember } from "./messages.ts";

/** How long a thread may be stuck before it is ended. */
export const STUCK_MILLISECONDS_MAX = 15_000;
/** How long it takes to start a thread again: twice as long after each failure, from the least to the most. */
export const RESTART_MILLISECONDS_MIN = 100;
export const RESTART_MILLISECONDS_MAX = 10_000;
/** A thread that has lived this long was no failed start. */
const SETTLED_MILLISECONDS = 60_000;
/**
 * What a thread's young objects may take, in MiB: three times a half of V8's young generation. Left alone a thread comes to
 * three halves of 16 MiB, and answers no faster: what an exchange leaves behind is garbage long before 8 MiB are full.
 */
const YOUNG_MEBIBYTES_MAX = 24;

/** The file beside this one, as TypeScript in a checkout and as JavaScript once built. */
const MEMBER = new URL(import.meta.url.endsWith(".ts") ? "./member.ts" : "./member.js", import.meta.url);

export interface ThreadEvents {
  readonly said: (severity: Severity, event: string, particulars: JsonObject) => void;
  /** Writes a text of the audit log, and calls back once it is written or is not. */
  readonly audit: (text: string, done: (fault?: Error) => void) => void;
  /** Hands over a document of an issuer. Never rejects. */
  readonly document: (question: DocumentQuestion) => Promise<DocumentAnswer["document"]>;
  /** It has ended, and what it held is free. `number`: the thread's own, which the next one in its place has, too. */
  readonly ended: (thread: number, number: number) => void;
  /** Open again, with this version of the policy. */
  readonly returned: (policy: string) => void;
}

/** What a test has otherwise. */
export interface ThreadTools {
  readonly start: (orders: MemberOrders, name: string) => Worker;
  readonly stuckMilliseconds: number;
}

const TOOLS: ThreadTools = {
  start: (workerData, name) => new Worker(MEMBER, { workerData, name, resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MEBIBYTES_MAX } }),
  stuckMilliseconds: STUCK_MILLISECONDS_MAX,
};

type Answer<K extends FromMember["kind"]> = FromMember & { readonly kind: K };

export class Thread {
  readonly #orders: Omit<MemberOrders, "pulse">;
  readonly #number: number;
  readonly #events: ThreadEvents;
  readonly #tools: ThreadTools;
  #worker: Worker | undefined;
  #waiting: { readonly kinds: readonly FromMember["kind"][]; readonly resolve: (answer: FromMember | undefined) => void }[] = [];
  #look: NodeJS.Timeout | undefined;
  #restart: NodeJS.Timeout | undefined;
  #pause = RESTART_MILLISECONDS_MIN;
  #stopping = false;

  constructor(number: number, orders: Omit<MemberOrders, "pulse">, events: ThreadEvents, tools: Partial<ThreadTools> = {}) {
    this.#number = number;
    this.#orders = orders;
    this.#events = events;
    this.#tools = { ...TOOLS, ...tools };
  }

  /** Starts it for the first time. Answers once it listens, or with what stands in the way. */
  async open(): Promise<{ readonly url: string } | { readonly misfits: readonly Misfit[] }> {
    const first = await this.#start();
    return first ?? { misfits: [this.#misfit()] };
  }

  /** Asks, and waits. undefined: the thread has ended, or is ending. */
  ask<K extends FromMember["kind"]>(message: ToMember, kind: K): Promise<Answer<K> | undefined> {
    if (this.#worker === undefined || this.#stopping) return Promise.resolve(undefined);
    this.#worker.postMessage(message);
    return this.#await(kind);
  }

  tell(message: ToMember): void {
    this.#worker?.postMessage(message);
  }

  /** Lets its exchanges in flight finish, then ends it. */
  stop(): Promise<void> {
    this.#stopping = true;
    clearTimeout(this.#restart);
    const worker = this.#worker;
    if (worker === undefined) return Promise.resolve();
    worker.postMessage({ kind: "stop" } satisfies ToMember);
    return new Promise((resolve) => worker.once("exit", () => resolve()));
  }

  /** Ends it at once. */
  async kill(): Promise<void> {
    this.#stopping = true;
    clearTimeout(this.#restart);
    await this.#worker?.terminate();
  }

  #await<K extends FromMember["kind"]>(...kinds: readonly K[]): Promise<Answer<K> | undefined> {
    // Answers come in the order of the questions of their kind.
    return new Promise((resolve) => this.#waiting.push({ kinds, resolve: (answer) => resolve(answer as Answer<K> | undefined) }));
  }

  #start(): Promise<Answer<"open" | "misfits"> | undefined> {
    const pulse = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
    const worker = this.#tools.start({ ...this.#orders, pulse }, `sallyport ${this.#number}`);
    const begun = performance.now();
    let fault: string | undefined;
    this.#worker = worker;
    worker.on("message", (message: FromMember) => this.#hear(message, worker));
    worker.on("error", (thrown: unknown) => (fault = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : typeof thrown));
    // Its number is taken away from it when it ends.
    const { threadId } = worker;
    worker.on("exit", (code) => {
      this.#events.ended(threadId, this.#number);
      this.#ended(fault ?? `exit code ${code}`, performance.now() - begun);
    });
    this.#watch(worker, new Int32Array(pulse));
    return this.#await("open", "misfits");
  }

  #hear(message: FromMember, worker: Worker): void {
    if (message.kind === "said") return this.#events.said(message.severity, message.event, { thread: this.#number, ...message.particulars });
    if (message.kind === "audit") return this.#events.audit(message.text, (fault) => worker.postMessage({ kind: "written", fault: fault?.message } satisfies ToMember));
    if (message.kind === "document") {
      const { kind, question } = message;
      return void this.#events.document(message).then((document) => worker.postMessage({ kind, question, document } satisfies ToMember));
    }
    const at = this.#waiting.findIndex(({ kinds }) => kinds.includes(message.kind));
    const [waiting] = at === -1 ? [] : this.#waiting.splice(at, 1);
    waiting?.resolve(message);
  }

  #watch(worker: Worker, pulse: Int32Array): void {
    const { stuckMilliseconds } = this.#tools;
    let before = 0;
    let since = performance.now();
    this.#look = setInterval(() => {
      const beats = Atomics.load(pulse, 0);
      // No beat yet: it is still reading the contract.
      if (beats === 0 || beats !== before) [before, since] = [beats, performance.now()];
      else if (performance.now() - since > stuckMilliseconds) void worker.terminate();
    }, stuckMilliseconds / 10);
  }

  #ended(reason: string, livedMilliseconds: number): void {
    clearInterval(this.#look);
    this.#worker = undefined;
    for (const { resolve } of this.#waiting.splice(0)) resolve(undefined);
    if (this.#stopping) return;
    this.#pause = livedMilliseconds > SETTLED_MILLISECONDS ? RESTART_MILLISECONDS_MIN : Math.min(this.#pause * 2, RESTART_MILLISECONDS_MAX);
    this.#events.said("error", "a thread ended and is started again", { thread: this.#number, reason, waitMilliseconds: this.#pause });
    this.#restart = setTimeout(() => void this.#again(), this.#pause);
  }

  async #again(): Promise<void> {
    const first = await this.#start();
    if (first?.kind === "open") return this.#events.returned(first.policy);
    if (first?.kind !== "misfits") return;
    this.#events.said("error", "a thread cannot start with the files as they are now", { thread: this.#number, reasons: first.misfits.map(({ message }) => message) });
    await this.#worker?.terminate();
  }

  #misfit(): Misfit {
    return { level: "error", place: { file: this.#orders.policyFile, pointer: "/threads" }, message: `thread ${this.#number} ended while it started` };
  }
}
