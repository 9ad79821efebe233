/**
 * Rights: who may read or write a property: callers with one of a few scopes or roles, or nobody.
 *
 * In the policy and in the contract it is written alike: a scope, a list of scopes, or `{ scope: [...], role: [...] }`. An empty
 * list is nobody.
 */
import type { Json } from "../../../../contract/json-value.ts";
import type { Principal, Shape, Site } from "../../../../guard.ts";
import { fields, listOf, or, text } from "../../../../guard.ts";
import { roleName } from "../../../../policy/identity.ts";
import { either, misread } from "../../../../policy/shape.ts";

export interface Right {
  readonly scope: readonly string[];
  readonly role: readonly string[];
}

const scopes: Shape<readonly string[]> = listOf("Scopes of which one is enough; none of them: nobody.", text("A scope.", { max: 200, example: "customers:internal" }), { max: 20 });

export const rightShape: Shape<Right> = either(
  scopes,
  fields({ scope: or(scopes, []), role: or(listOf("Roles of which one is enough.", roleName, { max: 20 }), []) }),
  (scope) => ({ scope, role: [] }),
);

/** Different rights of one body; with each of them the number of its views doubles. */
export const RIGHTS_MAX = 6;

/** The rights of one body, each with a bit of its own. */
export class Rights {
  readonly #bits = new Map<string, { readonly bit: number; readonly right: Right }>();
  readonly #site: Pick<Site, "identity" | "report">;

  constructor(site: Pick<Site, "identity" | "report">) {
    this.#site = site;
  }

  get list(): readonly { readonly bit: number; readonly right: Right }[] {
    return [...this.#bits.values()];
  }

  get isTooMany(): boolean {
    return this.#bits.size > RIGHTS_MAX;
  }

  /** What is written in the contract; undefined after it was reported. */
  read(written: Json, complain: (message: string, allowed?: string) => void): Right | undefined {
    const right = rightShape.read(written, { pointer: "", report: (_pointer, message, allowed) => complain(message, allowed) });
    return right === misread ? undefined : right;
  }

  bitOf(right: Right): number {
    const key = JSON.stringify([[...right.scope].sort(), [...right.role].sort()]);
    let known = this.#bits.get(key);
    if (known === undefined) {
      for (const role of right.role) {
        const wrong = this.#site.identity.wrongRole(role);
        if (wrong !== undefined) this.#site.report(wrong.message, wrong.allowed);
      }
      this.#bits.set(key, (known = { bit: 1 << Math.min(this.#bits.size, RIGHTS_MAX), right }));
    }
    return known.bit;
  }
}

/** Which of the rights a caller has, as bits. */
export function holding(rights: Rights, identity: Site["identity"]): (principal: Principal | undefined) => number {
  const { list } = rights;
  const asksRoles = list.some(({ right }) => right.role.length > 0);
  return (principal) => {
    if (principal === undefined) return 0;
    // Roles that cannot be read are none.
    const roles = asksRoles ? identity.rolesOf(principal) : undefined;
    let held = 0;
    for (const { bit, right } of list) if (right.scope.some((name) => principal.scopes.has(name)) || (roles !== undefined && right.role.some((name) => roles.has(name)))) held |= bit;
    return held;
  };
}
