/**
 * Harmless: proves that what a pattern lets through has only characters of which no attack can be made, or gives up.
 *
 * The proof is over the pattern's own character sets: every way through it begins at the start of the text, ends at its
 * end, and in between takes characters of `HARMLESS` alone. Lookarounds only narrow what is taken, so they need no proof.
 * Of Unicode properties the members are not known here, so they prove nothing; rightly: some letters (U+02BC, for one) are
 * turned into quotes by databases that save in a smaller character set.
 */
import { type CharSet, mergeRanges, type Range } from "../schema/pattern/char-set.ts";
import { parsePattern } from "../schema/pattern/parse-pattern.ts";
import type { Piece } from "../schema/pattern/piece.ts";

/**
 * Digits, the letters of Latin, Greek, Cyrillic, Hebrew and Arabic, of the languages of India, of Chinese, Japanese and
 * Korean, and `-`, `.`, `:`, `_`. No blanks: in a place where a number stands, words suffice for SQL. No `/`: it makes paths.
 */
const HARMLESS: readonly Range[] = mergeRanges([
  [0x2d, 0x2e], [0x30, 0x3a], [0x41, 0x5a], [0x5f, 0x5f], [0x61, 0x7a],
  [0xc0, 0xd6], [0xd8, 0xf6], [0xf8, 0x24f],
  [0x386, 0x386], [0x388, 0x3ff], [0x400, 0x481], [0x48a, 0x52f], [0x5d0, 0x5ea], [0x620, 0x64a], [0x904, 0x939],
  [0x3041, 0x3096], [0x30a1, 0x30fa], [0x4e00, 0x9fff], [0xac00, 0xd7a3],
]);

/** Whether a text that the pattern lets through is sure to be harmless. Never throws. */
export function isHarmless(source: string): boolean {
  const piece = parsePattern(source);
  return !("wrong" in piece) && isBound(piece) && takesHarmless(piece);
}

/** Whether every way through leads from the start of the text to its end. */
function isBound(piece: Piece): boolean {
  if (piece.kind === "choice") return piece.of.every(isBound);
  if (piece.kind !== "sequence") return false;
  return begins(piece, "start", 0) && begins(piece, "end", -1);
}

function begins(piece: Piece, kind: "start" | "end", at: 0 | -1): boolean {
  if (piece.kind === kind) return true;
  if (piece.kind === "choice") return piece.of.length > 0 && piece.of.every((branch) => begins(branch, kind, at));
  if (piece.kind !== "sequence") return false;
  // Looks take nothing: what stands beside them is still the edge.
  const pieces = piece.of.filter((part) => part.kind !== "look");
  const edge = pieces.at(at);
  return edge !== undefined && begins(edge, kind, at);
}

function takesHarmless(piece: Piece): boolean {
  switch (piece.kind) {
    case "set":
      return isWithin(piece.set);
    case "sequence":
    case "choice":
      return piece.of.every(takesHarmless);
    case "repeat":
      return piece.max === 0 || takesHarmless(piece.of);
    default:
      return true;
  }
}

function isWithin({ ranges, properties }: CharSet): boolean {
  return properties.length === 0 && ranges.every(([from, to]) => HARMLESS.some(([least, most]) => least <= from && to <= most));
}
