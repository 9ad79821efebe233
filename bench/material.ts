/**
 * Material: makes what a run needs before anything starts: keys, tokens, contract and requests.
 *
 * All tokens are signed and all requests are written ahead, so that the load generator only sends bytes.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { developmentCertificate } from "../src/hosts/gateway/certificates.ts";
import { contract } from "./contract.ts";
import type { Tls } from "./place.ts";

export const issuer = "https://id.example";
export const audience = "orders";
export const subjectCount = 1_000;
/** Of every five requests, one is a POST. */
export const mixLength = 5;
const lifetimeSeconds = 24 * 60 * 60;
/** The generators put the subject's own address here. */
export const hostMark = "{host}";
/** Between two requests in the request file. */
export const requestSeparator = "\0";

export interface Material {
  readonly contractFile: string;
  readonly keysFile: string;
  readonly requestFile: string;
  readonly tls: Tls | undefined;
  /** One valid token per subject. */
  readonly tokens: readonly string[];
  readonly badTokens: Readonly<Record<"forged" | "wrong audience" | "wrong issuer" | "expired", string>>;
}

type Key = Awaited<ReturnType<typeof generateKeyPair>>["privateKey"];

interface Claims {
  readonly issuer?: string;
  readonly audience?: string;
  readonly issuedAtSeconds?: number;
}

export async function prepareMaterial(folder: string, tls: boolean): Promise<Material> {
  const pair = await generateKeyPair("ES256", { extractable: true });
  const stranger = await generateKeyPair("ES256", { extractable: true });
  const jwk = { ...(await exportJWK(pair.publicKey)), kid: "bench", alg: "ES256", use: "sig" };
  const tokens: string[] = [];
  for (let index = 0; index < subjectCount; index += 1) tokens.push(await sign(pair.privateKey, `user-${index}`, {}));
  const longAgoSeconds = Math.floor(Date.now() / 1000) - 2 * lifetimeSeconds;
  const material: Material = {
    contractFile: join(folder, "openapi.json"),
    keysFile: join(folder, "jwks.json"),
    requestFile: join(folder, "requests.bin"),
    tls: tls ? developmentCertificate(join(folder, "tls")) : undefined,
    tokens,
    badTokens: {
      forged: await sign(stranger.privateKey, "user-1", {}),
      "wrong audience": await sign(pair.privateKey, "user-2", { audience: "payments" }),
      "wrong issuer": await sign(pair.privateKey, "user-3", { issuer: "https://evil.example" }),
      expired: await sign(pair.privateKey, "user-4", { issuedAtSeconds: longAgoSeconds }),
    },
  };
  writeFileSync(material.contractFile, JSON.stringify(contract, undefined, 2));
  writeFileSync(material.keysFile, JSON.stringify({ keys: [jwk] }));
  writeFileSync(material.requestFile, writeRequests(tokens).join(requestSeparator));
  return material;
}

/** `ord_` and 16 hexadecimal digits that depend on the number. */
export function orderId(index: number): string {
  return `ord_${(index + 1).toString(16).padStart(16, "0")}`;
}

/** A valid order of about 300 bytes. */
export function newOrder(index: number): object {
  return {
    reference: `web-2026-${String(index).padStart(6, "0")}`,
    currency: "EUR",
    lines: [
      { sku: "SKU-10421", quantity: 2, unitPrice: 1299 },
      { sku: "SKU-55310", quantity: 1, unitPrice: 4950 },
    ],
    delivery: { street: "14 Long Acre", city: "Leeds", postcode: "LS1 4DY", country: "GB" },
    gift: false,
    note: "Please ring the bell twice, the door is at the back.",
  };
}

function writeRequests(tokens: readonly string[]): string[] {
  const requests: string[] = [];
  for (let index = 0; index < subjectCount * mixLength; index += 1) {
    const token = tokens[index % subjectCount] ?? "";
    // Shifted by the lap, so that every subject sends both kinds.
    const lap = Math.floor(index / subjectCount);
    requests.push((index + lap) % mixLength === 0 ? writePost(index, token) : writeGet(index, token));
  }
  return requests;
}

function writeGet(index: number, token: string): string {
  return `GET /orders/${orderId(index)}?lines=20 HTTP/1.1\r\n${writeHead(token)}\r\n`;
}

function writePost(index: number, token: string): string {
  const body = JSON.stringify(newOrder(index));
  const length = Buffer.byteLength(body);
  return `POST /orders HTTP/1.1\r\n${writeHead(token)}Content-Type: application/json\r\nContent-Length: ${length}\r\n\r\n${body}`;
}

function writeHead(token: string): string {
  return `Host: ${hostMark}\r\nUser-Agent: bench/1\r\nAccept: application/json\r\nAuthorization: Bearer ${token}\r\n`;
}

function sign(key: Key, subject: string, claims: Claims): Promise<string> {
  const issuedAtSeconds = claims.issuedAtSeconds ?? Math.floor(Date.now() / 1000);
  return new SignJWT({ client_id: "web", scope: "orders:read orders:write" })
    .setProtectedHeader({ alg: "ES256", kid: "bench", typ: "at+jwt" })
    .setIssuer(claims.issuer ?? issuer)
    .setAudience(claims.audience ?? audience)
    .setSubject(subject)
    .setIssuedAt(issuedAtSeconds)
    .setExpirationTime(issuedAtSeconds + lifetimeSeconds)
    .setJti(crypto.randomUUID())
    .sign(key);
}
