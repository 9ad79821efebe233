/**
 * Authorization details: a token that was granted for one payment pays that one, and no other.
 *
 * Scopes say what kind of thing may be done; an entry of `authorization_details` says which: this amount, to this account. The
 * policy says which type of entry belongs to an operation and where in the request its members must be found again: `same`,
 * or, for amounts, `atMost`. One entry must grant all of it; two halves make no whole. An entry with a member that the policy
 * does not name grants nothing, since that member may be the one that says no. Without such an entry nobody passes, whatever
 * the scopes. That it is used once is the business of who counts: see the guard flow.
 *
 * Answers API1:2023, broken object level authorization, and API5:2023, broken function level authorization. See RFC 9396,
 * sections 2 and 9.1.
 */
import { checked, defineGuard, fields, type Guard, type Inspected, type Json, listOf, mapOf, or, type Problem, problem, text } from "../../../guard.ts";
import { challenging, tokenChallenges } from "../../../keys/bearer.ts";
import { type BodyRead, bodyReader } from "../../outbound/verify/owner/lookup/sources.ts";
import { DETAILS_MAX, openTerms } from "./authorization-details/terms.ts";
import { refuseInvalid } from "./invalid.ts";

const detailsMissing = problem("authorization-details-missing", 403, "The credential does not allow exactly this");
const unreadable = refuseInvalid([{ in: "body", pointer: "", keyword: "syntax", message: "cannot be read" }]);

const options = fields({
  type: text("The type of the entry.", { max: 200, example: "payment_initiation" }),
  actions: or(listOf("Of these, its `actions` must hold one; of no interest when left out.", text("An action.", { max: 200 }), { max: 20 }), []),
  same: or(mapOf("Members of the entry, and the place in the request that must hold the same: path.<name>, query.<name>, body.<path of a member>.", text("A place in the request.", { max: 300, example: "body.toAccountId" })), {}),
  atMost: or(mapOf("Members of the entry that are amounts, and the place in the request whose amount must not be larger.", text("A place in the request.", { max: 300, example: "body.amount" })), {}),
  ignored: or(listOf("Further members that an entry may have, which restrict nothing here.", text("Name of a member.", { max: 200 }), { max: 20 }), []),
});

export const authorizationDetails: Guard = defineGuard({
  name: "authorization-details",
  stage: "validate",
  risks: ["API1:2023", "API5:2023"],

  options: checked(options, (value) => (value.same.size + value.atMost.size + value.actions.length === 0 ? { wrong: "nothing of the request is compared", allowed: "same, atMost or actions" } : { value })),

  compile(wishes, site) {
    const { operation, public: open, challenges, report } = site;
    if (operation.listed !== "operation") return undefined;
    if (open !== undefined) report("a grant is asked for where strangers may come in", "no public: <reason>");
    const terms = openTerms(wishes, operation);
    if ("wrong" in terms) {
      report(terms.wrong, terms.allowed);
      return undefined;
    }
    const refuse = (lacking: string): Problem => detailsMissing({ ...challenging(tokenChallenges(challenges)), because: { type: wishes.type, lacking } });
    const [none, other] = [refuse("no entries that can be read"), refuse("an entry that grants this request")];
    const readBody = terms.needsBody ? bodyReader(site, unreadable) : undefined;

    return (exchange) => {
      const entries = entriesOf(exchange);
      if (entries === undefined) return none;
      const judge = (read: BodyRead): Problem | undefined => {
        if ("refused" in read) return read.refused;
        return entries.some((entry) => terms.grants(entry, exchange, read.value)) ? undefined : other;
      };
      const read = readBody === undefined ? { value: undefined } : readBody(exchange);
      return read instanceof Promise ? read.then(judge) : judge(read);
    };
  },
});

/** Own members alone: a claim named like something that every object has is not a claim. */
function entriesOf({ principal }: Inspected): readonly Json[] | undefined {
  const claims = principal?.claims ?? {};
  const entries = Object.hasOwn(claims, "authorization_details") ? claims["authorization_details"] : undefined;
  return Array.isArray(entries) && entries.length <= DETAILS_MAX ? (entries as readonly Json[]) : undefined;
}
