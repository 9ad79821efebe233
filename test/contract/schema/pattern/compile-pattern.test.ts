import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { compilePattern, type Matcher } from "../../../../src/contract/schema/pattern/compile-pattern.ts";
import { isLinear } from "../../../../src/contract/schema/pattern/linear.ts";
import { parsePattern, PATTERN_CHARACTERS } from "../../../../src/contract/schema/pattern/parse-pattern.ts";
import type { Piece } from "../../../../src/contract/schema/pattern/piece.ts";
import { trimEnds } from "../../../../src/contract/schema/pattern/trim-ends.ts";
import { writePattern } from "../../../../src/contract/schema/pattern/write-pattern.ts";

function matcher(source: string): Matcher {
  const matches = compilePattern(source);
  assert.ok(typeof matches === "function", `${source}: ${JSON.stringify(matches)}`);
  return matches;
}

function parsed(source: string): Piece {
  const piece = parsePattern(source);
  assert.ok(!("wrong" in piece), source);
  return piece;
}

function wrong(source: string): string {
  const answer = compilePattern(source);
  return typeof answer === "function" ? `${source} was taken` : answer.wrong;
}

const atom = fc.constantFrom("a", "b", "\\d", "[ab]", "[^a]", ".", "\\w", "\\s", "[a-c1]", "\\u{1f600}", "\\.", "-", "\\p{L}", "\\bb", "(?:a|b)", "(ab|b)", "(a?)", "(?:^a)");
const pattern = fc
  .array(fc.tuple(atom, fc.constantFrom("", "", "", "?", "*", "+", "{2}", "{1,3}", "+?")), { minLength: 1, maxLength: 4 })
  .map((terms) => terms.map(([piece, count]) => (piece.startsWith("\\bb") ? piece : piece + count)).join(""));
const source = fc
  .tuple(fc.array(pattern, { minLength: 1, maxLength: 3 }), fc.constantFrom("", "^"), fc.constantFrom("", "$"))
  .map(([branches, start, end]) => `${start}${branches.length > 1 ? `(?:${branches.join("|")})` : branches.join("")}${end}`);
const text = fc.array(fc.constantFrom("a", "b", "c", "1", ".", "-", " ", "\n", "\u00e9", "\u{1f600}"), { maxLength: 8 }).map((characters) => characters.join(""));

test("a pattern finds what ECMA-262 with the u flag finds, on either engine", () => {
  fc.assert(
    fc.property(source, fc.array(text, { minLength: 1, maxLength: 8 }), (given, texts) => {
      const expected = new RegExp(given, "u");
      const matches = matcher(given);
      for (const each of texts) assert.equal(matches(each), expected.test(each), JSON.stringify({ given, each }));
    }),
    { numRuns: 3_000 },
  );
});

/** A backtracking engine that counts: tries as V8's does, first way first. */
function countSteps(piece: Piece, characters: readonly string[]): number {
  let steps = 0;
  const run = (part: Piece, at: number, next: (at: number) => boolean): boolean => {
    steps += 1;
    switch (part.kind) {
      case "set":
        return at < characters.length && new RegExp(`^${writePattern(part, "v8")}$`, "u").test(characters[at] ?? "") && next(at + 1);
      case "sequence": {
        const [first, ...rest] = part.of;
        return first === undefined ? next(at) : run(first, at, (then) => run({ kind: "sequence", of: rest }, then, next));
      }
      case "choice":
        return part.of.some((branch) => run(branch, at, next));
      case "repeat": {
        const round = (count: number, from: number): boolean => {
          const again = count < part.max && run(part.of, from, (then) => then > from && round(count + 1, then));
          return again || (count >= part.min && next(from));
        };
        return round(0, at);
      }
      case "start":
        return at === 0 && next(at);
      case "end":
        return at === characters.length && next(at);
      default:
        return next(at);
    }
  };
  for (let at = 0; at <= characters.length; at += 1) if (run(piece, at, () => true)) break;
  return steps;
}

test("a pattern that may run on V8 takes steps in proportion to the text, whatever the text", () => {
  let proven = 0;
  fc.assert(
    fc.property(source, fc.array(fc.constantFrom("a", "b", "1", "."), { minLength: 1, maxLength: 4 }), fc.constantFrom("!", "", "a", "\n"), (given, unit, tail) => {
      const piece = trimEnds(parsed(given));
      if (!isLinear(piece)) return;
      proven += 1;
      const short = Array.from({ length: 60 }, (_, index) => unit[index % unit.length] ?? "");
      const long = Array.from({ length: 120 }, (_, index) => unit[index % unit.length] ?? "");
      // Twice the text may take little more than twice the steps; what is quadratic takes four times as many.
      assert.ok(countSteps(piece, [...long, tail]) <= 2.5 * countSteps(piece, [...short, tail]) + 2_000, given);
    }),
    { numRuns: 1_500 },
  );
  assert.ok(proven > 100, `only ${proven} patterns were proven`);
});

test("patterns known for stopping a process are not proven linear, and run on the linear engine", () => {
  for (const given of ["^(a+)+$", "^(a|a)*$", "^(a|aa)+$", "^(a*)*$", "^(.*)*x", "^a*a*$", "^([a-z]+\\.?)+$", "^(\\w+\\s?)*$", "xa*b", "^(.*,){11}P", "[\\w.]+@[\\w.]+\\.com", "^(a?){30}a{30}$"]) {
    assert.equal(isLinear(trimEnds(parsed(given))), false, given);
    const start = performance.now();
    matcher(given)(`${"a".repeat(30_000)}!`);
    assert.ok(performance.now() - start < 2_000, `${given} took ${performance.now() - start} ms`);
  }
});

test("patterns as contracts have them are proven linear", () => {
  for (const given of ["^[a-zA-Z0-9_-]{1,64}$", "^\\d{3}-\\d{4}$", "^(draft|sent|sealed)$", "^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$", "^#?[0-9a-fA-F]{6}$", "^[^@\\s]+@[a-z]+$", "[0-9]+", ".*", "^[a-z][a-z0-9-]{0,61}[a-z0-9]$", "^[A-Z]{2}\\d*$", "^-?\\d+(\\.\\d+)?$", "^\\S$"]) {
    assert.equal(isLinear(trimEnds(parsed(given))), true, given);
  }
});

test("trimming the ends of a pattern changes no answer", () => {
  fc.assert(
    fc.property(source, text, (given, each) => {
      const written = writePattern(trimEnds(parsed(given)), "v8") ?? "";
      assert.equal(new RegExp(written, "u").test(each), new RegExp(given, "u").test(each), JSON.stringify({ given, each, written }));
    }),
    { numRuns: 2_000 },
  );
});

test("lookahead at the start and lookbehind at the end are taken apart, not refused", () => {
  const cases = ["^(?!aws:).+$", "^(?=.*[a-z])(?=.*\\d)[a-z\\d]{2,5}$", "^[a-z.]*(?<!\\.)$", "^(?!.*b$)a|^b$", "^(?!a|b)\\w", "^(?=a)(?<!c)"];
  for (const given of cases.slice(0, 5)) {
    const matches = matcher(given);
    for (const each of ["", "a", "b", "a1", "1a", "ab", "aws:a", "abc", "a.", "a\nb", "zz99z", "c"]) assert.equal(matches(each), new RegExp(given, "u").test(each), JSON.stringify({ given, each }));
  }
  assert.match(wrong(cases[5] ?? ""), /no linear-time matcher/);
});

test("what has no linear-time matcher is said", () => {
  for (const given of ["(a)\\1", "(?<n>a)\\k<n>", "a(?=b)c", "(?<=a)b", "^((?!--)[a-z-])+$"]) assert.match(wrong(given), /no linear-time matcher/, given);
});

test("what ECMA-262 does not know is said, and what all engines read alike is read", () => {
  for (const given of ["\\A[a-z]\\Z", "\\p{Print}", "(?i)a", "(?P<n>a)", "[z-a]", "a{3,1}", "*", "a**", "(", ")", "[a", "\\", "\\x1", "\\u{110000}", "^*", "\\c1", "(?<1>a)", "[\\d-\\w", "\\h"]) {
    assert.equal(typeof compilePattern(given), "object", given);
  }
  for (const [given, each] of [["\\-\\_\\@\\ \\/", "-_@ /"], ["^{id}$", "{id}"], ["^[\\w-.]+$", "a-."], ["a]", "a]"], ["\\0", "\0"], ["[\\b]", "\b"], ["\\cJ", "\n"], ["\\ud83d\\ude00", "\u{1f600}"], ["^[^]$", "\n"], ["^(?<name>a)$", "a"]] as const) {
    assert.equal(matcher(given)(each), true, given);
  }
  assert.equal(matcher("[]")(""), false);
});

test("classes mean what ECMA-262 means by them, also on the linear engine", () => {
  const onRe2 = matcher("^(\\s+)+$");
  assert.equal(isLinear(parsed("^(\\s+)+$")), false);
  for (const each of ["\u00a0", "\u2003\u3000", "\ufeff"]) assert.equal(onRe2(each), true);
  const dots = matcher("^(.+)+$");
  assert.deepEqual(["a", "\n", "\r", "\u2028", "\u{1f600}"].map((each) => dots(each)), [true, false, false, false, true]);
  assert.equal(matcher("^(\\p{Letter}+)+$")("\u00e9"), true);
  assert.equal(matcher("^([\\p{Script=Greek}\\d]+)+$")("\u03b11"), true);
  assert.equal(matcher("^([^\\p{L}]+)+$")("\u00e9"), false);
});

test("a pattern is bounded in length and in depth", () => {
  assert.match(wrong("a".repeat(PATTERN_CHARACTERS + 1)), /longer than/);
  assert.match(wrong(`${"(".repeat(100)}${")".repeat(100)}`), /nests more than/);
});
