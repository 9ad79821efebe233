/**
 * Front: the door on the street, on node:http and node:https.
 *
 * Its limits are the wire's own: how long a head may take, how long a body, how long an idle connection is kept, how
 * many connections there may be. What a request says is judged by the guards, not here.
 */
import http from "node:http";
import https from "node:https";
import type { TurnedAwayNews } from "./wire/turned-away.ts";
import type { AddressInfo, Socket } from "node:net";
import type { ArrivalFacts } from "../../doors/engine.ts";
import type { Responder } from "../carry.ts";
import { readFacts, responderOf } from "../http-message.ts";

export interface FrontTls {
  readonly certificate: string;
  readonly key: string;
  readonly versions: "1.3" | "1.2 and 1.3";
  /** Callers are asked for a certificate; undefined: they are not. */
  readonly clients?: ClientAuthorities | undefined;
}

/** Who vouches for the certificates of callers, in PEM. Without authorities a certificate proves a key and nothing else. */
export interface ClientAuthorities {
  readonly authorities: string | undefined;
  readonly revoked: string | undefined;
}

export interface Front {
  /** @throws the system's error when the port cannot be had */
  readonly listen: (port: number, address: string, reusePort?: boolean) => Promise<AddressInfo>;
  /** New connections get the new certificate. */
  readonly renew: (tls: FrontTls) => void;
  readonly connections: () => number;
  /** Takes no new connection, lets those with an exchange finish, and after the grace ends what is left. */
  readonly drain: (graceMilliseconds: number) => Promise<void>;
}

/** How bytes that are no request are answered. */
export type MalformedStatus = 400 | 408 | 414 | 431 | 505;

export interface FrontEvents {
  readonly serve: (facts: ArrivalFacts, responder: Responder) => void;
  /** Bytes that are no request: answers what to send back. Nothing of it reaches a guard. */
  readonly malformed: (peer: string, status: MalformedStatus) => string;
  /** Connections that found no place, told of once a second at most. */
  readonly turnedAway?: (news: TurnedAwayNews) => void;
}

export const HEAD_MILLISECONDS_MAX = 5_000;
export const REQUEST_MILLISECONDS_MAX = 60_000;
export const IDLE_MILLISECONDS_MAX = 10_000;
export const STALL_MILLISECONDS_MAX = 60_000;
export const HANDSHAKE_MILLISECONDS_MAX = 5_000;
export const CHECK_MILLISECONDS = 1_000;
export const DRAIN_MILLISECONDS = 100;
export const CONNECTIONS_MAX = 10_000;
export const REQUESTS_PER_CONNECTION_MAX = 100_000;
/** A little above what the size guard allows, so that it is the guard that answers. */
export const HEAD_BYTES_MAX = 40_960;

const OPTIONS = {
  headersTimeout: HEAD_MILLISECONDS_MAX,
  requestTimeout: REQUEST_MILLISECONDS_MAX,
  keepAliveTimeout: IDLE_MILLISECONDS_MAX,
  connectionsCheckingInterval: CHECK_MILLISECONDS,
  maxHeaderSize: HEAD_BYTES_MAX,
  insecureHTTPParser: false,
  // Guards answer a missing Host in the house's own words.
  requireHostHeader: false,
};

/** Mozilla's intermediate list for 1.2 (forward secrecy and AEAD only); 1.3 suites are all fine. */
const CIPHERS =
  "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";

/** The complete set each time: a partial setSecureContext falls back to Node's defaults, TLS 1.2 among them. */
function secure(tls: FrontTls): https.ServerOptions {
  return { cert: tls.certificate, key: tls.key, minVersion: tls.versions === "1.3" ? "TLSv1.3" : "TLSv1.2", maxVersion: "TLSv1.3", ciphers: CIPHERS, honorCipherOrder: true };
}

export function openFront(tls: FrontTls | undefined, { serve, malformed }: FrontEvents): Front {
  const server = tls === undefined ? http.createServer(OPTIONS) : https.createServer({ ...OPTIONS, ...secure(tls), ALPNProtocols: ["http/1.1"], handshakeTimeout: HANDSHAKE_MILLISECONDS_MAX });
  server.maxConnections = CONNECTIONS_MAX;
  server.maxRequestsPerSocket = REQUESTS_PER_CONNECTION_MAX;
  server.timeout = STALL_MILLISECONDS_MAX;
  const open = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    open.add(socket);
    socket.once("close", () => open.delete(socket));
  });

  const take = (request: http.IncomingMessage, response: http.ServerResponse): void => serve(readFacts(request), responderOf(request, response));
  server.on("request", take);
  // The guards decide before the caller is told to go on: 100 (Continue) is sent when the body is first wanted.
  server.on("checkContinue", (request: http.IncomingMessage, response: http.ServerResponse) => {
    request.once("resume", () => {
      // After an answer Node reads the rest to throw it away: nobody is to be told to go on then.
      if (!response.headersSent) response.writeContinue();
    });
    take(request, response);
  });
  server.on("checkExpectation", take);
  server.on("clientError", (fault: NodeJS.ErrnoException, socket: Socket) => {
    if (!socket.writable || fault.code === "ECONNRESET") return void socket.destroy();
    const status = fault.code === "HPE_HEADER_OVERFLOW" ? 431 : fault.code === "ERR_HTTP_REQUEST_TIMEOUT" ? 408 : 400;
    socket.end(malformed(socket.remoteAddress ?? "", status), () => socket.destroy());
  });

  return {
    listen: (port, address) =>
      new Promise((resolve, reject) => {
        server.once("error", reject);
        server.listen(port, address, () => {
          server.off("error", reject);
          resolve(server.address() as AddressInfo);
        });
      }),
    renew: (next) => {
      if (server instanceof https.Server) server.setSecureContext(secure(next));
    },
    connections: () => open.size,
    drain: (graceMilliseconds) =>
      new Promise((resolve) => {
        const timer = setTimeout(() => {
          for (const socket of open) socket.destroy();
        }, graceMilliseconds);
        // A connection falls idle when its last exchange is over: it is not waited for.
        const sweep = setInterval(() => server.closeIdleConnections(), DRAIN_MILLISECONDS);
        server.close(() => {
          clearTimeout(timer);
          clearInterval(sweep);
          resolve();
        });
        server.closeIdleConnections();
      }),
  };
}
