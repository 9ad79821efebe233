/**
 * Trim items: a gauge that takes from the items of a sequence what is not for its caller, one by one, as they come.
 *
 * What cannot be read breaks the sequence off. Where it is only watched, everything goes on as it came.
 */
import type { DecodeBounds } from "../../contract/media/decode.ts";
import { SequenceJudge, type Trim } from "../../contract/media/sequence/sequence.ts";
import type { SequenceItems } from "../../contract/operation.ts";
import type { Gauge } from "../../exchange/gauge.ts";
import type { Problem } from "../../exchange/problem.ts";

export interface TrimOptions {
  readonly bounds: DecodeBounds;
  readonly itemBytes: number;
  readonly observed: boolean;
  readonly refuse: (reason: string) => Problem;
  /** All of it has gone by. */
  readonly done?: () => void;
}

const NOTHING: Uint8Array = new Uint8Array(0);

export function trimItems({ framing }: SequenceItems, trim: Trim, { bounds, itemBytes, observed, refuse, done }: TrimOptions): Gauge {
  const sequence = new SequenceJudge(framing, undefined, bounds, itemBytes, trim);
  let broken = false;
  const settle = (judged: ReturnType<SequenceJudge["take"]>, asItCame: Uint8Array): Uint8Array | Problem => {
    broken ||= !(judged instanceof Uint8Array);
    if (observed) return asItCame;
    return judged instanceof Uint8Array ? judged : refuse(`an item ${judged[0]?.message ?? "cannot be read"}`);
  };
  return {
    take: (chunk) => (broken ? chunk : settle(sequence.take(chunk), chunk)),
    end() {
      const last = broken ? NOTHING : settle(sequence.end(), NOTHING);
      done?.();
      return last;
    },
  };
}
