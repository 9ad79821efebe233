/** Target too long: given by framing, where the target was not even read, and by size, where the policy allows less. */
import { type Particulars, type Problem, problem } from "../../../../guard.ts";

export const targetTooLong: (particulars?: Particulars) => Problem = problem("target-too-long", 414, "The request target is too long");
