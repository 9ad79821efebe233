/**
 * Binding: the key that a token is bound to (RFC 7800, section 3.1).
 *
 * A bound token counts only together with a proof that its sender holds the key: a stolen one is of no use. Two ways
 * are known here: `jkt`, a key that signs each request (RFC 9449, section 6.1), and `x5t#S256`, the certificate of the
 * connection (RFC 8705, section 3.1). A token that is bound in another way is bound all the same, and refused.
 */
import { isJsonObject, type Json } from "../contract/json-value.ts";
import { readBase64url } from "./base64url.ts";
import type { Wrong } from "./compact-jws.ts";

export interface Binding {
  /** SHA-256 thumbprint of the key that must sign the proof, in base64url. */
  readonly key: string | undefined;
  /** SHA-256 of the certificate, in base64url. */
  readonly certificate: string | undefined;
}

const THUMBPRINT_BYTES = 32;

/** @param cnf the claim, which is there */
export function readBinding(cnf: Json): Binding | Wrong {
  if (!isJsonObject(cnf)) return { wrong: "cnf: not an object" };
  const { jkt, "x5t#S256": certificate, ...others } = cnf;
  if (Object.keys(others).length > 0) return { wrong: "cnf: bound in a way that nobody checks here" };
  if (jkt === undefined && certificate === undefined) return { wrong: "cnf: bound to nothing" };
  if (!isThumbprint(jkt) || !isThumbprint(certificate)) return { wrong: "cnf: malformed" };
  return { key: jkt, certificate };
}

function isThumbprint(value: Json | undefined): value is string | undefined {
  return value === undefined || (typeof value === "string" && readBase64url(value)?.byteLength === THUMBPRINT_BYTES);
}
