/** Options of provenance: which ids are issued here, or asked for. */
import type { MemberPath } from "../../../../../contract/member-path.ts";
import { checked, count, duration, fields, listOf, oneOf, optional, or, type Shape, text } from "../../../../../guard.ts";
import { memberPath } from "../member-path.ts";

export interface Provenance {
  readonly kind: string;
  readonly issues: readonly MemberPath[];
  readonly location: string | undefined;
  readonly with: readonly string[];
  readonly chosen: string | undefined;
  readonly keep: number;
  readonly most: number;
  readonly absent: "refuse" | "pass";
}

const written: Shape<Provenance> = fields(
  {
    kind: text("What the ids are of, such as account: ids of one kind are asked for where ids of that kind were issued.", { max: 100, example: "account" }),
    issues: or(listOf("Members of the answer that hold ids: whoever gets the answer may use them from then on.", memberPath, { max: 10 }), []),
    location: optional(text("The parameter of a path of the contract: where an answer says with Location what it has made, the id in that path is issued, too.", { max: 100, example: "accountId" })),
    with: or(listOf("Where ids stand in the request: path.id, query.id, body.items[*].id. Each must have been issued to the caller.", text("A place in the request.", { max: 300, example: "path.accountId" }), { max: 10 }), []),
    chosen: optional(text("Where a caller chooses the id of what he makes with PUT. One that was not issued to him goes on with If-None-Match: *, and is his when the API answers 201.", { max: 300, example: "path.noteId" })),
    keep: or(duration("How long an id counts as issued, from the last answer that held it.", { min: "1s", max: "30d" }), "1h"),
    most: or(count("Ids of one message. Further ones of an answer do not count as issued; a request with more is refused.", { min: 1, max: 10_000 }), 1_000),
    absent: or(oneOf("What is done with a request that names no id where one could stand.", ["refuse", "pass"]), "refuse"),
  },
  "An id may be used only by whom it was issued to.",
);

export const provenance: Shape<Provenance | undefined> = optional(
  checked(written, (options) => {
    const { issues, location, with: asked, chosen } = options;
    if (issues.length === 0 && location === undefined && asked.length === 0 && chosen === undefined) return { wrong: "it neither issues ids nor asks for them", allowed: "issues: <member of the answer>, with: path.<name>" };
    return chosen !== undefined && asked.length > 0 ? { wrong: "an id is either asked for or chosen", allowed: "a second posting of owner for the other" } : { value: options };
  }),
);
