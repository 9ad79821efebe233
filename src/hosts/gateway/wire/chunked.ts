/**
 * Chunked: a body in chunks, taken out of its framing (RFC 9112, section 7.1).
 *
 * Sizes are up to eight hexadecimal digits and nothing else. Chunk extensions and trailers are refused: nothing here
 * declares them, parsers disagree on where they end, and fields that come behind the guards are fields that no guard
 * saw. A chunk of one byte costs its sender six bytes and a careless reader hundreds; so what comes in one read is
 * handed on as one piece, however it was cut.
 */
export const CHUNK_SIZE_DIGITS_MAX = 8;

const LF = 0x0a;
const CR = 0x0d;

const SIZE = 0;
const SIZE_LF = 1;
const DATA = 2;
const DATA_CR = 3;
const DATA_LF = 4;
const LAST_CR = 5;
const LAST_LF = 6;
const WHOLE = 7;
const BROKEN = 8;

export class ChunkedReader {
  #state = SIZE;
  #size = 0;
  #digits = 0;
  /** The first run of data in this read, and the copy of all runs once there is a second one. */
  #runFrom = 0;
  #runTo = 0;
  #gathered: Buffer | undefined;
  #gatheredBytes = 0;
  readonly #behindLast: typeof LAST_CR | typeof WHOLE;

  /** @param trailers "left": whole with the line of the last chunk; what comes behind it is read by somebody else */
  constructor(trailers: "refused" | "left" = "refused") {
    this.#behindLast = trailers === "left" ? WHOLE : LAST_CR;
  }

  get whole(): boolean {
    return this.#state === WHOLE;
  }

  get broken(): boolean {
    return this.#state === BROKEN;
  }

  /**
   * Reads on in `bytes[from..to]`, until the body is whole or broken or the bytes end.
   *
   * @returns the offset behind what belongs to the body; `piece` has the data
   */
  read(bytes: Buffer, from: number, to: number): number {
    this.#runFrom = this.#runTo = 0;
    this.#gathered = undefined;
    let at = from;
    while (at < to && this.#state < WHOLE) {
      if (this.#state !== DATA) {
        this.#state = this.#frame(bytes[at++] ?? 0);
        continue;
      }
      const end = Math.min(to, at + this.#size);
      this.#keep(bytes, at, end, to);
      this.#size -= end - at;
      at = end;
      if (this.#size === 0) this.#state = DATA_CR;
    }
    return at;
  }

  /** The data of the last read; undefined when it had none. Asked for once after each read, with the same bytes. */
  takePiece(bytes: Buffer): Uint8Array | undefined {
    const gathered = this.#gathered;
    if (gathered !== undefined) {
      this.#gathered = undefined;
      return gathered.subarray(0, this.#gatheredBytes);
    }
    return this.#runTo === this.#runFrom ? undefined : bytes.subarray(this.#runFrom, this.#runTo);
  }

  #keep(bytes: Buffer, from: number, to: number, end: number): void {
    if (this.#runTo === this.#runFrom) {
      this.#runFrom = from;
      this.#runTo = to;
      return;
    }
    if (this.#gathered === undefined) {
      this.#gathered = Buffer.allocUnsafe(end - this.#runFrom);
      this.#gatheredBytes = bytes.copy(this.#gathered, 0, this.#runFrom, this.#runTo);
    }
    this.#gatheredBytes += bytes.copy(this.#gathered, this.#gatheredBytes, from, to);
  }

  #frame(octet: number): number {
    switch (this.#state) {
      case SIZE:
        return this.#sizeDigit(octet);
      case SIZE_LF:
        if (octet !== LF) return BROKEN;
        return this.#size === 0 ? this.#behindLast : DATA;
      case DATA_CR:
        return octet === CR ? DATA_LF : BROKEN;
      case DATA_LF:
        this.#digits = 0;
        return octet === LF ? SIZE : BROKEN;
      case LAST_CR:
        return octet === CR ? LAST_LF : BROKEN;
      default:
        return octet === LF ? WHOLE : BROKEN;
    }
  }

  #sizeDigit(octet: number): number {
    if (octet === CR) return this.#digits === 0 ? BROKEN : SIZE_LF;
    const digit = hexOf(octet);
    if (digit < 0 || this.#digits === CHUNK_SIZE_DIGITS_MAX) return BROKEN;
    this.#size = this.#size * 16 + digit;
    this.#digits++;
    return SIZE;
  }
}

function hexOf(octet: number): number {
  if (octet >= 0x30 && octet <= 0x39) return octet - 0x30;
  const letter = octet | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}
