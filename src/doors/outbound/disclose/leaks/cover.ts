/** Cover: puts stars over what must not leave, at its place and in its length, so that what holds it stays what it was. */
import type { Leak } from "../../../../detection/leaks/leak.ts";

const STAR = 0x2a;
const BLANK = 0x20;
const ZERO = 0x30;

/** @param json whether a leak may be a bare number, which stars would break */
export function cover(bytes: Uint8Array, leaks: readonly Pick<Leak, "from" | "to">[], json: boolean): Uint8Array {
  const covered = Uint8Array.from(bytes);
  for (const { from, to } of leaks) {
    if (json && isBare(bytes, from, to)) {
      covered.fill(BLANK, from, to);
      covered[from] = ZERO;
    } else {
      covered.fill(STAR, from, to);
    }
  }
  return covered;
}

/** A number of JSON by itself: before it a colon, a comma or a bracket, behind it a comma or one that closes. */
function isBare(bytes: Uint8Array, from: number, to: number): boolean {
  let before = from - 1;
  while (before >= 0 && (bytes[before] ?? 0) <= BLANK) before--;
  let after = to;
  while (after < bytes.length && (bytes[after] ?? 0) <= BLANK) after++;
  const [left, right] = [before < 0 ? ":" : String.fromCharCode(bytes[before] ?? 0), after >= bytes.length ? "," : String.fromCharCode(bytes[after] ?? 0)];
  return ":,[".includes(left) && ",]}".includes(right);
}
