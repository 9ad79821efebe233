import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { canonicalise, decodePercent } from "../../src/contract/percent.ts";

test("decoding agrees with decodeURIComponent, which throws where this gives nothing", () => {
  const octet = fc.integer({ min: 0, max: 255 }).map((value) => `%${value.toString(16).padStart(2, "0")}`);
  const text = fc.array(fc.oneof(octet, fc.constantFrom("%c3%a9", "%E2%82%AC", "%F0%9F%98%80", "%", "a", "4", "\u00e9"))).map((pieces) => pieces.join(""));
  const reference = (encoded: string): string | undefined => {
    try {
      return decodeURIComponent(encoded);
    } catch {
      return undefined;
    }
  };
  fc.assert(
    fc.property(text, (encoded) => assert.equal(decodePercent(encoded), reference(encoded))),
    { numRuns: 3_000 },
  );
  for (let first = 0x80; first <= 0xff; first++) {
    for (const rest of ["%7f", "%80", "%8f", "%90", "%9f", "%a0", "%bf", "%c0"]) {
      for (const tail of ["", "%80", "%80%80", "%bf%bf"]) {
        const encoded = `%${first.toString(16)}${rest}${tail}`;
        assert.equal(decodePercent(encoded), reference(encoded), encoded);
      }
    }
  }
});

test("canonical text is the same for path and query but for the characters that only one of them allows", () => {
  assert.equal(canonicalise("/a%7Eb", "path"), "/a~b");
  assert.equal(canonicalise("/a%7Eb", "query"), "/a~b");
  assert.deepEqual(canonicalise("a?b", "path"), { wrong: "holds a character that has to be percent-encoded" });
  assert.equal(canonicalise("a?b+c", "query"), "a?b%20c");
  assert.equal(canonicalise("a+c", "path"), "a+c");
});

test("a long text takes time in proportion to its length", () => {
  const seconds = (length: number): number => {
    const text = "%C3%A9+[".repeat(length);
    const start = performance.now();
    canonicalise(text, "query");
    return performance.now() - start;
  };
  seconds(20_000);
  assert.ok(seconds(160_000) < 2_000);
});
