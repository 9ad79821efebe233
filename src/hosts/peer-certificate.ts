/** Peer certificate: the client certificate of a TLS connection, read once. */
import type { TLSSocket } from "node:tls";
import { certificateOf, type ClientCertificate, vouchedCertificateOf } from "../exchange/certificate.ts";

/** undefined: none was presented, or none was asked for. */
export function peerCertificate(socket: Pick<TLSSocket, "authorized" | "authorizationError" | "getPeerX509Certificate">): ClientCertificate | undefined {
  const presented = socket.getPeerX509Certificate();
  if (presented === undefined) return undefined;
  // Without a certificate, too, `authorized` may be true: there was nothing to object to.
  return socket.authorized ? vouchedCertificateOf(presented.raw) : certificateOf(presented.raw, wordsOf(socket.authorizationError));
}

/** A code such as CERT_REVOKED, whatever the types say. */
function wordsOf(fault: unknown): string {
  return typeof fault === "string" ? fault : fault instanceof Error && "code" in fault ? String(fault.code) : "not verified";
}
