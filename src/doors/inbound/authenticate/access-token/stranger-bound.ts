/**
 * Stranger bound: how often dear work is done for one address, and for the ranges around it, before anybody is known there.
 *
 * Dear is what a made-up token costs: a signature that is computed, a question to the issuer. Ranges count too: whoever
 * holds a /48 has 65,536 of /64, and would bring a full bound in each. Each thread counts for itself.
 */
import { addressPrefixes, PREFIX_LEVELS } from "../../../../exchange/address.ts";
import { count, duration, fields, or, type Shape } from "../../../../guard.ts";
import { type Pace, Paces, paceOf } from "../../../../stores/table/paces.ts";

export interface StrangerLimits {
  readonly burst: number;
  /** Milliseconds. */
  readonly window: number;
  readonly crowd: number;
}

/** @param work what is done, such as `Signatures` */
export function strangersOption(work: string, about: string, burst: number): Shape<StrangerLimits> {
  const shape = fields(
    {
      burst: or(count(`${work} at once.`, { min: 1, max: 10_000_000 }), burst),
      window: or(duration("Time in which as many again may follow.", { min: "1s", max: "1h" }), "10s"),
      crowd: or(count("How many times as many the next wider range around an address may have (IPv4: /24; IPv6: /56, then /48). 0: ranges are not counted.", { min: 0, max: 1_000 }), 2),
    },
    about,
  );
  return or(shape, {});
}

/**
 * @param now milliseconds since the epoch
 * @returns whether it may be done once more, which is then counted
 */
export type MayWork = (address: string, now: number) => boolean;

/** Milliseconds by which a request may be late that waited for a guard before; what is later means that the clock was set back. */
export const LATE_MILLISECONDS_MAX = 60_000;

/** One memory of fixed size for whoever shares what this answers. */
export function strangerBound({ burst, window, crowd }: StrangerLimits, paces: Paces = new Paces()): MayWork {
  const levels: readonly Pace[] = PREFIX_LEVELS.slice(0, crowd === 0 ? 1 : undefined).map((_, level) => paceOf(burst * crowd ** level, window));
  let latest = 0;
  return (address, now) => {
    // An earlier moment would look like a clock that was set back, and begin a new bucket.
    latest = latest - now > LATE_MILLISECONDS_MAX ? now : Math.max(latest, now);
    const ranges = addressPrefixes(address);
    const moment = BigInt(latest) * 1_000n;
    // The narrowest first: who has used up his own takes nothing from his neighbours.
    return levels.every((pace, level) => {
      const range = ranges[level];
      return range === undefined || paces.admit(paces.placeOf(range), moment, pace);
    });
  };
}
