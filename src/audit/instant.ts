/**
 * Instant: a moment as ISO 8601 writes it, in UTC and with milliseconds.
 *
 * As Date does it, but the calendar is worked out once per second and not for every record.
 */

/** Of each millisecond of a second. */
const ENDINGS: readonly string[] = Array.from({ length: 1_000 }, (_, rest) => `${String(rest).padStart(3, "0")}Z`);

let known = Number.NaN;
let beginning = "";

/** @param milliseconds since the epoch, whole */
export function writeInstant(milliseconds: number): string {
  const second = Math.floor(milliseconds / 1_000);
  if (second !== known) {
    beginning = new Date(second * 1_000).toISOString().slice(0, -4);
    known = second;
  }
  return beginning + (ENDINGS[milliseconds - second * 1_000] ?? "");
}
