/**
 * LDAP: a text that closes the filter it is put into, or is a filter itself.
 *
 * Filters are lists in brackets: `(&(uid=...)(...))`. Prose has brackets, but not `*)(`, nor an operator right behind one that opens.
 */
import type { Detector } from "../detector.ts";
import { MARK } from "../marks.ts";
import { type Reading, WORD } from "../reading.ts";

export const ldap: Detector = {
  name: "ldap",
  kinds: new Set(["short", "text", "filename"]),
  needs: MARK.round | MARK.colon,
  find(reading) {
    for (let at = 0; at < reading.count; at++) {
      const type = reading.type[at];
      const found = type === 0x28 ? findFilter(reading, at) : type === 0x29 || type === 0x2a ? findClosing(reading, at) : type === 0x3a ? findMatch(reading, at) : undefined;
      if (found !== undefined) return found;
    }
    return undefined;
  },
};

/** `(&(`, `(|(`, `(!(`: an operator and the next filter, which compares. */
function findFilter(reading: Reading, at: number): string | undefined {
  const operator = reading.typeAt(at + 1);
  if (operator !== 0x26 && operator !== 0x7c && operator !== 0x21) return undefined;
  return reading.typeAt(at + 2) === 0x28 && reading.isGlued(at + 1) && compares(reading, at + 3) ? "ldap-filter" : undefined;
}

/** `)(uid=`, `*)(|(`, `*))`: closes one filter and begins another. */
function findClosing(reading: Reading, at: number): string | undefined {
  let next = at;
  while (next < at + 4 && (reading.typeAt(next) === 0x29 || reading.typeAt(next) === 0x2a)) next++;
  if (reading.typeAt(next) !== 0x28 || reading.typeAt(next - 1) !== 0x29 || !reading.isGlued(next)) return undefined;
  const operator = reading.typeAt(next + 1);
  if (operator === 0x26 || operator === 0x7c || operator === 0x21) return reading.isGlued(next + 1) && (reading.typeAt(next + 2) === 0x28 || reading.typeAt(next + 2) === 0) ? "ldap-filter" : undefined;
  return compares(reading, next + 1) ? "ldap-filter" : undefined;
}

/** name=, name>=, name~=, name:=, right at the bracket and without blanks. */
function compares(reading: Reading, at: number): boolean {
  if (reading.typeAt(at) !== WORD) return reading.typeAt(at) === 0x26 || reading.typeAt(at) === 0x7c;
  const sign = reading.typeAt(at + 1);
  if (!reading.isGlued(at + 1)) return false;
  return sign === 0x3d ? reading.typeAt(at + 2) !== 0x3d && reading.typeAt(at + 2) !== 0x3e : (sign === 0x7e || sign === 0x3a || sign === 0x3e || sign === 0x3c) && reading.typeAt(at + 2) === 0x3d;
}

/** `userPassword:2.5.13.18:=123`: a matching rule by its number. */
function findMatch(reading: Reading, at: number): string | undefined {
  if (reading.typeAt(at - 1) !== WORD || !reading.text.startsWith("2.5.13.", (reading.from[at] ?? 0) + 1)) return undefined;
  return "ldap-match";
}
