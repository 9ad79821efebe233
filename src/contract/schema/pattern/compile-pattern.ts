/**
 * Compile pattern: a regular expression of the contract becomes a matcher whose time is linear in the text.
 *
 * Where V8's own engine is proven linear for the pattern it is used; else RE2JS, which is linear for all it takes.
 * RE2 has no lookaround, but the common uses of it need none: `^(?=A)(?!B)C` says that A and C match at the start and
 * B does not, and `A(?<!B)$` that B does not match at the end. Each part then runs by itself. What remains has no
 * linear-time matcher, and the contract is told so (backreferences, lookaround in the middle).
 */
import { RE2JS } from "re2js";
import { isLinear } from "./linear.ts";
import { parsePattern } from "./parse-pattern.ts";
import type { Piece } from "./piece.ts";
import { trimEnds } from "./trim-ends.ts";
import { writePattern } from "./write-pattern.ts";

/** Says whether the pattern is found anywhere in the text. */
export type Matcher = (text: string) => boolean;

const compiled = new Map<string, Matcher | { readonly wrong: string }>();
/** Compiled patterns that are kept: contracts repeat theirs. */
const PATTERNS_KEPT = 4_096;

/** Compiles the pattern, read as ECMA-262 with the `u` flag, or says why there is no matcher for it. */
export function compilePattern(source: string): Matcher | { readonly wrong: string } {
  let matcher = compiled.get(source);
  if (matcher !== undefined) return matcher;
  if (compiled.size >= PATTERNS_KEPT) compiled.clear();
  matcher = compile(source);
  compiled.set(source, matcher);
  return matcher;
}

function compile(source: string): Matcher | { readonly wrong: string } {
  const piece = parsePattern(source);
  if ("wrong" in piece) return piece;
  const whole = compilePart(piece);
  if (whole !== undefined) return whole;
  const branches = (piece.kind === "choice" ? piece.of : [piece]).map(compileBranch);
  const matchers = branches.filter((branch) => branch !== undefined);
  if (matchers.length < branches.length) return { wrong: "has no linear-time matcher" };
  return (text) => matchers.some((matches) => matches(text));
}

function compileBranch(piece: Piece): Matcher | undefined {
  const matchers: Matcher[] = [];
  for (const { of, negated } of splitLooks(piece)) {
    const matches = compilePart(of);
    if (matches === undefined) return undefined;
    matchers.push(negated ? (text) => !matches(text) : matches);
  }
  return (text) => matchers.every((matches) => matches(text));
}

interface Part {
  readonly negated: boolean;
  readonly of: Piece;
}

/** Takes lookaheads right after the start and lookbehinds right before the end out of the pattern. */
function splitLooks(piece: Piece): readonly Part[] {
  const pieces = piece.kind === "sequence" ? [...piece.of] : [piece];
  const parts: Part[] = [];
  while (pieces[0]?.kind === "start" && pieces[1]?.kind === "look" && pieces[1].ahead) {
    const [look] = pieces.splice(1, 1);
    if (look?.kind === "look") parts.push({ negated: look.negated, of: { kind: "sequence", of: [{ kind: "start" }, ...flatten(look.of)] } });
  }
  for (let before = pieces.at(-2); pieces.at(-1)?.kind === "end" && before?.kind === "look" && !before.ahead; before = pieces.at(-2)) {
    pieces.splice(-2, 1);
    parts.push({ negated: before.negated, of: { kind: "sequence", of: [...flatten(before.of), { kind: "end" }] } });
  }
  return [{ negated: false, of: pieces.length === 1 && pieces[0] !== undefined ? pieces[0] : { kind: "sequence", of: pieces } }, ...parts];
}

function flatten(piece: Piece): readonly Piece[] {
  return piece.kind === "sequence" ? piece.of : [piece];
}

function compilePart(whole: Piece): Matcher | undefined {
  const piece = trimEnds(whole);
  return (isLinear(piece) ? compileForV8(piece) : undefined) ?? compileForRe2(piece);
}

function compileForV8(piece: Piece): Matcher | undefined {
  const text = writePattern(piece, "v8");
  if (text === undefined) return undefined;
  try {
    const expression = new RegExp(text, "u");
    return (value) => expression.test(value);
  } catch {
    return undefined;
  }
}

function compileForRe2(piece: Piece): Matcher | undefined {
  const text = writePattern(piece, "re2");
  if (text === undefined) return undefined;
  try {
    const expression = RE2JS.compile(text);
    return (value) => expression.test(value);
  } catch {
    return undefined;
  }
}
