/**
 * Signature bound: how many signatures are computed for one address, and for the ranges around it.
 *
 * It stands before the first signature, where nobody is known yet. The ranges around count too: whoever holds a /48 has
 * 65,536 of /64, and would bring a full bound in each. Each thread counts for itself, as each has a processor to lose.
 */
import { addressPrefixes, PREFIX_LEVELS } from "../../../../exchange/address.ts";
import { count, duration, fields, or, type Shape } from "../../../../guard.ts";
import { type Pace, Paces, paceOf } from "../../../../stores/table/paces.ts";

export interface SignatureLimits {
  readonly burst: number;
  /** Milliseconds. */
  readonly window: number;
  readonly crowd: number;
}

export const signaturesOption: Shape<SignatureLimits> = or(
  fields(
    {
      burst: or(count("Signatures.", { min: 1, max: 10_000_000 }), 5_000),
      window: or(duration("Time in which as many again may be computed.", { min: "1s", max: "1h" }), "10s"),
      crowd: or(count("How many times as many are computed for the next wider range around an address (IPv4: /24; IPv6: /56, then /48). 0: ranges are not counted.", { min: 0, max: 1_000 }), 2),
    },
    "Signatures that are computed for one address, good or bad: a token that is remembered costs none.",
  ),
  {},
);

/**
 * @param now milliseconds since the epoch
 * @returns whether one more may be computed, which is then counted
 */
export type MayCompute = (address: string, now: number) => boolean;

/** One memory of fixed size for whoever shares what this answers. */
export function signatureBound({ burst, window, crowd }: SignatureLimits, paces: Paces = new Paces()): MayCompute {
  const levels: readonly Pace[] = PREFIX_LEVELS.slice(0, crowd === 0 ? 1 : undefined).map((_, level) => paceOf(burst * crowd ** level, window));
  return (address, now) => {
    const ranges = addressPrefixes(address);
    const moment = BigInt(now) * 1_000n;
    // The narrowest first: who has used up his own takes nothing from his neighbours.
    return levels.every((pace, level) => {
      const range = ranges[level];
      return range === undefined || paces.admit(paces.placeOf(range), moment, pace);
    });
  };
}
