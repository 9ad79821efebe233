/**
 * Certificate: the client certificate with which a caller came.
 *
 * TLS proves that the caller holds its key, and nothing else: whether anybody vouches for it stands in `fault`, and what
 * it is good for is the question of the guard that takes it for a credential. For a token that is bound to it (RFC 8705,
 * section 3) the proof is enough.
 */
import { hash } from "node:crypto";

export interface ClientCertificate {
  /** DER, as it was presented. */
  readonly bytes: Uint8Array;
  /** Its SHA-256 in base64url: `x5t#S256` (RFC 8705, section 3.1). */
  readonly thumbprint: string;
  /** Why nobody vouches for it; undefined: an authority that is trusted where the connection ends does. */
  readonly fault: string | undefined;
}

export function certificateOf(bytes: Uint8Array, fault: string | undefined = "nobody has looked at it"): ClientCertificate {
  return { bytes, thumbprint: hash("sha256", bytes, "base64url"), fault };
}

/** Vouched for by whoever says so. */
export function vouchedCertificateOf(bytes: Uint8Array): ClientCertificate {
  return { ...certificateOf(bytes), fault: undefined };
}

const withdrawn = new WeakSet<ClientCertificate>();

/** Who vouches for callers has changed since this one came: what still goes on behind it may be over. */
export function withdraw(certificate: ClientCertificate): void {
  withdrawn.add(certificate);
}

export function isWithdrawn(certificate: ClientCertificate): boolean {
  return withdrawn.has(certificate);
}
