/**
 * Upstream connection: one socket to the API, one request at a time on it.
 *
 * It is used again only when nobody can doubt where it stands: the answer ended where it said, nothing came behind it,
 * the request had left as a whole, and the API did not announce the end. Whatever comes while nothing was asked ends it.
 */
import type { Socket } from "node:net";
import { type AnswerHead, BY_CLOSE } from "./answer-head.ts";
import { AnswerReader } from "./answer-reader.ts";
import { dial, type Target } from "./dial.ts";
import { mayReuse } from "./reuse.ts";
import type { UpstreamLimits } from "./upstream-limits.ts";

/** Who takes the answer. */
export interface Asking {
  readonly method: string;
  /** Whether the request has a body. */
  readonly bodied: boolean;
  /** Whether HEAD is asked. */
  readonly toHead: boolean;
  /** Whether another protocol is asked for. */
  readonly switching: boolean;
  /** The whole request has been handed to the socket. */
  readonly sent: boolean;
  /** Writes the request. */
  readonly send: (connection: UpstreamConnection) => void;
  /** There is room again. */
  readonly drained: () => void;
  /** The rest of the request is not wanted any more. */
  readonly stopSending: () => void;
  /** The head, first, and then what there is of the body, piece by piece. `whole` ends it. */
  /** @param lent whether the piece is written over afterwards */
  readonly answered: (head: AnswerHead, piece: Uint8Array | undefined, whole: boolean, lent: boolean) => void;
  readonly lost: (code: string, when: LostWhen) => void;
}

/** stale: the connection had been kept, and not one byte came. before: no head came. within: part of an answer came. */
export type LostWhen = "stale" | "before" | "within";

/** Who owns the connection. Each is called when the connection is done with what it was doing. */
export interface ConnectionOwner {
  readonly limits: UpstreamLimits;
  /** It can be used. `free` follows. */
  readonly opened: () => void;
  /** Nothing is asked on it. */
  readonly free: (connection: UpstreamConnection) => void;
  /** Gone. @param opening it never was open */
  readonly gone: (connection: UpstreamConnection, code: string, opening: boolean) => void;
}

/** One buffer for all connections: what is read is used up, or copied, before the next read. */
const READ_BYTES = 65_536;
const READ_BUFFER: Buffer = Buffer.allocUnsafeSlow(READ_BYTES);

/** What is in a message as one text goes out with one system call and no buffer of its own, as long as it is short. */
const TEXT_BYTES_MAX = 8_192;

type State = "opening" | "idle" | "busy" | "gone";

export class UpstreamConnection {
  readonly target: Target;
  readonly #owner: ConnectionOwner;
  readonly #socket: Socket;
  readonly #reader = new AnswerReader();
  #asking: Asking | undefined;
  #state: State = "opening";
  #requests = 0;
  #idleMilliseconds: number;
  #idleUntil = 0;
  #paused = false;
  /** Something came since the last tick. */
  #moved = true;
  /** On the clock of the ticks; 0: not set. */
  #due = 0;

  constructor(owner: ConnectionOwner, target: Target) {
    this.#owner = owner;
    this.target = target;
    this.#idleMilliseconds = owner.limits.idleMilliseconds;
    const socket = dial(target, { buffer: READ_BUFFER, callback: (bytes) => this.#receive(bytes) });
    this.#socket = socket;
    socket.on(target.secure === undefined ? "connect" : "secureConnect", () => this.#opened());
    socket.on("drain", () => this.#asking?.drained());
    socket.on("end", () => this.#ended());
    socket.on("error", (fault: NodeJS.ErrnoException) => this.lose(fault.code ?? fault.name));
    socket.on("close", () => this.lose("CLOSED"));
  }

  /** Whether a request may still be sent on it. The clock is asked itself: a process that stood still had no ticks. */
  get fit(): boolean {
    return this.#state === "idle" && performance.now() < this.#idleUntil;
  }

  ask(asking: Asking): void {
    this.#asking = asking;
    this.#state = "busy";
    this.#requests++;
    this.#due = 0;
    this.#reader.begin(asking.toHead, asking.switching);
    asking.send(this);
  }

  /** @returns false when there is no room for more: `drained` follows */
  write(head: string): boolean {
    return this.#socket.write(head, "latin1");
  }

  writeBytes(bytes: Uint8Array): boolean {
    return this.#socket.write(bytes);
  }

  /** After a switch: this side sends no more. */
  endSending(): void {
    this.#socket.end();
  }

  /** Head and body at once. */
  writeWhole(head: string, body: Buffer): void {
    if (body.byteLength <= TEXT_BYTES_MAX) {
      this.#socket.write(head + body.toString("latin1"), "latin1");
      return;
    }
    this.hold();
    this.#socket.write(head, "latin1");
    this.#socket.write(body);
    this.release();
  }

  /** What is written until `release` goes out together. */
  hold(): void {
    this.#socket.cork();
  }

  release(): void {
    this.#socket.uncork();
  }

  pause(): void {
    this.#paused = true;
    this.#socket.pause();
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#moved = true;
    this.#socket.resume();
  }

  /** Ends the connection, and with it what is asked on it. */
  lose(code: string): void {
    const state = this.#state;
    if (state === "gone") return;
    this.#state = "gone";
    const asking = this.#asking;
    this.#asking = undefined;
    this.#socket.destroy();
    this.#owner.gone(this, code, state === "opening");
    asking?.lost(code, this.#reader.head !== undefined ? "within" : this.#requests > 1 && !this.#reader.touched ? "stale" : "before");
  }

  /** The one that asks has left: the answer has nobody to go to. */
  abandon(): void {
    this.#asking = undefined;
    this.lose("ABANDONED");
  }

  /** @param now milliseconds on the clock of the ticks */
  tick(now: number): void {
    const { limits } = this.#owner;
    if (this.#state === "idle") {
      if (performance.now() >= this.#idleUntil) this.lose("IDLE");
      return;
    }
    if (this.#state === "busy" && (this.#moved || this.#paused || this.#reader.head === undefined || this.#switched)) {
      this.#moved = false;
      this.#due = 0;
    } else if (this.#due === 0) this.#due = now + (this.#state === "opening" ? limits.connectMilliseconds : limits.stallMilliseconds);
    else if (now >= this.#due) this.lose(this.#state === "opening" ? "CONNECT_TIMEOUT" : "STALLED");
  }

  /** Its limits are those of the tunnel from here on. */
  get #switched(): boolean {
    return this.#reader.head?.status === 101;
  }

  #opened(): void {
    if (this.#state !== "opening") return;
    this.#owner.opened();
    this.#rest();
  }

  #rest(): void {
    this.#state = "idle";
    this.#idleUntil = performance.now() + this.#idleMilliseconds;
    this.#owner.free(this);
  }

  /** @returns always true: pauses are asked for with `pause` */
  #receive(bytes: number): boolean {
    const asking = this.#asking;
    // An answer that nobody asked for would be read as the answer to whoever comes next.
    if (asking === undefined) this.lose("UNASKED");
    else {
      this.#moved = true;
      const fault = this.#reader.read(READ_BUFFER, bytes);
      if (fault === undefined) this.#hand(asking);
      else this.lose(fault);
    }
    return true;
  }

  #hand(asking: Asking): void {
    const { head, piece, whole } = this.#reader;
    if (head === undefined) return;
    // Behind TLS the end of the connection proves nothing: who cuts the line makes a part of an answer look whole.
    if (head.status === 101) this.#socket.allowHalfOpen = true;
    else if (head.framing === BY_CLOSE && this.target.secure !== undefined) return this.lose("END_UNPROVEN");
    if (!asking.sent && (whole || head.close || head.status >= 300)) asking.stopSending();
    if (whole) this.#finish(head, asking, asking.sent);
    // The buffer is read into again, unless the reader made a copy already.
    asking.answered(head, piece, whole, piece?.buffer === READ_BUFFER.buffer);
  }

  /** Before the answer is handed on, so that whoever waits is served first. */
  #finish(head: AnswerHead, asking: Asking, sent: boolean): void {
    this.#asking = undefined;
    // An API that was asked to switch may have switched whatever it said.
    if (!sent || asking.switching || head.close || this.#reader.surplus || this.#state === "gone") return this.lose("DONE");
    if (!mayReuse(this.#owner.limits.reuse, asking.method, asking.bodied, head.status)) return this.lose("DONE");
    this.resume();
    const { idleMilliseconds, idleMillisecondsMax, idleMarginMilliseconds } = this.#owner.limits;
    const said = head.idleMilliseconds;
    this.#idleMilliseconds = said === undefined ? idleMilliseconds : Math.min(said, idleMillisecondsMax) - idleMarginMilliseconds;
    this.#rest();
  }

  #ended(): void {
    const asking = this.#asking;
    const { head } = this.#reader;
    if (asking === undefined || head === undefined || head.framing !== BY_CLOSE) return this.lose("ENDED_EARLY");
    this.#reader.end();
    // The other direction goes on.
    if (this.#switched) return asking.answered(head, undefined, true, false);
    if (!asking.sent) asking.stopSending();
    this.#finish(head, asking, false);
    asking.answered(head, undefined, true, false);
  }
}
