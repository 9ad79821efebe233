/**
 * Gathering: the pieces of a body put together as they come.
 *
 * A length that was announced reserves nothing: room is made for at most `AHEAD` times what has come, so that a thousand callers
 * who announce a megabyte and send a byte hold a byte each. What comes in one piece is not copied, unless it is only lent.
 */
import type { Sink } from "./content.ts";

/** Room for each byte that has come. */
const AHEAD = 4;
const NOTHING: Uint8Array = new Uint8Array(0);

export class Gathering implements Sink {
  readonly #expected: number | undefined;
  readonly #whole: () => void;
  readonly #failed: Sink["fail"];
  /** Of `#room`, so much is filled. */
  #length = 0;
  #room: Uint8Array = NOTHING;

  /** @param expected bytes that were announced; undefined where nobody did */
  constructor(expected: number | undefined, whole: () => void, failed: Sink["fail"]) {
    this.#expected = expected;
    this.#whole = whole;
    this.#failed = failed;
  }

  /** What has come so far. */
  get bytes(): Uint8Array {
    return this.#length === this.#room.byteLength ? this.#room : this.#room.subarray(0, this.#length);
  }

  data(chunk: Uint8Array): boolean {
    if (this.#length > 0) return this.lend(chunk);
    this.#room = chunk;
    this.#length = chunk.byteLength;
    return true;
  }

  lend(chunk: Uint8Array): boolean {
    const needed = this.#length + chunk.byteLength;
    if (needed > this.#room.byteLength) this.#grow(needed);
    this.#room.set(chunk, this.#length);
    this.#length = needed;
    return true;
  }

  end(): void {
    this.#whole();
  }

  fail(...why: Parameters<Sink["fail"]>): void {
    this.#failed(...why);
  }

  #grow(needed: number): void {
    // Of a body of unknown length the first piece is often all of it.
    const ahead = this.#expected === undefined && this.#length === 0 ? needed : Math.min(needed * AHEAD, this.#expected ?? Number.POSITIVE_INFINITY);
    const room = Buffer.allocUnsafeSlow(Math.max(needed, ahead));
    room.set(this.bytes);
    this.#room = room;
  }
}
