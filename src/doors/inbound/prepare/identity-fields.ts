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
export function identityFields(principal: Principal, claims: readonly (readonly [claim: string, ending: string])[]): IdentityFields | { readonly tooLong: string } {
  const written: (readonly [string, string])[] = [];
  for (const [ending, text] of textsOf(principal, claims)) {
    const encoded = typeof text === "string" ? writeFieldText(text) : writeList(text);
    if (encoded === undefined) return { tooLong: ending };
    written.push([ending, encoded]);
  }
  return written;
}

function textsOf({ subject, issuer, client, scopes, claims: held }: Principal, claims: readonly (readonly [string, string])[]): readonly (readonly [string, string | readonly string[]])[] {
  return [
    ["subject", subject],
    ["issuer", issuer],
    ...(client === undefined ? [] : [["client", client] as const]),
    ...(scopes.size === 0 ? [] : [["scopes", [...scopes]] as const]),
    ...claims.flatMap(([claim, ending]) => {
      // Own members alone: a claim named like something that every object has is not a claim.
      const value = Object.hasOwn(held, claim) ? held[claim] : undefined;
      return value === undefined || value === null ? [] : [[ending, textOf(value)] as const];
    }),
  ];
}

function textOf(value: Json): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** Parted by spaces, which within an item are encoded. */
function writeList(items: readonly string[]): string | undefined {
  const written = items.map(writeFieldText);
  const text = written.join(" ");
  return written.includes(undefined) || text.length > FIELD_TEXT_CHARACTERS_MAX ? undefined : text;
}
