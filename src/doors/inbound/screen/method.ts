/**
 * Method: a method that the contract does not list for a path is not allowed there.
 *
 * A route that a framework adds on its own (a DELETE, a HEAD that skips a check) is not part of the API. TRACE and
 * CONNECT are never allowed, listed or not: the one answers with the credentials that it was sent, the other asks for
 * a tunnel through this door.
 *
 * Answers API9:2023, improper inventory management. See RFC 9110, sections 9.3.6, 9.3.8 and 15.5.6.
 */
import { defineGuard, fields, type Guard, problem } from "../../../guard.ts";

const methodNotAllowed = problem("method-not-allowed", 405, "Method not allowed");

const NEVER: ReadonlySet<string> = new Set(["TRACE", "CONNECT"]);
/** Where nothing is listed: what every server behind the door takes for a method of HTTP (RFC 9110 and RFC 5789). */
const UNLISTED: ReadonlySet<string> = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);

export const method: Guard = defineGuard({
  name: "method",
  stage: "screen",
  risks: ["API9:2023"],
  standing: true,

  options: fields({}),

  compile(_, { operation }) {
    const { listed } = operation;
    if (listed === "path" || (listed === "operation" && !NEVER.has(operation.method))) return undefined;
    const allow = listed === "unlisted" ? [...UNLISTED] : operation.allow.filter((one) => !NEVER.has(one));
    const refused = methodNotAllowed({ headers: { allow: allow.join(", ") } });
    return ({ request }) => (listed === "unlisted" && UNLISTED.has(request.method) ? undefined : refused);
  },
});
