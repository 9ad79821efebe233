/**
 * Steps: a bound on the work of one check.
 *
 * A schema may send a value down several branches that each send its members down several: with alternatives that
 * refer to themselves, a body of 32 levels would cost 2^32 visits. Every reference followed is a step (there is no
 * recursion without one), and a check that runs out of steps refuses. One check runs at a time in a thread, so the
 * count is a variable of this file.
 */

/** References followed in one check. */
export const STEPS_MAX = 1_000_000;
/** References followed in one explanation: a refusal may cost no more than a pass. */
export const EXPLANATION_STEPS_MAX = 100_000;

/** Thrown through the check, and caught where the check begins: a `false` could be turned around by a `not`. */
class Exhausted extends Error {}

let left = 0;

export function refillSteps(count: number): void {
  left = count;
}

export function spendStep(): void {
  left -= 1;
  if (left < 0) throw new Exhausted("too many steps");
}
