/**
 * Target: no request target makes the reader throw, and whatever it accepts, the WHATWG URL parser reads alike.
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import * as fc from "fast-check";
import { decodeSegment, decodeValue, readTarget, type Target } from "../src/contract/target.ts";

const PIECES: readonly string[] = [
  ..."/ / / ? & = ; + % # \\ . .. ~ : @ , | [ ] { } ^ ` < > a Z 9 - _ ' ( ) * !".split(" "),
  ..."%2e %2E %2f %2F %5c %5C %00 %0a %0D %7f %20 %25 %252e %252F %61 %41 %3b %3B %26 %3D %2B %7C %23".split(" "),
  ..."%c3%a9 %C3 %A9 %c0%ae %e0%80%ae %ed%a0%80 %f0%9f%98%80 %f4%90%80%80 %c2%85 %fe %EF%BB%BF %g0 %1".split(" "),
  ..."../ /./ ..;/ ..;x %2e%2e ..%3Bx //h \\h a=b &&".split(" "),
  " ",
  "\t",
  "\n",
  "\r",
  "\0",
  "\u007f",
  "\u0085",
  "\u00e9",
  "\ufeff",
  "\ud800",
  "\udc00",
];

const TEXT: fc.Arbitrary<string> = fc
  .array(fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...PIECES) }, fc.string({ unit: "binary", maxLength: 3 })), { maxLength: 24 })
  .map((pieces) => pieces.join(""));

const TARGET: fc.Arbitrary<string> = fc.oneof(
  TEXT,
  TEXT.map((text) => `/${text}`),
  fc.tuple(fc.webPath(), fc.webQueryParameters()).map(([path, query]) => `/${path}?${query}`),
);

/** Throws where an accepted target is read differently by the other parser, or by ourselves the second time. */
export function run(iterations: number, seed: number): void {
  fc.assert(fc.property(TARGET, holds), { numRuns: iterations, seed });
}

function holds(text: string): void {
  const target = readTarget(text);
  if ("wrong" in target) return ok(target.wrong.length > 0);
  const canonical = target.search === undefined ? target.path : `${target.path}?${target.search}`;
  deepStrictEqual(readTarget(canonical), target, "the canonical text is read differently");
  ok(/^[!$%&'()*+,\-./0-9:;=?@A-Z_a-z~]*$/.test(canonical), "the canonical text goes beyond RFC 3986");
  compare(text, target);
  compare(canonical, target);
}

function compare(text: string, target: Target): void {
  const url = new URL(`http://host.test${text}`);
  const segments = url.pathname.slice(1).split("/").map(decodeURIComponent);
  deepStrictEqual(target.segments.map(decodeSegment), segments);
  const pairs = target.query.map(([name, value]) => [name, decodeValue(value)]);
  deepStrictEqual(pairs, [...url.searchParams]);
  strictEqual(url.hash, "");
}

if (import.meta.main) run(Number(process.argv[2] ?? 100_000), Number(process.argv[3] ?? Date.now()));
