/**
 * Spread: the median of a few measurements, with the least and the greatest as the noise.
 */
export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly greatest: number;
}

/** Undefined when there is nothing to take it of. */
export function takeSpread(values: readonly number[]): Spread | undefined {
  const sorted = values.toSorted((one, other) => one - other);
  const least = sorted[0];
  const greatest = sorted.at(-1);
  if (least === undefined || greatest === undefined) return undefined;
  const upper = sorted[Math.floor(sorted.length / 2)] ?? least;
  const lower = sorted[Math.ceil(sorted.length / 2) - 1] ?? least;
  return { median: (upper + lower) / 2, least, greatest };
}
