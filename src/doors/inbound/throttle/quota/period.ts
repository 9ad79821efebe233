/** Period: hours, days, weeks, months and years of the calendar, in UTC: the same for all nodes, without summer time. */

export const PERIODS = ["hour", "day", "week", "month", "year"] as const;
export type PeriodName = (typeof PERIODS)[number];

/** From `begins` on, until before `ends`; milliseconds since the epoch. */
export interface Period {
  readonly begins: number;
  readonly ends: number;
}

const [HOUR, DAY, WEEK] = [3_600_000, 86_400_000, 604_800_000];
/** 1970-01-05: weeks begin on Monday (ISO 8601). */
const FIRST_MONDAY = 4 * DAY;

export function periodAt(name: PeriodName, now: number): Period {
  if (name === "hour") return fixed(now, HOUR, 0);
  if (name === "day") return fixed(now, DAY, 0);
  if (name === "week") return fixed(now, WEEK, FIRST_MONDAY);
  const date = new Date(now);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
  return name === "month" ? { begins: Date.UTC(year, month), ends: Date.UTC(year, month + 1) } : { begins: Date.UTC(year, 0), ends: Date.UTC(year + 1, 0) };
}

function fixed(now: number, length: number, first: number): Period {
  const begins = Math.floor((now - first) / length) * length + first;
  return { begins, ends: begins + length };
}
