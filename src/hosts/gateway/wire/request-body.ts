/**
 * Request body: the octets behind a head, as the source of a content.
 *
 * Nothing is taken off the wire before somebody opens it, and it is handed on as it comes: a view of what was read, or a
 * copy where that is only lent, and of small chunks (see chunked.ts).
 */
import type { Sink, Source } from "../../../exchange/content.ts";
import { type Particulars, type Problem, problem } from "../../../exchange/problem.ts";
import type { ByteQueue } from "./byte-queue.ts";
import { ChunkedReader } from "./chunked.ts";
import type { FrontLimits } from "./front-limits.ts";
import { Pace } from "./pace.ts";

/** What the body asks of its connection. */
export interface BodyChannel {
  /** Somebody wants the body: the caller may be told to send it. */
  readonly bodyOpened: () => void;
  /** There is room again. */
  readonly bodyResumed: () => void;
}

export const bodyBrokeOff: (particulars?: Particulars) => Problem = problem("body-broke-off", 400, "The body broke off");
const malformedChunks = bodyBrokeOff({ because: { fault: "the chunks are malformed" } });

export class RequestBody implements Source {
  /** Whether everything is off the wire. */
  whole = false;
  /** Whether the sink asked for a pause. */
  blocked = false;
  /** Whether its end can no longer be found. */
  broken = false;
  /** Bytes off the wire, framing included. */
  taken = 0;
  readonly #channel: BodyChannel;
  readonly #chunks: ChunkedReader | undefined;
  #left: number;
  #sink: Sink | undefined;
  #opened = false;
  #lost: Problem | undefined;
  #pace: Pace | undefined;
  /** Of `taken`: what the pace has been told. */
  #counted = 0;

  /** @param declared bytes, more than none; undefined for chunks */
  constructor(channel: BodyChannel, declared: number | undefined) {
    this.#channel = channel;
    this.#chunks = declared === undefined ? new ChunkedReader() : undefined;
    this.#left = declared ?? 0;
  }

  /** Somebody takes what comes. */
  get flowing(): boolean {
    return this.#sink !== undefined && !this.whole;
  }

  /** Whether what is left is at most `bytesMax` bytes and may be thrown away. What is here already is in `queue`. */
  canSkip(queue: ByteQueue, bytesMax: number): boolean {
    if (this.whole || this.broken) return this.whole;
    if (this.#chunks === undefined) return this.#left <= bytesMax;
    // Chunks end where they end: known only when all are here, and they can be looked at while nobody has taken any.
    if (this.#opened || queue.length > bytesMax) return false;
    this.take(queue);
    return this.whole;
  }

  /** From now on somebody waits for the body. */
  watch(): void {
    this.#pace = undefined;
    this.#counted = this.taken;
  }

  /** @returns false when the caller sends it too slowly */
  keepsPace(elapsedMilliseconds: number, limits: FrontLimits): boolean {
    const bytes = this.taken - this.#counted;
    this.#counted = this.taken;
    this.#pace ??= new Pace(limits.bodyBytesPerSecond, limits.bodyGraceMilliseconds);
    return this.#pace.keep(bytes, elapsedMilliseconds);
  }

  open(sink: Sink): void {
    this.#opened = true;
    // Thrown away is not empty.
    if (this.#lost !== undefined || this.whole) return sink.fail(this.#lost ?? bodyBrokeOff());
    this.#sink = sink;
    this.#channel.bodyOpened();
  }

  pause(): void {
    if (this.flowing) this.blocked = true;
  }

  resume(): void {
    if (!this.blocked) return;
    this.blocked = false;
    this.#channel.bodyResumed();
  }

  /** The rest is not wanted: whatever still comes is thrown away. */
  cancel(): void {
    this.#sink = undefined;
    this.blocked = false;
  }

  /** The rest does not come: whatever follows on this connection cannot be told from it. */
  fail(why: Problem): void {
    if (this.whole || this.broken) return;
    this.broken = true;
    this.abandon(why);
  }

  /** Whoever still reads, or begins to, gets no more. */
  abandon(why: Problem): void {
    if (this.whole || this.#lost !== undefined) return;
    this.#lost = why;
    const sink = this.#sink;
    this.cancel();
    sink?.fail(why);
  }

  /** Takes what belongs to the body from the queue, and hands it on. */
  take(queue: ByteQueue): void {
    const { bytes, from, to } = queue;
    const chunks = this.#chunks;
    const end = chunks === undefined ? Math.min(to, from + this.#left) : chunks.read(bytes, from, to);
    this.taken += end - from;
    if (chunks === undefined) this.#left -= end - from;
    this.whole = chunks === undefined ? this.#left === 0 : chunks.whole;
    const sink = this.#sink;
    const piece = sink === undefined ? undefined : chunks === undefined ? viewOf(bytes, from, end) : chunks.takePiece(bytes);
    // Whoever copies what he gets need not be given a copy.
    const lend = piece !== undefined && queue.isLent(piece) ? sink?.lend : undefined;
    const own = piece === undefined || lend !== undefined ? piece : queue.own(piece);
    queue.take(end);
    if (own !== undefined && (lend === undefined ? sink?.data(own) : sink?.lend?.(own)) === false) this.blocked = this.#sink !== undefined;
    if (this.whole && sink !== undefined) this.#end();
    if (chunks?.broken === true) this.fail(malformedChunks);
  }

  /** The sink may have been taken away by the last piece. */
  #end(): void {
    const sink = this.#sink;
    this.cancel();
    sink?.end();
  }
}

function viewOf(bytes: Buffer, from: number, to: number): Uint8Array | undefined {
  if (from === to) return undefined;
  return from === 0 && to === bytes.byteLength ? bytes : bytes.subarray(from, to);
}
