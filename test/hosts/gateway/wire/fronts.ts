/**
 * Fronts: a front on loopback with an engine that is a few lines, and a caller who says exactly what he wants to say.
 */
import net, { type Socket } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import type { ArrivalFacts } from "../../../../src/doors/engine.ts";
import type { OpenExchange } from "../../../../src/doors/open-exchange.ts";
import { Content, type Source } from "../../../../src/exchange/content.ts";
import { OpenAnswer } from "../../../../src/exchange/exchange.ts";
import { fieldsOf } from "../../../../src/exchange/fields.ts";
import type { Problem } from "../../../../src/exchange/problem.ts";
import type { Responder } from "../../../../src/hosts/carry.ts";
import type { FrontTls } from "../../../../src/hosts/gateway/front.ts";
import { openWireFront, type WireFrontDoor } from "../../../../src/hosts/gateway/wire/front.ts";
import type { FrontLimits } from "../../../../src/hosts/gateway/wire/front-limits.ts";

/** One request's turn as the engine saw it. */
export interface Seen {
  readonly facts: ArrivalFacts;
  /** The body, once somebody has read it; a problem's slug where it failed. */
  body: string | undefined;
  /** `gone`, `sent`, or the slug of what cut the answer short; more than one would be a defect. */
  readonly ends: string[];
}

export type Serve = (turn: TurnAtHand) => void;

export class TurnAtHand {
  readonly facts: ArrivalFacts;
  readonly seen: Seen;
  readonly #responder: Responder;

  constructor(facts: ArrivalFacts, responder: Responder) {
    this.facts = facts;
    this.seen = { facts, body: undefined, ends: [] };
    this.#responder = responder;
    responder.onGone(() => this.seen.ends.push("gone"));
  }

  async read(): Promise<string> {
    const bytes = await this.facts.content.read();
    this.seen.body = bytes instanceof Uint8Array ? Buffer.from(bytes).toString("latin1") : `!${bytes.type}`;
    return this.seen.body;
  }

  answer(body: string | Uint8Array | Source = "fine", { status = 200, list = ["content-type", "text/plain"], declared }: { status?: number; list?: string[]; declared?: number } = {}): void {
    const content = typeof body === "string" ? Content.holding(Buffer.from(body, "latin1")) : body instanceof Uint8Array ? Content.holding(body) : new Content(body, declared);
    // The responder asks nothing of the exchange.
    this.#responder.send(new OpenAnswer(status, fieldsOf(list), content, "api"), {} as OpenExchange, (fault?: Problem) => this.seen.ends.push(fault?.type ?? "sent"));
  }
}

/** Reads the body and says what was understood. */
export const echo: Serve = (turn) => {
  const { method, target, version, fields } = turn.facts;
  const answer = (body: string): void => turn.answer(JSON.stringify({ method, target, version, list: fields.list, body }));
  if (turn.facts.content.declared === 0) answer("");
  else void turn.read().then(answer);
};

export interface Opened {
  readonly front: WireFrontDoor;
  readonly port: number;
  readonly turns: Seen[];
  /** Statuses given to bytes that were no request. */
  readonly refused: number[];
  serve: Serve;
  readonly stop: () => Promise<void>;
}

export async function openFake(serve: Serve = echo, limits: Partial<FrontLimits> = {}, tls?: FrontTls): Promise<Opened> {
  const turns: Seen[] = [];
  const refused: number[] = [];
  const front = openWireFront(
    tls,
    {
      serve: (facts, responder) => {
        const turn = new TurnAtHand(facts, responder);
        turns.push(turn.seen);
        opened.serve(turn);
      },
      malformed: (_peer, status) => {
        refused.push(status);
        return `HTTP/1.1 ${status} No\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`;
      },
    },
    limits,
  );
  const { port } = await front.listen(0, "127.0.0.1");
  const opened: Opened = { front, port, turns, refused, serve, stop: () => front.drain(0) };
  return opened;
}

/** A front of its own, closed whatever happens. */
export async function withFront(limits: Partial<FrontLimits>, run: (opened: Opened) => Promise<void>, serve: Serve = echo, tls?: FrontTls): Promise<void> {
  const opened = await openFake(serve, limits, tls);
  try {
    await run(opened);
  } finally {
    await opened.stop();
  }
}

/** A caller who writes raw bytes and keeps what he gets. */
export class Caller {
  readonly socket: Socket;
  received = "";
  closed = false;
  ended = false;
  fault: string | undefined;
  readonly #opened: number = performance.now();

  constructor(port: number, socket: Socket = net.connect({ port, host: "127.0.0.1", allowHalfOpen: true })) {
    this.socket = socket;
    // A test that fails leaves its callers behind.
    socket.unref();
    socket.on("data", (chunk: Buffer) => (this.received += chunk.toString("latin1")));
    socket.on("end", () => (this.ended = true));
    socket.on("close", () => (this.closed = true));
    socket.on("error", (fault: NodeJS.ErrnoException) => (this.fault = fault.code));
  }

  write(text: string | Uint8Array): this {
    this.socket.write(typeof text === "string" ? Buffer.from(text, "latin1") : text);
    return this;
  }

  /** Waits until what was received holds `text` this often. */
  async until(text: string, times = 1, milliseconds = 3_000): Promise<string> {
    await eventually(() => this.received.split(text).length > times, () => `${times} x ${JSON.stringify(text)} in ${JSON.stringify(this.received.slice(0, 2_000))} (closed: ${this.closed}, ${this.fault})`, milliseconds);
    return this.received;
  }

  /** Waits until the other side has ended, and says after how many milliseconds since the caller came. */
  async end(milliseconds = 3_000): Promise<number> {
    await eventually(() => this.ended || this.closed, () => `an end after ${JSON.stringify(this.received.slice(0, 2_000))}`, milliseconds);
    return performance.now() - this.#opened;
  }

  leave(): void {
    this.socket.destroy();
  }
}

/** Turns of this process are counted, not time: on a busy machine time goes on while neither side of a connection does anything. */
const TURN_MILLISECONDS = 5;

export async function eventually(holds: () => boolean, what: () => string, milliseconds = 3_000): Promise<void> {
  for (let turn = 0; !holds(); turn++) {
    if (turn * TURN_MILLISECONDS > milliseconds) throw new Error(`never came: ${what()}`);
    await wait(TURN_MILLISECONDS);
  }
}

/** Sends `raw` on a connection of its own and gives what comes until the other side ends it or has been silent. */
export async function ask(port: number, raw: string | readonly string[], silenceMilliseconds = 60): Promise<string> {
  const caller = new Caller(port);
  for (const piece of typeof raw === "string" ? [raw] : raw) {
    caller.write(piece);
    await wait(1);
  }
  let length = 0;
  for (let turn = 0; turn * TURN_MILLISECONDS < silenceMilliseconds && !caller.ended && !caller.closed; turn++) {
    await wait(TURN_MILLISECONDS);
    if (length === caller.received.length) continue;
    length = caller.received.length;
    turn = 0;
  }
  caller.leave();
  return caller.received;
}

export function statusesOf(received: string): readonly number[] {
  return [...received.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));
}
