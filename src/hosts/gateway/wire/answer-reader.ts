/**
 * Answer reader: the answers of one connection, taken out of their framing as their bytes come.
 *
 * It knows nothing of sockets. `read` leaves what it found in its members: the head once it is whole, the piece of the
 * body that these bytes held, whether the answer is whole, and whether bytes came behind it. Those belong to no request:
 * what is left of an answer must never become the beginning of the next one.
 */
import { ANSWER_FIELDS_MAX, ANSWER_HEAD_BYTES_MAX, type AnswerFault, type AnswerHead, BY_CHUNKS, BY_CLOSE, BY_LENGTH, BY_NONE, readAnswerHead } from "./answer-head.ts";
import { ByteQueue } from "./byte-queue.ts";
import { ChunkedReader } from "./chunked.ts";
import { FieldWalk, MORE, WELL } from "./field-walk.ts";

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
  #switching = false;
  #left = 0;
  #interims = 0;
  #chunks: ChunkedReader | undefined;
  /** The part of a head, or of trailers, that came without its end. */
  readonly #rest = new ByteQueue();

  get whole(): boolean {
    return this.#phase === "whole";
  }

  /** A request has been sent. @param switching it asked for another protocol: of that, everything is the body */
  begin(toHead: boolean, switching = false): void {
    this.head = undefined;
    this.piece = undefined;
    this.surplus = false;
    this.touched = false;
    this.#phase = "head";
    this.#toHead = toHead;
    this.#switching = switching;
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
    const rest = this.#rest;
    if (rest.length > 0 && !this.#gather(bytes, to)) return rest.length > ANSWER_HEAD_BYTES_MAX ? "HEAD_TOO_LARGE" : undefined;
    const split = rest.length > 0;
    const source = split ? rest.bytes : bytes;
    const limit = split ? rest.to : to;
    let at = split ? rest.from : 0;
    for (;;) {
      const head = readAnswerHead(source, at, limit, this.#toHead);
      if (typeof head === "string") return head;
      if ((head?.end ?? limit) - at > ANSWER_HEAD_BYTES_MAX) return "HEAD_TOO_LARGE";
      if (head === undefined) {
        if (split) rest.take(at);
        else if (at < limit) rest.add(Buffer.from(bytes.subarray(at, limit)));
        return undefined;
      }
      at = head.end;
      const switched = head.status === 101 && this.#switching;
      if (head.status >= 200 || switched) {
        rest.clear();
        this.#begin(switched ? { ...head, framing: BY_CLOSE } : head);
        return at + to - limit;
      }
      // What follows would be another protocol, and nobody asked for one.
      if (head.status === 101) return "SWITCHED_PROTOCOLS";
      if (++this.#interims > INTERIM_MAX) return "INTERIM_TOO_MANY";
    }
  }

  /** Puts bytes behind those that were kept. Without a line end nothing is decided, and what comes byte by byte is not read each time. */
  #gather(bytes: Buffer, to: number): boolean {
    const piece = bytes.subarray(0, to);
    this.#rest.add(piece);
    return piece.includes(LF);
  }

  #begin(head: AnswerHead): void {
    this.head = head;
    this.#left = head.length;
    this.#phase = head.framing === BY_NONE || (head.framing === BY_LENGTH && head.length === 0) ? "whole" : "body";
    if (head.framing === BY_CHUNKS) this.#chunks = new ChunkedReader("left");
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
    const rest = this.#rest;
    const split = rest.length > 0;
    if (split && !this.#gather(bytes, to)) return rest.length > TRAILER_BYTES_MAX ? "TRAILERS_MALFORMED" : to;
    const source = split ? rest.bytes : bytes;
    const limit = split ? rest.to : to;
    const begin = split ? rest.from : from;
    const ended = trailers.walk(source, begin, limit);
    if ((ended !== WELL && ended !== MORE) || (ended === MORE ? limit : trailers.end) - begin > TRAILER_BYTES_MAX) return "TRAILERS_MALFORMED";
    if (ended === MORE) {
      if (!split && from < to) rest.add(Buffer.from(bytes.subarray(from, to)));
      return to;
    }
    for (const { name } of trailers.names.slice(0, trailers.count)) {
      // A second word on where the answer ends.
      if (name === "content-length" || name === "transfer-encoding") return "TRAILERS_MALFORMED";
    }
    rest.clear();
    this.#phase = "whole";
    return trailers.end + to - limit;
  }
}

const trailers = new FieldWalk(ANSWER_FIELDS_MAX, TRAILER_BYTES_MAX);
