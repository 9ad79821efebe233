/**
 * Forwarded certificate: the caller's certificate as a proxy that ends TLS says it (RFC 9440).
 *
 * A field is a field: anybody can write one. It is read from trusted proxies alone, and from them only where the policy
 * says that they write it, for a proxy that does not would let through what its callers wrote. The certificate of the
 * connection between a trusted proxy and this door is the proxy's, and nobody's credential.
 */
import { canonicalAddress, type Ranges } from "./address.ts";
import { certificateOf, type ClientCertificate, vouchedCertificateOf } from "./certificate.ts";
import type { Fields } from "./fields.ts";

export const CERTIFICATE_CHARACTERS_MAX = 16_384;
/** Certificates that are remembered: only trusted proxies fill this. */
export const CERTIFICATES_MAX = 1_000;

export interface CertificateSources {
  /** Address at the other end of the connection. */
  readonly peer: string;
  readonly fields: Fields;
  /** Of the connection itself. */
  readonly certificate: ClientCertificate | undefined;
  readonly trusted: Ranges;
  /** Whether the trusted proxies write the field. */
  readonly forwarded: boolean;
}

export function callerCertificate({ peer, fields, certificate, trusted, forwarded }: CertificateSources): ClientCertificate | undefined {
  if (certificate === undefined && !forwarded) return undefined;
  const address = trusted.empty ? undefined : canonicalAddress(peer);
  if (address === undefined || !trusted.contains(address)) return certificate;
  return forwarded ? readField(fields) : undefined;
}

const known = new Map<string, ClientCertificate>();

/** A field that cannot be read is a certificate that nobody vouches for: it must not look like none. */
function readField(fields: Fields): ClientCertificate | undefined {
  const written = fields.one("client-cert");
  if (written === undefined) return undefined;
  if (fields.count("client-cert") > 1) return certificateOf(NOTHING, "several Client-Cert fields");
  const remembered = known.get(written);
  if (remembered !== undefined) return remembered;
  const bytes = readBytes(written);
  if (bytes === undefined) return certificateOf(NOTHING, "Client-Cert is malformed");
  const certificate = vouchedCertificateOf(bytes);
  if (known.size >= CERTIFICATES_MAX) known.clear();
  known.set(written, certificate);
  return certificate;
}

const NOTHING = new Uint8Array(0);

/** A byte sequence of structured fields (RFC 9651, section 3.3.5): base64 between colons, in its one canonical form. */
function readBytes(written: string): Uint8Array | undefined {
  if (written.length > CERTIFICATE_CHARACTERS_MAX || !/^:[A-Za-z0-9+/]+={0,2}:$/.test(written)) return undefined;
  const text = written.slice(1, -1);
  const bytes = Buffer.from(text, "base64");
  return bytes.toString("base64") === text ? bytes : undefined;
}
