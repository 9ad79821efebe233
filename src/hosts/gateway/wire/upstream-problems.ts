/** Upstream problems: what can be wrong with the way to the API, declared once for every wire that goes there. */
import { type Particulars, type Problem, problem } from "../../../exchange/problem.ts";

type Declared = (particulars?: Particulars) => Problem;

/** No answer began. `because.code` says why. */
export const apiUnreachable: Declared = problem("api-unreachable", 502, "The API cannot be reached", "api");
/** An answer began and did not end. */
export const apiBrokeOff: Declared = problem("api-broke-off", 502, "The API broke off", "api");
/** What was to be sent would have been two requests, or half of one. Nothing of it was written. */
export const requestUnwritable: Declared = problem("request-unwritable", 500, "The request could not be written");
