/**
 * Request body: the octets behind a head, as the source of a content.
 *
 * Nothing is taken off the wire before somebody opens it, and it is handed on as it comes: a view of what was read,
 * never a copy, save for small chunks (see chunked.ts).
 */
import type { Sink, Source } from "../../../exchange/content.ts";
import { type Particulars, type Problem, problem } from "../../../exchange/problem.ts";
import { ChunkedReader } from "./chunked.ts";

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

  get opened(): boolean {
    return this.#opened;
  }

  /** Bytes that are still to be taken off the wire; undefined when nobody knows. */
  get left(): number | undefined {
    return this.#chunks === undefined ? this.#left : this.whole ? 0 : undefined;
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

  /**
   * Takes what belongs to the body from `bytes[from..to]` and hands it on.
   *
   * @returns the offset behind it
   */
  take(bytes: Buffer, from: number, to: number): number {
    const chunks = this.#chunks;
    const end = chunks === undefined ? Math.min(to, from + this.#left) : chunks.read(bytes, from, to);
    this.taken += end - from;
    if (chunks === undefined) this.#left -= end - from;
    this.whole = chunks === undefined ? this.#left === 0 : chunks.whole;
    const sink = this.#sink;
    if (sink !== undefined) {
      const piece = chunks === undefined ? viewOf(bytes, from, end) : chunks.takePiece(bytes);
      if (piece !== undefined && !sink.data(piece)) this.blocked = this.#sink !== undefined;
      if (this.whole) this.#end();
    }
    if (chunks?.broken === true) this.fail(malformedChunks);
    return end;
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
