/**
 * Await answer: how long the answer of a caller who has shut his sending side is waited for.
 *
 * Nobody can tell from here whether he has left altogether or only has no more to say: both are the same to TCP, and so
 * are an alert of TLS and the lack of one. Small clients shut their side right behind the request and are owed an answer;
 * but those who leave do it in the same way, and an API should not work for them to its deadline. So the answer is waited
 * for a while, and from then on for as long as something of it moves.
 */
import type { Turn } from "./front-turn.ts";

/**
 * @param milliseconds for each turn to begin its answer, and between two looks at one that has begun
 * @param turnAtHand "over" where nobody waits any more
 */
export function awaitAnswer(milliseconds: number, turnAtHand: () => Turn | undefined | "over", leave: () => void): void {
  const look = (before: Turn | undefined): void => {
    const moved = before?.moved;
    setTimeout(() => {
      const turn = turnAtHand();
      if (turn === "over") return;
      if (turn !== undefined && turn === before && turn.moved === moved && !turn.waiting) leave();
      else look(turn);
    }, milliseconds).unref();
  };
  const turn = turnAtHand();
  if (turn !== "over") look(turn);
}
