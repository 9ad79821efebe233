/**
 * Certificate: the client certificate of a caller's connection, as far as the connection itself proves it.
 *
 * TLS proves that the caller holds its key, and nothing else: whether anybody trusts the certificate is the question of
 * the guard that takes it for a credential. For a token that is bound to it (RFC 8705, section 3) the proof is enough.
 */
import { hash } from "node:crypto";

export interface ClientCertificate {
  /** DER, as it was presented. */
  readonly bytes: Uint8Array;
  /** Its SHA-256 in base64url: `x5t#S256` (RFC 8705, section 3.1). */
  readonly thumbprint: string;
}

export function certificateOf(bytes: Uint8Array): ClientCertificate {
  return { bytes, thumbprint: hash("sha256", bytes, "base64url") };
}
