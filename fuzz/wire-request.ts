/**
 * Wire request: what the front takes for a request, Node's own parser takes for the same request.
 *
 * Sound streams of requests are damaged at random and read by both: by the front's connection, whole and in random
 * pieces, and by node:http. Whatever the front hands on, the other must have read too: the same method, target, fields
 * and body, in the same order. The front may refuse more; it may never see a request where the other sees another.
 *
 * No network: sockets are streams in memory, so that a run is thousands of streams a second.
 */
import assert from "node:assert/strict";
import http from "node:http";
import type { Socket } from "node:net";
import { Duplex } from "node:stream";
import type { ArrivalFacts } from "../src/doors/engine.ts";
import type { OpenExchange } from "../src/doors/open-exchange.ts";
import { Content } from "../src/exchange/content.ts";
import { OpenAnswer } from "../src/exchange/exchange.ts";
import { fieldsOf } from "../src/exchange/fields.ts";
import type { Responder } from "../src/hosts/carry.ts";
import { FrontClock } from "../src/hosts/gateway/wire/front-clock.ts";
import type { Taker } from "../src/hosts/gateway/wire/accepted-socket.ts";
import { FrontConnection } from "../src/hosts/gateway/wire/front-connection.ts";
import { FRONT_LIMITS } from "../src/hosts/gateway/wire/front-limits.ts";
import { HeadReader } from "../src/hosts/gateway/wire/request-head.ts";

type Dice = (below: number) => number;

/** A request as its reader understood it; `body` is undefined where its end never came. */
interface Understood {
  readonly method: string;
  readonly target: string;
  readonly version: string;
  readonly fields: string;
  readonly body: string | undefined;
}

/** Streams read by one pair of parsers at a time. */
const STREAMS_PER_BATCH = 100;

/** Damages `iterations` streams, in steps that `seed` decides. Throws when the two readers disagree. */
export async function run(iterations: number, seed: number): Promise<void> {
  const dice = makeDice(seed);
  const clock = new FrontClock();
  const node = openNode();
  try {
    for (let done = 0; done < iterations; done += STREAMS_PER_BATCH) {
      const texts = Array.from({ length: Math.min(STREAMS_PER_BATCH, iterations - done) }, () => makeStream(dice));
      await Promise.all(texts.map((text) => compare(text, cutsOf(text.length, dice), clock, node)));
    }
  } finally {
    clock.stop();
  }
}

async function compare(text: string, cuts: readonly number[], clock: FrontClock, node: NodeReader): Promise<void> {
  const [whole, cut, theirs] = await Promise.all([readHere(text, [], clock), readHere(text, cuts, clock), node(text)]);
  try {
    assert.deepEqual(cut, whole, "in pieces it is another stream");
    for (const [at, ours] of whole.entries()) {
      // The front reads methods by their form, Node by a list: it stops at one that it does not know.
      if (!http.METHODS.includes(ours.method)) break;
      const other = theirs[at];
      assert.ok(other !== undefined, `request ${at} does not exist for Node`);
      // A body that the front refuses has no end here, and nothing may follow it.
      if (ours.body === undefined) assert.equal(at, whole.length - 1, "a request behind a body without an end");
      assert.deepEqual(ours, ours.body === undefined ? { ...other, body: undefined } : other, `request ${at}`);
    }
  } catch (fault) {
    throw new Error(`${JSON.stringify(text)} in pieces at ${cuts.join()}`, { cause: fault });
  }
}

/** A socket without a network. What is written to it is thrown away. */
class Wire extends Duplex {
  readonly remoteAddress = "127.0.0.1";
  readonly bytesWritten = 0;

  constructor() {
    super({ allowHalfOpen: true });
  }

  override _read(): void {}

  override _write(_chunk: unknown, _encoding: unknown, done: () => void): void {
    done();
  }

  destroySoon(): void {
    this.destroy();
  }

  setTimeout(): this {
    return this;
  }

  setNoDelay(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }
}

async function feed(wire: Wire, text: string, cuts: readonly number[]): Promise<void> {
  const bytes = Buffer.from(text, "latin1");
  let from = 0;
  for (const to of [...cuts, bytes.length]) {
    if (to > from && !wire.destroyed) wire.push(bytes.subarray(from, to));
    from = Math.max(from, to);
    await settle();
  }
  if (!wire.destroyed) wire.push(null);
  for (let turns = 0; turns < 6; turns++) await settle();
  wire.destroy();
  await settle();
}

const settle = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

/** One piece as bytes of their own, the next one lent and then written over. */
function readInTurn(wire: Wire, taker: Taker): Socket {
  const shared = Buffer.alloc(65_536);
  let lends = false;
  wire.on("data", (chunk: Buffer) => {
    lends = !lends;
    if (!lends) return taker.take(chunk);
    taker.lend(shared, chunk.copy(shared));
    shared.fill("!");
  });
  // A stream is all of a socket that a connection asks for.
  return wire as unknown as Socket;
}

async function readHere(text: string, cuts: readonly number[], clock: FrontClock): Promise<readonly Understood[]> {
  const requests: Understood[] = [];
  const serve = (facts: ArrivalFacts, responder: Responder): void => {
    responder.onGone(() => undefined);
    const { method, target, version, fields, content } = facts;
    const at = requests.push({ method, target, version, fields: fields.list.join("\n"), body: undefined }) - 1;
    const answer = (): void => responder.send(new OpenAnswer(200, fieldsOf([]), Content.holding(Buffer.alloc(0)), "door"), {} as OpenExchange, () => undefined);
    const understood = (body: unknown): void => {
      if (!(body instanceof Uint8Array)) return answer();
      requests[at] = { ...(requests[at] ?? assert.fail()), body: Buffer.from(body).toString("latin1") };
      answer();
    };
    const body = content.read();
    if (body instanceof Promise) void body.then(understood);
    else understood(body);
  };
  const wire = new Wire();
  const parts = { limits: FRONT_LIMITS, clock, reader: new HeadReader(FRONT_LIMITS), events: { serve, malformed: () => "" }, secure: false, draining: () => false };
  const connection = new FrontConnection((taker) => readInTurn(wire, taker), { peer: "127.0.0.1" }, parts);
  await feed(wire, text, cuts);
  connection.leave();
  return requests;
}

type NodeReader = (text: string) => Promise<readonly Understood[]>;

/** One server of node:http for all streams, strict as it comes. */
function openNode(): NodeReader {
  const streams = new WeakMap<object, Understood[]>();
  const server = http.createServer({ insecureHTTPParser: false, requireHostHeader: false, maxHeaderSize: FRONT_LIMITS.headBytes }, (request, response) => {
    const requests = streams.get(request.socket) ?? assert.fail("a request without a stream");
    const fields = request.rawHeaders.map((one, at) => (at % 2 === 0 ? one.toLowerCase() : one)).join("\n");
    const at = requests.push({ method: request.method ?? "", target: request.url ?? "", version: request.httpVersion, fields, body: undefined }) - 1;
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString("latin1")));
    request.on("end", () => {
      requests[at] = { ...(requests[at] ?? assert.fail()), body };
      response.end();
    });
    request.on("error", () => undefined);
  });
  server.on("checkContinue", (request, response) => void server.emit("request", request, response));
  server.on("checkExpectation", (request, response) => void server.emit("request", request, response));
  // The stream stays open, so that what was read before the fault is still handed on.
  server.on("clientError", () => undefined);
  return async (text) => {
    const wire = new Wire();
    const requests: Understood[] = [];
    streams.set(wire, requests);
    server.emit("connection", wire);
    await feed(wire, text, []);
    return requests;
  };
}

/** Requests of every framing, one behind the other; most streams get hurt somewhere. */
function makeStream(dice: Dice): string {
  let text = "";
  for (let count = 1 + dice(3); count > 0; count--) text += makeRequest(dice);
  for (let hurts = dice(4); hurts > 0; hurts--) text = hurt(text, dice);
  return text;
}

/** Methods that both readers know: Node's has a list, ours has a form. */
const METHODS = ["GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "QUERY", "TRACE", "PURGE", "M-SEARCH", "CONNECT"] as const;
const TARGETS = ["/", "/a?b=c", "/a/b%20c;d?e#f", "/\"<>|{}^`\\", "//", "/?", "http://a/", "*", "a:80"] as const;
const VALUES = ["a", "", "a b", "\ta\t", "\"q\"", "caf\xe9", "chunked", "0", "5", "close", "keep-alive", "a, b", "x".repeat(200)] as const;
const NAMES = ["X-One", "x-two", "Accept", "Connection", "Content-Length", "Transfer-Encoding", "Expect", "Host", "Cookie", "Upgrade", "Trailer", "TE", "Keep-Alive", "Proxy-Connection"] as const;

function pick<Item>(list: readonly Item[], dice: Dice): Item {
  return list[dice(list.length)] ?? assert.fail("an empty list");
}

function makeRequest(dice: Dice): string {
  const method = pick(METHODS, dice);
  const lines = [`${method} ${dice(4) === 0 ? pick(TARGETS, dice) : "/a"} HTTP/1.${dice(8) === 0 ? 0 : 1}`, "Host: a.example"];
  const body = dice(2) === 0 ? "" : "x=1\r\ny".repeat(dice(4));
  const framing = dice(4);
  for (let count = dice(3); count > 0; count--) lines.push(`${pick(NAMES, dice)}:${dice(3) === 0 ? "" : " "}${dice(3) === 0 ? pick(VALUES, dice) : "plain"}`);
  if (framing === 1) lines.push(`Content-Length: ${body.length}`);
  if (framing >= 2) lines.push("Transfer-Encoding: chunked");
  return `${lines.join("\r\n")}\r\n\r\n${framing === 0 ? "" : framing === 1 ? body : inChunks(body, dice)}`;
}

function inChunks(body: string, dice: Dice): string {
  let text = "";
  for (let from = 0; from < body.length; ) {
    const size = Math.min(1 + dice(12), body.length - from);
    text += `${size.toString(16)}\r\n${body.slice(from, from + size)}\r\n`;
    from += size;
  }
  return `${text}0\r\n\r\n`;
}

/** What attackers of framing write. */
const WORDS = [
  "\r\n", "\n", "\r", "\0", " ", "\t", "\x0b", "\x0c", "\x7f", "\x80", "\xa0", "\xff", ":", ",", ";", "+", "-", "_", "0x", "0", "1", "a", "f", ";ext=1", "\r\n ", "\r\n\t", " :", "\r\n\r\n", "0\r\n\r\n",
  "Content-Length: 5\r\n", "Content-Length: +5\r\n", "Content-Length: 5, 5\r\n", "Content-Length : 5\r\n", "Content-Length: 05\r\n", "Transfer-Encoding: chunked\r\n", "Transfer-Encoding: gzip, chunked\r\n", "Transfer-Encoding: xchunked\r\n",
  "Transfer-Encoding:\x0bchunked\r\n", "Transfer_Encoding: chunked\r\n", "Transfer-Encoding\r\n : chunked\r\n", "Host: b\r\n", "Connection: close\r\n", "Connection: upgrade\r\nUpgrade: websocket\r\n", "Expect: 100-continue\r\n", "Trailer: x\r\n",
  "GET / HTTP/1.1\r\nHost: b\r\n\r\n", "HTTP/1.0", "HTTP/2.0", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "fffffffffffffffff", "ffffffff",
] as const;

function hurt(text: string, dice: Dice): string {
  const at = dice(text.length + 1);
  switch (dice(7)) {
    case 0:
      return text.slice(0, at) + text.slice(at + 1 + dice(4));
    case 1:
      return text.slice(0, at) + String.fromCharCode(dice(256)) + text.slice(at + 1);
    case 2:
      return text.slice(0, at) + text.slice(at, at + 30) + text.slice(at);
    case 3:
      return hurtLine(text, dice);
    case 4:
      return text.slice(0, Math.max(1, at));
    default:
      return text.slice(0, at) + pick(WORDS, dice) + text.slice(at);
  }
}

/** Puts a word where a line begins or ends: that is where framing lives. */
function hurtLine(text: string, dice: Dice): string {
  const lines = text.split("\r\n");
  const at = dice(lines.length);
  const line = lines[at] ?? "";
  const word = pick(WORDS, dice);
  lines[at] = dice(2) === 0 ? word + line : line + word;
  return lines.join("\r\n");
}

function cutsOf(length: number, dice: Dice): readonly number[] {
  return Array.from({ length: dice(6) }, () => dice(length + 1)).sort((one, other) => one - other);
}

function makeDice(seed: number): Dice {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}
