/**
 * Hidden: which words of the API would tell whether something exists, and which fields of a request ask for them.
 */
import type { Operation } from "../../../../guard.ts";
import { SAFE } from "./safe.ts";

/** Fields with which a caller asks for less than the whole (RFC 9110, sections 13.1 and 14.2). */
export const CONDITIONS: ReadonlySet<string> = new Set(["if-match", "if-none-match", "if-modified-since", "if-unmodified-since", "if-range", "range"]);

/** Errors that say nothing of any object: about how many requests there were, and, where none is named, about the form of one. */
const OF_THE_RATE: readonly number[] = [429];
const OF_THE_FORM: readonly number[] = [400, 406, 422];

/**
 * Errors that become the door's own 404. Of a request that only reads, nearly all: 403 for what is foreign beside 404 for what
 * is missing is how ids are found out, and any other pair does as well. Of a request that changes something, those that say
 * that there is nothing; the others answer whoever may change it, for which somebody looked before.
 *
 * @param errors further ones that leave
 */
export function hides({ method, pathNames }: Pick<Operation, "method" | "pathNames">, errors: readonly number[]): (status: number) => boolean {
  const leave = new Set([...errors, ...OF_THE_RATE, ...(pathNames.length === 0 ? OF_THE_FORM : [])]);
  if (!SAFE.has(method)) return (status) => status === 404 || status === 410;
  return (status) => !leave.has(status);
}
