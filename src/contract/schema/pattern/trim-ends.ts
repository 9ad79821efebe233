/**
 * Trim ends: drops what cannot change the answer of a pattern that may be found anywhere in the text.
 *
 * Where a match may begin anywhere, `[0-9]+x` is found exactly where `[0-9]x` is: of a longer match the last round
 * alone is a match too. The same holds at the end, and for every repetition that stands there: it needs its smallest
 * count only. Contracts are full of patterns such as `[\w-]+` and `.*`, whose search is quadratic as they stand.
 */
import type { Piece } from "./piece.ts";

/** The shortest pattern that is found in the same texts. */
export function trimEnds(piece: Piece): Piece {
  return trimSide(trimSide(piece, false), true);
}

function trimSide(piece: Piece, isLast: boolean): Piece {
  switch (piece.kind) {
    case "choice":
      return { kind: "choice", of: piece.of.map((branch) => trimSide(branch, isLast)) };
    case "sequence":
      return trimSequence(piece.of, isLast);
    case "repeat":
      return piece.min === 0 ? { kind: "sequence", of: [] } : piece.min === 1 ? trimSide(piece.of, isLast) : { ...piece, max: piece.min };
    default:
      return piece;
  }
}

function trimSequence(given: readonly Piece[], isLast: boolean): Piece {
  const pieces = [...given];
  for (;;) {
    const outer = isLast ? pieces.pop() : pieces.shift();
    if (outer === undefined) return { kind: "sequence", of: [] };
    const trimmed = trimSide(outer, isLast);
    if (trimmed.kind !== "sequence" || trimmed.of.length > 0) {
      const inner = trimmed.kind === "sequence" ? trimmed.of : [trimmed];
      return { kind: "sequence", of: isLast ? [...pieces, ...inner] : [...inner, ...pieces] };
    }
  }
}
