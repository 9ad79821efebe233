/**
 * Listen: what a policy says about the door on the street, held against this machine.
 *
 * Each reason not to listen is one sentence, and is found before anything listens.
 */
import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { createSecureContext } from "node:tls";
import type { Misfit, Place } from "../../contract/misfit.ts";
import { type Ranges, readRanges } from "../../exchange/address.ts";
import type { Policy } from "../../policy/policy.ts";
import { codeOf } from "../assemble.ts";
import type { ClientAuthorities, FrontTls } from "./front.ts";
import type { FrontLimits } from "./wire/front-limits.ts";

/** What would keep a gateway from listening as this policy says, as far as that can be known without listening. */
export function findListenMisfits(policy: Policy): readonly Misfit[] {
  const tls = readTls(policy);
  return [...("misfits" in tls ? tls.misfits : []), ...unfitFor(policy)];
}

export function placeIn({ file }: Policy, pointer: string): Place {
  return { file, pointer };
}

export function startMisfit(place: Place, message: string, allowed?: string): Misfit {
  return { level: "error", place, message, ...(allowed === undefined ? {} : { allowed }) };
}

export function listenMisfit(policy: Policy, pointer: string, address: string, port: number, fault: unknown): Misfit {
  const code = codeOf(fault);
  const why = code === "EADDRINUSE" ? "the port is in use" : code === "EACCES" ? "this user may not open that port" : code === "EADDRNOTAVAIL" ? "this machine has no such address" : `it failed with ${code}`;
  return startMisfit(placeIn(policy, pointer), `cannot listen on ${address}:${port}: ${why}`);
}

/** Addresses that nobody else can reach. */
export const LOOPBACK: ReadonlySet<string> = new Set(["127.0.0.1", "::1", "localhost"]);

/** Plain HTTP only where nobody else can hear it, or with a written reason; health and metrics for this machine only. */
function unfitFor(policy: Policy): readonly Misfit[] {
  const { listen, watch } = policy.settings;
  const misfits: Misfit[] = [];
  if (listen.tls === undefined && listen.plain === undefined && !LOOPBACK.has(listen.address)) {
    misfits.push(startMisfit(placeIn(policy, "/listen"), `plain HTTP on ${listen.address} would be readable on the network`, "listen.tls with certificate and key, or listen.plain: <reason>"));
  }
  const proxies = readRanges(listen.proxy);
  if ("wrong" in proxies) misfits.push(startMisfit(placeIn(policy, "/listen/proxy"), proxies.wrong, proxies.allowed));
  if (watch !== undefined && !LOOPBACK.has(watch.address)) misfits.push(startMisfit(placeIn(policy, "/watch/address"), "health and metrics are for this machine only", [...LOOPBACK].join(", ")));
  return misfits;
}

/** What the policy says of the wire's own limits. */
export function frontLimitsOf(policy: Policy): Partial<FrontLimits> {
  const { connections, perAddress, crowd, newPerSecond, newBurst, newInAllPerSecond, newInAllBurst, handshake, handshakes, head, body, bodyRate, stall, answerRate, idle, requests, halfClosed, tunnelIdle } = policy.settings.listen.limits;
  return {
    proxies: proxiesOf(policy),
    connections,
    connectionsPerAddress: perAddress,
    connectionsCrowd: crowd,
    newConnectionsPerSecond: newPerSecond,
    newConnectionsBurst: newBurst,
    newConnectionsInAllPerSecond: newInAllPerSecond,
    newConnectionsInAllBurst: newInAllBurst,
    handshakeMilliseconds: handshake,
    handshakes,
    headMilliseconds: head,
    bodyMilliseconds: body,
    bodyBytesPerSecond: bodyRate,
    stallMilliseconds: stall,
    answerBytesPerSecond: answerRate,
    idleMilliseconds: idle,
    requestsPerConnection: requests,
    halfClosedMilliseconds: halfClosed,
    tunnelIdleMilliseconds: tunnelIdle,
  };
}

/** Whose connections begin with a PROXY header; undefined: nobody's. */
function proxiesOf({ settings: { listen } }: Policy): Ranges | undefined {
  const proxies = readRanges(listen.proxy);
  return "wrong" in proxies || proxies.empty ? undefined : proxies;
}

export function readTls(policy: Policy): { readonly tls: FrontTls | undefined } | { readonly misfits: readonly Misfit[] } {
  const { tls } = policy.settings.listen;
  if (tls === undefined) return { tls: undefined };
  const misfits: Misfit[] = [];
  const read = (name: "certificate" | "key"): string | undefined => {
    try {
      return readFileSync(path.resolve(policy.folder, tls[name]), "utf8");
    } catch (fault) {
      misfits.push(startMisfit(placeIn(policy, `/listen/tls/${name}`), `the ${name} file cannot be read (${codeOf(fault)})`));
      return undefined;
    }
  };
  const certificate = read("certificate");
  const key = read("key");
  if (certificate === undefined || key === undefined) return { misfits };
  const wrong = wrongWith(certificate, key);
  if (wrong !== undefined) return { misfits: [startMisfit(placeIn(policy, "/listen/tls"), wrong)] };
  const clients = readClients(policy);
  return "misfits" in clients ? clients : { tls: { certificate, key, versions: tls.versions, clients: clients.clients } };
}

function readClients(policy: Policy): { readonly clients: ClientAuthorities | undefined } | { readonly misfits: readonly Misfit[] } {
  const named = policy.settings.listen.tls?.clients;
  if (named === undefined) return { clients: undefined };
  const { authorities, revoked } = named;
  const pointer = "/listen/tls/clients";
  if (authorities === undefined && revoked !== undefined) return { misfits: [startMisfit(placeIn(policy, `${pointer}/revoked`), "a revocation list without an authority says nothing", "clients: { authorities: <file>, revoked: <file> }")] };
  try {
    const read = (file: string | undefined): string | undefined => (file === undefined ? undefined : readFileSync(path.resolve(policy.folder, file), "utf8"));
    const clients = { authorities: read(authorities), revoked: read(revoked) };
    const wrong = findAuthorityFault(clients);
    return wrong === undefined ? { clients } : { misfits: [startMisfit(placeIn(policy, pointer), wrong)] };
  } catch (fault) {
    return { misfits: [startMisfit(placeIn(policy, pointer), `a file with authorities or revocations cannot be read (${codeOf(fault)})`)] };
  }
}

/** TLS passes over what is no certificate in such a file, and over those of no authority. */
function findAuthorityFault({ authorities, revoked }: ClientAuthorities): string | undefined {
  try {
    const certificates = authorities === undefined ? undefined : (authorities.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []).map((text) => new X509Certificate(text));
    if (certificates?.length === 0) return "the file of authorities holds no certificate";
    if (certificates?.some(({ ca }) => !ca) === true) return "the file of authorities holds a certificate that is no authority's";
    if (revoked !== undefined) createSecureContext({ crl: revoked });
    return undefined;
  } catch {
    return "authorities or revocations are no PEM file that can be used";
  }
}

function wrongWith(certificate: string, key: string): string | undefined {
  try {
    const leaf = new X509Certificate(certificate);
    if (Date.parse(leaf.validTo) <= Date.now()) return `the certificate expired on ${leaf.validTo}`;
    if (Date.parse(leaf.validFrom) > Date.now()) return `the certificate is not valid before ${leaf.validFrom}`;
    return leaf.checkPrivateKey(createPrivateKey(key)) ? undefined : "the key is not the certificate's";
  } catch {
    return "certificate or key is not a PEM file that can be used";
  }
}

export function hostOf({ address, family }: AddressInfo): string {
  return family === "IPv6" ? `[${address}]` : address;
}
