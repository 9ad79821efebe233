/** Strings: `minLength`, `maxLength` and `pattern`. Lengths count characters (code points), not units of UTF-16. */
import { compilePattern } from "../pattern/compile-pattern.ts";
import { assertion } from "../rule.ts";
import { readCount, type Site } from "../site.ts";

export function compileMinLength(site: Site): void {
  const least = readCount(site, "minLength");
  if (least === undefined || least === 0) return;
  // A character is one unit or two: only between the two it has to be counted.
  const test = (value: string): boolean => value.length >= least && (value.length >= least * 2 || countCharacters(value) >= least);
  site.rules.strings.push(assertion("minLength", `must be at least ${say(least)} long`, test, { kind: "characters", least, most: Infinity }));
}

export function compileMaxLength(site: Site): void {
  const most = readCount(site, "maxLength");
  if (most === undefined) return;
  const test = (value: string): boolean => value.length <= most || (value.length <= most * 2 && countCharacters(value) <= most);
  site.rules.strings.push(assertion("maxLength", `must be at most ${say(most)} long`, test, { kind: "characters", least: 0, most }));
}

function say(count: number): string {
  return count === 1 ? "1 character" : `${count} characters`;
}

function countCharacters(value: string): number {
  let count = value.length;
  for (let index = 0; index < value.length - 1; index += 1) {
    const isPair = (value.charCodeAt(index) & 0xfc00) === 0xd800 && (value.charCodeAt(index + 1) & 0xfc00) === 0xdc00;
    if (isPair) {
      count -= 1;
      index += 1;
    }
  }
  return count;
}

export function compilePatternKeyword(site: Site): void {
  const { pattern } = site.schema;
  if (typeof pattern !== "string") {
    site.report("operation", ["pattern"], "pattern is not a regular expression", "a string");
    return;
  }
  const matches = compilePattern(pattern);
  if ("wrong" in matches) site.report("operation", ["pattern"], `the regular expression ${matches.wrong}`);
  else site.rules.strings.push(assertion("pattern", "must match the pattern of the contract", matches));
}
