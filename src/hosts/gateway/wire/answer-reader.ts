/**
 * Answer reader: the answers of one connection, taken out of their framing as their bytes come.
 *
 * It knows nothing of sockets. `read` leaves what it found in its members: the head once it is whole, the piece of the
 * body that these bytes held, whether the answer is whole, and whether bytes came behind it. Those belong to no request:
 * what is left of an answer must never become the beginning of the next one.
 */
import { BAD, FieldWalk, MANY, MORE } from "./answer-fields.ts";
import { ANSWER_HEAD_BYTES_MAX, type AnswerFault, type AnswerHead, BY_CHUNKS, BY_CLOSE, BY_LENGTH, BY_NONE, readAnswerHead } from "./answer-head.ts";
import { ByteHoard } from "./answer-hoard.ts";
import { ChunkedReader } from "./chunked.ts";
import { lowerName } from "./field-names.ts";

/** Answers with 1xx before the one that counts (RFC 9110, section 15.2). */
export const INTERIM_MAX = 16;
export const TRAILER_BYTES_MAX = 8_192;

const LF = 0x0a;

type Phase = "idle" | "head" | "body" | "trailers" | "whole";

export class AnswerReader {
  /** The head of the answer, from the moment that it is whole. */
  head: AnswerHead | undefined = undefined;
  /** The part of the body that the last bytes held: a view of them, or a copy where it came in several chunks. */
  piece: Uint8Array | undefined = undefined;
  /** Bytes came behind the answer. */
  surplus = false;
  /** At least one byte of an answer has come since `begin`. */
  touched = false;
  #phase: Phase = "idle";
  #toHead = false;
  #left = 0;
  #interims = 0;
  #chunks: ChunkedReader | undefined;
  #hoard: ByteHoard | undefined;

  get whole(): boolean {
    return this.#phase === "whole";
  }

  /** A request has been sent. */
  begin(toHead: boolean): void {
    this.head = undefined;
    this.piece = undefined;
    this.surplus = false;
    this.touched = false;
    this.#phase = "head";
    this.#toHead = toHead;
    this.#interims = 0;
    this.#chunks = undefined;
  }

  /** Takes `bytes[0..to]`. After a fault, and after the end, nothing more is to be read here. */
  read(bytes: Buffer, to: number): AnswerFault | undefined {
    this.piece = undefined;
    this.touched = true;
    let at = 0;
    if (this.#phase === "head") {
      const end = this.#readHead(bytes, to);
      if (typeof end !== "number") return end;
      at = end;
    }
    if (this.#phase === "body") at = this.#readBody(bytes, at, to);
    if (this.#phase === "trailers") {
      const end = this.#readTrailers(bytes, at, to);
      if (typeof end !== "number") return end;
      at = end;
    }
    if (this.#chunks?.broken === true) return "CHUNKS_MALFORMED";
    this.surplus = at < to;
    return undefined;
  }

  /** The API has ended the connection. @returns undefined when that was the answer's end */
  end(): AnswerFault | undefined {
    this.piece = undefined;
    if (this.#phase !== "body" || this.head?.framing !== BY_CLOSE) return "ENDED_EARLY";
    this.#phase = "whole";
    return undefined;
  }

  /** @returns the offset behind the head, or a fault, or undefined as long as its end has not come */
  #readHead(bytes: Buffer, to: number): number | AnswerFault | undefined {
    let source = bytes;
    let limit = to;
    let at = 0;
    // Where `source` begins in `bytes`: a head of which a part came earlier ends in what came now.
    let shift = 0;
    if (this.#hoard !== undefined) {
      this.#hoard.add(bytes, 0, to);
      // Without a line end nothing is decided, and a head in pieces of one byte must not be read once for each.
      if (!bytes.subarray(0, to).includes(LF)) return this.#hoard.length > ANSWER_HEAD_BYTES_MAX ? "HEAD_TOO_LARGE" : undefined;
      source = this.#hoard.bytes;
      limit = this.#hoard.length;
      shift = to - limit;
    }
    for (;;) {
      const head = readAnswerHead(source, at, limit, this.#toHead);
      if (typeof head === "string") return head;
      if ((head?.end ?? limit) - at > ANSWER_HEAD_BYTES_MAX) return "HEAD_TOO_LARGE";
      if (head === undefined) {
        this.#keep(bytes, Math.max(0, at + shift), to, at + shift >= 0);
        return undefined;
      }
      at = head.end;
      if (head.status >= 200) {
        this.#hoard = undefined;
        this.#begin(head);
        return at + shift;
      }
      // What follows would be another protocol, and nobody asked for one.
      if (head.status === 101) return "SWITCHED_PROTOCOLS";
      if (++this.#interims > INTERIM_MAX) return "INTERIM_TOO_MANY";
    }
  }

  /** @param fresh whether the unfinished head begins in `bytes`, and not in what is kept already */
  #keep(bytes: Buffer, from: number, to: number, fresh: boolean): void {
    if (this.#hoard !== undefined && !fresh) return;
    this.#hoard = undefined;
    if (from === to) return;
    this.#hoard = new ByteHoard();
    this.#hoard.add(bytes, from, to);
  }

  #begin(head: AnswerHead): void {
    this.head = head;
    this.#left = head.length;
    this.#phase = head.framing === BY_NONE || (head.framing === BY_LENGTH && head.length === 0) ? "whole" : "body";
    if (head.framing === BY_CHUNKS) this.#chunks = new ChunkedReader("trailers");
  }

  /** @returns the offset behind what belongs to the body */
  #readBody(bytes: Buffer, from: number, to: number): number {
    const chunks = this.#chunks;
    if (chunks !== undefined) {
      const end = chunks.read(bytes, from, to);
      this.piece = chunks.takePiece(bytes);
      if (chunks.whole) this.#phase = "trailers";
      return end;
    }
    const end = this.head?.framing === BY_CLOSE ? to : Math.min(to, from + this.#left);
    if (end > from) this.piece = bytes.subarray(from, end);
    this.#left -= end - from;
    if (this.head?.framing === BY_LENGTH && this.#left === 0) this.#phase = "whole";
    return end;
  }

  /** Read as strictly as a head, then thrown away: fields behind the guards are fields that no guard saw. */
  #readTrailers(bytes: Buffer, from: number, to: number): number | AnswerFault {
    const before = this.#hoard?.length ?? 0;
    this.#hoard ??= new ByteHoard();
    this.#hoard.add(bytes, from, Math.min(to, from + TRAILER_BYTES_MAX + 1 - before));
    const { bytes: kept, length } = this.#hoard;
    const ended = trailers.walk(kept, 0, length);
    if (ended === BAD || ended === MANY || (ended === MORE ? length : trailers.end) > TRAILER_BYTES_MAX) return "TRAILERS_MALFORMED";
    if (ended === MORE) return to;
    this.#hoard = undefined;
    for (let line = 0; line < trailers.count; line++) {
      const name = lowerName(kept.latin1Slice(trailers.places[4 * line], trailers.places[4 * line + 1]));
      // A second word on where the answer ends.
      if (name === "content-length" || name === "transfer-encoding") return "TRAILERS_MALFORMED";
    }
    this.#phase = "whole";
    return from + trailers.end - before;
  }
}

const trailers = new FieldWalk();
