/**
 * Reuse: after which exchanges a connection to the API carries another one.
 *
 * A server that does not look for the body it was sent takes it for the next request, and answers it: with an answer that
 * nobody here has asked for, and that whoever comes next on this connection would get (CL.0, TE.0). It may come late,
 * when the connection has already been used again; so where this is likely, the connection is not used again. Likely is:
 * a body where methods usually have none, and an answer from which can be seen that nobody was there for the body.
 */
import type { Reuse } from "../../../policy/upstream.ts";

/** Methods whose bodies every server looks for. */
const WITH_BODY: ReadonlySet<string> = new Set(["POST", "PUT", "PATCH", "QUERY"]);

/** What a server says by itself: it is elsewhere, it is not here, not with this method. 303 is said by programs, behind a body. */
const SAID_WITHOUT_BODY: ReadonlySet<number> = new Set([301, 302, 307, 308, 404, 405, 501]);

/** @param bodied whether the request had a body */
export function mayReuse(reuse: Reuse, method: string, bodied: boolean, status: number): boolean {
  if (reuse === "never") return false;
  return !bodied || (reuse === "usual" && WITH_BODY.has(method) && !SAID_WITHOUT_BODY.has(status));
}
