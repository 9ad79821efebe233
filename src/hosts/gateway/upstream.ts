/**
 * Upstream: asks the API, over a pool of kept-alive connections.
 *
 * A narrow interface, because the wire under it will change: a request in, a head and a body out. What is sent is
 * written anew from what was understood; framing fields of the caller are never copied.
 */
import { Readable } from "node:stream";
import { type Dispatcher, Pool } from "undici";
import { Content, type Sink } from "../../exchange/content.ts";
import { fieldsOf } from "../../exchange/fields.ts";
import type { Problem } from "../../exchange/problem.ts";
import type { OpenExchange } from "../../doors/open-exchange.ts";
import type { Forward, Receiver } from "../carry.ts";
import { apiBrokeOff, apiUnreachable } from "./wire/upstream-problems.ts";
import { WRITTEN_BY_THE_WIRE } from "./wire/upstream-request.ts";

export interface Upstream {
  readonly forward: Forward;
  readonly close: () => Promise<void>;
}

/** Connections to one API. */
export const UPSTREAM_CONNECTIONS_MAX = 256;
/** To open one. */
export const UPSTREAM_CONNECT_MILLISECONDS = 3_000;
/** Between two pieces of an answer's body. */
export const UPSTREAM_STALL_MILLISECONDS = 60_000;
export const UPSTREAM_FIELD_BYTES_MAX = 65_536;

/** @param prefix path in front of every forwarded path, from the upstream URL; empty for none */
export function openUpstream(url: URL): Upstream {
  const pool = new Pool(url.origin, {
    connections: UPSTREAM_CONNECTIONS_MAX,
    pipelining: 1,
    connect: { timeout: UPSTREAM_CONNECT_MILLISECONDS },
    headersTimeout: 0,
    bodyTimeout: UPSTREAM_STALL_MILLISECONDS,
    maxHeaderSize: UPSTREAM_FIELD_BYTES_MAX,
  });
  const prefix = url.pathname === "/" ? "" : url.pathname.replace(/\/$/, "");
  return {
    forward: (exchange, receiver) => new Call(pool, prefix, exchange, receiver).start(),
    close: () => pool.destroy(),
  };
}

/** Methods that may be sent again when a kept-alive connection turns out to be dead (RFC 9110, section 9.2.2). */
const SAFE_TO_REPEAT: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);

class Call implements Dispatcher.DispatchHandler {
  readonly #pool: Pool;
  readonly #path: string;
  readonly #exchange: OpenExchange;
  readonly #receiver: Receiver;
  #controller: Dispatcher.DispatchController | undefined;
  #sink: Sink | undefined;
  #started = false;
  #ended = false;
  #cancelled = false;
  #repeats = 1;
  #early: Uint8Array[] = [];
  #fault: Problem | undefined;

  constructor(pool: Pool, prefix: string, exchange: OpenExchange, receiver: Receiver) {
    const { path, search } = exchange.request;
    this.#pool = pool;
    this.#path = `${prefix}${path}${search === undefined ? "" : `?${search}`}`;
    this.#exchange = exchange;
    this.#receiver = receiver;
  }

  start(): () => void {
    this.#dispatch();
    return () => this.#cancel();
  }

  #dispatch(): void {
    const { request, content, outgoing } = this.#exchange;
    const headers = outgoing.list.filter((_, at) => !WRITTEN_BY_THE_WIRE.has(outgoing.list[at - (at % 2)] ?? ""));
    const body = bodyOf(content, (why) => {
      this.#fault = why;
      this.#controller?.abort(new Error(why.title));
    });
    // A declared length that streams is announced again; undici then refuses a body that does not keep it.
    if (body instanceof Readable && content.declared !== undefined) headers.push("content-length", String(content.declared));
    this.#pool.dispatch({ path: this.#path, method: request.method, headers, body }, this);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#cancelled) controller.abort(new Error("given up"));
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number): void {
    if (status < 200 || this.#cancelled) return;
    this.#started = true;
    const fields = fieldsOf(rawFields(controller.rawHeaders));
    const bodiless = this.#exchange.request.method === "HEAD" || status === 204 || status === 304;
    const length = Number(fields.one("content-length") ?? Number.NaN);
    const content = bodiless ? new Content(undefined, 0) : new Content(this.#source(controller), Number.isSafeInteger(length) ? length : undefined);
    this.#receiver.head(status, fields, content);
  }

  #source(controller: Dispatcher.DispatchController): { open: (sink: Sink) => void; pause: () => void; resume: () => void; cancel: () => void } {
    return {
      open: (sink) => {
        this.#sink = sink;
        for (const chunk of this.#early.splice(0)) sink.data(chunk);
        if (this.#fault !== undefined) sink.fail(this.#fault);
        else if (this.#ended) sink.end();
        else controller.resume();
      },
      pause: () => controller.pause(),
      resume: () => controller.resume(),
      cancel: () => this.#cancel(),
    };
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#sink === undefined) {
      // Nobody has asked for the body yet: one piece is kept, and the connection waits.
      this.#early.push(chunk);
      controller.pause();
    } else if (!this.#sink.data(chunk)) controller.pause();
  }

  onResponseEnd(): void {
    this.#ended = true;
    this.#sink?.end();
  }

  onResponseError(_controller: unknown, fault: Error): void {
    if (this.#cancelled || this.#ended) return;
    const code = "code" in fault ? String(fault.code) : fault.name;
    if (this.#mayRepeat(code)) return this.#dispatch();
    this.#ended = true;
    this.#fault ??= this.#started ? apiBrokeOff({ because: { code } }) : apiUnreachable({ because: { code } });
    if (!this.#started) this.#receiver.fail(this.#fault);
    else this.#sink?.fail(this.#fault);
  }

  #mayRepeat(code: string): boolean {
    const { request, content } = this.#exchange;
    const stale = code === "UND_ERR_SOCKET" || code === "ECONNRESET" || code === "EPIPE";
    return stale && !this.#started && this.#fault === undefined && SAFE_TO_REPEAT.has(request.method) && content.declared === 0 && this.#repeats-- > 0;
  }

  #cancel(): void {
    if (this.#cancelled || this.#ended) return;
    this.#cancelled = true;
    this.#controller?.abort(new Error("given up"));
  }
}

function rawFields(raw: Dispatcher.DispatchController["rawHeaders"]): string[] {
  if (!Array.isArray(raw)) return [];
  return raw.map((text: Buffer | string, at) => {
    const written = typeof text === "string" ? text : text.toString("latin1");
    return at % 2 === 0 ? written.toLowerCase() : written;
  });
}

/** Held bytes go out at once; a body that nobody read streams, with the pace of the slower side. */
function bodyOf(content: Content, fail: (why: Problem) => void): Uint8Array | Readable | null {
  const { held } = content;
  if (held !== undefined) return held.byteLength === 0 ? null : held;
  const stream = new Readable({ read: () => content.resume() });
  content.stream({
    data: (chunk) => {
      const more = stream.push(chunk);
      if (!more) content.pause();
      return more;
    },
    end: () => void stream.push(null),
    fail: (why) => {
      fail(why);
      stream.destroy(new Error(why.title));
    },
  });
  return stream;
}
