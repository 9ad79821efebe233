/**
 * Charge: what one exchange has taken from one limit, and may give back.
 *
 * What a limit has taken it gives back when a limit behind it refuses, else one limit would drain another; and when the
 * answer shows that this exchange is not of the kind that counts. A caller who leaves before has shown nothing.
 */
import type { Ending, Follower, Stage } from "../../../../guard.ts";
import { tokensOf } from "../../../../policy/rate.ts";
import { giveBack, type Wanted } from "../../../../stores/take-all.ts";
import type { CommonOptions, Cost } from "./options.ts";

export interface Terms {
  readonly cost: Cost;
  readonly count: CommonOptions["count"];
  /** Where the limit stands: what is refused there, by another limit, costs nothing. */
  readonly stage: Stage;
}

/** Whether an exchange that went on like this is none that counts. */
export function isFree({ count, stage }: Pick<Terms, "count" | "stage">, { refusedAt, status }: Ending): boolean {
  return refusedAt === stage || (count === "failures" && status < 400) || (count === "successes" && status >= 400);
}

export class Charge implements Follower {
  readonly #taken: readonly Wanted[];
  readonly #terms: Terms;
  #settled = false;

  /** @param taken from the caller's bucket, and from those of the ranges around him */
  constructor(taken: readonly Wanted[], terms: Terms) {
    this.#taken = taken;
    this.#terms = terms;
  }

  answered(ending: Ending): void {
    if (this.#settled || !isFree(this.#terms, ending)) return;
    this.#settled = true;
    giveBack(this.#taken, ending.now);
  }

  /** What only now is known to have been used is charged now, whether it is there or not: the next requests pay. */
  concluded({ bytesIn, bytesOut, now }: Ending): void {
    const { cost } = this.#terms;
    if (typeof cost === "number" || this.#settled) return;
    this.#settled = true;
    const used = tokensOf((cost.bytes === "answer" ? 0 : bytesIn) + (cost.bytes === "request" ? 0 : bytesOut));
    for (const { meter, owner, tokens } of this.#taken) if (tokens > 0 && used !== tokens) meter.charge(owner, used - tokens, now);
  }
}
