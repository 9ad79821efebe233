/** Certificate identity: the one name in a certificate by which its holder is known. */
import type { CertificateReading } from "../../../../keys/client-certificate.ts";

export const IDENTITIES = ["subject", "common-name", "dns", "uri", "email", "thumbprint"] as const;
export type IdentityKind = (typeof IDENTITIES)[number];

const NAME_CHARACTERS_MAX = 1_000;

/** undefined: it has none of this kind, or several, or one that would forge lines further on. */
export function identityOf(kind: IdentityKind, { subject, distinguishedName, names }: CertificateReading, thumbprint: string): string | undefined {
  const candidates = kind === "subject" ? [distinguishedName] : kind === "common-name" ? (subject.get("CN") ?? []) : kind === "thumbprint" ? [thumbprint] : names[kind];
  const [name = "", ...others] = candidates;
  return others.length > 0 || name === "" || name.length > NAME_CHARACTERS_MAX || /[\0-\x1f\x7f-\x9f]/.test(name) ? undefined : name;
}
