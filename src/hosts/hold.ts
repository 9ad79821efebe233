/**
 * Hold: keeps what a program behind the doors writes, until the second door lets it out.
 *
 * The program goes on with the same response object, but its writeHead, write, end and flushHeaders lead here. They
 * stay so even after a refusal: whatever it still writes then must not reach the wire.
 */
import type { ServerResponse } from "node:http";
import { Content, type Sink } from "../exchange/content.ts";
import { fieldsOf, type WritableFields } from "../exchange/fields.ts";

/** The way to the wire that the program no longer has. */
export type Outlet = Pick<ServerResponse, "writeHead" | "write" | "end">;

/** Bytes that the program may write ahead of the door before it is asked to wait. */
export const AHEAD_BYTES_MAX = 65_536;

/** What a response's own methods lead to while it is held. */
const HELD = Symbol("held");

interface Holding extends ServerResponse {
  [HELD]: HeldAnswer;
}

export function holdAnswer(response: ServerResponse, head: (status: number, fields: WritableFields, content: Content) => void): Outlet {
  const outlet: Outlet = {
    writeHead: response.writeHead.bind(response),
    write: response.write.bind(response),
    end: response.end.bind(response),
  };
  const holding = response as Holding; // from the next line on
  holding[HELD] = new HeldAnswer(response, head);
  holding.writeHead = writeHead;
  holding.write = write;
  holding.end = end;
  holding.flushHeaders = flushHeaders;
  Object.defineProperty(holding, "headersSent", HEADERS_SENT);
  return outlet;
}

// The same functions for every response, which find their own through it. A closure for each would make every response an
// object of a shape of its own, and all that touches it slow.
function writeHead(this: Holding, status: number, ...rest: unknown[]): Holding {
  this[HELD].writeHead(status, rest);
  return this;
}

function write(this: Holding, chunk: unknown, ...rest: unknown[]): boolean {
  return this[HELD].write(chunk, rest);
}

function end(this: Holding, ...rest: unknown[]): Holding {
  this[HELD].end(rest);
  return this;
}

function flushHeaders(this: Holding): void {
  this[HELD].begin();
}

const HEADERS_SENT: PropertyDescriptor & ThisType<Holding> = {
  get() {
    return this[HELD].begun;
  },
  configurable: true,
};

type Done = (fault?: Error) => void;

class HeldAnswer {
  begun = false;
  readonly #response: ServerResponse;
  readonly #head: (status: number, fields: WritableFields, content: Content) => void;
  #sink: Sink | undefined;
  #ahead: Uint8Array[] = [];
  #aheadBytes = 0;
  #ended = false;
  #unwanted = false;

  constructor(response: ServerResponse, head: (status: number, fields: WritableFields, content: Content) => void) {
    this.#response = response;
    this.#head = head;
  }

  writeHead(status: number, rest: readonly unknown[]): void {
    const response = this.#response;
    if (this.begun) return;
    response.statusCode = status;
    const headers = rest.find((one) => typeof one === "object" && one !== null);
    const pairs = Array.isArray(headers) ? pairsOf(headers) : Object.entries(headers ?? {});
    for (const [name, value] of pairs) if (value !== undefined) response.setHeader(name, value as string);
  }

  /** The head is what stands now: the second door begins to look. */
  begin(declared?: number): void {
    if (this.begun) return;
    this.begun = true;
    const { statusCode } = this.#response;
    const fields = readFields(this.#response);
    const length = Number(fields.one("content-length") ?? Number.NaN);
    const known = declared ?? (Number.isSafeInteger(length) ? length : undefined);
    // No `resume`: the program listens to the same response, and hears the wire's own "drain".
    this.#head(statusCode, fields, new Content({ open: (sink) => this.#open(sink), cancel: () => void (this.#unwanted = true) }, known));
  }

  write(chunk: unknown, rest: readonly unknown[]): boolean {
    const bytes = bytesOf(chunk, rest);
    this.begin();
    callLater(rest);
    if (this.#unwanted || bytes.byteLength === 0) return true;
    if (this.#sink !== undefined) return this.#sink.data(bytes);
    this.#ahead.push(bytes);
    this.#aheadBytes += bytes.byteLength;
    return this.#aheadBytes < AHEAD_BYTES_MAX;
  }

  end(rest: readonly unknown[]): void {
    const [chunk] = rest;
    const bytes = chunk === undefined || chunk === null || typeof chunk === "function" ? new Uint8Array(0) : bytesOf(chunk, rest.slice(1));
    const whole = !this.begun;
    if (bytes.byteLength > 0) {
      this.#ahead.push(bytes);
      this.#aheadBytes += bytes.byteLength;
    }
    this.#ended = true;
    this.begin(whole ? bytes.byteLength : undefined);
    callLater(rest);
    if (this.#sink !== undefined) this.#deliver(this.#sink);
  }

  #open(sink: Sink): void {
    this.#sink = sink;
    this.#deliver(sink);
  }

  #deliver(sink: Sink): void {
    for (const bytes of this.#ahead.splice(0)) sink.data(bytes);
    this.#aheadBytes = 0;
    if (!this.#ended) return void this.#response.emit("drain");
    this.#ended = false;
    sink.end();
  }
}

function pairsOf(list: readonly unknown[]): readonly (readonly [string, unknown])[] {
  if (Array.isArray(list[0])) return list as readonly (readonly [string, unknown])[];
  return list.flatMap((name, at) => (at % 2 === 0 ? [[String(name), list[at + 1]] as const] : []));
}

function readFields(response: ServerResponse): WritableFields {
  const fields = fieldsOf([]);
  for (const [name, value] of Object.entries(response.getHeaders())) {
    for (const one of Array.isArray(value) ? value : [value]) if (one !== undefined) fields.append(name.toLowerCase(), String(one));
  }
  return fields;
}

function bytesOf(chunk: unknown, rest: readonly unknown[]): Uint8Array {
  const [encoding] = rest;
  if (typeof chunk === "string") return Buffer.from(chunk, typeof encoding === "string" ? (encoding as BufferEncoding) : "utf8");
  if (chunk instanceof Uint8Array) return chunk;
  throw new TypeError("a chunk is a text or bytes");
}

function callLater(rest: readonly unknown[]): void {
  const done = rest.find((one) => typeof one === "function");
  if (done !== undefined) setImmediate(done as Done);
}
