/**
 * Find free: an object that stays open where members that no schema names are refused.
 *
 * Of such an object no schema names a member, so there is nothing that others could be told from; or all others have a schema
 * beside those that have a meaning; or, where that counts, a schema says in so many words that there may be others.
 */
import type { Place } from "../misfit.ts";
import { mayBe, type Sketch } from "./sketch.ts";

/** Places of one value that are looked at; what has more counts as open. */
const PLACES_MAX = 1_000;

/** @param opens `additionalProperties: true` counts @returns where the first one is declared */
export function findFree(top: Sketch, opens: boolean): Place | undefined {
  const seen = new Set<string>();
  const waiting = [top];
  for (let sketch = waiting.pop(); sketch !== undefined; sketch = waiting.pop()) {
    if (seen.has(sketch.key)) continue;
    seen.add(sketch.key);
    if (!sketch.whole || seen.size > PLACES_MAX) return sketch.place;
    const { names, others, items, member } = sketch;
    if (mayBe(sketch, "object") && isFree(sketch, opens)) return sketch.place;
    waiting.push(...names.flatMap((name) => member(name) ?? []), ...(others === undefined ? [] : [others.sketch]), ...(items === undefined ? [] : [items]));
  }
  return undefined;
}

function isFree(sketch: Sketch, opens: boolean): boolean {
  const { names, others } = sketch;
  if (names.length === 0 && others === undefined) return sketch.ajar !== undefined;
  return (names.length > 0 && others !== undefined && others.claims === undefined) || (opens && sketch.opens);
}
