/** Unreadable: what is wrong with a message that never became a request, for the guards and for the wire alike. */
import type { Outcome } from "./decision.ts";
import { type Particulars, type Problem, problem } from "./problem.ts";

type Declared = (particulars?: Particulars) => Problem;

export const malformedRequest: Declared = problem("malformed-request", 400, "The request is malformed");
export const fieldsTooLarge: Declared = problem("fields-too-large", 431, "The header fields are too large");
export const requestSlow: Declared = problem("request-slow", 408, "The request took too long to arrive");
export const versionUnsupported: Declared = problem("version-unsupported", 505, "This version of HTTP is not spoken here", "caller");

const MALFORMED = malformedRequest().type;

/** Whether a request was refused because it can be read in two ways: what comes behind it may be a part of it to others. */
export function isMalformed(outcome: Outcome): boolean {
  return outcome?.kind === "refusal" && outcome.problem.type === MALFORMED;
}
