/** Read duration: a time with its unit, as in the policy: 30m, 12h, 90d. */
import { duration, misread } from "../policy/shape.ts";

/** Milliseconds; undefined: no such time, or out of range. */
export function readDuration(text: string, range: { readonly min: string; readonly max: string }): number | undefined {
  const read = duration("", range).read(text, { pointer: "", report: () => undefined });
  return read === misread ? undefined : read;
}
