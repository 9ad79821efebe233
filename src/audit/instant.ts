/**
 * Instant: a moment as ISO 8601 writes it, in UTC and with milliseconds.
 *
 * As Date does it, but the calendar is worked out once per second and not for every record.
 */

let known = Number.NaN;
let beginning = "";

/** @param milliseconds since the epoch, whole */
export function writeInstant(milliseconds: number): string {
  const second = Math.floor(milliseconds / 1_000);
  if (second !== known) {
    beginning = new Date(second * 1_000).toISOString().slice(0, -4);
    known = second;
  }
  const rest = milliseconds - second * 1_000;
  return `${beginning}${rest < 10 ? "00" : rest < 100 ? "0" : ""}${rest}Z`;
}
