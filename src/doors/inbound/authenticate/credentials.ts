/**
 * Credentials: an operation is entered with the credentials that its contract asks for, or not at all.
 *
 * The other guards of this stage find out who is asking. This one stands behind them and decides whether that is
 * enough: one alternative of the contract's `security` must be fulfilled whole, by one credential or by several
 * together where it asks for several. Strangers come in only where the
 * contract lets them and the policy says why. A credential that nobody recognised is refused even there: its sender
 * believes to be somebody.
 *
 * Answers API2:2023, broken authentication, and API5:2023, broken function level authorization. See OpenAPI 3.1,
 * "Security Requirement Object", and RFC 6750, section 3.1.
 */
import { defineGuard, fields, type Guard, holderOf, type Operation, type Principal, problem } from "../../../guard.ts";
import { challenging, credentialInvalid } from "../../../keys/bearer.ts";

const unauthenticated = problem("unauthenticated", 401, "This operation needs a credential");

type Scheme = NonNullable<Operation["security"]>[number][number]["scheme"];

export const credentials: Guard = defineGuard({
  name: "credentials",
  stage: "authenticate",
  risks: ["API2:2023", "API5:2023"],
  standing: true,

  options: fields({}),

  compile(_, { operation, public: open, challenges, schemes, report }) {
    if (operation.listed === "path" || operation.listed === "method") return undefined;
    const alternatives = (operation.security ?? []).map((all) => all.map(({ scheme }) => scheme));
    // No word about security is not a word for strangers: both must be answered by the policy.
    const anonymous = alternatives.length === 0 || alternatives.some((all) => all.length === 0);
    const entered = operation.listed === "unlisted" ? challenges.length > 0 || open !== undefined : !anonymous || open !== undefined;
    if (!entered) report("the contract lets strangers in", "public: <reason> in the policy, or `security` in the contract");
    if (!anonymous && !alternatives.some((all) => all.every(({ name }) => schemes.has(name)))) {
      const missing = new Map(alternatives.flat().filter(({ name }) => !schemes.has(name)).map((scheme) => [scheme.name, scheme]));
      report("no guard here establishes what the contract asks for", [...missing.values()].map(tellGuard).join("; "));
    }
    if (challenges.length === 0 && anonymous && open !== undefined) return undefined;

    const needed = alternatives.map((all) => all.map(({ name }) => name));
    const stranger = unauthenticated(challenging(challenges));
    const lacking = unauthenticated({ ...challenging(challenges), because: { credential: "good, but not what the contract asks for here" } });
    const unknown = credentialInvalid({ ...challenging(challenges, 'error="invalid_token"'), because: { credential: "nobody here recognised it" } });

    return ({ principal, request }) => {
      if (principal === undefined) {
        if (request.fields.one("authorization") !== undefined) return unknown;
        return open !== undefined && anonymous ? undefined : stranger;
      }
      // A good credential beside one that nobody read: the API behind might read that one.
      if (!cameIn(principal, "authorization") && request.fields.one("authorization") !== undefined) return unknown;
      return anonymous || needed.some((names) => names.every((name) => holderOf(principal, name) !== undefined)) ? undefined : lacking;
    };
  },
});

function cameIn({ field, also = [] }: Principal, name: string): boolean {
  return field === name || also.some((one) => one.field === name);
}

/** Which guard would establish a scheme. */
function tellGuard({ name, type, http }: Scheme): string {
  const guard = { http: http === "basic" ? "basic" : "jwt", apiKey: "api-key", oauth2: "jwt", openIdConnect: "jwt", mutualTLS: "mutual-tls" }[type];
  return `${guard} for ${name}`;
}
