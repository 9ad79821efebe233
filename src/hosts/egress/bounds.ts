/** Bounds: what ends a trip before its time: bytes, idleness, age. */
import { type Particulars, type Problem, problem } from "../../exchange/problem.ts";
import type { EgressSettings } from "../../policy/egress.ts";
import type { Trip } from "./trip.ts";

export const unreachable: (particulars?: Particulars) => Problem = problem("egress-unreachable", 502, "The destination cannot be reached", "api");
const late = problem("egress-late", 504, "The destination took too long", "api");
const tooLarge = problem("egress-too-large", 502, "More bytes than this connection may carry", "caller");

export interface Bounds {
  /** Counts bytes that moved. False: it is over. */
  readonly moved: (direction: "up" | "down", bytes: number) => boolean;
  readonly clear: () => void;
}

/** @param over called once, with what was exceeded */
export function keepBounds(trip: Trip, { connect, idle, whole, up, down }: EgressSettings, over: (why: Problem) => void): Bounds & { readonly connected: () => void } {
  const clear = (): void => {
    clearTimeout(age);
    clearTimeout(rest);
  };
  const end = (why: Problem): false => {
    clear();
    over(why);
    return false;
  };
  const age = setTimeout(() => end(late({ because: { bound: "whole" } })), whole);
  let rest = setTimeout(() => end(late({ because: { bound: "connect" } })), connect);
  return {
    clear,
    connected() {
      clearTimeout(rest);
      rest = setTimeout(() => end(late({ because: { bound: "idle" } })), idle);
    },
    moved(direction, bytes) {
      rest.refresh();
      trip[direction] += bytes;
      if (trip[direction] <= (direction === "up" ? up : down)) return true;
      return end(tooLarge({ because: { bound: direction } }));
    },
  };
}
