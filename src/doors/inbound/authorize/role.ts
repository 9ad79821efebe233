/**
 * Role: the caller must have a role that may call this operation.
 *
 * Where the roles of a caller stand in the credential is stated once, by the policy's `roles`. A posting at an operation
 * is for that operation; one under `everywhere` may be for all operations of a tag or a method, so that what the
 * contract tags `admin` is closed to everybody else, also what is added to it tomorrow. Several postings must all be
 * fulfilled. Roles that cannot be read are no roles.
 *
 * Answers API5:2023, broken function level authorization.
 */
import { roleName } from "../../../policy/identity.ts";
import { defineGuard, fields, type Guard, listOf, or, problem } from "../../../guard.ts";
import { isHere, where } from "./where.ts";

const roleMissing = problem("role-missing", 403, "The caller's role does not allow this operation");

export const role: Guard = defineGuard({
  name: "role",
  stage: "authorize",
  risks: ["API5:2023"],

  options: fields({
    any: or(listOf("Roles of which the caller needs one.", roleName, { max: 50 }), []),
    all: or(listOf("Roles of which the caller needs every one.", roleName, { max: 50 }), []),
    ...where,
  }),

  compile({ any, all, tags, methods }, site) {
    const { public: open, identity, report } = site;
    if (!isHere({ tags, methods }, site)) return undefined;
    const wrong = [...any, ...all].flatMap((name) => identity.wrongRole(name) ?? []);
    for (const { message, allowed } of wrong) report(message, allowed);
    if (any.length === 0 && all.length === 0) report("no role is asked for", "any: [<role>, ...], all: [<role>, ...]");
    if (open !== undefined) report("a role is asked for where strangers may come in", "role: { waived: <reason> }, or no public: <reason>");

    const needed = { any: [...any], all: [...all] };
    const lacking = roleMissing({ because: { needed, outcome: "missing" } });
    const unreadable = roleMissing({ because: { needed, outcome: "unreadable: the credential's claim cannot be read as roles" } });

    return ({ principal }) => {
      const roles = identity.rolesOf(principal);
      if (roles === undefined) return unreadable;
      if (any.length > 0 && !any.some((name) => roles.has(name))) return lacking;
      return all.every((name) => roles.has(name)) ? undefined : lacking;
    };
  },
});
