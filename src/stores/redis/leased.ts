/**
 * Leased: tokens are taken from the servers ahead, by the handful, and given out here.
 *
 * They are charged when they are taken, so all processes together never give out more than the limit; only the moment
 * can shift, by as long as a handful may be kept. How many are taken follows how many were wanted lately, and is never
 * more than a tenth of a bucket: of a small limit one at a time, so that no process sits on what another one needs.
 * Whoever was refused is refused here until there can be something again, which costs the servers nothing. Whether somebody
 * owes (a penalty takes nothing, and asks for the no alone) no handful can say: that is asked, and believed for a moment.
 */
import type { Limit, Meter, Taken } from "../store.ts";
import { type AloneOptions, shadowMeter } from "./alone.ts";
import { type Link, StoreDown } from "./link.ts";
import { charge, keyOf, scaleOf, take } from "./remote.ts";
import { askOr, broughtTo, checkCost } from "./strict.ts";

/** A handful is what is wanted in this time. */
export const HANDFUL_MILLISECONDS = 100;
/** Least handful of an owner who is busy. */
export const HANDFUL_MIN = 20;
/** How long a handful is kept: then the rest is given back. */
export const KEPT_MILLISECONDS = 500;
/** How long a refusal is believed without asking again: another process may have given something back. */
export const REFUSED_MILLISECONDS_MAX = 1_000;
/** How long an owner who is quiet is remembered. */
const QUIET_MILLISECONDS = 10_000;
/** Where nothing is taken: how long it is believed that no other process has charged the owner, or given him something back. */
export const BELIEVED_MILLISECONDS = 500;
/** Share of a bucket that one process may hold. */
const SHARE = 10;
/** Owners of one limit for whom tokens are held; those of the one who was quiet longest are given back for another. */
export const OWNERS_MAX = 10_000;

interface Handful {
  tokens: number;
  /** What the servers had left. */
  behind: number;
  /** On the clock of `performance.now()`. */
  keptUntil: number;
  /** Until when nothing is to be had, and until when nobody asks. */
  waitUntil: number;
  askAgain: number;
  /** Tokens wanted since `since`. */
  wanted: number;
  since: number;
  asking: Promise<void> | undefined;
  /** For questions after a debt alone: until when there is one, until when what is known is believed, and how often something was charged since. */
  owesUntil: number;
  believedUntil: number;
  charges: number;
}

export class LeasedMeter implements Meter {
  readonly #limit: Limit;
  readonly #link: Link;
  readonly #scale: ReturnType<typeof scaleOf>;
  readonly #shadow: ReturnType<typeof shadowMeter>;
  readonly #most: number;
  readonly #tokenMilliseconds: number;
  readonly #owners = new Map<string, Handful>();

  constructor(limit: Limit, link: Link, options: AloneOptions) {
    this.#limit = limit;
    this.#link = link;
    this.#scale = scaleOf(limit);
    this.#shadow = shadowMeter(limit, options);
    this.#most = Math.max(1, Math.floor(limit.capacity / SHARE));
    this.#tokenMilliseconds = limit.window / limit.capacity;
  }

  take(owner: string, cost: number, now: number): Taken | Promise<Taken> {
    checkCost(cost, now);
    if (cost > this.#limit.capacity) return { granted: false, left: 0, waitMilliseconds: Number.POSITIVE_INFINITY };
    const handful = this.#handfulOf(owner);
    const time = performance.now();
    if (cost === 0) return this.#takeNothing(owner, handful, time, now);
    handful.wanted += cost;
    if (handful.keptUntil <= time) this.#giveBack(owner, handful);
    if (handful.tokens >= cost) {
      // Ahead of time, so that nobody has to wait for it.
      if (handful.tokens - cost < this.#want(handful, time) / 4 && handful.asking === undefined && time >= handful.askAgain) this.#refill(owner, handful, 1, now).catch(() => undefined);
      return this.#give(handful, owner, cost, now);
    }
    if (time < handful.askAgain) return refuse(handful, time);
    if (!this.#link.up(this.#keyOf(owner))) return this.#shadow.take(owner, cost, now);
    return askOr(this.#takeLate(owner, handful, cost, now), () => this.#shadow.take(owner, cost, now));
  }

  charge(owner: string, tokens: number, now: number): void {
    checkCost(Math.abs(tokens), now);
    this.#shadow.charge(owner, tokens, now);
    const handful = this.#owners.get(owner);
    if (handful !== undefined) [handful.believedUntil, handful.charges] = [0, handful.charges + 1];
    const kept = handful !== undefined && handful.keptUntil > performance.now();
    // What is given back is kept for the next one; what is used already comes out of what is held.
    const here = kept ? Math.max(tokens, 0) : 0;
    if (kept && tokens < 0 && handful.tokens - tokens <= this.#most) handful.tokens -= tokens;
    else if (kept && here <= handful.tokens && tokens > 0) handful.tokens -= here;
    else charge(this.#link, this.#keyOf(owner), this.#scale, tokens).catch(() => undefined);
  }

  /** Gives back what was kept long enough, and forgets who has been quiet. */
  sweep(): void {
    const time = performance.now();
    for (const [owner, handful] of this.#owners) {
      if (handful.tokens > 0 && handful.keptUntil <= time) this.#giveBack(owner, handful);
      if (handful.tokens === 0 && handful.asking === undefined && handful.askAgain <= time && time - handful.since > QUIET_MILLISECONDS) this.#owners.delete(owner);
    }
  }

  /** Gives back all that is held. */
  close(): void {
    for (const [owner, handful] of this.#owners) this.#giveBack(owner, handful);
    this.#owners.clear();
  }

  /** Nothing is wanted, and asked for the no alone: no handful says that there is no debt. */
  #takeNothing(owner: string, handful: Handful, time: number, now: number): Taken | Promise<Taken> {
    if (time < handful.believedUntil) {
      const waitMilliseconds = Math.max(0, Math.ceil(handful.owesUntil - time));
      return { granted: waitMilliseconds === 0, left: waitMilliseconds === 0 ? handful.tokens + handful.behind : 0, waitMilliseconds };
    }
    const key = this.#keyOf(owner);
    if (!this.#link.up(key)) return this.#shadow.take(owner, 0, now);
    return askOr(this.#askDebt(key, owner, handful, now), () => this.#shadow.take(owner, 0, now));
  }

  async #askDebt(key: string, owner: string, handful: Handful, now: number): Promise<Taken> {
    const { charges } = handful;
    const { left, waitMilliseconds } = await take(this.#link, key, this.#scale, 0, 0, this.#broughtTo(key, owner, now));
    const time = performance.now();
    // What was charged meanwhile is in no answer to a question from before.
    if (handful.charges === charges) [handful.owesUntil, handful.believedUntil, handful.behind] = [time + waitMilliseconds, time + BELIEVED_MILLISECONDS, left];
    return { granted: waitMilliseconds === 0, left, waitMilliseconds };
  }

  #broughtTo(key: string, owner: string, now: number): number {
    const { debt = 0, window } = this.#limit;
    return broughtTo(this.#link, key, this.#shadow, owner, now, window + debt) * this.#scale.worth;
  }

  async #takeLate(owner: string, handful: Handful, cost: number, now: number): Promise<Taken> {
    // Those who came before may have taken it all again: each round somebody gets something, or all are refused.
    while (handful.tokens < cost && performance.now() >= handful.askAgain) await this.#refill(owner, handful, cost - handful.tokens, now);
    if (handful.tokens >= cost) return this.#give(handful, owner, cost, now);
    return refuse(handful, performance.now());
  }

  #give(handful: Handful, owner: string, cost: number, now: number): Taken {
    handful.tokens -= cost;
    if (cost > 0) this.#shadow.note(owner, cost, now);
    return { granted: true, left: handful.tokens + handful.behind, waitMilliseconds: 0 };
  }

  #refill(owner: string, handful: Handful, least: number, now: number): Promise<void> {
    handful.asking ??= this.#ask(owner, handful, least, now).finally(() => (handful.asking = undefined));
    return handful.asking;
  }

  async #ask(owner: string, handful: Handful, least: number, now: number): Promise<void> {
    const key = this.#keyOf(owner);
    if (!this.#link.up(key)) throw new StoreDown("the servers are away");
    const want = Math.max(least, this.#want(handful, performance.now()));
    const { granted, left, waitMilliseconds } = await take(this.#link, key, this.#scale, want, least, this.#broughtTo(key, owner, now));
    const time = performance.now();
    handful.tokens += granted;
    handful.behind = left;
    handful.keptUntil = time + KEPT_MILLISECONDS;
    [handful.wanted, handful.since] = [0, time];
    // For a busy owner it is worth waiting until there is a handful; nothing is lost meanwhile, since it gathers there.
    const gathers = granted < want ? Math.min(HANDFUL_MILLISECONDS, (want - 1) * this.#tokenMilliseconds) : 0;
    handful.waitUntil = time + Math.max(waitMilliseconds, gathers);
    handful.askAgain = time + Math.max(Math.min(waitMilliseconds, REFUSED_MILLISECONDS_MAX), gathers);
  }

  /** Tokens that will be wanted in the next while, as far as the last one tells. */
  #want({ wanted, since }: Handful, time: number): number {
    const soon = (wanted * HANDFUL_MILLISECONDS) / Math.max(1, time - since);
    return soon < 1 ? 1 : Math.min(this.#most, Math.max(HANDFUL_MIN, Math.ceil(soon)));
  }

  #handfulOf(owner: string): Handful {
    const known = this.#owners.get(owner);
    if (known !== undefined) return known;
    const time = performance.now();
    const handful: Handful = { tokens: 0, behind: 0, keptUntil: 0, waitUntil: 0, askAgain: 0, wanted: 0, since: time - KEPT_MILLISECONDS, asking: undefined, owesUntil: 0, believedUntil: 0, charges: 0 };
    if (this.#owners.size >= OWNERS_MAX) this.#forget();
    this.#owners.set(owner, handful);
    return handful;
  }

  /** The one who came first: most of them have had their handful long ago. */
  #forget(): void {
    const [first] = this.#owners;
    if (first === undefined) return;
    this.#owners.delete(first[0]);
    this.#giveBack(...first);
  }

  #giveBack(owner: string, handful: Handful): void {
    const { tokens } = handful;
    handful.tokens = 0;
    if (tokens > 0) charge(this.#link, this.#keyOf(owner), this.#scale, -tokens).catch(() => undefined);
  }

  #keyOf(owner: string): string {
    return keyOf("meter", this.#limit.name, `${this.#limit.room} ${owner}`);
  }
}

function refuse({ tokens, waitUntil }: Handful, time: number): Taken {
  return { granted: false, left: tokens, waitMilliseconds: Math.max(1, Math.ceil(waitUntil - time)) };
}
