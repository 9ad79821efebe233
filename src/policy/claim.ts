/**
 * Claim: finds a claim in a credential, by the place that the policy states.
 *
 * A place is names with dots between them (`realm_access.roles`), or a JSON Pointer where names hold dots themselves
 * (`/https:~1~1bank.example~1roles`). Which of the two it is shows in its first character, so that no name can be
 * read in both ways.
 */
import { isJsonObject, type Json } from "../contract/json-value.ts";

/** Types that a rule may take a claim for. */
export const CLAIM_TYPES = ["string", "int", "double", "bool", "strings", "ints"] as const;
export type ClaimType = (typeof CLAIM_TYPES)[number];

/** Names from the outside in; never empty. */
export type ClaimPath = readonly string[];

/** Names on the way to a claim. */
export const CLAIM_LEVELS_MAX = 8;

const DOTTED = /^[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*$/;
const POINTER = /^(?:\/(?:[^~/]|~[01])+)+$/;

/** Reads a place as it is written in the policy. */
export function claimPath(written: string): { readonly value: ClaimPath } | { readonly wrong: string; readonly allowed: string } {
  const allowed = "name, name.name, or a JSON Pointer such as /https:~1~1id.example~1roles";
  const names = POINTER.test(written) ? written.slice(1).split("/").map(unescapeName) : DOTTED.test(written) ? written.split(".") : [];
  if (names.length === 0) return { wrong: "not the place of a claim", allowed };
  return names.length <= CLAIM_LEVELS_MAX ? { value: names } : { wrong: `more than ${CLAIM_LEVELS_MAX} names`, allowed };
}

function unescapeName(name: string): string {
  return name.replaceAll("~1", "/").replaceAll("~0", "~");
}

/** undefined: the claim is not there. Wrong: something stands in its way that is no object. */
export function findClaim(claims: Readonly<Record<string, Json>>, path: ClaimPath): { readonly value: Json } | { readonly wrong: string } | undefined {
  let at: Json = claims;
  for (const name of path) {
    if (!isJsonObject(at)) return { wrong: "not an object on the way" };
    if (!Object.hasOwn(at, name)) return undefined;
    at = at[name] ?? null;
  }
  return { value: at };
}
