/**
 * Take all: takes from several buckets, or from none of them.
 *
 * Charging each and giving back what was granted is what keeps attempts at the same moment from all being the first;
 * for that moment others may be refused who would have passed, and nobody passes who should not.
 */
import type { Meter, Taken } from "./store.ts";

export interface Wanted {
  readonly meter: Meter;
  readonly owner: string;
  readonly tokens: number;
}

export interface AllTaken extends Taken {
  /** Which bucket refused; 0 when all granted. `left` and the wait are this one's. */
  readonly at: number;
}

/** Rejects or throws when a bucket cannot be asked; what others granted is given back then, too. */
export function takeAll(wanted: readonly Wanted[], now: number): AllTaken | Promise<AllTaken> {
  let first: Taken | undefined;
  for (let at = 0; at < wanted.length; at++) {
    const one = wanted[at];
    if (one === undefined) break;
    const taken = takeOr(one, now, () => giveBack(wanted.slice(0, at), now));
    // The buckets of another machine are asked all at once.
    if (taken instanceof Promise) return takeLate(wanted, at, taken, first, now);
    if (!taken.granted) {
      giveBack(wanted.slice(0, at), now);
      return { ...taken, at };
    }
    // One of whom nothing is taken is asked for its no alone.
    if (one.tokens > 0) first ??= taken;
  }
  return { ...(first ?? NOTHING), at: 0 };
}

function takeOr({ meter, owner, tokens }: Wanted, now: number, undo: () => void): Taken | Promise<Taken> {
  try {
    return meter.take(owner, tokens, now);
  } catch (fault) {
    undo();
    throw fault;
  }
}

export function giveBack(wanted: readonly Wanted[], now: number): void {
  for (const { meter, owner, tokens } of wanted) if (tokens > 0) meter.charge(owner, -tokens, now);
}

async function takeLate(wanted: readonly Wanted[], from: number, taken: Promise<Taken>, before: Taken | undefined, now: number): Promise<AllTaken> {
  const asked = wanted.slice(from);
  const late = await Promise.allSettled([taken, ...asked.slice(1).map(async ({ meter, owner, tokens }) => meter.take(owner, tokens, now))]);
  const answers = late.map((one) => (one.status === "fulfilled" ? one.value : undefined));
  const refused = answers.findIndex((one) => one?.granted !== true);
  if (refused === -1) return { ...(before ?? answers.find((_, at) => (asked[at]?.tokens ?? 0) > 0) ?? NOTHING), at: 0 };
  giveBack([...wanted.slice(0, from), ...asked.filter((_, at) => answers[at]?.granted === true)], now);
  for (const one of late) if (one.status === "rejected") throw one.reason;
  return { ...(answers[refused] ?? NOTHING), at: from + refused };
}

/** No bucket has answered: nothing that lets anybody pass. */
const NOTHING: Taken = { granted: false, left: Number.NaN, waitMilliseconds: Number.NaN };
