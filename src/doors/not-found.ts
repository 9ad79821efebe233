/**
 * Not found: the one answer for what is not there, for what the contract does not list, and for what is somebody else's.
 *
 * From all of them the same bytes leave, but for `instance` and the date: whoever tries ids must not learn which of them exist.
 */
import { type Particulars, type Problem, problem } from "../exchange/problem.ts";

export const notFound: (particulars?: Particulars) => Problem = problem("not-found", 404, "Not found");
