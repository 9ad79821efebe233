/**
 * Possession options: what a policy says about tokens that are bound to a key, the same in every guard that takes access
 * tokens.
 */
import { checked, duration, fields, listOf, oneOf, optional, or, type Shape, text } from "../../../../guard.ts";
import { ASYMMETRIC_NAMES } from "../../../../keys/algorithm.ts";
import { misread } from "../../../../policy/shape.ts";

export interface NonceWishes {
  readonly secret: string;
  readonly rotate: number;
}

export interface DpopWishes {
  readonly algorithms: readonly string[];
  readonly window: number;
  readonly nonce: NonceWishes | undefined;
}

export interface PossessionWishes {
  readonly bound: "dpop" | "mtls" | "either" | undefined;
  readonly dpop: DpopWishes | undefined;
  readonly realm: string;
}

const nonceShape: Shape<NonceWishes> = fields({
  secret: text("Reference to the secret of the nonces, the same at all doors of this API: env:NAME or file:path."),
  rotate: or(duration("Time after which there is another nonce; each is good for two more.", { min: "10s", max: "1h" }), "5m"),
});

const dpopShape: Shape<DpopWishes> = fields({
  algorithms: or(listOf("Signature algorithms of proofs.", oneOf("Name of the algorithm.", ASYMMETRIC_NAMES), { min: 1, max: 11 }), ["ES256", "EdDSA", "PS256"]),
  window: or(duration("How old a proof may be.", { min: "1s", max: "5m" }), "60s"),
  nonce: optional(nonceShape),
});

export const possessionOptions: { readonly [K in keyof PossessionWishes]: Shape<PossessionWishes[K]> } = {
  bound: optional(oneOf("What a token must be bound to: dpop, a key that signs each request (RFC 9449); mtls, the certificate of the connection (RFC 8705); either of them.", ["dpop", "mtls", "either"])),
  dpop: optional(dpopShape),
  realm: or(checked(text("Name of the protected space, told to callers.", { max: 100 }), (value) => (/^[ !#-[\]-~]+$/.test(value) ? { value } : { wrong: "no quotes and no backslashes here" })), "api"),
};

/** How callers are asked for a token (RFC 6750, section 3; RFC 9449, section 7.1). */
export function challengesFor(wishes: PossessionWishes): readonly string[] {
  const dpop = dpopOf(wishes);
  const bearer = wishes.bound === "dpop" ? [] : [`Bearer realm="${wishes.realm}"`];
  return dpop === undefined ? bearer : [...bearer, `DPoP realm="${wishes.realm}", algs="${dpop.algorithms.join(" ")}"`];
}

/** undefined: nobody here checks proofs. Where they are a must, what nobody wrote down is as by default. */
export function dpopOf({ bound, dpop }: PossessionWishes): DpopWishes | undefined {
  if (dpop !== undefined || bound === undefined || bound === "mtls") return dpop;
  const defaults = dpopShape.read({}, { pointer: "", report: () => undefined });
  return defaults === misread ? undefined : defaults;
}
