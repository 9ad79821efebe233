/**
 * Front turn: one request's turn on its connection, from the hand-over to the last byte of its answer.
 *
 * Whatever happens, the engine hears of the end once: `done` after `send`, the callback of `onGone` before it.
 */
import type { Socket } from "node:net";
import type { OpenExchange } from "../../../doors/open-exchange.ts";
import type { Sink } from "../../../exchange/content.ts";
import type { OpenAnswer } from "../../../exchange/exchange.ts";
import { type Particulars, type Problem, problem } from "../../../exchange/problem.ts";
import { isMalformed } from "../../../exchange/unreadable.ts";
import { callerLeft, type Responder } from "../../carry.ts";
import { writeAnswerHead } from "./front-answer-head.ts";
import type { FrontParts } from "./front-parts.ts";
import { Pace } from "./pace.ts";
import { switchLines } from "./switch.ts";
import { Tunnel } from "./tunnel.ts";

/** What a turn needs of its connection. */
export interface TurnChannel {
  readonly socket: Socket;
  readonly parts: Pick<FrontParts, "limits" | "clock" | "secure">;
  /** Asked once, when the head is written: whether the connection lives on behind this answer. @param doubted what comes next may be a part of this request */
  readonly keeps: (doubted: boolean) => boolean;
  /** The connection carries no requests any more: its bytes, also those that have come already, are the turn's. */
  readonly giveOver: () => void;
  /** The whole answer has left. */
  readonly turnEnded: () => void;
}

/** A held body up to here leaves in one text with its head: one copy, one call of the system. */
export const ONE_WRITE_BYTES_MAX = 12_288;
/** Longer bodies leave in pieces, so that it can be seen whether they move. */
export const PIECE_BYTES_MAX = 65_536;

const apiBrokeOff = problem("api-broke-off", 502, "The API broke off", "api");
const answerUnwritable: (particulars?: Particulars) => Problem = problem("answer-unwritable", 500, "The answer cannot be written");

/** RFC 9110, section 15.2.1. */
export const CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n";

type State = "waiting" | "tunnel" | "writing" | "streaming" | "flushing" | "ended";

export class Turn implements Responder, Sink {
  readonly #channel: TurnChannel;
  readonly #head: boolean;
  readonly #old: boolean;
  #state: State = "waiting";
  #gone: (() => void) | undefined;
  #done: ((fault?: Problem) => void) | undefined;
  #answer: OpenAnswer | undefined;
  /** What of a held body is still to be written. */
  #rest: Uint8Array | undefined;
  /** Bytes that a streamed body still owes its announced length; undefined when none was announced. */
  #owed: number | undefined;
  #chunked = false;
  #full = false;
  #pace: Pace | undefined;
  #progress = 0;
  #still = 0;
  #tunnel: Tunnel | undefined;

  constructor(channel: TurnChannel, method: string, version: "1.0" | "1.1") {
    this.#channel = channel;
    this.#head = method === "HEAD";
    this.#old = version === "1.0";
  }

  /** Whether the answer has begun. */
  get sent(): boolean {
    return this.#state !== "waiting";
  }

  onGone(callback: () => void): void {
    this.#gone = callback;
  }

  send(answer: OpenAnswer, exchange: OpenExchange, done: (fault?: Problem) => void): void {
    const { content } = answer;
    if (this.#state !== "waiting") {
      content.cancel();
      return done(callerLeft());
    }
    this.#state = "writing";
    this.#done = done;
    this.#answer = answer;
    if (answer.status === 101) return this.#openTunnel(answer, exchange);
    const bodiless = this.#head || answer.status === 204 || answer.status === 304;
    const { held } = content;
    const length = bodiless ? undefined : (held?.byteLength ?? content.declared);
    const head = this.#writeHead(answer, bodiless, length, isMalformed(exchange.outcome));
    if (head === undefined) return this.#breakOff(answerUnwritable({ because: { status: answer.status } }));
    if (bodiless) {
      content.cancel();
      this.#writeLast(head);
    } else if (held === undefined) this.#stream(head, length);
    else this.#writeHeld(head, held);
  }

  /** Only what both doors agreed on: without a way to the API, 101 is an answer like any other that cannot be written. */
  #openTunnel(answer: OpenAnswer, exchange: OpenExchange): void {
    const { protocol, uplink } = exchange;
    const channel = this.#channel;
    const head = protocol === undefined ? undefined : writeAnswerHead(101, answer.fields, channel.parts.clock.dateLine, switchLines(protocol));
    if (head === undefined || uplink === undefined) {
      uplink?.close();
      return this.#breakOff(answerUnwritable({ because: { status: answer.status } }));
    }
    this.#state = "tunnel";
    this.#tunnel = new Tunnel(channel, exchange, uplink);
    channel.socket.write(head, "latin1");
    channel.giveOver();
    this.#tunnel.open();
  }

  /** Bytes of a tunnel. */
  received(chunk: Uint8Array): void {
    this.#tunnel?.received(chunk);
  }

  /** The caller sends no more into a tunnel. */
  halfClosed(): void {
    this.#tunnel?.halfClosed();
  }

  #writeHead(answer: OpenAnswer, bodiless: boolean, length: number | undefined, doubted: boolean): string | undefined {
    const channel = this.#channel;
    this.#chunked = !bodiless && length === undefined && !this.#old;
    const keeps = channel.keeps(doubted);
    let framing = keeps ? "" : "connection: close\r\n";
    if (length !== undefined) framing += `content-length: ${length}\r\n`;
    else if (this.#chunked) framing += "transfer-encoding: chunked\r\n";
    else if (this.#head) framing += announcedLength(answer);
    return writeAnswerHead(answer.status, answer.fields, channel.parts.clock.dateLine, framing);
  }

  #writeHeld(head: string, held: Uint8Array): void {
    if (held.byteLength <= ONE_WRITE_BYTES_MAX) return this.#writeLast(head + latin1Of(held));
    const { socket } = this.#channel;
    this.#rest = held;
    socket.cork();
    socket.write(head, "latin1");
    this.drained();
    socket.uncork();
  }

  #stream(head: string, length: number | undefined): void {
    const { socket } = this.#channel;
    this.#state = "streaming";
    this.#owed = length;
    socket.cork();
    socket.write(head, "latin1");
    this.#answer?.content.stream(this);
    socket.uncork();
  }

  data(chunk: Uint8Array): boolean {
    if (this.#state !== "streaming") return false;
    const { byteLength } = chunk;
    // In chunks, nothing would be the end.
    if (byteLength === 0) return true;
    if (this.#owed !== undefined && (this.#owed -= byteLength) < 0) {
      this.fail(apiBrokeOff({ because: { fault: "the body is longer than its length" } }));
      return false;
    }
    const { socket } = this.#channel;
    if (!this.#chunked) return this.#note(socket.write(chunk));
    socket.cork();
    socket.write(`${byteLength.toString(16)}\r\n`, "latin1");
    socket.write(chunk);
    const more = socket.write("\r\n", "latin1");
    socket.uncork();
    return this.#note(more);
  }

  end(): void {
    if (this.#state !== "streaming") return;
    if (this.#owed !== undefined && this.#owed > 0) return this.fail(apiBrokeOff({ because: { fault: "the body is shorter than its length" } }));
    this.#writeLast(this.#chunked ? "0\r\n\r\n" : "");
  }

  /** The head has left: all that is left to say is that the answer is not whole. */
  fail(why: Problem): void {
    if (this.#state === "streaming") this.#breakOff(why);
  }

  /** There is room again for what waits. */
  drained(): void {
    this.#tunnel?.drained();
    if (this.#state === "streaming" && this.#full) {
      this.#full = false;
      this.#answer?.content.resume();
    }
    const { socket } = this.#channel;
    while (this.#rest !== undefined) {
      const piece = this.#rest.subarray(0, PIECE_BYTES_MAX);
      this.#rest = piece.byteLength === this.#rest.byteLength ? undefined : this.#rest.subarray(PIECE_BYTES_MAX);
      const more = socket.write(piece);
      if (this.#rest === undefined) this.#writeLast("");
      if (!more) return;
    }
  }

  /** The caller has left, or has been left. @param draining the door is being closed */
  left(draining: boolean): void {
    const state = this.#state;
    if (state === "ended") return;
    this.#state = "ended";
    this.#rest = undefined;
    if (state === "streaming") this.#answer?.content.cancel();
    const [gone, done] = [this.#gone, this.#done];
    this.#gone = this.#done = undefined;
    if (this.#tunnel !== undefined) done?.(this.#tunnel.left(draining));
    else if (done !== undefined) done(callerLeft());
    else gone?.();
  }

  /** Finds out whether somebody is there, where no answer has begun. A caller of HTTP/1.0 would take it for one. */
  probe(): void {
    if (this.#state === "waiting" && !this.#old) this.#channel.socket.write(CONTINUE, "latin1");
  }

  /** Changes whenever something of the answer is written. */
  get moved(): number {
    return this.#state === "waiting" ? 0 : this.#channel.socket.bytesWritten;
  }

  /** Whether bytes of the answer wait for the caller to take them. */
  get waiting(): boolean {
    return this.#state !== "waiting" && this.#channel.socket.writableLength > 0;
  }

  /** @returns false when the caller takes the answer too slowly */
  keepsPace(elapsedMilliseconds: number): boolean {
    if (this.#tunnel !== undefined) return this.#tunnel.keepsMoving(elapsedMilliseconds);
    if (this.#state === "waiting" || this.#state === "ended") return true;
    const { socket, parts } = this.#channel;
    const waiting = socket.writableLength;
    const progress = socket.bytesWritten - waiting;
    const bytes = progress - this.#progress;
    this.#progress = progress;
    this.#still = waiting === 0 || bytes > 0 ? 0 : this.#still + elapsedMilliseconds;
    this.#pace ??= new Pace(parts.limits.answerBytesPerSecond, parts.limits.answerGraceMilliseconds);
    return this.#pace.keep(bytes, waiting === 0 ? 0 : elapsedMilliseconds) && this.#still < parts.limits.stallMilliseconds;
  }

  #note(more: boolean): boolean {
    if (!more) this.#full = true;
    return more;
  }

  #writeLast(text: string): void {
    const { socket, parts } = this.#channel;
    this.#state = "flushing";
    // Over TLS nothing is ever written at once.
    if (parts.secure) return void socket.write(text, "latin1", this.#whenFlushed());
    if (text !== "") socket.write(text, "latin1");
    if (socket.writableLength > 0) socket.write("", "latin1", this.#whenFlushed());
    else if (!socket.destroyed && socket.errored === null) this.#finish();
  }

  /** A failed write is followed by the end of the connection, which tells it. */
  #whenFlushed(): (fault?: Error | null) => void {
    return (fault) => {
      if (fault === undefined || fault === null) this.#finish();
    };
  }

  #finish(): void {
    if (this.#state === "ended") return;
    this.#state = "ended";
    const done = this.#done;
    this.#gone = this.#done = undefined;
    done?.();
    this.#channel.turnEnded();
  }

  #breakOff(why: Problem): void {
    this.#state = "ended";
    this.#rest = undefined;
    const done = this.#done;
    this.#gone = this.#done = undefined;
    this.#answer?.content.cancel();
    this.#channel.socket.destroy();
    done?.(why);
  }
}

/** Of an answer to HEAD: what GET would have had (RFC 9110, section 8.6), if that is what the API says. */
function announcedLength({ from, fields }: OpenAnswer): string {
  const announced = from === "api" ? fields.one("content-length") : undefined;
  return announced !== undefined && /^[0-9]{1,15}$/.test(announced) ? `content-length: ${announced}\r\n` : "";
}

function latin1Of(bytes: Uint8Array): string {
  const buffer = bytes instanceof Buffer ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return buffer.toString("latin1");
}
