/**
 * Token kind: whether somebody's claims say that they are of something else than an access token.
 *
 * Asked about a refresh token, many an issuer answers that it is active, and to an issuer without types an ID token looks
 * much the same: both are for the client that got them, and for no API. There is no one member for it. `token_type` is the
 * one of RFC 7662, section 2.2; others write `token_use` or, among the claims, `typ`. What is there must say access.
 */
import type { JsonObject } from "../contract/json-value.ts";

const MEMBERS = ["token_type", "token_use", "typ"];

/** In lower case: types have none (RFC 6749, section 7.1). */
const ACCESS: ReadonlySet<string> = new Set(["bearer", "dpop", "access", "access_token", "urn:ietf:params:oauth:token-type:access_token", "at+jwt", "application/at+jwt", "jwt"]);

/** true, too, where nothing is said. */
export function mayBeAccessToken(claims: JsonObject): boolean {
  return MEMBERS.every((name) => !Object.hasOwn(claims, name) || ACCESS.has(wordOf(claims, name)));
}

/** Whether the token is one that counts with a proof alone (RFC 9449, section 5). */
export function isSaidToBeBound(claims: JsonObject): boolean {
  return MEMBERS.some((name) => wordOf(claims, name) === "dpop");
}

function wordOf(claims: JsonObject, name: string): string {
  const value = Object.hasOwn(claims, name) ? claims[name] : undefined;
  return typeof value === "string" ? value.toLowerCase() : "";
}
