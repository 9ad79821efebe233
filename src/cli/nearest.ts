/** Nearest: which of the known names somebody may have meant. */

/** Names that are offered. */
export const NAMES_OFFERED_MAX = 3;
/** Characters that are compared: the work grows with their square. */
export const NAME_CHARACTERS_MAX = 64;

/** Names at a small distance, the nearest first; names that begin with what was written count as near. */
export function nearestNames(written: string, known: readonly string[]): readonly string[] {
  const word = fold(written);
  const bound = Math.max(1, Math.floor(word.length / 3));
  return known
    .map((name) => ({ name, distance: word.length > 1 && fold(name).startsWith(word) ? 0.5 : distanceOf(word, fold(name)) }))
    .filter(({ distance }) => distance <= bound)
    .sort((one, other) => one.distance - other.distance)
    .slice(0, NAMES_OFFERED_MAX)
    .map(({ name }) => name);
}

function fold(name: string): string {
  return name.slice(0, NAME_CHARACTERS_MAX).toLowerCase();
}

/** Insertions, deletions, replacements, and swaps of neighbours (optimal string alignment). */
function distanceOf(one: string, other: string): number {
  let before: number[] = [];
  let last = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (let row = 1; row <= one.length; row++) {
    const line = [row];
    for (let column = 1; column <= other.length; column++) {
      const same = one[row - 1] === other[column - 1];
      const swapped = row > 1 && column > 1 && one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1];
      line.push(
        Math.min(
          (last[column] ?? 0) + 1,
          (line[column - 1] ?? 0) + 1,
          (last[column - 1] ?? 0) + (same ? 0 : 1),
          swapped ? (before[column - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY,
        ),
      );
    }
    before = last;
    last = line;
  }
  return last[other.length] ?? 0;
}
