/**
 * Evenly: what is foreign and what is missing take the same time, to the step.
 *
 * Of a foreign object the API sends all, and it is read and judged; of a missing one it says so in a line. Whoever asks often
 * enough sees the difference in the times, unless both wait for the same moment. What the API itself takes longer for than a
 * step shows all the same.
 */
import type { Arrival, Check, Problem, Site } from "../../../../guard.ts";
import type { OwnerOptions } from "./options.ts";

type Judged = Problem | undefined;

export function evenly<S extends "validate" | "verify">({ even }: Pick<OwnerOptions, "even">, { tide, mode }: Pick<Site, "tide" | "mode">, check: (exchange: Parameters<Check<S>>[0]) => Judged | Promise<Judged>): Check<S> {
  if (tide === undefined || even === 0 || mode === "observe") return check;
  const hold = (judged: Judged, { now }: Arrival): Judged | Promise<Judged> => (judged?.status === 404 ? tide(now, even).then(() => judged) : judged);
  const held = (exchange: Parameters<Check<S>>[0]): Judged | Promise<Judged> => {
    const judged = check(exchange);
    return judged instanceof Promise ? judged.then((late) => hold(late, exchange)) : hold(judged, exchange);
  };
  return held;
}
