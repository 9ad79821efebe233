/** Options of properties. */
import { fields, mapOf, oneOf, or, type Shape } from "../../../../guard.ts";
import { type Right, rightShape } from "./rights.ts";

export interface PropertyOptions {
  readonly read: ReadonlyMap<string, Right>;
  readonly write: ReadonlyMap<string, Right>;
  readonly undeclared: { readonly sent: "contract" | "refuse"; readonly answered: "contract" | "remove" | "refuse" };
}

export const propertyOptions: Shape<PropertyOptions> = fields({
  read: or(mapOf("Who may see a member of answers, by its path: a scope, a list of scopes, or { scope, role }; an empty list is nobody.", rightShape), {}),
  write: or(mapOf("Who may set a member of requests, by its path; written alike.", rightShape), {}),
  undeclared: or(
    fields({
      sent: or(oneOf("Members of requests that the contract names nowhere: as its schemas say, or refused even where they leave objects open.", ["contract", "refuse"]), "contract"),
      answered: or(oneOf("The same for answers; they can also be taken out.", ["contract", "remove", "refuse"]), "contract"),
    }),
    {},
  ),
});
