/**
 * Exemption: callers whom an object rule does not bind, because it is their job to see everybody's.
 *
 * It is a loosening, so it names the scope or the role that it takes, and says why.
 */
import type { Principal } from "../exchange/principal.ts";
import type { Site } from "../policy/definition.ts";
import { roleName } from "../policy/identity.ts";
import { fields, listOf, optional, or, reason, type Shape, text } from "../policy/shape.ts";

export interface Exemption {
  readonly scope: readonly string[];
  readonly role: readonly string[];
  readonly reason: string;
}

export const exemption: Shape<Exemption | undefined> = optional(
  fields(
    {
      scope: or(listOf("Scopes of which one is enough.", text("A scope.", { max: 200, example: "accounts:all" }), { max: 20 }), []),
      role: or(listOf("Roles of which one is enough.", roleName, { max: 20 }), []),
      reason: reason("Why these callers may see what is not theirs."),
    },
    "Who is not bound by this rule.",
  ),
);

/** Whether it holds for a caller. Roles that cannot be read exempt nobody. */
export function isExempt(given: Exemption | undefined, { identity, report }: Pick<Site, "identity" | "report">): (principal: Principal | undefined) => boolean {
  if (given === undefined) return () => false;
  const { scope, role } = given;
  for (const name of role) {
    const wrong = identity.wrongRole(name);
    if (wrong !== undefined) report(wrong.message, wrong.allowed);
  }
  if (scope.length === 0 && role.length === 0) report("unless names nobody", "scope: <scope>, role: <role>");
  return (principal) => {
    if (principal === undefined) return false;
    if (scope.some((name) => principal.scopes.has(name))) return true;
    const roles = role.length === 0 ? undefined : identity.rolesOf(principal);
    return roles !== undefined && role.some((name) => roles.has(name));
  };
}
