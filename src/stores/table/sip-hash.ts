/**
 * SipHash: the keyed hash of a name, SipHash-1-3 (Aumasson and Bernstein, 2012; one round per word, three at the end).
 *
 * Keyed, because names are the callers' own: with a known function they could be made to fall into one bucket of a
 * table, where they would wash each other out. 64-bit words are pairs of 32-bit numbers, so that nothing is allocated;
 * they are read from the bytes of the name's UTF-8, which the engine writes in one go: most of the time that a name takes
 * is in getting at its characters. What stands in front of many names is hashed once (`prefix`).
 */

/** The state behind a prefix: four words of 64 bits, low half first. */
export type SipState = Int32Array;

const END_ROUNDS = 3;
/** Bytes for names as they are; a longer one gets more, for as long as it takes. */
const ROOM_BYTES = 4_096;
/** UTF-8 of a UTF-16 unit at most, and the last word. */
const UTF8_BYTES_MAX = 3;
const WORD_BYTES = 8;

const encoder = new TextEncoder();

export class SipHash {
  /** The two halves of the last hash. */
  low = 0;
  high = 0;
  readonly #start: SipState;
  readonly #bytes = new Uint8Array(ROOM_BYTES);
  readonly #words = new Int32Array(this.#bytes.buffer);

  /** @param key 128 bits, as four words of 32 */
  constructor([k0 = 0, k1 = 0, k2 = 0, k3 = 0]: Int32Array) {
    this.#start = Int32Array.of(k0 ^ 0x70736575, k1 ^ 0x736f6d65, k2 ^ 0x6e646f6d, k3 ^ 0x646f7261, k0 ^ 0x6e657261, k1 ^ 0x6c796765, k2 ^ 0x79746573, k3 ^ 0x74656462);
  }

  /** The state behind a text that others will follow. Its length is part of it, so that no two lists of texts meet. */
  prefix(text: string): SipState {
    const state = this.#start.slice();
    this.#run(state, text, 0);
    return state;
  }

  /** Hashes a text, behind a prefix where there is one, into `low` and `high`. */
  hash(text: string, state: SipState = this.#start): void {
    this.#run(state, text, END_ROUNDS);
  }

  #run(state: SipState, text: string, endRounds: number): void {
    const { read, written } = encoder.encodeInto(text, this.#bytes);
    // The last word must have room, too.
    if (read === text.length && written <= ROOM_BYTES - WORD_BYTES) return this.#mix(this.#words, written, state, endRounds);
    const bytes = new Uint8Array(Math.ceil((text.length * UTF8_BYTES_MAX) / WORD_BYTES + 1) * WORD_BYTES);
    this.#mix(new Int32Array(bytes.buffer), encoder.encodeInto(text, bytes).written, state, endRounds);
  }

  /** Words, the last one with the length, the rounds at the end: one loop, so that the round stands here once. */
  #mix(words: Int32Array, length: number, state: SipState, endRounds: number): void {
    endAt(words, length);
    let v0 = state[0] ?? 0;
    let w0 = state[1] ?? 0;
    let v1 = state[2] ?? 0;
    let w1 = state[3] ?? 0;
    let v2 = state[4] ?? 0;
    let w2 = state[5] ?? 0;
    let v3 = state[6] ?? 0;
    let w3 = state[7] ?? 0;
    const last = length >>> 3;
    const rounds = last + 1 + endRounds;
    for (let round = 0; round < rounds; round++) {
      let low = 0;
      let high = 0;
      if (round <= last) {
        low = words[round << 1] ?? 0;
        high = words[(round << 1) | 1] ?? 0;
      } else if (round === last + 1) v2 ^= 0xff;
      v3 ^= low;
      w3 ^= high;
      let sum = (v0 + v1) | 0;
      w0 = (w0 + w1 + (sum >>> 0 < v0 >>> 0 ? 1 : 0)) | 0;
      let turned = ((v1 << 13) | (w1 >>> 19)) ^ sum;
      w1 = ((w1 << 13) | (v1 >>> 19)) ^ w0;
      v1 = turned;
      v0 = w0;
      w0 = sum;
      sum = (v2 + v3) | 0;
      w2 = (w2 + w3 + (sum >>> 0 < v2 >>> 0 ? 1 : 0)) | 0;
      turned = ((v3 << 16) | (w3 >>> 16)) ^ sum;
      w3 = ((w3 << 16) | (v3 >>> 16)) ^ w2;
      v3 = turned;
      v2 = sum;
      sum = (v0 + v3) | 0;
      w0 = (w0 + w3 + (sum >>> 0 < v0 >>> 0 ? 1 : 0)) | 0;
      turned = ((v3 << 21) | (w3 >>> 11)) ^ sum;
      w3 = ((w3 << 21) | (v3 >>> 11)) ^ w0;
      v3 = turned;
      v0 = sum;
      sum = (v2 + v1) | 0;
      w2 = (w2 + w1 + (sum >>> 0 < v2 >>> 0 ? 1 : 0)) | 0;
      turned = ((v1 << 17) | (w1 >>> 15)) ^ sum;
      w1 = ((w1 << 17) | (v1 >>> 15)) ^ w2;
      v1 = turned;
      v2 = w2;
      w2 = sum;
      v0 ^= low;
      w0 ^= high;
    }
    this.low = v0 ^ v1 ^ v2 ^ v3;
    this.high = w0 ^ w1 ^ w2 ^ w3;
    if (endRounds === 0) state.set([v0, w0, v1, w1, v2, w2, v3, w3]);
  }
}

/** Clears what an earlier name left behind the last byte, and writes the length's low byte into the last one of its word. */
function endAt(words: Int32Array, length: number): void {
  const half = length >>> 2;
  const rest = (words[half] ?? 0) & ((1 << ((length & 3) << 3)) - 1);
  const isHigh = (half & 1) === 1;
  if (!isHigh) words[half] = rest;
  words[half | 1] = (isHigh ? rest : 0) | (length << 24);
}
