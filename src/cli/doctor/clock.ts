/** Clock: how this machine's clock stands against somebody else's, as tokens' times are judged by it. */
import { doubtful, type Finding } from "./finding.ts";

/** A `Date` field has whole seconds, and takes a moment to come. */
const CLOCK_MILLISECONDS_MAX = 3_000;

/** @param date the field `Date` (RFC 9110, section 6.6.1), as it came just now */
export function tellClock(who: string, date: string | readonly string[] | undefined, now: number = Date.now()): readonly Finding[] {
  const theirs = typeof date === "string" ? Date.parse(date) : Number.NaN;
  return Number.isNaN(theirs) ? [] : compareClocks(who, theirs, now);
}

/** @param theirs milliseconds since the epoch */
export function compareClocks(who: string, theirs: number, now: number): readonly Finding[] {
  const behind = theirs - now;
  if (Math.abs(behind) <= CLOCK_MILLISECONDS_MAX) return [];
  return [doubtful("clock", `this machine's clock is ${Math.round(Math.abs(behind) / 1_000)} s ${behind > 0 ? "behind" : "ahead of"} that of ${who}: tokens may seem too new, or live too long`, "let both follow a time server (chrony, systemd-timesyncd)")];
}
