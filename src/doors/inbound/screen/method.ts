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

export const method: Guard = defineGuard({
  name: "method",
  stage: "screen",
  risks: ["API9:2023"],
  standing: true,

  options: fields({}),

  compile(_, { operation }) {
    const { listed } = operation;
    if (listed === "path" || (listed === "operation" && !NEVER.has(operation.method))) return undefined;
    const allow = operation.allow.filter((one) => !NEVER.has(one)).join(", ");
    const refused = methodNotAllowed({ headers: { allow } });
    return ({ request }) => (listed === "unlisted" && !NEVER.has(request.method) ? undefined : refused);
  },
});
