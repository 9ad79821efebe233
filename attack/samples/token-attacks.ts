/**
 * Token attacks: requests that a copied authentication lets in and must not, each with the row of the rule that it breaks.
 *
 * Most of them need no broken signature: the same issuer signs ID tokens, logout tokens and tokens for other APIs with
 * the same key, and whoever has one of those has a well-signed text in his hand.
 */
import { createHmac } from "node:crypto";
import type { JsonObject } from "../../src/contract/json-value.ts";

export interface TokenAttack {
  readonly title: string;
  /** The value of the field Authorization. */
  readonly authorization: (token: MakeToken) => string;
}

export interface TokenParts {
  /** Written over the good ones; a member that is null is left out. */
  readonly header?: JsonObject;
  readonly claims?: JsonObject;
  /** The whole text of the claims. */
  readonly text?: string;
  readonly hash?: "sha256" | "sha512";
}

export type MakeToken = (parts?: TokenParts) => string;

export const ISSUER = "https://id.example";
export const AUDIENCE = "orders";

export function makerOf(secret: string, now: number): MakeToken {
  const seconds = Math.floor(now / 1_000);
  const good = { iss: ISSUER, aud: AUDIENCE, sub: "ann", client_id: "shop", iat: seconds - 5, exp: seconds + 600, jti: "1", scope: "orders:read" };
  return ({ header = {}, claims = {}, text, hash = "sha256" } = {}) => {
    const parts = [write({ alg: "HS256", typ: "at+jwt", ...header }), text ?? write({ ...good, ...claims })];
    const signed = parts.map((part) => Buffer.from(part).toString("base64url")).join(".");
    return `${signed}.${createHmac(hash, secret).update(signed).digest("base64url")}`;
  };
}

function write(values: JsonObject): string {
  return JSON.stringify(Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null)));
}

function bearer(parts: TokenParts): TokenAttack["authorization"] {
  return (token) => `Bearer ${token(parts)}`;
}

export const TOKEN_ATTACKS: readonly TokenAttack[] = [
  { title: "R3: another scheme in front of the token", authorization: (token) => `Garbage ${token()}` },
  { title: "R3: a token as a Basic credential", authorization: (token) => `Basic ${token()}` },
  { title: "R3: something behind the token", authorization: (token) => `Bearer ${token()} and more` },
  { title: "R5: another algorithm of the same secret", authorization: bearer({ header: { alg: "HS512" }, hash: "sha512" }) },
  { title: "R7: an ID token", authorization: bearer({ header: { typ: "JWT" }, claims: { nonce: "n", at_hash: "h" } }) },
  { title: "R7: a logout token", authorization: bearer({ header: { typ: "logout+jwt" }, claims: { events: { "http://schemas.openid.net/event/backchannel-logout": {} } } }) },
  { title: "R8: a token of another issuer that shares the secret", authorization: bearer({ claims: { iss: "https://other.example" } }) },
  { title: "R9: a token for another API", authorization: bearer({ claims: { aud: "billing" } }) },
  { title: "R9: a token for nobody", authorization: bearer({ claims: { aud: null } }) },
  { title: "R10: a token that never ends", authorization: bearer({ claims: { exp: null } }) },
  { title: "R10: a token that ends with the universe", authorization: bearer({ claims: { exp: 1e308 } }) },
  { title: "R10: a token of next year", authorization: (token) => `Bearer ${token({ claims: { iat: Math.floor(Date.now() / 1_000) + 31_536_000, exp: Math.floor(Date.now() / 1_000) + 31_537_000 } })}` },
  { title: "R11: a token about nobody", authorization: bearer({ claims: { sub: null, client_id: null, jti: null } }) },
  { title: "R11: a text in the place of claims", authorization: bearer({ text: '"ann"' }) },
  { title: "R12: a critical extension that nobody here knows", authorization: bearer({ header: { crit: ["bound-to-device"], "bound-to-device": "phone-1" } }) },
  { title: "R12: an unencoded payload", authorization: bearer({ header: { b64: false } }) },
  { title: "R14: two subjects, and each reader takes another", authorization: (token) => `Bearer ${token({ text: `{"iss":"${ISSUER}","aud":"${AUDIENCE}","sub":"ann","sub":"admin","client_id":"shop","iat":${Math.floor(Date.now() / 1_000)},"exp":${Math.floor(Date.now() / 1_000) + 600},"jti":"1"}` })}` },
  { title: "R17: a stolen token that is bound to the key of its owner", authorization: bearer({ claims: { cnf: { jkt: "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I" } } }) },
];
