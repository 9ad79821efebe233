/** Options of properties. */
import { fields, mapOf, oneOf, or, type Shape } from "../../../../guard.ts";
import { type Right, rightShape } from "./rights.ts";

export interface PropertyOptions {
  readonly read: ReadonlyMap<string, Right>;
  readonly write: ReadonlyMap<string, Right>;
  readonly undeclared: { readonly sent: "opened" | "contract" | "refuse"; readonly answered: "contract" | "remove" | "refuse" };
}

export const propertyOptions: Shape<PropertyOptions> = fields({
  read: or(mapOf("Who may see a member of answers, by its path: a scope, a list of scopes, or { scope, role }; an empty list is nobody.", rightShape), {}),
  write: or(mapOf("Who may set a member of requests, by its path; written alike.", rightShape), {}),
  undeclared: or(
    fields({
      sent: or(oneOf("Members of requests that the contract names nowhere: let in only where a schema says so (`additionalProperties: true`), wherever no schema forbids them, or not at all.", ["opened", "contract", "refuse"]), "opened"),
      answered: or(oneOf("Members of answers that the contract names nowhere: let out wherever no schema forbids them, or taken out, or refused, even where schemas leave objects open.", ["contract", "remove", "refuse"]), "contract"),
    }, "What becomes of members that the contract names nowhere."),
    {},
  ),
});
