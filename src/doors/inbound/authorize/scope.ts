/**
 * Scope: the token must carry the scopes that its operation asks for.
 *
 * The scopes come from the contract, alternative by alternative: what the caller's credential fulfils must be
 * fulfilled with its scopes. Of several credentials each must carry the scopes of its own scheme, and the one that
 * speaks for all of them those of the policy: what a key may do, its bearer may not. The policy can only ask for more, never for less, so that an edit in one file cannot
 * quietly open what the other one closed.
 *
 * Answers API5:2023, broken function level authorization. See RFC 6750, section 3.1.
 */
import { checked, defineGuard, fields, type Guard, holderOf, listOf, or, type Principal, type Problem, problem, text } from "../../../guard.ts";
import { challenging, tokenChallenges } from "../../../keys/bearer.ts";
import { isHere, where } from "./where.ts";

const scopeMissing = problem("scope-missing", 403, "The credential does not allow this operation");

/** RFC 6749, section 3.3. */
const SCOPE = /^[\x21\x23-\x5b\x5d-\x7e]+$/;

const scopeName = checked(text("A scope.", { max: 200, example: "orders:read" }), (value) =>
  SCOPE.test(value) ? { value } : { wrong: "not a scope", allowed: "no spaces, quotes or backslashes" },
);

export const scope: Guard = defineGuard({
  name: "scope",
  stage: "authorize",
  risks: ["API5:2023"],
  standing: true,

  options: fields({
    also: or(listOf("Scopes to ask for beyond those of the contract.", scopeName, { max: 50 }), []),
    ...where,
  }),

  compile(options, site) {
    const { operation, public: open, challenges, report } = site;
    if (operation.listed === "path" || operation.listed === "method") return undefined;
    // What the contract asks for stands, whichever operations the policy means.
    const also = isHere(options, site) ? options.also : [];
    const alternatives = (operation.security ?? []).map((all) => ({
      needs: all.map(({ scheme, scopes }) => ({ scheme: scheme.name, scopes })),
      scopes: [...new Set([...all.flatMap(({ scopes }) => scopes), ...also])],
    }));
    if (alternatives.length === 0) alternatives.push({ needs: [], scopes: [...also] });
    if (alternatives.every(({ scopes }) => scopes.length === 0)) return undefined;
    if (also.length > 0 && open !== undefined) report("scopes are asked for where strangers may come in", "also: [], or no public: <reason>");

    const bearer = tokenChallenges(challenges);
    const ways = alternatives.map(({ needs, scopes }) => {
      // OpenAPI lets other names than OAuth's stand here; those cannot be told in a header.
      const told = scopes.filter((name) => SCOPE.test(name)).join(" ");
      const error = `error="insufficient_scope"${told === "" ? "" : `, scope="${told}"`}`;
      return { needs, refusal: scopeMissing({ ...challenging(bearer, error), because: { needed: scopes, outcome: "missing" } }) };
    });
    const elsewhere = scopeMissing({ ...challenging(bearer, 'error="insufficient_scope"'), because: { outcome: "no credential of those that the contract names" } });

    return ({ principal }) => {
      let refusal: Problem | undefined;
      for (const way of ways) {
        if (!way.needs.every(({ scheme }) => holderOf(principal, scheme) !== undefined)) continue;
        if (way.needs.every(({ scheme, scopes }) => holds(holderOf(principal, scheme), scopes)) && holds(principal, also)) return undefined;
        // The challenge names the scopes of the first way that this caller could take.
        refusal ??= way.refusal;
      }
      return refusal ?? elsewhere;
    };
  },
});

function holds(principal: Principal | undefined, scopes: readonly string[]): boolean {
  return scopes.every((name) => principal?.scopes.has(name) === true);
}
