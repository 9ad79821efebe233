/**
 * Upstream body: the body of a request on its way to the API, at the pace of the slower side.
 *
 * What was announced is kept: with a length not a byte more or less is sent, and a body that breaks off takes its
 * connection with it, so that what was cut off never looks whole.
 */
import type { Content, Sink } from "../../../exchange/content.ts";
import { type Problem } from "../../../exchange/problem.ts";
import type { UpstreamConnection } from "./upstream-connection.ts";
import { requestUnwritable } from "./upstream-problems.ts";

const unkept = requestUnwritable({ because: { code: "LENGTH_NOT_KEPT" } });

export class UpstreamBody implements Sink {
  /** All of it has been handed to the socket. */
  sent = false;
  /** There is more, and the API does not take it. */
  blocked = false;
  readonly #connection: UpstreamConnection;
  readonly #content: Content;
  readonly #failed: (why: Problem) => void;
  /** Bytes that are still to come; -1: in chunks. */
  #left: number;
  #chunks = 0;
  #over = false;

  /** @param failed called at most once, when the body cannot be sent to its end */
  constructor(connection: UpstreamConnection, content: Content, failed: (why: Problem) => void) {
    this.#connection = connection;
    this.#content = content;
    this.#failed = failed;
    this.#left = content.declared ?? -1;
  }

  start(): void {
    this.#content.stream(this);
  }

  /** Nothing more is sent. */
  stop(): void {
    if (this.#over) return;
    this.#over = true;
    this.#content.cancel();
  }

  drained(): void {
    this.blocked = false;
    if (!this.#over) this.#content.resume();
  }

  data(chunk: Uint8Array): boolean {
    if (this.#over) return false;
    const { byteLength } = chunk;
    // An empty chunk is the end of a chunked body.
    if (byteLength === 0) return true;
    if (this.#left >= 0) {
      this.#left -= byteLength;
      if (this.#left < 0) {
        this.#break(unkept);
        return false;
      }
    }
    const room = this.#left < 0 ? this.#writeChunk(chunk) : this.#connection.writeBytes(chunk);
    this.blocked = !room;
    return room;
  }

  end(): void {
    if (this.#over) return;
    if (this.#left > 0) return this.#break(unkept);
    this.#over = true;
    this.sent = true;
    if (this.#left < 0) this.#connection.write(this.#chunks === 0 ? "0\r\n\r\n" : "\r\n0\r\n\r\n");
  }

  fail(why: Problem): void {
    if (!this.#over) this.#break(why);
  }

  /** The line end behind a chunk goes out with the line before the next one. */
  #writeChunk(chunk: Uint8Array): boolean {
    const connection = this.#connection;
    const size = chunk.byteLength.toString(16);
    connection.hold();
    connection.write(this.#chunks++ === 0 ? `${size}\r\n` : `\r\n${size}\r\n`);
    const room = connection.writeBytes(chunk);
    connection.release();
    return room;
  }

  #break(why: Problem): void {
    this.stop();
    this.#failed(why);
  }
}
