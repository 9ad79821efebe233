/**
 * Properties: of an object a caller reads what he may read, and sets what he may set.
 *
 *     # in the contract, at a property's schema
 *     riskScore: { type: integer, x-sallyport-read: customers:internal, x-sallyport-write: [] }
 *     # in the policy
 *     properties: { read: { "[*].internalNote": { role: auditor } }, undeclared: { answered: remove } }
 *
 * A member for which a caller lacks the right is cut out of answers, byte by byte, and refused in requests: 403, with the
 * place told to the operator alone. Members that the contract declares nowhere are refused on the way in, where its schemas
 * are silent about them, too: `isAdmin: true` does not come along because nobody thought of forbidding it. Whoever wants others
 * says `additionalProperties: true` in the contract, or `undeclared: { sent: contract }` here. Parameters that are objects
 * (`filter[name]`) are held to the same. On the way out they go as
 * the schemas say, until they are to be removed or refused. An object of which no member is named is free. Where
 * several schemas may apply to one member, the rights of all of them are needed. `readOnly` and `writeOnly` are kept by `body`
 * and `answer-body`, and here where those do not stand. An answer is held to its whole schema before anything is cut.
 *
 * What callers see is worked out at start-up for each set of rights. Whoever does not see all gets no validator, hash or length of
 * the whole either, by which what is hidden could be guessed, and cannot ask under conditions or for parts. The operations of a JSON
 * Patch are followed to the members that they name, in the schema of what is patched; where the contract describes the operations
 * themselves instead, nobody knows what they patch: that wants a `rule`.
 *
 * Answers API3:2023, broken object property level authorization. See CWE-213 and CWE-915.
 */
import { defineGuard, type Guard } from "../../../guard.ts";
import { CONDITIONS } from "../verify/owner/hidden.ts";
import { SAFE } from "../verify/owner/safe.ts";
import { guardAssignment } from "./properties/guard-assignment.ts";
import { openOutlook } from "./properties/outlook.ts";
import { propertyOptions } from "./properties/options.ts";
import { reveal } from "./properties/reveal.ts";

export const properties: Guard = defineGuard({
  name: "properties",
  stage: "disclose",
  risks: ["API3:2023"],
  standing: true,
  options: propertyOptions,

  compile(options, site) {
    const outlook = openOutlook(options, site);
    return outlook === undefined ? undefined : reveal(outlook, options, site);
  },

  elsewhere: {
    validate: guardAssignment,
    prepare(options, site) {
      const { operation, mode } = site;
      const outlook = SAFE.has(operation.method) && mode !== "observe" ? openOutlook(options, { ...site, report: () => undefined }) : undefined;
      if (outlook === undefined) return undefined;
      return ({ outgoing, principal }) => {
        if (outlook.seesLess(principal)) outgoing.removeWhere((name) => CONDITIONS.has(name));
        return undefined;
      };
    },
  },
});
