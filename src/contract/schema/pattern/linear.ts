/**
 * Linear: proves that a backtracking engine needs time linear in the text for a pattern, or gives up.
 *
 * V8's engine is 10 to 40 times faster than the linear one, but a caller can stop the process with some patterns. The
 * argument for those that may run on it: at every choice (another round or not, this branch or that one) the next
 * character decides, because what may come next in either case shares no character. Then at most one way through the
 * pattern is alive at each position. When the text fails, going back through the choices costs a constant each, as the
 * other way fails on its first characters; and there is at most a constant number of choices per character. So the
 * time is at most: characters x size of the pattern, provided that the engine starts in one place only, which `^`
 * says. Without `^` it starts at each position: there the whole match must be bounded in length.
 *
 * A repetition that is bounded and shares characters with what follows (`[a-z][a-z0-9-]{0,61}[a-z0-9]`) leaves as
 * many ways alive as it has counts. That is allowed outside of other repetitions, as long as all such numbers
 * multiplied stay below `WAYS_MAX`; inside another repetition they would multiply per round, and it is refused.
 */
import { charSet, type CharSet, overlap } from "./char-set.ts";
import type { Piece } from "./piece.ts";

/** Ways through a pattern that may be alive at once. */
export const WAYS_MAX = 128;
/** Characters of a match times ways, for a pattern that may begin anywhere. */
export const WINDOW_MAX = 256;
/** How far ahead two branches are compared. */
const LEADING_MAX = 32;

/** True only where the argument above holds. */
export function isLinear(piece: Piece): boolean {
  // At the top nothing follows: whether it is one branch after the other or one alone changes the sum, not the order.
  if (piece.kind === "choice") return piece.of.every(isLinear);
  const pieces = piece.kind === "sequence" ? piece.of : [piece];
  if (pieces[0]?.kind === "start") return countWays({ kind: "sequence", of: pieces.slice(1) }, [], false) <= WAYS_MAX;
  return lengthOf(piece) * countWays(piece, [], false) <= WINDOW_MAX;
}

/** Ways that stay alive, Infinity where the argument fails. `follow` is what may come after the piece. */
function countWays(piece: Piece, follow: readonly CharSet[], isRepeated: boolean): number {
  switch (piece.kind) {
    case "set":
    case "end":
    case "boundary":
      return 1;
    case "start":
    case "look":
      return Infinity;
    case "sequence":
      return countSequence(piece.of, follow, isRepeated);
    case "choice":
      return countChoice(piece.of, follow, isRepeated);
    case "repeat":
      return countRepeat(piece.of, piece.min, piece.max, follow, isRepeated);
  }
}

function countSequence(pieces: readonly Piece[], follow: readonly CharSet[], isRepeated: boolean): number {
  let ways = 1;
  let next = follow;
  for (const piece of pieces.toReversed()) {
    ways *= countWays(piece, next, isRepeated);
    next = isNullable(piece) ? [...firstOf(piece), ...next] : firstOf(piece);
  }
  return ways;
}

function countChoice(branches: readonly Piece[], follow: readonly CharSet[], isRepeated: boolean): number {
  const ways = branches.map((branch) => countWays(branch, follow, isRepeated));
  if (areApart(branches, follow)) return Math.max(...ways);
  return isRepeated ? Infinity : ways.reduce((sum, count) => sum + count, 0);
}

function countRepeat(of: Piece, min: number, max: number, follow: readonly CharSet[], isRepeated: boolean): number {
  // Rounds that take nothing can be inserted anywhere.
  if (isNullable(of)) return Infinity;
  const first = firstOf(of);
  const ways = countWays(of, max > 1 ? [...first, ...follow] : follow, isRepeated || max > 1);
  if (min === max || !share(first, follow)) return ways;
  return isRepeated ? Infinity : ways * (max - min + 1);
}

/** Whether at most one branch can match at a position. */
function areApart(branches: readonly Piece[], follow: readonly CharSet[]): boolean {
  const leads = branches.map((branch) => (isNullable(branch) ? [[...firstOf(branch), ...follow]] : leadOf(branch)));
  if (branches.filter((branch) => isNullable(branch)).length > 1) return false;
  return leads.every((lead, index) => leads.slice(index + 1).every((other) => areLeadsApart(lead, other)));
}

type Lead = readonly (readonly CharSet[])[];

function areLeadsApart(one: Lead, other: Lead): boolean {
  const length = Math.min(one.length, other.length);
  for (let index = 0; index < length; index += 1) if (!share(one[index] ?? [], other[index] ?? [])) return true;
  return false;
}

/** What the first characters may be, as far as each is certain to be there. The piece must take at least one. */
function leadOf(piece: Piece): Lead {
  const pieces = piece.kind === "sequence" ? piece.of : [piece];
  const lead: (readonly CharSet[])[] = [];
  for (const [index, part] of pieces.entries()) {
    const plain = part.kind === "repeat" && part.min === part.max ? part.of : part;
    const count = part.kind === "repeat" ? part.min : 1;
    if (plain.kind !== "set" || lead.length + count > LEADING_MAX) {
      const rest: Piece = { kind: "sequence", of: pieces.slice(index) };
      return isNullable(rest) ? lead : [...lead, firstOf(rest)];
    }
    for (let round = 0; round < count; round += 1) lead.push([plain.set]);
  }
  return lead;
}

function share(some: readonly CharSet[], others: readonly CharSet[]): boolean {
  return some.some((one) => others.some((other) => overlap(one, other)));
}

function firstOf(piece: Piece): readonly CharSet[] {
  switch (piece.kind) {
    case "set":
      return [piece.set];
    case "sequence": {
      const sets: CharSet[] = [];
      for (const part of piece.of) {
        sets.push(...firstOf(part));
        if (!isNullable(part)) break;
      }
      return sets;
    }
    case "choice":
      return piece.of.flatMap((branch) => firstOf(branch));
    case "repeat":
      return piece.max === 0 ? [] : firstOf(piece.of);
    case "look":
      return [charSet([], [], true)];
    default:
      return [];
  }
}

/** Whether it may take no character. The end is not: nothing comes after it. */
function isNullable(piece: Piece): boolean {
  switch (piece.kind) {
    case "sequence":
      return piece.of.every(isNullable);
    case "choice":
      return piece.of.some(isNullable);
    case "repeat":
      return piece.min === 0 || isNullable(piece.of);
    case "start":
    case "boundary":
    case "look":
      return true;
    default:
      return false;
  }
}

function lengthOf(piece: Piece): number {
  switch (piece.kind) {
    case "set":
      return 1;
    case "sequence":
      return piece.of.reduce((sum, part) => sum + lengthOf(part), 0);
    case "choice":
      return Math.max(...piece.of.map(lengthOf));
    case "repeat":
      return piece.max === 0 ? 0 : piece.max * lengthOf(piece.of);
    default:
      return 0;
  }
}
