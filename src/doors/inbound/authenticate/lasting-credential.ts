/**
 * Lasting credential: what was opened with a credential and may last for hours ends when that counts no more.
 *
 * A request is judged when it comes. What is switched to another protocol, or streams, goes on behind that: it is asked
 * about again and again. See ASVS 5.0, 4.4.
 */
import type { Known, Operation, Site } from "../../../guard.ts";

/**
 * Whether what an exchange opens may outlive its credential: what is switched, what the contract says is a sequence, and
 * whatever could be one because nobody says what it is, or holds it to that.
 */
export function lastingOf({ operation: { answers, listed }, posted }: { readonly operation: Operation; readonly posted: Site["posted"] | undefined }): (exchange: Pick<Known, "protocol">) => boolean {
  const unsaid = listed === "unlisted" || posted?.has("answer-body") === false;
  const streams = unsaid || [...answers.values()].some(({ media }) => media.some(({ kind, range }) => kind === "sequence" || range.includes("*")));
  return ({ protocol }) => streams || protocol !== undefined;
}

/** Asks on; a question that waits for the database is answered the next time. A question that nobody can answer is a no. */
export function follow(exchange: Pick<Known, "follow">, counts: (now: number) => boolean | Promise<boolean>): void {
  let last = true;
  exchange.follow({
    lasts(now) {
      const answer = counts(now);
      if (answer instanceof Promise) void answer.catch(() => false).then((late) => (last = late));
      else last = answer;
      return last;
    },
  });
}
