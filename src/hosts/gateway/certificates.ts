/**
 * Certificates: makes the authority and the server certificate with which a gateway on this machine speaks TLS.
 *
 * Nobody should have to choose between plain HTTP and a purchased certificate in order to try a gateway. The authority
 * is bound by name constraints to the hosts for which it was made: whoever trusts it and loses its key has lost
 * "localhost" and nothing else. Node can read X.509 but not write it, hence the small DER writer below (ITU-T X.690).
 *
 * See RFC 5280 (profile), RFC 5758 section 3.2 (ecdsa-with-SHA256), RFC 7093 section 2 (key identifiers).
 */
import { X509Certificate, createHash, createPrivateKey, generateKeyPairSync, randomBytes, sign } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { chmodSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { isIPv4 } from "node:net";
import { join } from "node:path";

/** Longest life of a server certificate, in days: what browsers accept of a public one. */
export const leafDays = 397;
/** Life of the authority, in days: ten years with their leap days. */
export const authorityDays = 3652;
/** What must be left of a certificate's life for it to be used once more, in hours. */
export const renewalHours = 24;

/** The hosts that a certificate speaks for: DNS names, and addresses of IPv4 or IPv6. */
export interface Hosts {
  readonly names: readonly string[];
  readonly addresses: readonly string[];
}

/** A certificate in PEM with the private key that belongs to it. */
export interface Credential {
  readonly certificate: string;
  readonly key: KeyObject;
}

/** This machine, as its own programs call it. */
export const localHosts: Hosts = { names: ["localhost"], addresses: ["127.0.0.1", "::1"] };

/**
 * Makes a certificate authority (P-256, SHA-256) that can sign for `hosts` alone and for no further authority.
 * `name` becomes its common name (at most 64 characters); it is valid for ten years from `from`.
 */
export function makeAuthority(name: string, hosts: Hosts, from: Date): Credential {
  const keys = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const publicKey = keys.publicKey.export({ type: "spki", format: "der" });
  const extensions = [
    extension(oids.basicConstraints, true, sequence(boolean(true), integer(Buffer.of(0)))),
    extension(oids.keyUsage, true, bits(Buffer.of(0b0000_0100), 2)), // keyCertSign
    extension(oids.nameConstraints, true, sequence(tagged(0xa0, ...constraints(hosts)))),
    extension(oids.subjectKeyIdentifier, false, octets(keyIdentifier(publicKey))),
  ];
  const subject = commonName(name);
  const life = { from, until: lastSecond(from, authorityDays) };
  return { certificate: seal({ issuer: subject, subject, life, publicKey, extensions }, keys.privateKey), key: keys.privateKey };
}

/**
 * Issues a server certificate (P-256, SHA-256) for `hosts` with a fresh key. It is valid from `from` for 397 days, and
 * never longer than its authority. Throws a TypeError when an address is none.
 */
export function issueCertificate(authority: Credential, hosts: Hosts, from: Date): Credential {
  const issuer = new X509Certificate(authority.certificate);
  const issuerKey = issuer.publicKey.export({ type: "spki", format: "der" });
  const keys = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const publicKey = keys.publicKey.export({ type: "spki", format: "der" });
  const extensions = [
    extension(oids.basicConstraints, true, sequence()),
    extension(oids.keyUsage, true, bits(Buffer.of(0b1000_0000), 7)), // digitalSignature
    extension(oids.extendedKeyUsage, false, sequence(oid(oids.serverAuth))),
    extension(oids.subjectAlternativeName, false, sequence(...generalNames(hosts))),
    extension(oids.authorityKeyIdentifier, false, sequence(tagged(0x80, keyIdentifier(issuerKey)))),
    extension(oids.subjectKeyIdentifier, false, octets(keyIdentifier(publicKey))),
  ];
  const until = Math.min(lastSecond(from, leafDays).getTime(), issuer.validToDate.getTime());
  const naming = { issuer: commonName(commonNameOf(issuer)), subject: commonName("Sallyport gateway") };
  const life = { from, until: new Date(until) };
  return { certificate: seal({ ...naming, life, publicKey, extensions }, authority.key), key: keys.privateKey };
}

/** Where a development certificate lies, and whether this call wrote it. */
export interface DevelopmentCertificate {
  readonly authorityFile: string;
  readonly certificateFile: string;
  readonly keyFile: string;
  readonly made: boolean;
}

/**
 * Gives the development certificate of this machine in `folder`, which belongs to it alone. What lies there is used
 * again while it is whole and has more than 24 hours left; the server certificate is renewed under the same authority
 * where that can be, so that whoever trusts the authority need not do so twice. Call it once per start, before workers.
 */
export function developmentCertificate(folder: string, now: Date = new Date()): DevelopmentCertificate {
  const files = { authorityFile: join(folder, "authority.pem"), certificateFile: join(folder, "certificate.pem"), keyFile: join(folder, "key.pem") };
  const authorityKeyFile = join(folder, "authority-key.pem");
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700); // mkdir leaves an existing folder as it was
  const kept = readCredential(files.authorityFile, authorityKeyFile, now);
  if (kept !== undefined && isIssued(readCredential(files.certificateFile, files.keyFile, now), kept)) {
    return { ...files, made: false };
  }
  const authority = kept ?? makeAuthority(`Sallyport development ${randomBytes(4).toString("hex")}`, localHosts, now);
  if (kept === undefined) writeCredential(files.authorityFile, authorityKeyFile, authority);
  writeCredential(files.certificateFile, files.keyFile, issueCertificate(authority, localHosts, now));
  return { ...files, made: true };
}

/** Reads a certificate with its key; undefined when either is missing, broken, foreign to the other, or out of its time. */
function readCredential(certificateFile: string, keyFile: string, now: Date): Credential | undefined {
  try {
    const certificate = readFileSync(certificateFile, "utf8");
    const key = createPrivateKey(readFileSync(keyFile));
    const parsed = new X509Certificate(certificate);
    const renewal = now.getTime() + renewalHours * 3_600_000;
    const timely = parsed.validFromDate <= now && parsed.validToDate.getTime() > renewal;
    if (!timely || !parsed.checkPrivateKey(key)) return undefined;
    chmodSync(keyFile, 0o600); // a copied folder may have lost it
    return { certificate, key };
  } catch {
    return undefined; // unreadable is the same as absent: it is made anew
  }
}

function isIssued(leaf: Credential | undefined, authority: Credential): boolean {
  if (leaf === undefined) return false;
  const issuer = new X509Certificate(authority.certificate);
  const parsed = new X509Certificate(leaf.certificate);
  return (
    issuer.ca && parsed.checkIssued(issuer) && parsed.verify(issuer.publicKey) &&
    localHosts.names.every((name) => parsed.checkHost(name) !== undefined) &&
    localHosts.addresses.every((address) => parsed.checkIP(address) !== undefined)
  );
}

function writeCredential(certificateFile: string, keyFile: string, credential: Credential): void {
  writeWhole(keyFile, credential.key.export({ type: "pkcs8", format: "pem" }).toString(), 0o600);
  writeWhole(certificateFile, credential.certificate, 0o644);
}

/** Writes aside and renames, so that no reader ever finds half a file, nor a key under an older file's looser mode. */
function writeWhole(file: string, text: string, mode: number): void {
  const aside = `${file}.${randomBytes(6).toString("hex")}`;
  writeFileSync(aside, text, { mode, flag: "wx" });
  renameSync(aside, file);
}

interface Body {
  readonly issuer: Buffer;
  readonly subject: Buffer;
  readonly life: { readonly from: Date; readonly until: Date };
  readonly publicKey: Buffer;
  readonly extensions: readonly Buffer[];
}

/** Signs a body with the issuer's key (RFC 5280, section 4.1) and wraps the certificate in PEM (RFC 7468). */
function seal(body: Body, key: KeyObject): string {
  const algorithm = sequence(oid(oids.ecdsaWithSha256));
  const signed = sequence(
    tagged(0xa0, integer(Buffer.of(2))), // version 3
    integer(serial()),
    algorithm,
    body.issuer,
    sequence(time(body.life.from), time(body.life.until)),
    body.subject,
    body.publicKey,
    tagged(0xa3, sequence(...body.extensions)),
  );
  const certificate = sequence(signed, algorithm, bits(sign("sha256", signed, key), 0));
  const lines = certificate.toString("base64").match(/.{1,64}/g) ?? [];
  return ["-----BEGIN CERTIFICATE-----", ...lines, "-----END CERTIFICATE-----", ""].join("\n");
}

/** 16 random bytes, of which the first is 0x40 to 0x7f: positive, never zero, and without a leading byte to strip. */
function serial(): Buffer {
  const bytes = randomBytes(16);
  bytes[0] = (bytes.readUInt8(0) & 0x3f) | 0x40;
  return bytes;
}

/** The end of a life of so many days; both ends count as part of it (RFC 5280, section 4.1.2.5), hence one second less. */
function lastSecond(from: Date, days: number): Date {
  return new Date(from.getTime() + days * 86_400_000 - 1000);
}

/** The leftmost 160 bits of SHA-256 over the key's bits: the SPKI of a P-256 key ends in its 65 bytes of point. */
function keyIdentifier(publicKey: Buffer): Buffer {
  return createHash("sha256").update(publicKey.subarray(-65)).digest().subarray(0, 20);
}

function commonName(text: string): Buffer {
  return sequence(tagged(0x31, sequence(oid(oids.commonName), tagged(0x0c, Buffer.from(text, "utf8")))));
}

/** The older form of a certificate gives the name as it is; `subject` gives it escaped. */
function commonNameOf(certificate: X509Certificate): string {
  return certificate.toLegacyObject().subject.CN;
}

function generalNames(hosts: Hosts): readonly Buffer[] {
  return [
    ...hosts.names.map((name) => tagged(0x82, Buffer.from(name, "ascii"))),
    ...hosts.addresses.map((address) => tagged(0x87, addressBytes(address))),
  ];
}

/** Permitted subtrees (RFC 5280, section 4.2.1.10): an address is followed by its mask, here of all ones. */
function constraints(hosts: Hosts): readonly Buffer[] {
  const masked = hosts.addresses.map((address) => {
    const bytes = addressBytes(address);
    return tagged(0x87, bytes, Buffer.alloc(bytes.length, 0xff));
  });
  return [...generalNames({ names: hosts.names, addresses: [] }), ...masked].map((name) => sequence(name));
}

function addressBytes(address: string): Buffer {
  if (isIPv4(address)) return Buffer.from(address.split(".").map(Number));
  const written = new URL(`http://[${address}]`).hostname.slice(1, -1); // shortest form, or throws
  const [head = "", tail] = written.split("::");
  const left = groups(head);
  const right = groups(tail ?? "");
  const middle = Array.from({ length: 8 - left.length - right.length }, () => 0);
  return Buffer.from([...left, ...middle, ...right].flatMap((group) => [group >> 8, group & 0xff]));
}

function groups(text: string): readonly number[] {
  return text === "" ? [] : text.split(":").map((group) => Number.parseInt(group, 16));
}

const oids = {
  commonName: [2, 5, 4, 3],
  subjectKeyIdentifier: [2, 5, 29, 14],
  keyUsage: [2, 5, 29, 15],
  subjectAlternativeName: [2, 5, 29, 17],
  basicConstraints: [2, 5, 29, 19],
  nameConstraints: [2, 5, 29, 30],
  authorityKeyIdentifier: [2, 5, 29, 35],
  extendedKeyUsage: [2, 5, 29, 37],
  serverAuth: [1, 3, 6, 1, 5, 5, 7, 3, 1],
  ecdsaWithSha256: [1, 2, 840, 10045, 4, 3, 2],
} as const;

function extension(name: readonly number[], critical: boolean, value: Buffer): Buffer {
  return sequence(oid(name), ...(critical ? [boolean(true)] : []), octets(value)); // DER leaves a default (false) out
}

function tagged(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  if (content.length < 0x80) return Buffer.concat([Buffer.of(tag, content.length), content]);
  const length = content.length < 0x100 ? Buffer.of(0x81, content.length) : Buffer.of(0x82, content.length >> 8, content.length & 0xff);
  return Buffer.concat([Buffer.of(tag), length, content]);
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return tagged(0x30, ...parts);
}

function boolean(value: boolean): Buffer {
  return tagged(0x01, Buffer.of(value ? 0xff : 0x00));
}

/** A non-negative integer whose bytes have neither a leading zero to strip nor a sign bit to shield. */
function integer(bytes: Buffer): Buffer {
  return tagged(0x02, bytes);
}

function bits(bytes: Buffer, unused: number): Buffer {
  return tagged(0x03, Buffer.of(unused), bytes);
}

function octets(bytes: Buffer): Buffer {
  return tagged(0x04, bytes);
}

function oid([first = 0, second = 0, ...rest]: readonly number[]): Buffer {
  return tagged(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]));
}

function base128(arc: number): readonly number[] {
  const low = arc & 0x7f;
  return arc < 0x80 ? [low] : [...base128(arc >> 7).map((byte) => byte | 0x80), low];
}

/** UTCTime through 2049 and GeneralizedTime from 2050 (RFC 5280, section 4.1.2.5), in whole seconds. */
function time(date: Date): Buffer {
  const digits = date.toISOString().replace(/[-:T]/g, "").slice(0, 14);
  const tag = date.getUTCFullYear() < 2050 ? 0x17 : 0x18;
  return tagged(tag, Buffer.from(`${tag === 0x17 ? digits.slice(2) : digits}Z`, "ascii"));
}
