/**
 * Client certificate: what stands in a certificate, as far as it is asked: names, times and what it is for.
 *
 * A certificate of which any name cannot be read is not read at all: what is passed over could be the name that matters.
 */
import { X509Certificate } from "node:crypto";

/** Kinds of alternative names that rules can ask for (RFC 5280, section 4.2.1.6). */
export const NAME_KINDS = ["dns", "uri", "email", "ip"] as const;
export type NameKind = (typeof NAME_KINDS)[number];

export interface CertificateReading {
  /** Values of each attribute of the subject, by its short name: CN, O, OU, C. */
  readonly subject: ReadonlyMap<string, readonly string[]>;
  /** The whole subject on one line, in the order in which it is written. */
  readonly distinguishedName: string;
  readonly names: Readonly<Record<NameKind, readonly string[]>>;
  /** Milliseconds since the epoch. */
  readonly from: number;
  readonly until: number;
  /** false: it says what it is for, and that is not to be a client. */
  readonly forClients: boolean;
}

const CLIENT_AUTHENTICATION = "1.3.6.1.5.5.7.3.2";
const NAMES_MAX = 1_000;

export function readCertificate(bytes: Uint8Array): CertificateReading | { readonly wrong: string } {
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(bytes);
  } catch {
    return { wrong: "not a certificate" };
  }
  const names = readNames(certificate.subjectAltName ?? "");
  if (names === undefined) return { wrong: "its names cannot be read" };
  // Node leaves the list out where the certificate has no such extension, whatever its types say.
  const uses = certificate.keyUsage as readonly string[] | undefined;
  return {
    subject: readSubject(certificate),
    distinguishedName: certificate.subject.split("\n").join(", "),
    names,
    from: certificate.validFromDate.getTime(),
    until: certificate.validToDate.getTime(),
    forClients: uses === undefined || uses.includes(CLIENT_AUTHENTICATION),
  };
}

function readSubject(certificate: X509Certificate): ReadonlyMap<string, readonly string[]> {
  const attributes = certificate.toLegacyObject().subject as unknown as Readonly<Record<string, string | readonly string[]>> | undefined;
  return new Map(Object.entries(attributes ?? {}).map(([name, value]) => [name, typeof value === "string" ? [value] : value]));
}

const KINDS: ReadonlyMap<string, NameKind> = new Map([["DNS", "dns"], ["URI", "uri"], ["email", "email"], ["IP Address", "ip"]]);
/** One name as Node writes it: a value with anything unusual in it stands in quotes, as JSON. Linear: no two parts overlap. */
const NAME = /(DNS|URI|email|IP Address|DirName|Registered ID|othername|X400Name|EdiPartyName):(?:("(?:[^"\\]|\\.)*")|([^",]*))(?:, |$)/y;

function readNames(text: string): Readonly<Record<NameKind, readonly string[]>> | undefined {
  const names: Record<NameKind, string[]> = { dns: [], uri: [], email: [], ip: [] };
  let count = 0;
  for (NAME.lastIndex = 0; NAME.lastIndex < text.length; ) {
    const match = NAME.exec(text);
    if (match === null || ++count > NAMES_MAX) return undefined;
    const [, kind = "", quoted, plain = ""] = match;
    const value = quoted === undefined ? plain : unquote(quoted);
    const known = KINDS.get(kind);
    if (value === undefined) return undefined;
    if (known !== undefined) names[known].push(known === "dns" ? value.toLowerCase() : value);
  }
  return names;
}

function unquote(quoted: string): string | undefined {
  try {
    return JSON.parse(quoted) as string; // a text in quotes
  } catch {
    return undefined;
  }
}
