/**
 * XML readers: hands XML texts to a thread, one at a time, and does not wait for ever.
 *
 * A text that takes too long ends its thread; the next one gets a new one. So does a text behind which the thread has grown
 * large. Those that wait are few: more are told so at once.
 */
import { MessageChannel, receiveMessageOnPort, Worker } from "node:worker_threads";
import type { XmlCall, XmlReply, XmlThreadData, XmlWrong, XsdFiles } from "./xml-thread.ts";

export interface XmlReadersOptions {
  readonly schemas?: readonly XsdFiles[];
  /** Bytes that libxml2 may have in its thread. */
  readonly memoryBytes?: number;
  /** Texts that wait while another one is read. */
  readonly waiting?: number;
}

export const XML_MEMORY_BYTES_MAX = 268_435_456;
export const XML_WAITING_MAX = 64;
/** Beyond this a thread is replaced once it has nothing to do: WebAssembly gives no memory back. */
export const XML_MEMORY_BYTES_KEPT = 67_108_864;
/** Time in which the schemas of a policy have to be read at start-up. */
export const XSD_MILLISECONDS_MAX = 20_000;

/** `late`: it took too long. `busy`: too many wait. `broken`: the thread ended, out of memory for example. */
export type XmlOutcome = { readonly canonical: string } | XmlWrong | { readonly failed: "late" | "busy" | "broken" };

export interface XmlReaders {
  /** @param milliseconds from now on, waiting included */
  readonly read: (bytes: Uint8Array, schema: string | undefined, milliseconds: number) => Promise<XmlOutcome>;
  readonly close: () => void;
}

/** .ts here, .js in the published package. */
const THREAD = new URL(`./xml-thread${import.meta.url.slice(import.meta.url.lastIndexOf("."))}`, import.meta.url);

/** Starts no thread before the first text comes. */
export function openXmlReaders({ schemas = [], memoryBytes = XML_MEMORY_BYTES_MAX, waiting = XML_WAITING_MAX }: XmlReadersOptions = {}): XmlReaders {
  const readers = new Readers({ schemas, memoryBytes }, waiting);
  return { read: (bytes, schema, milliseconds) => readers.read(bytes, schema, milliseconds), close: () => readers.close() };
}

/** What is wrong with schemas, by their keys: waits until a thread has read them. For start-up, which waits anyway. */
export function tryXsd(schemas: readonly XsdFiles[], memoryBytes: number = XML_MEMORY_BYTES_MAX): ReadonlyMap<string, string> {
  const done = new Int32Array(new SharedArrayBuffer(4));
  const { port1: here, port2: port } = new MessageChannel();
  const data: XmlThreadData = { schemas, memoryBytes, trial: { port, done } };
  const thread = new Worker(THREAD, { workerData: data, transferList: [port], name: "sallyport XSD" });
  thread.unref();
  Atomics.wait(done, 0, 0, XSD_MILLISECONDS_MAX);
  const told = receiveMessageOnPort(here)?.message as readonly { readonly key: string; readonly wrong: string }[] | undefined; // what xml-thread.ts posts
  here.close();
  void thread.terminate();
  return new Map(told === undefined ? schemas.map(({ key }) => [key, "it was not read in time"]) : told.map(({ key, wrong }) => [key, wrong]));
}

interface Waiting {
  readonly call: XmlCall;
  readonly until: number;
  readonly settle: (outcome: XmlOutcome) => void;
}

class Readers {
  readonly #data: XmlThreadData;
  readonly #waitingMax: number;
  readonly #queue: Waiting[] = [];
  #thread: Worker | undefined;
  #current: Waiting | undefined;
  #timer: NodeJS.Timeout | undefined;
  #calls = 0;

  constructor(data: XmlThreadData, waitingMax: number) {
    this.#data = data;
    this.#waitingMax = waitingMax;
  }

  read(bytes: Uint8Array, schema: string | undefined, milliseconds: number): Promise<XmlOutcome> {
    if (this.#queue.length >= this.#waitingMax) return Promise.resolve({ failed: "busy" });
    return new Promise((settle) => {
      this.#queue.push({ call: { id: ++this.#calls, bytes, schema }, until: performance.now() + milliseconds, settle });
      this.#next();
    });
  }

  close(): void {
    for (const { settle } of this.#queue.splice(0)) settle({ failed: "broken" });
    this.#giveUp("broken");
  }

  #next(): void {
    if (this.#current !== undefined) return;
    const next = this.#queue.shift();
    if (next === undefined) return this.#thread?.unref();
    const left = next.until - performance.now();
    if (left <= 0) {
      next.settle({ failed: "late" });
      return this.#next();
    }
    this.#current = next;
    this.#timer = setTimeout(() => this.#giveUp("late"), left);
    const thread = (this.#thread ??= this.#start());
    thread.ref();
    thread.postMessage(next.call);
  }

  #start(): Worker {
    const thread = new Worker(THREAD, { workerData: this.#data, name: "sallyport XML", resourceLimits: { maxOldGenerationSizeMb: 512 } });
    thread.on("message", (reply: XmlReply) => this.#answered(thread, reply));
    // Its words may hold values: what is told is that it broke.
    thread.on("error", () => undefined);
    thread.on("exit", () => {
      if (this.#thread === thread) this.#giveUp("broken");
    });
    return thread;
  }

  #answered(thread: Worker, reply: XmlReply): void {
    const current = this.#current;
    if (thread !== this.#thread || current?.call.id !== reply.id) return;
    this.#finish(current, "canonical" in reply ? { canonical: reply.canonical } : { wrong: reply.wrong, lines: reply.lines });
    if (reply.memoryBytes > XML_MEMORY_BYTES_KEPT || ("wrong" in reply && reply.wrong === "memory")) this.#drop();
    this.#next();
  }

  #giveUp(failed: "late" | "broken"): void {
    const current = this.#current;
    this.#drop();
    if (current !== undefined) this.#finish(current, { failed });
    this.#next();
  }

  #finish(current: Waiting, outcome: XmlOutcome): void {
    clearTimeout(this.#timer);
    this.#current = undefined;
    current.settle(outcome);
  }

  #drop(): void {
    const thread = this.#thread;
    this.#thread = undefined;
    void thread?.terminate();
  }
}
