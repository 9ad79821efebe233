/** Answer hoard: bytes that came in pieces and are needed in one, in a buffer that doubles. Bounded by its user. */

const FIRST_BYTES = 1_024;

export class ByteHoard {
  length = 0;
  bytes: Buffer = Buffer.allocUnsafeSlow(FIRST_BYTES);

  add(from: Uint8Array, start: number, end: number): void {
    const length = this.length + end - start;
    if (length > this.bytes.byteLength) {
      const wider = Buffer.allocUnsafeSlow(Math.max(length, 2 * this.bytes.byteLength));
      this.bytes.copy(wider, 0, 0, this.length);
      this.bytes = wider;
    }
    this.bytes.set(from.subarray(start, end), this.length);
    this.length = length;
  }
}
