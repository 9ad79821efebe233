/**
 * Dial: opens a socket to where the API is.
 *
 * With TLS: 1.2 at least, the certificate verified against the name that was dialled, `http/1.1` as the only protocol
 * offered, so that no server answers in another one, and one handshake: whoever was verified stays who he is.
 */
import { constants } from "node:crypto";
import net from "node:net";
import tls from "node:tls";

/** One place where the API is, understood once. */
export interface Target {
  readonly host: string;
  readonly port: number;
  /** `host: ...` with its line end. */
  readonly hostLine: string;
  /** Path in front of every forwarded path; empty for none. */
  readonly prefix: string;
  /** undefined: plain. */
  readonly secure: tls.SecureContext | undefined;
}

/** Where the bytes of a socket go. */
export interface Reading {
  /** Filled anew for each call of `callback`. */
  readonly buffer: Buffer;
  readonly callback: (bytes: number) => boolean;
}

/** @param authority certificates in PEM that are trusted instead of the system's */
export function targetOf(url: URL, authority: string | undefined): Target {
  const secure = url.protocol === "https:";
  return {
    host: url.hostname.replace(/^\[|\]$/g, ""),
    port: url.port === "" ? (secure ? 443 : 80) : Number(url.port),
    hostLine: `host: ${url.host}\r\n`,
    prefix: url.pathname.replace(/\/$/, ""),
    secure: secure ? tls.createSecureContext({ minVersion: "TLSv1.2", secureOptions: constants.SSL_OP_NO_RENEGOTIATION, ...(authority === undefined ? {} : { ca: authority }) }) : undefined,
  };
}

export function dial({ host, port, secure }: Target, reading: Reading): net.Socket {
  const options = { host, port, noDelay: true, onread: reading };
  if (secure === undefined) return net.connect(options);
  const named = net.isIP(host) === 0 ? { servername: host } : {};
  // Said again although it is the default: NODE_TLS_REJECT_UNAUTHORIZED=0 would switch it off.
  return tls.connect({ ...options, ...named, secureContext: secure, ALPNProtocols: ["http/1.1"], rejectUnauthorized: true });
}
