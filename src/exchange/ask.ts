/**
 * Ask: a question of the door's own to the API, beside the request that it judges.
 */
import type { Fields } from "./fields.ts";
import type { Problem } from "./problem.ts";

export interface Question {
  /** Canonical path, with the base path of the contract; and query without `?`. It is always a GET. */
  readonly path: string;
  readonly search: string | undefined;
  /** Header fields: names in lower case and values, in turn. */
  readonly fields: readonly string[];
  /** Longest time until the whole answer is here. */
  readonly milliseconds: number;
  /** The most of an answer that is taken. */
  readonly bytes: number;
}

export interface Told {
  readonly status: number;
  readonly fields: Fields;
  readonly bytes: Uint8Array;
}

/** Never rejects: what stands in the way is a problem. */
export type Ask = (question: Question) => Promise<Told | Problem>;
