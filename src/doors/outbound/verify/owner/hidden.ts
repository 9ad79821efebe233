/**
 * Hidden: which words of the API would tell whether something exists, and which fields of a request ask for them.
 */
import { SAFE } from "./safe.ts";

/** Fields with which a caller asks for less than the whole (RFC 9110, sections 13.1 and 14.2). */
export const CONDITIONS: ReadonlySet<string> = new Set(["if-match", "if-none-match", "if-modified-since", "if-unmodified-since", "if-range", "range"]);

/** Errors that an API gives before it has looked for anything: about the form of the request, and about how many there were. */
const OF_THE_REQUEST: ReadonlySet<number> = new Set([400, 406, 422, 429]);

/**
 * Errors that become the door's own 404. Of a request that only reads, all that are not about its form: 403 for what is
 * foreign beside 404 for what is missing is how ids are found out. Of a request that changes something, those that say that
 * there is nothing; the others answer whoever may change it, for which somebody looked before.
 *
 * @param errors further ones that leave
 */
export function hides(method: string, errors: readonly number[]): (status: number) => boolean {
  const leave = new Set(errors);
  if (!SAFE.has(method)) return (status) => (status === 404 || status === 410) && !leave.has(status);
  return (status) => !OF_THE_REQUEST.has(status) && !leave.has(status);
}
