/**
 * Failure limit: how many credentials that do not count one address may send before it is told so.
 *
 * Who sends good ones never meets it: a neighbour at the same address must not be able to lock anybody out. Guesses and
 * typos get a 429 in the place of the 401 once there were too many. A store that is down changes nothing here, for what
 * failed is refused either way.
 */
import { addressPrefix } from "../../../exchange/address.ts";
import { count, duration, fields, limitName, or, type Particulars, type Problem, problem, type Shape, type Store, type Taken } from "../../../guard.ts";

export const tooManyFailures: (particulars?: Particulars) => Problem = problem("too-many-failures", 429, "Too many failed attempts");

export interface FailureLimit {
  readonly burst: number;
  readonly window: number;
}

export function failuresOption(burst: number, window: string): Shape<FailureLimit> {
  const shape = fields({
    burst: or(count("Failed attempts.", { min: 1, max: 100_000 }), burst),
    window: or(duration("Time after which all of them are forgotten.", { min: "1s", max: "1d" }), window),
  }, "Failed attempts of one address before it is told that there were too many.");
  return or(shape, {});
}

/** Counts a failed attempt: answers `refusal`, or that there were too many. */
export type CountFailure = (refusal: Problem, address: string, now: number) => Problem | Promise<Problem>;

/** @param kind whose failures: those of different guards are counted apart */
export function failureCounter(kind: string, { burst, window }: FailureLimit, store: Store): CountFailure {
  const judge = ({ granted, waitMilliseconds }: Taken, refusal: Problem): Problem => {
    if (granted) return refusal;
    const waitSeconds = Math.max(1, Math.ceil(waitMilliseconds / 1_000));
    return tooManyFailures({ headers: { "retry-after": String(waitSeconds) }, because: { ...refusal.because } });
  };
  const meter = store.meter({ name: limitName("failures", kind, burst, window), room: "logins", capacity: burst, window });
  return (refusal, address, now) => {
    try {
      const taken = meter.take(addressPrefix(address), 1, now);
      return taken instanceof Promise ? taken.then((late) => judge(late, refusal)).catch(() => refusal) : judge(taken, refusal);
    } catch {
      return refusal;
    }
  };
}
