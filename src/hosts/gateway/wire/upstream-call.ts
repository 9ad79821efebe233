/**
 * Upstream call: one exchange's request and the API's answer to it.
 *
 * The receiver is told exactly once how it went: an answer, or a problem. The body of an answer that came whole with
 * its head is held; any other one is a source that flows when somebody opens it.
 */
import { Content, type Sink, type Source } from "../../../exchange/content.ts";
import { type Fields, fieldsOf } from "../../../exchange/fields.ts";
import type { Problem } from "../../../exchange/problem.ts";
import type { Carried, Receiver } from "../../carry.ts";
import type { AnswerHead } from "./answer-head.ts";
import { BY_LENGTH } from "./answer-head.ts";
import type { Breaker } from "./breaker.ts";
import type { Target } from "./dial.ts";
import { UpstreamBody } from "./upstream-body.ts";
import type { Asking, LostWhen, UpstreamConnection } from "./upstream-connection.ts";
import { apiBrokeOff, apiUnreachable, requestUnwritable } from "./upstream-problems.ts";
import { isSwitchTo, writeSwitch } from "./switch.ts";
import { TICK_MILLISECONDS } from "./front-clock.ts";
import type { Pool } from "./pool.ts";
import { type Announced, writeRequestHead } from "./upstream-request.ts";

/** Who finds a connection for a call. */
export interface CallRouter {
  /** Asks again: the connection was stale, or the target broke off and another one may do better. */
  readonly repeat: (call: UpstreamCall, elsewhere: boolean) => void;
  /** Whether one more request may be repeated. */
  readonly mayRepeat: () => boolean;
  /** The call does not wait for a connection any more. */
  readonly leave: (call: UpstreamCall) => void;
  /** Milliseconds on the clock of the ticks. */
  readonly now: () => number;
}

/** Methods that may be sent again when a kept connection turns out to be dead (RFC 9110, section 9.2.2). */
const SAFE_TO_REPEAT: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);
/** How a connection ends of which nothing was to be read; whatever else is wrong with it is not to be asked for again. */
const BROKEN_OFF: ReadonlySet<string> = new Set(["ENDED_EARLY", "CLOSED", "ECONNRESET", "EPIPE"]);
/** Methods of which a body is expected, so that its absence is said (RFC 9110, section 8.6). */
const BODY_EXPECTED: ReadonlySet<string> = new Set(["POST", "PUT", "PATCH"]);

/** Said by whoever stands in front of an API that is not there, or by one that cannot go on (RFC 9110, section 15.6). */
const UNWELL: ReadonlySet<number> = new Set([502, 503, 504]);

const NOTHING: Uint8Array = new Uint8Array(0);

export class UpstreamCall implements Asking, Source {
  /** Targets that were tried. */
  tries = 0;
  /** Asks for a connection that was not kept: the last one was stale. */
  fresh = false;
  /** The target that is asked, or was last. */
  pool: Pool | undefined;
  /** Of the target that is asked, until it is told how it went. */
  breaker: Breaker | undefined;
  #repeated = false;
  readonly method: string;
  readonly bodied: boolean;
  readonly toHead: boolean;
  readonly switching: boolean;
  readonly #router: CallRouter;
  readonly #exchange: Carried;
  readonly #receiver: Receiver;
  #head = "";
  #connection: UpstreamConnection | undefined;
  #body: UpstreamBody | undefined;
  #sink: Sink | undefined;
  /** Pieces that nobody has taken yet. */
  #pieces: Uint8Array[] = [];
  #paused = false;
  /** The receiver has the answer. */
  #handed = false;
  /** Nothing more comes from the API. */
  #ended = false;
  #fault: Problem | undefined;
  /** After a switch: there is room for more of what the caller sends. */
  #room: (() => void) | undefined;
  /** After a switch: the API takes no more. */
  #gone: (() => void) | undefined;

  constructor(router: CallRouter, exchange: Carried, receiver: Receiver) {
    this.#router = router;
    this.#exchange = exchange;
    this.#receiver = receiver;
    this.method = exchange.request.method;
    this.bodied = exchange.content.declared !== 0;
    this.toHead = this.method === "HEAD";
    this.switching = exchange.protocol !== undefined;
  }

  /** Writes the head for this target. @returns false when it cannot be written: the receiver has been told */
  aim({ prefix, hostLine }: Target): boolean {
    const { request, outgoing, content } = this.#exchange;
    const { method, path, search } = request;
    const target = search === undefined ? prefix + path : `${prefix}${path}?${search}`;
    const head = writeRequestHead(method, target, hostLine, outgoing, announcedOf(method, content));
    if (head === undefined) {
      this.fail(requestUnwritable());
      return false;
    }
    this.#head = writeSwitch(head, this.#exchange.protocol);
    return true;
  }

  /** The answer is not wanted any more, or what of it has not come yet. */
  giveUp(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#sink = undefined;
    this.#pieces = [];
    this.#body?.stop();
    // Whoever waited until the deadline waited for the API, unless it was he who was waited for; whoever left before says nothing of it.
    this.tellBreaker(this.#apiHasAll && performance.now() >= this.#exchange.due - TICK_MILLISECONDS ? false : undefined);
    const connection = this.#connection;
    if (connection === undefined) return this.#router.leave(this);
    this.#connection = undefined;
    connection.abandon();
  }

  /** There is no connection to be had. */
  fail(why: Problem): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#connection = undefined;
    this.#fault = why;
    this.#pieces = [];
    this.#body?.stop();
    this.tellBreaker(undefined);
    if (this.#handed) this.#sink?.fail(why);
    else this.#receiver.fail(why);
  }

  /** How the target did: fine, not, or nobody knows. What counts is the first word. */
  tellBreaker(fine: boolean | undefined): void {
    const { breaker } = this;
    this.breaker = undefined;
    breaker?.end(this.#router.now(), fine);
  }

  /** The API has all that it needs, or does not take it: it is not the caller who is waited for. */
  get #apiHasAll(): boolean {
    return this.#body === undefined || this.#body.sent || this.#body.blocked;
  }

  // What the connection asks.

  get sent(): boolean {
    return this.#body === undefined || this.#body.sent;
  }

  send(connection: UpstreamConnection): void {
    const { content } = this.#exchange;
    const { held } = content;
    this.#connection = connection;
    if (held === undefined) return this.#stream(connection, content);
    if (held.byteLength === 0) connection.write(this.#head);
    else connection.writeWhole(this.#head, Buffer.from(held.buffer, held.byteOffset, held.byteLength));
  }

  #stream(connection: UpstreamConnection, content: Content): void {
    this.#body = new UpstreamBody(connection, content, (why) => this.#bodyFailed(why));
    connection.hold();
    connection.write(this.#head);
    this.#body.start();
    connection.release();
  }

  #bodyFailed(why: Problem): void {
    const connection = this.#connection;
    this.fail(why);
    connection?.abandon();
  }

  drained(): void {
    this.#room?.();
    this.#body?.drained();
  }

  stopSending(): void {
    this.#body?.stop();
  }

  answered(head: AnswerHead, piece: Uint8Array | undefined, whole: boolean, lent: boolean): void {
    if (this.#ended) return;
    if (whole) {
      this.#ended = true;
      this.#connection = undefined;
    }
    if (!this.#handed) return this.#hand(head, piece !== undefined && lent ? copyOf(piece) : piece, whole);
    if (piece !== undefined) this.#take(piece, lent);
    if (whole && this.#pieces.length === 0) this.#endSink();
  }

  lost(code: string, when: LostWhen): void {
    this.#connection = undefined;
    if (this.#ended) return this.#gone?.();
    const stale = when === "stale" && !this.fresh;
    // Nor does one that an API ended to which somebody would not say what he wants.
    this.tellBreaker(stale || !this.#apiHasAll ? undefined : false);
    // A connection that was stale says nothing of its target. One that broke off without a word may be answered by another.
    const elsewhere = !stale && when !== "within" && BROKEN_OFF.has(code) && !this.#repeated;
    if (this.#mayRepeat() && (stale || (elsewhere && this.#router.mayRepeat()))) {
      this.#repeated ||= elsewhere;
      this.fresh = true;
      this.#router.repeat(this, elsewhere);
    } else this.fail(when === "within" ? apiBrokeOff({ because: { code } }) : apiUnreachable({ because: { code } }));
  }

  #mayRepeat(): boolean {
    const { request, content } = this.#exchange;
    return SAFE_TO_REPEAT.has(request.method) && content.declared === 0;
  }

  #hand({ status, list, framing, length }: AnswerHead, piece: Uint8Array | undefined, whole: boolean): void {
    const fields = fieldsOf(list, true);
    if (status === 101 && !this.#switch(fields)) return;
    this.#handed = true;
    this.tellBreaker(!UNWELL.has(status));
    if (whole) return this.#receiver.head(status, fields, Content.holding(piece ?? NOTHING));
    if (piece !== undefined) this.#pieces.push(piece);
    this.#receiver.head(status, fields, new Content(this, framing === BY_LENGTH ? length : undefined));
    this.#holdUp();
  }

  /** @returns false when the API switched to something else: nothing is carried then */
  #switch(fields: Fields): boolean {
    const { protocol, outgoing } = this.#exchange;
    const connection = this.#connection;
    if (connection !== undefined && protocol !== undefined && isSwitchTo(protocol, outgoing, fields)) {
      this.#exchange.uplink = {
        write: (bytes) => connection.writeBytes(bytes),
        onRoom: (callback) => void (this.#room = callback),
        onGone: (callback) => void (this.#gone = callback),
        end: () => connection.endSending(),
        close: () => connection.abandon(),
      };
      return true;
    }
    this.fail(apiBrokeOff({ because: { code: "SWITCH_MALFORMED" } }));
    connection?.abandon();
    return false;
  }

  #take(piece: Uint8Array, lent: boolean): void {
    const sink = this.#sink;
    if (sink === undefined || this.#paused) {
      // What nobody takes is kept, and the connection waits.
      this.#pieces.push(lent ? copyOf(piece) : piece);
      this.#holdUp();
      return;
    }
    // Whoever copies what he gets need not be given a copy.
    const more = lent && sink.lend !== undefined ? sink.lend(piece) : sink.data(lent ? copyOf(piece) : piece);
    if (!more) this.pause();
  }

  #holdUp(): void {
    if (this.#pieces.length > 0) this.#connection?.pause();
  }

  // What the reader of the body asks.

  open(sink: Sink): void {
    if (this.#fault !== undefined) return sink.fail(this.#fault);
    this.#sink = sink;
    this.#flow();
  }

  pause(): void {
    this.#paused = true;
    this.#connection?.pause();
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#flow();
  }

  cancel(): void {
    if (this.#ended) this.#pieces = [];
    this.#sink = undefined;
    this.giveUp();
  }

  /** Once: a sink that had asked for a pause before the end may still ask to go on. */
  #endSink(): void {
    const sink = this.#sink;
    this.#sink = undefined;
    sink?.end();
  }

  #flow(): void {
    while (!this.#paused && this.#pieces.length > 0) {
      const piece = this.#pieces.shift() ?? NOTHING;
      if (this.#sink?.data(piece) === false) this.pause();
    }
    if (this.#paused) return;
    if (this.#ended) {
      if (this.#fault === undefined) this.#endSink();
    } else this.#connection?.resume();
  }
}

/** A body of known length is announced by it, any other one comes in chunks. */
function announcedOf(method: string, content: Content): Announced {
  const bytes = content.held?.byteLength ?? content.declared;
  return bytes === 0 && !BODY_EXPECTED.has(method) ? "nothing" : bytes;
}

function copyOf(piece: Uint8Array): Uint8Array {
  const copy = Buffer.allocUnsafe(piece.byteLength);
  copy.set(piece);
  return copy;
}
