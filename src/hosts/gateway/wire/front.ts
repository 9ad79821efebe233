/**
 * Front: the door on the street, on node:net and node:tls, with an HTTP/1.1 of its own.
 *
 * What node:http leaves to chance is decided here: who gets a connection at all (asked before TLS costs anything), what
 * is a request (see request-head.ts), how slow a caller may be in either direction (see front-limits.ts). What a
 * request says is judged by the guards, not here.
 */
import { isDeepStrictEqual } from "node:util";
import net, { type AddressInfo, type Socket } from "node:net";
import { constants } from "node:crypto";
import tls from "node:tls";
import { withdraw } from "../../../exchange/certificate.ts";
import { peerCertificate } from "../../peer-certificate.ts";
import type { Front, FrontEvents, FrontTls } from "../front.ts";
import { readAsUsual, readShared, type Taker } from "./accepted-socket.ts";
import { ConnectionCounts, type NoPlace, type Standing } from "./connection-counts.ts";
import type { ConnectionTable } from "./connection-table.ts";
import { FrontClock } from "./front-clock.ts";
import { FrontConnection } from "./front-connection.ts";
import { FRONT_LIMITS, type FrontLimits } from "./front-limits.ts";
import type { FrontParts, Peer } from "./front-parts.ts";
import { Handshakes } from "./handshakes.ts";
import { takeProxyHeader } from "./proxied-socket.ts";
import { HeadReader } from "./request-head.ts";
import { TurnedAway } from "./turned-away.ts";

/** Mozilla's intermediate list for 1.2 (forward secrecy and AEAD only); 1.3 suites are all fine. */
const CIPHERS =
  "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";

/** A front that also says whom it has turned away. */
export interface WireFrontDoor extends Front {
  /** What differs from the limits in force: from now on, for connections that are open, too. */
  readonly relimit: (limits: Partial<FrontLimits>) => void;
  /** Connections since the start that found no place. */
  readonly turnedAway: (why: NoPlace) => number;
}

/**
 * @param limits what differs from FRONT_LIMITS
 * @param table what connections are counted in, where threads share it
 */
export function openWireFront(secure: FrontTls | undefined, events: FrontEvents, limits: Partial<FrontLimits> = {}, table?: ConnectionTable): WireFrontDoor {
  const front = new WireFront(secure, events, { ...FRONT_LIMITS, ...limits }, table);
  return {
    listen: (port, address, reusePort) => front.listen(port, address, reusePort),
    renew: (next) => front.renew(next),
    relimit: (next) => front.relimit(next),
    connections: () => front.connections(),
    turnedAway: (why) => front.turnedAway(why),
    drain: (graceMilliseconds) => front.drain(graceMilliseconds),
  };
}

class WireFront {
  readonly #server: net.Server;
  #tls: tls.Server | undefined;
  readonly #clock = new FrontClock();
  readonly #counts: ConnectionCounts;
  readonly #turnedAway: TurnedAway;
  readonly #parts: { -readonly [Name in keyof FrontParts]: FrontParts[Name] };
  readonly #sockets = new Set<Socket>();
  readonly #handshakes = new Handshakes();
  readonly #connections = new Set<FrontConnection>();
  #clients: FrontTls["clients"];
  #draining = false;
  /** Called whenever a connection has ended and its turn has been told. */
  #emptied: (() => void) | undefined;

  constructor(secure: FrontTls | undefined, events: FrontEvents, limits: FrontLimits, table: ConnectionTable | undefined) {
    this.#counts = new ConnectionCounts(limits, table);
    this.#turnedAway = new TurnedAway((news) => events.turnedAway?.(news));
    this.#clock.add(this.#turnedAway);
    this.#parts = { limits, events, clock: this.#clock, reader: new HeadReader(limits), secure: secure !== undefined, draining: () => this.#draining };
    this.#clients = secure?.clients;
    this.#tls = secure === undefined ? undefined : this.#openTls(secure);
    // What is moved to another socket must not have been read in.
    this.#server = net.createServer({ noDelay: true, pauseOnConnect: true }, (socket) => this.#accept(socket));
  }

  listen(port: number, address: string, reusePort = false): Promise<AddressInfo> {
    const server = this.#server;
    return new Promise((resolve, reject) => {
      server.once("error", reject);
      server.listen({ port, host: address, reusePort }, () => {
        server.off("error", reject);
        resolve(server.address() as AddressInfo);
      });
    });
  }

  /**
   * Handshakes that have begun end as they began, unless it is other callers that come in now. Whoever was vouched for by
   * the authorities of before is asked again: his connection ends with the answer at hand, or with his handshake, and what
   * streams behind his certificate ends with it.
   */
  renew(next: FrontTls): void {
    if (this.#tls === undefined) return;
    this.#tls = this.#openTls(next);
    if (isDeepStrictEqual(this.#clients, next.clients)) return;
    this.#clients = next.clients;
    for (const connection of this.#connections) {
      if (connection.peer.certificate !== undefined) withdraw(connection.peer.certificate);
      connection.leave();
    }
  }

  relimit(next: Partial<FrontLimits>): void {
    const limits = { ...this.#parts.limits, ...next };
    this.#parts.limits = limits;
    this.#counts.relimit(limits);
  }

  connections(): number {
    return this.#counts.own;
  }

  turnedAway(why: NoPlace): number {
    return this.#turnedAway.totals[why];
  }

  drain(graceMilliseconds: number): Promise<void> {
    this.#draining = true;
    this.#server.close();
    const timer = setTimeout(() => {
      for (const socket of this.#sockets) socket.destroy();
    }, graceMilliseconds);
    for (const connection of this.#connections) connection.leave();
    return new Promise((resolve) => {
      this.#emptied = () => {
        if (this.#sockets.size + this.#connections.size > 0) return;
        clearTimeout(timer);
        this.#turnedAway.flush();
        this.#clock.stop();
        resolve();
      };
      this.#emptied();
    });
  }

  /** Sockets are handed to it one by one: it never listens. */
  #openTls(secure: FrontTls): tls.Server {
    const { handshakeMilliseconds } = this.#parts.limits;
    const asks = secure.clients !== undefined;
    // A certificate that is not good enough is refused by a guard, which says so, and not by the handshake.
    const server = tls.createServer({ ...contextOf(secure), ALPNProtocols: ["http/1.1"], handshakeTimeout: handshakeMilliseconds, requestCert: asks, rejectUnauthorized: false });
    server.on("secureConnection", (socket) => {
      const peer = this.#handshakes.end(socket);
      // A handshake that is drawn out over a revocation would end with the verdict of before, and its connection could last.
      if (peer === undefined || !isDeepStrictEqual(this.#clients, secure.clients)) return void socket.destroy();
      const certificate = this.#clients === undefined ? undefined : peerCertificate(socket);
      this.#connect((taker) => readAsUsual(socket, taker), { peer, certificate });
    });
    server.on("tlsClientError", (_fault, socket) => socket.destroy());
    return server;
  }

  /** Before a handshake costs anything. */
  #accept(socket: Socket): void {
    const peer = socket.remoteAddress;
    if (peer === undefined) return void socket.resetAndDestroy();
    const { proxies, headMilliseconds } = this.#parts.limits;
    if (proxies?.contains(peer) !== true) return this.#admit(socket, peer, readShared);
    // Until the header has come it is the proxy's own, which stands for many.
    const release = this.#counts.take(peer, undefined, { many: true });
    if (typeof release === "string") return this.#turnAway(socket, peer, release);
    const dropped = (): void => release();
    this.#sockets.add(socket);
    socket.on("error", () => undefined);
    socket.once("close", dropped).once("close", () => this.#sockets.delete(socket));
    takeProxyHeader(socket, headMilliseconds, ({ source }) => {
      socket.off("close", dropped);
      release();
      this.#admit(socket, source ?? peer, readAsUsual, { many: source === undefined, known: true });
    });
  }

  #admit(socket: Socket, peer: string, read: typeof readShared, standing?: Standing): void {
    const release = this.#counts.take(peer, undefined, standing);
    if (typeof release === "string") return this.#turnAway(socket, peer, release);
    if (this.#tls === undefined) return this.#hold(this.#connect((taker) => read(socket, taker), { peer }), release);
    this.#hold(socket, release);
    socket.on("error", () => undefined);
    for (const { socket: first, peer: whose } of this.#handshakes.begin(socket, peer, this.#parts.limits.handshakes)) this.#turnAway(first, whose, "handshakes");
    this.#tls.emit("connection", socket);
  }

  #turnAway(socket: Socket, peer: string, why: NoPlace): void {
    this.#turnedAway.add(peer, why);
    socket.resetAndDestroy();
  }

  #hold(socket: Socket, release: () => void): void {
    this.#sockets.add(socket);
    socket.once("close", () => {
      this.#sockets.delete(socket);
      release();
      this.#emptied?.();
    });
  }

  #connect(open: (taker: Taker) => Socket, peer: Peer): Socket {
    const connection = new FrontConnection(open, peer, this.#parts);
    const { socket } = connection;
    this.#connections.add(connection);
    socket.once("close", () => {
      this.#connections.delete(connection);
      this.#emptied?.();
    });
    return socket;
  }
}

/**
 * The complete set each time: a partial setSecureContext falls back to Node's defaults, TLS 1.2 among them.
 *
 * A connection has one handshake. Node lets a caller of TLS 1.2 ask for three more, each of which costs this side many
 * times what it costs him, and in which he may become somebody else behind the guards' back.
 */
function contextOf({ certificate, key, versions, clients }: FrontTls): tls.SecureContextOptions {
  const options = { cert: certificate, key, minVersion: versions === "1.3" ? "TLSv1.3" : "TLSv1.2", maxVersion: "TLSv1.3", ciphers: CIPHERS, honorCipherOrder: true, secureOptions: constants.SSL_OP_NO_RENEGOTIATION } as const;
  return clients === undefined ? options : { ...options, ...clientOptions(clients) };
}

/**
 * An empty list of authorities is none; a list left out would be all that browsers trust. Sessions are not resumed: that
 * would take the verdict of an earlier handshake for a certificate that has ended or was revoked since.
 */
function clientOptions({ authorities, revoked }: NonNullable<FrontTls["clients"]>): tls.SecureContextOptions {
  return { ca: authorities ?? [], ...(revoked === undefined ? {} : { crl: revoked }), secureOptions: constants.SSL_OP_NO_RENEGOTIATION | constants.SSL_OP_NO_TICKET };
}
