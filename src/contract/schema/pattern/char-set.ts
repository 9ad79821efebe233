/**
 * Char set: the characters that one place of a pattern takes, as ranges of code points.
 *
 * Ranges rather than the text of a class, because the two engines spell classes differently, and because whether a
 * pattern is linear is a question of which sets share a character.
 */

/** From and to, both included. */
export type Range = readonly [from: number, to: number];

/** A Unicode property as written, e.g. `Letter` or `Script=Greek`. Its members are not listed here. */
export interface Property {
  readonly name: string;
  readonly negated: boolean;
}

export interface CharSet {
  /** In order, apart from each other. */
  readonly ranges: readonly Range[];
  readonly properties: readonly Property[];
  /** Only where there are properties: without them a negated set is written out as ranges. */
  readonly negated: boolean;
}

export const CODE_POINT_MAX = 0x10ffff;

export const DIGITS: readonly Range[] = [[0x30, 0x39]];
export const WORDS: readonly Range[] = [[0x30, 0x39], [0x41, 0x5a], [0x5f, 0x5f], [0x61, 0x7a]];
/** WhiteSpace and LineTerminator of ECMA-262: more than the six of ASCII that RE2 means by \s. */
export const SPACES: readonly Range[] = [
  [0x09, 0x0d], [0x20, 0x20], [0xa0, 0xa0], [0x1680, 0x1680], [0x2000, 0x200a],
  [0x2028, 0x2029], [0x202f, 0x202f], [0x205f, 0x205f], [0x3000, 0x3000], [0xfeff, 0xfeff],
];
/** What a dot does not take. */
export const LINE_ENDS: readonly Range[] = [[0x0a, 0x0a], [0x0d, 0x0d], [0x2028, 0x2029]];

export function charSet(ranges: readonly Range[], properties: readonly Property[] = [], negated = false): CharSet {
  const merged = mergeRanges(ranges);
  if (properties.length > 0) return { ranges: merged, properties, negated };
  return { ranges: negated ? invertRanges(merged) : merged, properties, negated: false };
}

export function mergeRanges(ranges: readonly Range[]): readonly Range[] {
  const merged: Range[] = [];
  for (const [from, to] of [...ranges].sort((one, other) => one[0] - other[0])) {
    const last = merged.at(-1);
    if (last !== undefined && from <= last[1] + 1) merged[merged.length - 1] = [last[0], Math.max(last[1], to)];
    else merged.push([from, to]);
  }
  return merged;
}

/** Everything else. `ranges` must be merged. */
export function invertRanges(ranges: readonly Range[]): readonly Range[] {
  const inverted: Range[] = [];
  let next = 0;
  for (const [from, to] of ranges) {
    if (from > next) inverted.push([next, from - 1]);
    next = to + 1;
  }
  if (next <= CODE_POINT_MAX) inverted.push([next, CODE_POINT_MAX]);
  return inverted;
}

/** Whether a character may be in both. With a property it always may: its members are not known here. */
export function overlap(one: CharSet, other: CharSet): boolean {
  if (isEmpty(one) || isEmpty(other)) return false;
  if (one.properties.length > 0 || other.properties.length > 0) return true;
  let index = 0;
  for (const [from, to] of one.ranges) {
    while (index < other.ranges.length && (other.ranges[index]?.[1] ?? 0) < from) index += 1;
    const range = other.ranges[index];
    if (range === undefined) return false;
    if (range[0] <= to) return true;
  }
  return false;
}

function isEmpty(set: CharSet): boolean {
  return set.ranges.length === 0 && set.properties.length === 0;
}
