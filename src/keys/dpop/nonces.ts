/**
 * Nonces: words that a client must put into its proof, so that it cannot have made the proof beforehand.
 *
 * Whoever got hold of a client for a moment could else sign proofs for next year and take them along (RFC 9449,
 * section 11.2). A nonce is the number of the period in which it was given out, with a code that only this door can
 * compute. So nothing is remembered, and every door that has the same secret knows the nonces of the others.
 */
import { createHmac } from "node:crypto";

const CODE_BYTES = 18;

export class Nonces {
  readonly #secret: Uint8Array;
  readonly #periodMilliseconds: number;
  #period = Number.NaN;
  #good: readonly string[] = [];

  constructor(secret: Uint8Array, periodMilliseconds: number) {
    this.#secret = secret;
    this.#periodMilliseconds = periodMilliseconds;
  }

  /** The one to give out at `now`, in milliseconds since the epoch. */
  at(now: number): string {
    return this.#read(now)[0] ?? "";
  }

  /** `old`: still good, and the client should be given the next one. */
  judge(nonce: string, now: number): "good" | "old" | "unknown" {
    const at = this.#read(now).indexOf(nonce);
    return at === 1 ? "old" : at === -1 ? "unknown" : "good";
  }

  /** When a nonce that is good at `now` will be good no longer, in milliseconds since the epoch. */
  endAfter(now: number): number {
    return (Math.floor(now / this.#periodMilliseconds) + NEXT + 2) * this.#periodMilliseconds;
  }

  /** This period's, the one before, and the next: the clock of another door may be a little ahead. */
  #read(now: number): readonly string[] {
    const period = Math.floor(now / this.#periodMilliseconds);
    if (period !== this.#period) {
      this.#period = period;
      this.#good = [period, period - 1, period + NEXT].map((one) => this.#write(one));
    }
    return this.#good;
  }

  #write(period: number): string {
    const number = Buffer.alloc(6);
    number.writeUIntBE(Math.max(0, period), 0, 6);
    const code = createHmac("sha256", this.#secret).update("sallyport dpop nonce\0").update(number).digest().subarray(0, CODE_BYTES);
    return Buffer.concat([number, code]).toString("base64url");
  }
}

const NEXT = 1;
