/**
 * Charge: what one exchange takes from one limit, and may give back.
 *
 * A limit may have several buckets for one caller (an address and the ranges around it). All of them are charged, or
 * none. What a limit has taken it gives back when a limit behind it refuses, else one limit would drain another; and
 * when the answer shows that this exchange is not of the kind that counts. Charging first and giving back afterwards
 * is what keeps a hundred attempts at the same moment from all being the first.
 */
import type { Ending, Follower, Meter, Taken } from "../../../../guard.ts";
import { tokensOf } from "../../../../policy/rate.ts";
import type { CommonOptions, Cost } from "./options.ts";

export interface Terms {
  readonly cost: Cost;
  readonly count: CommonOptions["count"];
}

export class Charge implements Follower {
  readonly #meters: readonly Meter[];
  readonly #owners: readonly string[];
  readonly #tokens: number;
  readonly #terms: Terms;
  #held = false;

  /** @param owners one for each meter */
  constructor(meters: readonly Meter[], owners: readonly string[], tokens: number, terms: Terms) {
    this.#meters = meters;
    this.#owners = owners;
    this.#tokens = tokens;
    this.#terms = terms;
  }

  /** Takes from all buckets or from none: the first answer, or that of the bucket that has too little. */
  take(now: number): Taken | Promise<Taken> {
    let first: Taken | undefined;
    for (let level = 0; level < this.#meters.length; level++) {
      const taken = this.#meters[level]?.take(this.#owners[level] ?? "", this.#tokens, now);
      if (taken instanceof Promise) return this.#takeLate(taken, level, first, now);
      if (taken === undefined) break;
      if (!taken.granted) {
        this.#giveBack(now, level);
        return taken;
      }
      first ??= taken;
    }
    this.#held = true;
    return first ?? NOTHING;
  }

  answered({ refusedAt, status, now }: Ending): void {
    const { count } = this.#terms;
    const free = refusedAt === "throttle" || (count === "failures" && status < 400) || (count === "successes" && status >= 400);
    if (!free || !this.#held) return;
    this.#held = false;
    this.#giveBack(now, this.#meters.length);
  }

  /** What only now is known to have been used is charged now, whether it is there or not: the next requests pay. */
  concluded({ bytesIn, bytesOut, now }: Ending): void {
    const { cost } = this.#terms;
    if (typeof cost === "number" || !this.#held) return;
    this.#held = false;
    const used = tokensOf((cost.bytes === "answer" ? 0 : bytesIn) + (cost.bytes === "request" ? 0 : bytesOut));
    if (used === this.#tokens) return;
    for (const [level, meter] of this.#meters.entries()) meter.charge(this.#owners[level] ?? "", used - this.#tokens, now);
  }

  /** The buckets of another machine are asked all at once. */
  async #takeLate(taken: Promise<Taken>, from: number, first: Taken | undefined, now: number): Promise<Taken> {
    const others = this.#meters.slice(from + 1).map((meter, index) => meter.take(this.#owners[from + 1 + index] ?? "", this.#tokens, now));
    const late = await Promise.allSettled([taken, ...others]);
    const answers = late.map((one) => (one.status === "fulfilled" ? one.value : undefined));
    const refused = answers.find((one) => one?.granted !== true);
    if (refused === undefined && !answers.includes(undefined)) {
      this.#held = true;
      return first ?? answers[0] ?? NOTHING;
    }
    this.#giveBack(now, from);
    for (const [index, answer] of answers.entries()) if (answer?.granted === true) this.#giveBackAt(from + index, now);
    for (const one of late) if (one.status === "rejected") throw one.reason;
    return refused ?? NOTHING;
  }

  #giveBack(now: number, levels: number): void {
    for (let level = 0; level < levels; level++) this.#giveBackAt(level, now);
  }

  #giveBackAt(level: number, now: number): void {
    this.#meters[level]?.charge(this.#owners[level] ?? "", -this.#tokens, now);
  }
}

/** No bucket has answered: this is no answer that lets anybody pass. */
const NOTHING: Taken = { granted: false, left: Number.NaN, waitMilliseconds: Number.NaN };
