/**
 * Introduce: tells the API who is asking.
 *
 * The API gets what the first door found out, in fields that no caller can send, for those that begin with the prefix are
 * removed before any is written: `sallyport-subject`, `sallyport-issuer`, `sallyport-client`, `sallyport-scopes` (parted by
 * spaces), and `sallyport-claim-<name>` for each claim that `claims` lists. All texts are percent-encoded as UTF-8 outside
 * visible ASCII, so that a name cannot smuggle a field; claims that are no text are JSON, encoded the same way. Of a stranger
 * nothing is said. `sallyport-request-id` names the exchange in both logs.
 *
 * Answers API2:2023, broken authentication. See RFC 9110, section 5.5, and RFC 3986, section 2.1.
 */
import { checked, defineGuard, FieldBlock, fields, type Guard, listOf, or, type Principal, type Problem, problem, text } from "../../../guard.ts";
import { fieldSet } from "../../field-set.ts";
import { endingOf, identityFields } from "./identity-fields.ts";

const identityTooLong = problem("identity-too-long", 500, "The caller cannot be introduced", "issuer");

const fieldPrefix = checked(text("How the names of the fields begin.", { max: 40, example: "sallyport-" }), (prefix) =>
  /^[a-z][a-z0-9-]*-$/.test(prefix) ? { value: prefix } : { wrong: "no beginning of a field name", allowed: "lower-case letters, digits and hyphens, a hyphen at the end" },
);
const claimNames = checked(listOf("Claims that the API is told, too.", text("Name of a claim.", { max: 200, example: "email" }), { max: 50 }), (claims) =>
  new Set(claims.map(endingOf)).size === claims.length ? { value: claims } : { wrong: "two of these claims would share one field", allowed: "names that differ in letters or digits" },
);

export const introduce: Guard = defineGuard({
  name: "introduce",
  stage: "prepare",
  risks: ["API2:2023"],
  standing: true,
  options: fields({ prefix: or(fieldPrefix, "sallyport-"), claims: or(claimNames, []) }),

  compile({ prefix, claims }) {
    const first = prefix.charCodeAt(0);
    const prefixed = fieldSet([`${prefix}*`]);
    const own = (name: string): boolean => name.charCodeAt(0) === first && prefixed(name);
    const told = claims.map((claim) => [claim, endingOf(claim)] as const);
    const requestId = joined(prefix, "request-id");
    // Who comes again with the credential that is remembered is the same object, and told of in the same words.
    const known = new WeakMap<Principal, FieldBlock>();

    const describe = (principal: Principal): FieldBlock | Problem => {
      const identity = identityFields(principal, told);
      if ("tooLong" in identity) return identityTooLong({ because: { field: `${prefix}${identity.tooLong}` } });
      const block = new FieldBlock(identity.flatMap(([ending, value]) => [joined(prefix, ending), value]));
      known.set(principal, block);
      return block;
    };

    return ({ id, principal, outgoing }) => {
      outgoing.removeWhere(own);
      outgoing.append(requestId, id);
      if (principal === undefined) return undefined;
      const identity = known.get(principal) ?? describe(principal);
      if (!(identity instanceof FieldBlock)) return identity;
      outgoing.appendAll(identity);
      return undefined;
    };
  },
});

/** In one piece: a text that was only put together would be put together anew wherever it is looked up. */
function joined(prefix: string, ending: string): string {
  return [prefix, ending].join("");
}
