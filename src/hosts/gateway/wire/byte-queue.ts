/**
 * Byte queue: what has been read and not yet taken.
 *
 * What arrives whole is kept as it came and never copied. Only when more is put behind a rest does the queue get a
 * buffer of its own, which doubles: a head that comes byte by byte costs its length, not its square. Bytes once taken
 * are never written over, so whoever was handed a view may keep it.
 */
const NOTHING: Buffer = Buffer.alloc(0);
const ROOM_BYTES_MIN = 1_024;

export class ByteQueue {
  /** Where the bytes stand: `bytes[from..to]`. What is beyond is no one's. */
  bytes: Buffer = NOTHING;
  from = 0;
  to = 0;

  get length(): number {
    return this.to - this.from;
  }

  add(chunk: Buffer): void {
    const { length } = this;
    if (length === 0) {
      this.bytes = chunk;
      this.from = 0;
      this.to = chunk.byteLength;
      return;
    }
    if (this.bytes.byteLength - this.to < chunk.byteLength) this.#grow(length, length + chunk.byteLength);
    this.to += chunk.copy(this.bytes, this.to);
  }

  /** Everything before the offset `at` is taken. */
  take(at: number): void {
    this.from = at;
    if (at >= this.to) this.clear();
  }

  /** Whether `part` stands somewhere behind the first `skip` bytes. */
  holds(part: Buffer, skip: number): boolean {
    const at = this.bytes.indexOf(part, this.from + skip);
    return at >= 0 && at + part.byteLength <= this.to;
  }

  clear(): void {
    this.bytes = NOTHING;
    this.from = this.to = 0;
  }

  #grow(length: number, needed: number): void {
    const room = Buffer.allocUnsafeSlow(Math.max(ROOM_BYTES_MIN, 2 * needed));
    this.bytes.copy(room, 0, this.from, this.to);
    this.bytes = room;
    this.from = 0;
    this.to = length;
  }
}
