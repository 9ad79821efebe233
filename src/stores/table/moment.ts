/**
 * Moment: a point in time as two words of 32 bits: 44 bits of milliseconds since the epoch and 20 of a millisecond's
 * parts, so that a unit is a little less than a nanosecond.
 *
 * What matters of a moment is how far ahead it lies: a debt. Up to 2^33 milliseconds (99 days) it is an exact whole
 * number of units; beyond, it may be off by a few of them.
 */

export const UNITS_PER_MILLISECOND = 1_048_576;

const HIGH_MILLISECONDS = 4_096;
const LOW_BITS = 20;
const PART_MASK = UNITS_PER_MILLISECOND - 1;

/** Units from `now` to the moment; 0 when it has passed. @param now whole milliseconds */
export function owedAt(words: Int32Array, at: number, now: number): number {
  const low = words[at + 1] ?? 0;
  const owed = ((words[at] ?? 0) * HIGH_MILLISECONDS - now + (low >>> LOW_BITS)) * UNITS_PER_MILLISECOND + (low & PART_MASK);
  return owed > 0 ? owed : 0;
}

/** The moment in milliseconds since the epoch, without its parts. */
export function momentAt(words: Int32Array, at: number): number {
  return (words[at] ?? 0) * HIGH_MILLISECONDS + ((words[at + 1] ?? 0) >>> LOW_BITS);
}

/** Writes the moment that lies `owed` units after `now`. */
export function oweAt(words: Int32Array, at: number, now: number, owed: number): void {
  const whole = Math.floor(owed / UNITS_PER_MILLISECOND);
  const milliseconds = now + whole;
  const high = Math.floor(milliseconds / HIGH_MILLISECONDS);
  words[at] = high;
  words[at + 1] = ((milliseconds - high * HIGH_MILLISECONDS) << LOW_BITS) | (owed - whole * UNITS_PER_MILLISECOND);
}
