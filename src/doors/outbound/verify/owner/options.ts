/** Options of owner: whose, where it stands, and what of an answer may leave all the same. */
import { type MemberPath, readMemberPath } from "../../../../contract/member-path.ts";
import { checked, count, fields, listOf, mapOf, oneOf, or, type Shape, text } from "../../../../guard.ts";
import { type Exemption, exemption } from "../../../exemption.ts";
import { type Fate, FATES } from "./beside.ts";

export interface OwnerOptions {
  readonly field: readonly MemberPath[];
  readonly is: string;
  readonly unless: Exemption | undefined;
  readonly beside: ReadonlyMap<string, Fate>;
  readonly unowned: "refuse" | "hide";
  readonly errors: readonly number[];
  readonly fields: readonly string[];
}

const memberPath: Shape<MemberPath> = checked(text("A path such as customerId, items[*].customerId or memberIds[?].", { max: 300, example: "customerId" }), (written) => {
  const read = readMemberPath(written);
  return "path" in read ? { value: read.path } : read;
});

const status: Shape<number> = checked(count("A status.", { min: 400, max: 499 }), (value) =>
  value === 404 || value === 410 ? { wrong: `${value} says that there is nothing: foreign and missing must not differ` } : { value },
);

export const ownerOptions: Shape<OwnerOptions> = fields({
  field: listOf("The member that names the owner. Of several those count that the schema of an answer has, and it is enough to be named in one of them.", memberPath, { min: 1, max: 10 }),
  is: or(text("What of the caller it must be equal to: principal.subject, principal.id, principal.client, or a declared claim.", { max: 200, example: "principal.tenant" }), "principal.subject"),
  unless: exemption,
  beside: or(mapOf("What becomes of the members beside a list, by their paths: `keep` them, `remove` them, or `recount` what is left in this answer.", oneOf("Its fate.", FATES)), {}),
  unowned: or(oneOf("What is done with something that names no owner: the answer is refused, or it is hidden like something foreign.", ["refuse", "hide"]), "refuse"),
  errors: or(listOf("Further errors of the API that say nothing of whether something exists, and leave as they are.", status, { max: 50 }), []),
  fields: or(listOf("Header fields of a list that tell nothing of what others have, and leave.", checked(text("Name of a header field.", { max: 100 }), (name) => ({ value: name.toLowerCase() })), { max: 50 }), []),
});
