/**
 * Multipart reader: takes a multipart body apart as it comes, in one way or not at all (RFC 2046, section 5.1.1).
 *
 * Readers of multipart forgive: lines that end in LF alone, blanks behind a boundary, text before the first and behind the
 * last, a boundary in the middle of a line. Each of these hides a part from one reader that another one sees. So every line
 * of the frame ends in CRLF, there is nothing around it, and the boundary stands in no content, in whichever form.
 */

/** What comes out. `begin` answers what is wrong with the head of a part, where something is. */
export interface PartSink {
  readonly begin: (head: Buffer) => string | undefined;
  readonly data: (bytes: Buffer) => void;
  readonly end: () => void;
}

export interface MultipartBounds {
  readonly parts: number;
  readonly headBytes: number;
  readonly partBytes: number;
}

/** Characters of a boundary (RFC 2046, section 5.1.1). */
export const BOUNDARY_CHARACTERS_MAX = 70;
/** Without the blank that the grammar allows inside: nobody writes one, and not everybody reads it. */
const BOUNDARY = /^[0-9A-Za-z'()+_,./:=?-]{1,70}$/;

export function isBoundary(text: string): boolean {
  return BOUNDARY.test(text);
}

const CRLF = Buffer.from("\r\n");
const HEAD_END = Buffer.from("\r\n\r\n");
const NOTHING = Buffer.alloc(0);

type State = "first" | "delimited" | "head" | "content" | "ended";

/** Linear in the bytes, however they are cut; keeps back less than a head or a delimiter. Never throws. */
export class MultipartReader {
  readonly #sink: PartSink;
  readonly #bounds: MultipartBounds;
  readonly #delimiter: Buffer;
  #state: State = "first";
  /** What could not be decided yet. */
  #rest: Buffer = NOTHING;
  #parts = 0;
  #partBytes = 0;
  #wrong: string | undefined;

  /** @param boundary one that `isBoundary` accepts */
  constructor(boundary: string, sink: PartSink, bounds: MultipartBounds) {
    this.#sink = sink;
    this.#bounds = bounds;
    this.#delimiter = Buffer.from(`--${boundary}`, "latin1");
  }

  /** Takes the next bytes. @returns what is wrong, from then on and for good */
  push(chunk: Uint8Array): string | undefined {
    if (this.#wrong !== undefined) return this.#wrong;
    const fresh = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    const bytes = this.#rest.length === 0 ? fresh : Buffer.concat([this.#rest, fresh]);
    let at = 0;
    while (this.#wrong === undefined) {
      const next = this.#step(bytes, at);
      if (next === undefined) break;
      at = next;
    }
    this.#rest = at === 0 ? bytes : bytes.subarray(at);
    return this.#wrong;
  }

  /** No more bytes come. @returns what is wrong, where something is */
  end(): string | undefined {
    if (this.#wrong === undefined && this.#state !== "ended") this.#wrong = "does not end with its closing boundary";
    return this.#wrong;
  }

  /** One step from `at`: where the next begins, or undefined until there is more. */
  #step(bytes: Buffer, at: number): number | undefined {
    switch (this.#state) {
      case "first":
        return this.#first(bytes, at);
      case "delimited":
        return this.#delimited(bytes, at);
      case "head":
        return this.#head(bytes, at);
      case "content":
        return this.#content(bytes, at);
      case "ended":
        return this.#behind(bytes, at);
    }
  }

  #fail(wrong: string): undefined {
    this.#wrong = wrong;
  }

  #first(bytes: Buffer, at: number): number | undefined {
    const delimiter = this.#delimiter;
    const length = Math.min(delimiter.length, bytes.length - at);
    if (bytes.compare(delimiter, 0, length, at, at + length) !== 0) return this.#fail("does not begin with its boundary");
    if (length < delimiter.length) return undefined;
    this.#state = "delimited";
    return at + length;
  }

  /** Behind a boundary: the next part, or the end. */
  #delimited(bytes: Buffer, at: number): number | undefined {
    if (bytes.length - at < 2) return undefined;
    const isEnd = bytes[at] === 0x2d && bytes[at + 1] === 0x2d;
    if (!isEnd && !startsLine(bytes, at)) return this.#fail("holds something behind a boundary");
    if (!isEnd && this.#parts === this.#bounds.parts) return this.#fail("holds too many parts");
    if (!isEnd) this.#parts += 1;
    else if (this.#parts === 0) return this.#fail("holds no part");
    this.#state = isEnd ? "ended" : "head";
    // The line's end stays: a head without a field has it for its own.
    return at + (isEnd ? 2 : 0);
  }

  /** `at` is before the CRLF that ends the line of the boundary. */
  #head(bytes: Buffer, at: number): number | undefined {
    const end = bytes.indexOf(HEAD_END, at);
    const length = (end === -1 ? bytes.length : end) - at;
    if (length > this.#bounds.headBytes + CRLF.length) return this.#fail("holds a part whose head is too long");
    if (end === -1) return undefined;
    const wrong = this.#sink.begin(bytes.subarray(Math.min(at + CRLF.length, end), end));
    if (wrong !== undefined) return this.#fail(wrong);
    this.#state = "content";
    this.#partBytes = 0;
    return end + HEAD_END.length;
  }

  /** Keeps back as many bytes as could still belong to a delimiter and the CRLF before it. */
  #content(bytes: Buffer, at: number): number | undefined {
    const found = bytes.indexOf(this.#delimiter, at);
    if (found === -1) {
      const sure = Math.max(at, bytes.length - this.#delimiter.length - CRLF.length + 1);
      return sure === at || !this.#take(bytes, at, sure) ? undefined : sure;
    }
    if (found < at + CRLF.length || !startsLine(bytes, found - CRLF.length)) return this.#fail("holds its boundary within a part");
    if (!this.#take(bytes, at, found - CRLF.length)) return undefined;
    this.#sink.end();
    this.#state = "delimited";
    return found + this.#delimiter.length;
  }

  #take(bytes: Buffer, from: number, to: number): boolean {
    this.#partBytes += to - from;
    if (this.#partBytes > this.#bounds.partBytes) {
      this.#fail("holds a part that is too large");
      return false;
    }
    if (to > from) this.#sink.data(bytes.subarray(from, to));
    return true;
  }

  /** One line's end may stand behind the last boundary, and nothing else. */
  #behind(bytes: Buffer, at: number): undefined {
    const left = bytes.length - at;
    const fits = left <= CRLF.length && bytes.compare(CRLF, 0, left, at) === 0;
    return fits ? undefined : this.#fail("holds something behind its closing boundary");
  }
}

function startsLine(bytes: Buffer, at: number): boolean {
  return bytes[at] === 0x0d && bytes[at + 1] === 0x0a;
}
