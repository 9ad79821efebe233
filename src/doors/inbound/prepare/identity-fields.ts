/**
 * Identity fields: what an API is told of a principal, as endings of field names and their encoded texts.
 */
import type { Json, Principal } from "../../../guard.ts";
import { FIELD_TEXT_CHARACTERS_MAX, writeFieldText } from "./field-text.ts";

export type IdentityFields = readonly (readonly [ending: string, text: string])[];

/** The ending of a claim's field: lower case, everything but letters and digits as hyphens. */
export function endingOf(claim: string): string {
  return `claim-${claim.toLowerCase().replace(/[^a-z0-9]/g, "-")}`;
}

/** @param claims names of claims with their endings; those that the principal has not are left out */
export function identityFields({ subject, issuer, client, scopes, claims: held }: Principal, claims: readonly (readonly [claim: string, ending: string])[]): IdentityFields | { readonly tooLong: string } {
  const written: (readonly [string, string])[] = [];
  let tooLong: string | undefined;
  const add = (ending: string, text: string | undefined): void => {
    if (text === undefined) tooLong ??= ending;
    else written.push([ending, text]);
  };
  add("subject", writeFieldText(subject));
  add("issuer", writeFieldText(issuer));
  if (client !== undefined) add("client", writeFieldText(client));
  if (scopes.size > 0) add("scopes", writeList(scopes));
  for (const [claim, ending] of claims) {
    // Own members alone: a claim named like something that every object has is not a claim.
    const value = Object.hasOwn(held, claim) ? held[claim] : undefined;
    if (value !== undefined && value !== null) add(ending, writeFieldText(textOf(value)));
  }
  return tooLong === undefined ? written : { tooLong };
}

function textOf(value: Json): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** Parted by spaces, which within an item are encoded. */
function writeList(items: ReadonlySet<string>): string | undefined {
  let list: string | undefined;
  for (const item of items) {
    const text = writeFieldText(item);
    if (text === undefined) return undefined;
    list = list === undefined ? text : `${list} ${text}`;
    // Checked in the loop: each item may be as long as the whole list.
    if (list.length > FIELD_TEXT_CHARACTERS_MAX) return undefined;
  }
  return list;
}
