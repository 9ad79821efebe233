/** Options of owner: whose, where it stands, and what of an answer may leave all the same. */
import type { MemberPath } from "../../../../contract/member-path.ts";
import { checked, count, duration, fields, listOf, mapOf, oneOf, optional, or, type Shape, type Site, text } from "../../../../guard.ts";
import { type Exemption, exemption } from "../../../exemption.ts";
import { type Fate, FATES } from "./beside.ts";
import { memberPath } from "./member-path.ts";
import { type Provenance, provenance } from "./provenance/options.ts";

export interface OwnerOptions {
  readonly field: readonly MemberPath[];
  readonly is: string;
  readonly unless: Exemption | undefined;
  readonly beside: ReadonlyMap<string, Fate>;
  readonly unowned: "refuse" | "hide";
  readonly errors: readonly number[];
  readonly fields: readonly string[];
  readonly issuer: string | undefined;
  readonly even: number;
  readonly lookup: string | undefined;
  readonly with: ReadonlyMap<string, string>;
  readonly asking: Asking;
  readonly provenance: Provenance | undefined;
}

/** How the API is asked. */
export interface Asking {
  readonly as: ReadonlyMap<string, string>;
  readonly within: number;
  readonly cache: number;
  readonly most: number;
  readonly absent: "refuse" | "pass";
}

const fieldName: Shape<string> = checked(text("Name of a header field.", { max: 100 }), (name) =>
  /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/.test(name) ? { value: name.toLowerCase() } : { wrong: "not the name of a header field" },
);

const asking: Shape<Asking> = or(
  fields(
    {
      as: or(checked(mapOf("Header fields of the question, each with a reference to its value: env:NAME or file:path.", text("A reference.", { max: 1_000, example: "env:BANK_TOKEN" })), (given) => {
        const stray = [...given.keys()].find((name) => !/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/.test(name));
        return stray === undefined ? { value: given } : { wrong: `${JSON.stringify(stray)} is not the name of a header field` };
      }), {}),
      within: or(duration("Longest time until the API has answered.", { min: "10ms", max: "1m" }), "2s"),
      cache: or(duration("How long it is remembered whose an object is; changes that pass this rule make it forgotten at once.", { min: "0s", max: "5m" }), "1s"),
      most: or(count("Objects that one request may name.", { min: 1, max: 1_000 }), 20),
      absent: or(oneOf("What is done with a request that names no object where one could stand.", ["refuse", "pass"]), "refuse"),
    },
    "How the API is asked.",
  ),
  {},
);

const status: Shape<number> = checked(count("A status.", { min: 400, max: 499 }), (value) =>
  value === 404 || value === 410 ? { wrong: `${value} says that there is nothing: foreign and missing must not differ` } : { value },
);

const written: Shape<OwnerOptions> = fields({
  field: or(listOf("The member that names the owner. Of several those count that the schema of an answer has, and it is enough to be named in one of them.", memberPath, { max: 10 }), []),
  is: or(text("What of the caller it must be equal to: principal.subject, principal.id, principal.client, or a declared claim.", { max: 200, example: "principal.tenant" }), "principal.subject"),
  unless: exemption,
  beside: or(mapOf("What becomes of the members beside a list, by their paths: `keep` them, `remove` them, or `recount` what is left in this answer.", oneOf("Its fate.", FATES)), {}),
  unowned: or(oneOf("What is done with something that names no owner: the answer is refused, or it is hidden like something foreign.", ["refuse", "hide"]), "refuse"),
  errors: or(listOf("Further errors of the API that say nothing of whether something exists, and leave as they are.", status, { max: 50 }), []),
  fields: or(listOf("Header fields of a list that tell nothing of what others have, and leave.", fieldName, { max: 50 }), []),
  issuer: optional(text("The issuer whose callers can be owners, where there are several: their subjects may be the same.", { example: "https://id.example" })),
  even: or(duration("Foreign and missing are answered when a whole number of these has passed, so that the time does not tell them apart; 0s for at once.", { min: "0s", max: "1s" }), "10ms"),
  lookup: optional(text("The operation of the contract that tells whose an object is: it is asked before the request goes on.", { max: 300, example: "getAccount" })),
  with: or(mapOf("The parameters of that operation, and where in the request their values stand: path.id, query.id, body.items[*].id.", text("A place in the request.", { max: 300, example: "path.accountId" })), {}),
  asking,
  provenance,
});

export const ownerOptions: Shape<OwnerOptions> = checked(written, (options) =>
  options.field.length === 0 && options.provenance === undefined ? { wrong: 'option "field" is missing', allowed: "field: <member that names the owner>, or provenance: { ... }" } : { value: options },
);

/** Options that go with looking first, or with looking at answers, and mean nothing at the other. */
export function reportStray({ field, lookup, with: given, beside, errors, fields: kept, issuer, unless, provenance: origin }: OwnerOptions, { report }: Pick<Site, "report">): void {
  if (origin !== undefined) {
    if (lookup !== undefined || issuer !== undefined || [field.length, given.size, beside.size, errors.length, kept.length].some((size) => size > 0)) report("provenance asks for no owner, and looks nothing up", "a second posting of owner for field, lookup and what belongs to them");
    if (origin.with.length === 0 && origin.chosen === undefined && unless !== undefined) report("unless says who is not asked, and nobody is asked here", "provenance: { with: path.<name> }");
    return;
  }
  if (lookup === undefined && given.size > 0) report("with needs a lookup", "lookup: <operation>");
  if (lookup !== undefined && (beside.size > 0 || errors.length > 0 || kept.length > 0)) report("beside, errors and fields are about answers, and a lookup looks before", "a second posting of owner for the answer");
}
