/** Client: keys of a caller and proofs that he holds them (RFC 9449), for tests. Everything in a proof can be written over. */
import { hash } from "node:crypto";
import type { JsonObject } from "../../src/contract/json-value.ts";
import { thumbprintOf } from "../../src/keys/dpop/proof-keys.ts";
import { encode, NOW, type Pair, signature, type Wishes } from "./issuer.ts";

export const EXTERNAL = "https://api.example";

/** The public key as a proof carries it. */
export function publicKeyOf({ jwk }: Pair): JsonObject {
  const { kid: _kid, alg: _alg, use: _use, ...bare } = jwk;
  return bare;
}

export function thumbprint(pair: Pair): string {
  return thumbprintOf(pair.jwk) ?? "";
}

let proofs = 0;

/** A good proof for `GET https://api.example/orders` with this token. A member that is null is left out. */
export function proof(pair: Pair, token: string, { header = {}, claims = {}, headerText, claimsText }: Wishes = {}): string {
  const good = { jti: `proof-${++proofs}`, htm: "GET", htu: `${EXTERNAL}/orders`, iat: NOW / 1_000, ath: hash("sha256", token, "base64url") };
  const signed = [headerText ?? write({ typ: "dpop+jwt", alg: pair.alg, jwk: publicKeyOf(pair), ...header }), claimsText ?? write({ ...good, ...claims })].map(encode).join(".");
  return `${signed}.${signature(pair, signed).toString("base64url")}`;
}

function write(values: JsonObject): string {
  return JSON.stringify(Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null)));
}
