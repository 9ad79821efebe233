/**
 * Await answer: how long the answer of a caller who has shut his sending side is waited for.
 *
 * Nobody can tell from here whether he has left altogether or only has no more to say: both are the same to TCP, and so
 * are an alert of TLS and the lack of one. Small clients shut their side right behind the request and are owed an answer;
 * but those who leave do it in the same way, and an API should not work for them. Whoever has left answers the first byte that
 * he is sent with a reset, which shows in the next write: so 100 (Continue) comes before an answer that is not quick, and again
 * after twice the time. Every client of HTTP/1.1 has to pass over it (RFC 9110, section 15.2), and no other request can come behind
 * it. Who has not left is waited for a while, and then for as long as something of his answer moves.
 */
import type { Turn } from "./front-turn.ts";

/** So long a quick answer may take. */
export const PROBE_MILLISECONDS = 100;

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
  if (turn === "over") return;
  look(turn);
  const probe = (delay: number, waited: number): void => {
    setTimeout(() => {
      const late = turnAtHand();
      if (late === "over") return;
      late?.probe();
      probe(waited, 2 * waited);
    }, delay).unref();
  };
  probe(PROBE_MILLISECONDS, PROBE_MILLISECONDS);
}
