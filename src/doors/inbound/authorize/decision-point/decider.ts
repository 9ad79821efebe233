/**
 * Decider: asks each question once at a time, and remembers decisions for a stated while.
 *
 * Equal questions that come while one is under way get its decision. Outages are never remembered. Both the questions
 * under way and the decisions that are kept are bounded: a flood of new questions cannot fill the memory, and one to a
 * slow point does not pile up here. Nor does one caller's: who has his part of the questions under way waits for none of them,
 * and leaves the others theirs.
 */
import type { Point } from "./point.ts";
import type { Question } from "./question.ts";
import type { Decision } from "./read-decision.ts";

/** Different questions under way at one point. */
export const UNDER_WAY_MAX = 256;
/** Of one caller. */
export const UNDER_WAY_EACH_MAX = 64;
/** A longer question is asked each time: what is kept is bounded in bytes, too. */
export const KEPT_CHARACTERS_MAX = 4_096;

export interface DeciderOptions {
  readonly point: Point;
  /** How long a decision counts; 0: only for those who ask while it is made. */
  readonly keepMilliseconds: number;
  readonly decisionsMax: number;
}

interface Kept {
  readonly decision: Decision;
  readonly since: number;
}

export class Decider {
  readonly #options: DeciderOptions;
  readonly #underWay: Map<string, Promise<Decision>> = new Map();
  readonly #underWayBy: Map<string, number> = new Map();
  /** In the order in which they were made. */
  readonly #kept: Map<string, Kept> = new Map();

  constructor(options: DeciderOptions) {
    this.#options = options;
  }

  /**
   * The promise never rejects.
   * @param caller for whom it is asked
   * @param now milliseconds since the epoch
   */
  decide(question: Question, caller: string, now: number): Decision | Promise<Decision> {
    const { text } = question;
    const kept = this.#kept.get(text);
    // A clock that was set back counts as time passed.
    if (kept !== undefined && Math.abs(now - kept.since) < this.#options.keepMilliseconds) return kept.decision;
    const underWay = this.#underWay.get(text);
    if (underWay !== undefined) return underWay;
    if (this.#underWay.size >= UNDER_WAY_MAX) return { unavailable: "too many questions are under way" };
    const own = this.#underWayBy.get(caller) ?? 0;
    if (own >= UNDER_WAY_EACH_MAX) return { unavailable: "too many questions of this caller are under way" };
    this.#underWayBy.set(caller, own + 1);
    const asked = this.#options.point.ask(question).then((decision) => {
      this.#underWay.delete(text);
      this.#leave(caller);
      if (!("unavailable" in decision)) this.#keep(text, { decision, since: now });
      return decision;
    });
    this.#underWay.set(text, asked);
    return asked;
  }

  #leave(caller: string): void {
    const left = (this.#underWayBy.get(caller) ?? 0) - 1;
    if (left > 0) this.#underWayBy.set(caller, left);
    else this.#underWayBy.delete(caller);
  }

  #keep(text: string, kept: Kept): void {
    const { keepMilliseconds, decisionsMax } = this.#options;
    if (keepMilliseconds === 0 || text.length > KEPT_CHARACTERS_MAX) return;
    this.#kept.delete(text);
    const oldest = this.#kept.size >= decisionsMax ? this.#kept.keys().next().value : undefined;
    if (oldest !== undefined) this.#kept.delete(oldest);
    this.#kept.set(text, kept);
  }
}
