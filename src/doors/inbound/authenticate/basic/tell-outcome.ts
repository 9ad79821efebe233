/** Tell outcome: what a login came to, as an answer to its sender. Outside, a wrong name and a wrong password are one. */
import { type Particulars, type Problem, problem } from "../../../../guard.ts";
import { challenging, credentialInvalid, credentialMalformed, databaseUnavailable } from "../../../../keys/bearer.ts";
import { tooManyFailures } from "../failure-limit.ts";
import type { Outcome } from "./login-desk.ts";

export const loginsBusy: (particulars?: Particulars) => Problem = problem("logins-busy", 503, "Too many logins at once");
const storeUnavailable = problem("store-unavailable", 503, "The limit cannot be checked");

type Failure = Exclude<Outcome, { readonly record: unknown }>;

/** @param challenges of all guards of the operation */
export function outcomeTeller(challenges: readonly string[]): (failure: Failure) => Problem {
  const invalid = challenging(challenges);
  return (failure) => {
    if ("malformed" in failure) return credentialMalformed({ because: { login: failure.malformed } });
    if ("wrong" in failure) return credentialInvalid({ ...invalid, because: { login: failure.wrong, account: failure.account } });
    if ("waitMilliseconds" in failure) {
      const { waitMilliseconds, by, account } = failure;
      return tooManyFailures({ headers: { "retry-after": String(Math.max(1, Math.ceil(waitMilliseconds / 1_000))) }, because: { by, account } });
    }
    if ("busy" in failure) return loginsBusy({ headers: { "retry-after": "2" } });
    if ("uncounted" in failure) return storeUnavailable({ because: { fault: failure.uncounted } });
    return databaseUnavailable({ headers: { "retry-after": "1" }, because: { database: failure.unavailable } });
  };
}
