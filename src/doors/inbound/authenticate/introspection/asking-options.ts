/** Asking options: what a policy says of how an issuer is asked, and of what its answers must be. */
import { fields, listOf, oneOf, optional, or, type Shape, text } from "../../../../guard.ts";
import { ASYMMETRIC_NAMES } from "../../../../keys/algorithm.ts";
import type { IssuerWishes } from "./open-issuer.ts";

export const askingClient: Shape<IssuerWishes["client"]> = fields(
  {
    id: text("The name of this door at the issuer.", { max: 255 }),
    secret: optional(text("Reference to its secret: env:NAME or file:path.")),
    send: or(oneOf("Where the secret is sent.", ["header", "form"]), "header"),
    key: optional(text("In the place of a secret: file:path of a private key, in PEM or as a JWK.")),
    kid: optional(text("Under which id the issuer knows the key.", { max: 255 })),
  },
  "How this door shows the issuer who asks: by a secret or by a key.",
);

export const signedAnswers: Shape<NonNullable<IssuerWishes["signed"]>> = fields(
  {
    keys: or(text("Where the issuer's keys are: `discovery`, an https address, or file:path."), "discovery"),
    algorithms: or(listOf("Signature algorithms of answers.", oneOf("Name of the algorithm.", ASYMMETRIC_NAMES), { min: 1, max: 11 }), ["ES256", "RS256", "PS256", "EdDSA"]),
  },
  "Answers have to be signed by the issuer (RFC 9701).",
);
