/**
 * Own functions: in the place of those of the library that are not safe or not right here.
 *
 * Its `matches` runs on a backtracking engine: a caller's text can keep that busy for hours. Its times in a zone are read
 * back in the zone of this process, wrong for an hour when that one's clocks change. `within` is for addresses, which
 * nobody should compare as texts. Arguments are written out in the expression and were tried at start-up (examine.ts).
 */
import type { Environment } from "@marcbachmann/cel-js";
import { compilePattern } from "../../contract/schema/pattern/compile-pattern.ts";
import { readRanges } from "../../exchange/address.ts";
import { OWN } from "./examine.ts";
import { writeKind } from "./kind.ts";

const SYNCHRONOUS = { async: false } as const;

export function registerFunctions(environment: Environment): void {
  const matches = prepared((pattern) => {
    const matcher = compilePattern(pattern);
    return typeof matcher === "function" ? matcher : undefined;
  });
  const within = prepared((range) => {
    const ranges = readRanges([range]);
    return "wrong" in ranges ? undefined : (address: string) => ranges.contains(address);
  });
  environment.registerFunction(`string.${OWN.matches}(string): bool`, (text: string, pattern: string) => matches(pattern)(text), SYNCHRONOUS);
  environment.registerFunction(`string.${OWN.within}(string): bool`, (address: string, range: string) => within(range)(address), SYNCHRONOUS);
  const clocks = new Map<string, Intl.DateTimeFormat>();
  for (const [name, { part, less, number }] of Object.entries(CLOCK)) {
    const read = (time: Date, zone: string): bigint => {
      const text = clockOf(clocks, zone).formatToParts(time).find(({ type }) => type === part)?.value ?? "";
      return BigInt((number?.indexOf(text) ?? Number(text)) - less);
    };
    environment.registerFunction(`${writeKind("timestamp")}.${name}${OWN.zoned}(string): int`, read, SYNCHRONOUS);
  }
}

/** Makes something of each argument once. An argument of which nothing can be made was refused at start-up. */
function prepared(make: (argument: string) => ((text: string) => boolean) | undefined): (argument: string) => (text: string) => boolean {
  const made = new Map<string, (text: string) => boolean>();
  return (argument) => {
    let found = made.get(argument);
    if (found === undefined) {
      found = make(argument) ?? (() => false);
      made.set(argument, found);
    }
    return found;
  };
}

interface Reading {
  readonly part: Intl.DateTimeFormatPartTypes;
  /** What the language counts from 0 and people from 1. */
  readonly less: number;
  readonly number?: readonly string[];
}

const CLOCK: Readonly<Record<string, Reading>> = {
  getFullYear: { part: "year", less: 0 },
  getMonth: { part: "month", less: 1 },
  getDate: { part: "day", less: 0 },
  getDayOfWeek: { part: "weekday", less: 0, number: ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"] },
  getHours: { part: "hour", less: 0 },
  getMinutes: { part: "minute", less: 0 },
};

function clockOf(clocks: Map<string, Intl.DateTimeFormat>, zone: string): Intl.DateTimeFormat {
  let clock = clocks.get(zone);
  if (clock === undefined) {
    clock = new Intl.DateTimeFormat("en-US", { timeZone: zone, calendar: "gregory", numberingSystem: "latn", hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric", weekday: "short", hour: "numeric", minute: "numeric" });
    clocks.set(zone, clock);
  }
  return clock;
}
