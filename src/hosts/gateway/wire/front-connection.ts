/**
 * Front connection: one caller's connection: its requests in order, one at a time, and every limit of its time.
 *
 * While a turn lasts, bytes that nobody wants yet (pipelined requests, an unopened body) are kept up to a bound; then
 * the socket is not read. Between requests nothing is kept.
 */
import type { Socket } from "node:net";
import { Content } from "../../../exchange/content.ts";
import { fieldsOf } from "../../../exchange/fields.ts";
import { requestSlow } from "../../../exchange/unreadable.ts";
import type { MalformedStatus } from "../front.ts";
import type { Taker } from "./accepted-socket.ts";
import { awaitAnswer } from "./await-answer.ts";
import { ByteQueue } from "./byte-queue.ts";
import type { Ticked } from "./front-clock.ts";
import type { FrontLimits } from "./front-limits.ts";
import type { FrontParts, Peer } from "./front-parts.ts";
import { CONTINUE, Turn, type TurnChannel } from "./front-turn.ts";
import { type BodyChannel, bodyBrokeOff, RequestBody } from "./request-body.ts";
import type { RequestHead } from "./request-head.ts";

/** Requests of one caller, one behind the other, before everybody else is looked at. */
export const REQUESTS_AT_ONCE_MAX = 16;

const HEAD_END = Buffer.from("\r\n\r\n");

type Phase = "head" | "turn" | "discard" | "tunnel" | "closing" | "closed";

export class FrontConnection implements Ticked, Taker, TurnChannel, BodyChannel {
  readonly socket: Socket;
  readonly parts: FrontParts;
  readonly peer: Peer;
  readonly #queue = new ByteQueue();
  #phase: Phase = "head";
  #turn: Turn | undefined;
  #body: RequestBody | undefined;
  #due: number;
  /** Bytes of an unfinished head that have been searched for its end. */
  #searched = 0;
  #requests = 0;
  #close = false;
  #expects = false;
  #halfClosed = false;
  #busy = false;
  #paused = false;
  #lingered = 0;
  #yielding = false;

  /** @param open hands out the socket, and from then on what comes in on it */
  constructor(open: (taker: Taker) => Socket, peer: Peer, parts: FrontParts) {
    const socket = (this.socket = open(this));
    this.peer = peer;
    this.parts = parts;
    this.#due = parts.clock.after(parts.limits.headMilliseconds);
    parts.clock.add(this);
    socket.on("drain", () => this.#turn?.drained());
    socket.on("end", () => this.#halfClose());
    socket.on("close", () => this.#end());
    // What went wrong with a socket is followed by its close, and nobody is left to tell.
    socket.on("error", () => undefined);
  }

  get limits(): FrontLimits {
    return this.parts.limits;
  }

  /** The front closes, or asks for certificates anew: an idle connection ends now, another one with its answer. */
  leave(): void {
    this.#close = true;
    this.#requests = this.limits.requestsPerConnection;
    if (this.#phase === "head" && this.#queue.length === 0) this.#closeGently();
  }

  // What the turn asks.

  keeps(doubted: boolean): boolean {
    this.#close ||= doubted || this.#isLast() || !this.#canSkipBody();
    return !this.#close;
  }

  giveOver(): void {
    const { bytes, from, to } = this.#queue;
    const first = this.#queue.own(bytes.subarray(from, to));
    this.#phase = "tunnel";
    this.#queue.clear();
    this.#adjustReading();
    if (first.byteLength > 0) this.#turn?.received(first);
    if (this.#halfClosed) this.#turn?.halfClosed();
  }

  turnEnded(): void {
    const body = this.#body;
    this.#turn = undefined;
    if (this.#close || this.#isLast()) this.#closeGently();
    else if (body === undefined || body.whole) this.#rest();
    else {
      this.#phase = "discard";
      this.#due = this.parts.clock.after(this.limits.headMilliseconds);
      body.watch();
    }
    body?.abandon(bodyBrokeOff());
    this.#advance();
  }

  // What the body asks.

  bodyOpened(): void {
    this.#due = this.parts.clock.after(this.limits.bodyMilliseconds);
    this.#body?.watch();
    if (this.#expects && this.#queue.length === 0 && this.#turn?.sent === false) this.socket.write(CONTINUE, "latin1");
    this.#expects = false;
    // What came with the head is handed over before `open` returns: nobody has to wait a turn for it.
    if (this.#busy) while (this.#stepBody());
    else this.#advance();
  }

  bodyResumed(): void {
    this.#advance();
  }

  // What the clock asks.

  tick(now: number, elapsedMilliseconds: number): void {
    const turn = this.#turn;
    const body = this.#body;
    if (body !== undefined && (body.flowing || this.#phase === "discard") && !body.blocked) {
      if (now >= this.#due || !body.keepsPace(elapsedMilliseconds, this.limits)) return this.#bodyLate(body);
    }
    if (turn === undefined && now >= this.#due) this.#late();
    if (turn?.keepsPace(elapsedMilliseconds) === false) this.socket.destroy();
  }

  #bodyLate(body: RequestBody): void {
    if (this.#phase === "discard") return this.#closeGently();
    this.#close = true;
    body.fail(requestSlow());
    this.#advance();
  }

  #late(): void {
    if (this.#phase === "closing") this.socket.destroy();
    else if (this.#phase === "head" && this.#queue.length > 0) this.#refuse(408);
    else if (this.#phase !== "closed") this.#closeGently();
  }

  // Reading.

  lend(bytes: Buffer, to: number): void {
    if (this.#phase !== "head" && this.#phase !== "turn" && this.#phase !== "discard") return this.take(Buffer.from(bytes.subarray(0, to)));
    this.#queue.lend(bytes, to);
    this.#advance();
    this.#queue.keep();
  }

  take(chunk: Buffer): void {
    if (this.#phase === "tunnel") return this.#turn?.received(chunk);
    if (this.#phase === "closing" || this.#phase === "closed") {
      this.#lingered += chunk.byteLength;
      if (this.#lingered > this.limits.lingerBytes) this.socket.pause();
      return;
    }
    this.#queue.add(chunk);
    this.#advance();
  }

  /** The one place that takes bytes. Whatever a step sets off comes back here and finds it busy. */
  #advance(): void {
    if (this.#busy) return;
    this.#busy = true;
    const enough = this.#requests + REQUESTS_AT_ONCE_MAX;
    while (!this.#yielding && this.#step()) if (this.#requests >= enough) this.#yield();
    this.#busy = false;
    if (this.#halfClosed && this.#phase === "head" && !this.#yielding) this.#endHalfClosed();
    this.#adjustReading();
  }

  /** One packet holds a thousand small requests: other callers come in between. */
  #yield(): void {
    this.#yielding = true;
    setImmediate(() => {
      this.#yielding = false;
      this.#advance();
    });
  }

  #adjustReading(): void {
    const full = this.#queue.length >= this.limits.aheadBytes && (this.#phase === "turn" || this.#yielding);
    const stop = full || (this.#phase === "turn" && this.#body?.blocked === true);
    if (stop === this.#paused) return;
    this.#paused = stop;
    if (stop) this.socket.pause();
    else this.socket.resume();
  }

  #step(): boolean {
    return this.#phase === "head" ? this.#queue.length > 0 && this.#readRequest() : this.#stepBody();
  }

  #stepBody(): boolean {
    const body = this.#body;
    if (body === undefined || body.whole || body.broken || body.blocked) return false;
    if (this.#phase === "turn" ? !body.flowing : this.#phase !== "discard") return false;
    if (this.#queue.length === 0 && !this.#halfClosed) return false;
    this.#takeBody(body);
    return true;
  }

  #takeBody(body: RequestBody): void {
    // A caller who has shut his side sends no more of it.
    if (this.#queue.length === 0) body.fail(bodyBrokeOff());
    else body.take(this.#queue);
    if (this.#phase !== "discard") return;
    if (body.broken) this.#closeGently();
    else if (body.whole) this.#rest();
  }

  #readRequest(): boolean {
    const queue = this.#queue;
    // An unfinished head is searched for its end once, however small the pieces, and then read again.
    if (this.#searched > 0 && !queue.holds(HEAD_END, Math.max(0, this.#searched - 3))) {
      this.#searched = queue.length;
      if (queue.length > this.limits.headBytes) this.#refuse(431);
      return false;
    }
    const head = this.parts.reader.read(queue.bytes, queue.from, queue.to);
    if (typeof head === "number") this.#refuse(head);
    else if (head !== undefined) this.#begin(head);
    else {
      if (this.#searched === 0) this.#due = this.parts.clock.after(this.limits.headMilliseconds);
      this.#searched = queue.length;
    }
    return typeof head === "object";
  }

  #begin({ method, target, version, list, end, declared, close, expects }: RequestHead): void {
    const { limits, events, secure } = this.parts;
    this.#queue.take(end);
    this.#searched = 0;
    this.#close = close || ++this.#requests >= limits.requestsPerConnection;
    this.#expects = expects;
    this.#phase = "turn";
    const body = declared === 0 ? undefined : new RequestBody(this, declared);
    const turn = new Turn(this, method, version);
    this.#body = body;
    this.#turn = turn;
    events.serve({ method, target, version, fields: fieldsOf(list, true), peer: this.peer.peer, secure, certificate: this.peer.certificate, content: new Content(body, declared) }, turn);
  }

  /** Whether nothing can follow the turn at hand. */
  #isLast(): boolean {
    return (this.#halfClosed && this.#queue.length === 0) || this.parts.draining();
  }

  /** Whether what is left of the body can be read and thrown away. */
  #canSkipBody(): boolean {
    const body = this.#body;
    if (body === undefined || body.whole) return true;
    // A caller who was never told to send may send or not: nobody can tell what his next bytes are.
    if (this.#expects && this.#queue.length === 0) return false;
    return body.canSkip(this.#queue, this.limits.discardBytes);
  }

  /** Between requests. */
  #rest(): void {
    this.#phase = "head";
    this.#body = undefined;
    this.#due = this.parts.clock.after(this.limits.idleMilliseconds);
  }

  // The end.

  #refuse(status: MalformedStatus): void {
    const text = this.parts.events.malformed(this.peer.peer, status);
    this.socket.write(text, "latin1");
    this.#closeGently();
  }

  /** Ends this side and reads on for a while: a close with bytes unread is a reset, which overtakes the answer. */
  #closeGently(): void {
    if (this.#phase === "closing" || this.#phase === "closed") return;
    this.#phase = "closing";
    this.#queue.clear();
    this.#due = this.parts.clock.after(this.limits.lingerMilliseconds);
    this.socket.end();
    this.#adjustReading();
  }

  #halfClose(): void {
    this.#halfClosed = true;
    if (this.#phase === "closing") return this.socket.destroySoon();
    if (this.#phase === "tunnel") return this.#turn?.halfClosed();
    this.#advance();
    awaitAnswer(this.limits.halfClosedMilliseconds, () => {
      if (this.#phase === "closing" || this.#phase === "closed" || this.#phase === "tunnel") return "over";
      return this.#turn;
    }, () => this.socket.destroy());
  }

  #endHalfClosed(): void {
    if (this.#queue.length > 0) this.#refuse(400);
    else this.#closeGently();
  }

  #end(): void {
    const turn = this.#turn;
    this.#phase = "closed";
    this.parts.clock.delete(this);
    this.#queue.clear();
    this.#turn = undefined;
    turn?.left(this.parts.draining());
    this.#body?.abandon(bodyBrokeOff());
  }
}
