import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import * as fc from "fast-check";
import { SipHash } from "../../../src/stores/table/sip-hash.ts";

const MASK = (1n << 64n) - 1n;
const turn = (word: bigint, by: bigint): bigint => ((word << by) | (word >> (64n - by))) & MASK;

/** SipHash as its paper has it, in whole words: slow, and written apart from the one that is tested. */
function reference(key: Uint8Array, message: Uint8Array, absorbRounds: number, endRounds: number): bigint {
  const [k0, k1] = [Buffer.from(key).readBigUInt64LE(0), Buffer.from(key).readBigUInt64LE(8)];
  let [v0, v1, v2, v3] = [k0 ^ 0x736f6d6570736575n, k1 ^ 0x646f72616e646f6dn, k0 ^ 0x6c7967656e657261n, k1 ^ 0x7465646279746573n];
  const round = (times: number): void => {
    for (let time = 0; time < times; time++) {
      v0 = (v0 + v1) & MASK;
      v1 = turn(v1, 13n) ^ v0;
      v0 = turn(v0, 32n);
      v2 = (v2 + v3) & MASK;
      v3 = turn(v3, 16n) ^ v2;
      v0 = (v0 + v3) & MASK;
      v3 = turn(v3, 21n) ^ v0;
      v2 = (v2 + v1) & MASK;
      v1 = turn(v1, 17n) ^ v2;
      v2 = turn(v2, 32n);
    }
  };
  const padded = Buffer.alloc(Math.ceil((message.length + 1) / 8) * 8);
  padded.set(message);
  padded[padded.length - 1] = message.length & 0xff;
  for (let at = 0; at < padded.length; at += 8) {
    const word = padded.readBigUInt64LE(at);
    v3 ^= word;
    round(absorbRounds);
    v0 ^= word;
  }
  v2 ^= 0xffn;
  round(endRounds);
  return v0 ^ v1 ^ v2 ^ v3;
}

function words(key: Uint8Array): Int32Array {
  return new Int32Array(Uint8Array.from(key).buffer);
}

function hash(key: Uint8Array, text: string, prefix?: string): bigint {
  const one = new SipHash(words(key));
  if (prefix === undefined) one.hash(text);
  else one.hash(text, one.prefix(prefix));
  return (BigInt(one.high >>> 0) << 32n) | BigInt(one.low >>> 0);
}

const COUNTED = Uint8Array.from({ length: 16 }, (_, at) => at);

test("the reference gives the vectors of the paper and of its authors' code", () => {
  assert.equal(reference(COUNTED, COUNTED.subarray(0, 15), 2, 4), 0xa129ca6149be45e5n);
  assert.equal(reference(COUNTED, new Uint8Array(0), 2, 4), 0x726fdb47dd0e0e31n);
  assert.equal(reference(COUNTED, COUNTED.subarray(0, 8), 2, 4), 0x93f5f5799a932462n);
});

test("the UTF-8 of a text is hashed as the reference does, one text after the other", () => {
  const key = randomBytes(16);
  const one = new SipHash(words(key));
  const lengths = [...Array.from({ length: 300 }, (_, length) => length), 4_087, 4_088, 4_089, 4_095, 4_096, 4_097, 10_000];
  for (const length of [...lengths.toReversed(), ...lengths]) {
    for (const text of [randomBytes(length).toString("latin1"), randomBytes(length).toString("hex").slice(0, length), "\u{20ac}".repeat(length), "\u{1f600}".repeat(length)]) {
      one.hash(text);
      assert.equal((BigInt(one.high >>> 0) << 32n) | BigInt(one.low >>> 0), reference(key, Buffer.from(text, "utf8"), 1, 3), String(length));
    }
  }
});

test("any text, behind any prefix, under any key, gives the same hash again, and another one elsewhere", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), (key, prefix, text) => {
      assert.equal(hash(key, text, prefix), hash(key, text, prefix));
      assert.notEqual(hash(key, text, prefix), hash(key, `${text}a`, prefix));
      assert.notEqual(hash(key, text, prefix), hash(key, text, `${prefix}a`));
      assert.notEqual(hash(key, text, prefix), hash(Uint8Array.from(key, (byte) => byte ^ 1), text, prefix));
    }),
    { numRuns: 300 },
  );
});

test("no two lists of texts meet: lengths, wide characters and their bytes are told apart", () => {
  const pairs: readonly (readonly [string, string])[] = [["", "ab"], ["a", "b"], ["ab", ""], ["", "\0ab"], ["", "ab\0"], ["", "\u{20ac}"], ["", Buffer.from("\u{20ac}").toString("latin1")], ["\u{20ac}", ""], [Buffer.from("\u{20ac}").toString("latin1"), ""], ["", "\u{1f600}"], ["", "12345678"], ["12345678", ""], ["", "12345678\0"]];
  assert.equal(new Set(pairs.map(([prefix, text]) => hash(COUNTED, text, prefix))).size, pairs.length);
});

test("hashes of names that count up fall evenly into buckets", () => {
  const counts = new Int32Array(64);
  const one = new SipHash(words(randomBytes(16)));
  const prefix = one.prefix("limit");
  for (let name = 0; name < 64_000; name++) {
    one.hash(`user ${name}`, prefix);
    const bucket = one.high >>> 26;
    counts[bucket] = (counts[bucket] ?? 0) + 1;
  }
  // Six standard deviations from a thousand.
  assert.ok(counts.every((count) => Math.abs(count - 1_000) < 190), counts.join(" "));
});
