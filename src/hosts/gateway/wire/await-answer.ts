/**
 * Await answer: how long the answer of a caller who has shut his sending side is waited for.
 *
 * Most who shut their side have left altogether; one who has not, gets quick answers, and as much as he takes.
 */
import type { Turn } from "./front-turn.ts";

/**
 * @param milliseconds for each turn, and between two looks at an answer that the caller takes
 * @param turnAtHand "over" where nobody waits any more
 */
export function awaitAnswer(milliseconds: number, turnAtHand: () => Turn | undefined | "over", leave: () => void): void {
  const look = (before: Turn | undefined): void => {
    setTimeout(() => {
      const turn = turnAtHand();
      if (turn === "over") return;
      if (turn !== undefined && turn === before && !turn.waiting) leave();
      else look(turn);
    }, milliseconds).unref();
  };
  const turn = turnAtHand();
  if (turn !== "over") look(turn);
}
