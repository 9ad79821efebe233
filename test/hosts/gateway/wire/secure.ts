/** Secure: what the tests of a door over TLS need: certificates, and callers who speak it. */
import tls from "node:tls";
import { issueCertificate, localHosts, makeAuthority } from "../../../../src/hosts/gateway/certificates.ts";
import type { FrontTls } from "../../../../src/hosts/gateway/front.ts";
import { Caller } from "./fronts.ts";

const authority = makeAuthority("Front test", localHosts, new Date(Date.now() - 60_000));

export const AUTHORITY: string = authority.certificate;

export function issue(versions: FrontTls["versions"] = "1.3"): FrontTls {
  const { certificate, key } = issueCertificate(authority, localHosts, new Date(Date.now() - 60_000));
  return { certificate, key: key.export({ format: "pem", type: "pkcs8" }) as string, versions };
}

export function connectSecurely(port: number, options: tls.ConnectionOptions = {}): tls.TLSSocket {
  return tls.connect({ port, host: "127.0.0.1", ca: AUTHORITY, servername: "localhost", ...options });
}

export function secureCaller(port: number, options: tls.ConnectionOptions = {}): Caller {
  return new Caller(port, connectSecurely(port, { ALPNProtocols: ["http/1.1"], ...options }));
}

/** Version, protocol and certificate that were agreed on, or the code of what went wrong. */
export function handshake(port: number, options: tls.ConnectionOptions): Promise<string> {
  const socket = connectSecurely(port, options);
  return new Promise((resolve) => {
    socket.on("secureConnect", () => {
      resolve(`${socket.getProtocol()} ${socket.alpnProtocol || "none"} ${socket.getPeerX509Certificate()?.fingerprint256}`);
      socket.destroy();
    });
    socket.on("error", (fault: NodeJS.ErrnoException) => resolve(fault.code ?? "fault"));
  });
}
