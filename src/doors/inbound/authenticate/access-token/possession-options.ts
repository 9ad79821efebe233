/**
 * Possession options: what a policy says about tokens that are bound to a key, the same in every guard that takes access
 * tokens.
 */
import { resourcePlace } from "../../../../exchange/protected-resource.ts";
import { checked, duration, type Established, fields, listOf, oneOf, optional, or, type Shape, type Site, text } from "../../../../guard.ts";
import { ASYMMETRIC_NAMES } from "../../../../keys/algorithm.ts";
import { bearerSchemes } from "../../../../keys/bearer.ts";
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

const nonceShape: Shape<NonceWishes> = fields(
  {
    secret: text("Reference to the secret of the nonces, the same at all doors of this API: env:NAME or file:path."),
    rotate: or(duration("Time after which there is another nonce; each is good for two more.", { min: "10s", max: "1h" }), "5m"),
  },
  "Proofs have to repeat a nonce of this door, so that none can be made ahead (RFC 9449, section 8).",
);

const dpopShape: Shape<DpopWishes> = fields(
  {
    algorithms: or(listOf("Signature algorithms of proofs.", oneOf("Name of the algorithm.", ASYMMETRIC_NAMES), { min: 1, max: 11 }), ["ES256", "EdDSA", "PS256"]),
    window: or(duration("How old a proof may be.", { min: "1s", max: "5m" }), "60s"),
    nonce: optional(nonceShape),
  },
  "Proofs that a token's sender holds the key that it is bound to (RFC 9449).",
);

export const possessionOptions: { readonly [K in keyof PossessionWishes]: Shape<PossessionWishes[K]> } = {
  bound: optional(oneOf("What a token must be bound to: dpop, a key that signs each request (RFC 9449); mtls, the client certificate of the connection (RFC 8705), which `listen.tls.clients` asks for; either of them.", ["dpop", "mtls", "either"])),
  dpop: optional(dpopShape),
  realm: or(checked(text("Name of the protected space, told to callers.", { max: 100 }), (value) => (/^[ !#-[\]-~]+$/.test(value) ? { value } : { wrong: "no quotes and no backslashes here" })), "api"),
};

/** What a guard with these wishes can find out, and how callers are asked for it. */
export function establishesTokens(wishes: PossessionWishes & { readonly issuer: string }, { operation, external }: Pick<Site, "operation" | "external">): Established {
  const { issuer, bound } = wishes;
  return { schemes: bearerSchemes(operation), challenges: challengesFor(wishes, external), tokens: { issuer, bound, proofs: dpopOf(wishes)?.algorithms ?? [] } };
}

/** See RFC 6750, section 3, RFC 9449, section 7.1, and RFC 9728, section 5.1. */
export function challengesFor(wishes: PossessionWishes, external: readonly string[]): readonly string[] {
  const dpop = dpopOf(wishes);
  const place = resourcePlace(external);
  const metadata = place === undefined ? "" : `, resource_metadata="${place.url}"`;
  const bearer = wishes.bound === "dpop" ? [] : [`Bearer realm="${wishes.realm}"${metadata}`];
  return dpop === undefined ? bearer : [...bearer, `DPoP realm="${wishes.realm}", algs="${dpop.algorithms.join(" ")}"${metadata}`];
}

/** undefined: nobody here checks proofs. Where they are a must, what nobody wrote down is as by default. */
export function dpopOf({ bound, dpop }: PossessionWishes): DpopWishes | undefined {
  if (dpop !== undefined || bound === undefined || bound === "mtls") return dpop;
  const defaults = dpopShape.read({}, { pointer: "", report: () => undefined });
  return defaults === misread ? undefined : defaults;
}
