/**
 * Byte queue: what has been read and not yet taken.
 *
 * What arrives whole is used where it stands and never copied. Only when more is put behind a rest does the queue get a
 * buffer of its own, which doubles: a head that comes byte by byte costs its length, not its square. Bytes once taken
 * are never written over, so whoever was handed a view may keep it; save for those that are only lent, which are
 * somebody else's again with `keep`.
 */
const NOTHING: Buffer = Buffer.alloc(0);
const ROOM_BYTES_MIN = 1_024;

export class ByteQueue {
  /** Where the bytes stand: `bytes[from..to]`. What is beyond is no one's. */
  bytes: Buffer = NOTHING;
  from = 0;
  to = 0;
  /** Whether `bytes` are written over soon: a view of them is not to be kept. */
  lent = false;

  get length(): number {
    return this.to - this.from;
  }

  /** Bytes that nobody writes over. */
  add(chunk: Buffer): void {
    if (this.length > 0) return this.#append(chunk, chunk.byteLength);
    this.bytes = chunk;
    this.from = 0;
    this.to = chunk.byteLength;
  }

  /** `bytes[0..to]`, until `keep`. */
  lend(bytes: Buffer, to: number): void {
    if (this.length > 0) return this.#append(bytes, to);
    this.bytes = bytes;
    this.from = 0;
    this.to = to;
    this.lent = true;
  }

  /** What was lent and has not been taken is copied. */
  keep(): void {
    if (!this.lent) return;
    if (this.from === this.to) return this.clear();
    this.bytes = Buffer.from(this.bytes.subarray(this.from, this.to));
    this.to -= this.from;
    this.from = 0;
    this.lent = false;
  }

  /** Everything before the offset `at` is taken. */
  take(at: number): void {
    this.from = at;
    if (at >= this.to) this.clear();
  }

  /** A part as whoever takes it may keep it. */
  own(part: Uint8Array): Uint8Array {
    return this.isLent(part) ? Buffer.from(part) : part;
  }

  /** Whether a part is written over soon. */
  isLent(part: Uint8Array): boolean {
    return this.lent && part.buffer === this.bytes.buffer;
  }

  /** Whether `part` stands somewhere behind the first `skip` bytes. */
  holds(part: Buffer, skip: number): boolean {
    const at = this.bytes.indexOf(part, this.from + skip);
    return at >= 0 && at + part.byteLength <= this.to;
  }

  clear(): void {
    this.bytes = NOTHING;
    this.from = this.to = 0;
    this.lent = false;
  }

  #append(chunk: Buffer, bytes: number): void {
    const { length } = this;
    if (this.lent || this.bytes.byteLength - this.to < bytes) this.#grow(length, length + bytes);
    this.to += chunk.copy(this.bytes, this.to, 0, bytes);
  }

  #grow(length: number, needed: number): void {
    const room = Buffer.allocUnsafeSlow(Math.max(ROOM_BYTES_MIN, 2 * needed));
    this.bytes.copy(room, 0, this.from, this.to);
    this.bytes = room;
    this.from = 0;
    this.to = length;
    this.lent = false;
  }
}
