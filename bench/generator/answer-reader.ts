/**
 * Answer reader: finds where an HTTP/1.1 answer ends in the bytes of one connection.
 *
 * One request at a time is on the way, so that whatever follows a whole answer is a mistake and not the next answer.
 */
const headEnd = Buffer.from("\r\n\r\n");
const lengthPattern = /\r\ncontent-length: *([0-9]{1,9})/i;
const chunkedPattern = /\r\ntransfer-encoding: *chunked/i;

export interface Answer {
  readonly status: number;
  /** Head and body as received. */
  readonly bytes: Buffer;
}

export class AnswerReader {
  #held: Buffer | undefined;
  #wholeBytes = 0;
  #chunked = false;

  /** The answer when this chunk completes it, undefined while more must come. Throws when there is more than one answer. */
  read(chunk: Buffer): Answer | undefined {
    const bytes = this.#held === undefined ? chunk : Buffer.concat([this.#held, chunk]);
    if (this.#wholeBytes === 0 && !this.#chunked) this.#readHead(bytes);
    const whole = this.#chunked ? findChunkedEnd(bytes) : this.#wholeBytes;
    if (whole === 0 || bytes.length < whole) {
      this.#held = bytes;
      return undefined;
    }
    if (bytes.length > whole) throw new RangeError("bytes after the answer");
    this.#held = undefined;
    this.#wholeBytes = 0;
    this.#chunked = false;
    return { status: Number(bytes.toString("latin1", 9, 12)), bytes };
  }

  #readHead(bytes: Buffer): void {
    const end = bytes.indexOf(headEnd);
    if (end === -1) return;
    const head = bytes.toString("latin1", 0, end);
    const length = lengthPattern.exec(head)?.[1];
    if (length === undefined) this.#chunked = chunkedPattern.test(head);
    if (!this.#chunked) this.#wholeBytes = end + headEnd.length + Number(length ?? 0);
  }
}

/** The index after the last chunk, 0 while it has not come. */
function findChunkedEnd(bytes: Buffer): number {
  let at = bytes.indexOf(headEnd) + headEnd.length;
  for (;;) {
    const lineEnd = bytes.indexOf("\r\n", at);
    if (lineEnd === -1) return 0;
    const size = Number.parseInt(bytes.toString("latin1", at, lineEnd), 16);
    const next = lineEnd + 2 + size + 2;
    if (!(next <= bytes.length)) return 0;
    if (size === 0) return next;
    at = next;
  }
}
