/** Caller rule: which certificates are one kind of callers, and what those may. All that a rule asks for must hold. */
import { canonicalAddress } from "../../../../exchange/address.ts";
import { checked, fields, type JsonObject, listOf, mapOf, optional, or, reason, type Shape, text } from "../../../../guard.ts";
import { type CertificateReading, NAME_KINDS, type NameKind } from "../../../../keys/client-certificate.ts";

export interface CallerRule {
  readonly holds: (reading: CertificateReading, thumbprint: string) => boolean;
  readonly scopes: ReadonlySet<string>;
  readonly claims: JsonObject;
}

const patterns = (about: string, example: string): Shape<readonly string[] | undefined> => optional(listOf(about, text("A name.", { max: 500, example }), { min: 1, max: 1_000 }));

const shape = fields({
  subject: optional(mapOf("Attributes of the subject, by their short names (CN, O, OU, C): one of the values of each must be here.", listOf("Values, exactly.", text("A value.", { max: 500 }), { min: 1, max: 1_000 }))),
  dns: patterns("DNS names, of which the certificate must have one; *.example stands for one label.", "till.shop.example"),
  uri: patterns("URIs, of which the certificate must have one; a * at the end stands for any rest.", "spiffe://shop.example/*"),
  email: patterns("Mail addresses, of which the certificate must have one.", "till@shop.example"),
  ip: patterns("IP addresses, of which the certificate must have one.", "192.0.2.7"),
  thumbprints: optional(listOf("SHA-256 thumbprints in base64url (x5t#S256), of which the certificate must have one.", text("A thumbprint.", { max: 43 }), { min: 1, max: 1_000 })),
  anybody: optional(reason("Why every certificate of the authorities will do.")),
  scopes: or(listOf("Scopes that these callers have.", text("A scope.", { max: 200, example: "orders:read" }), { max: 100 }), []),
  plan: optional(text("The rate plan of these callers, as the claim `plan`.", { max: 200 })),
  tenant: optional(text("The claim `tenant` of these callers.", { max: 200 })),
});

export const callerRule: Shape<CallerRule> = checked(shape, ({ subject, thumbprints, anybody, scopes, plan, tenant, ...names }) => {
  const asked = NAME_KINDS.filter((kind) => names[kind] !== undefined);
  const bare = (subject === undefined || subject.size === 0) && asked.length === 0 && thumbprints === undefined;
  if (bare && anybody === undefined) return { wrong: "a rule without a condition lets in every certificate of the authorities", allowed: "subject, dns, uri, email, ip, thumbprints, or anybody: <reason>" };
  if (thumbprints?.some((one) => !/^[A-Za-z0-9_-]{43}$/.test(one)) === true) return { wrong: "not a SHA-256 thumbprint in base64url", allowed: "43 characters" };
  if (names.uri?.some((one) => one.slice(0, -1).includes("*")) === true || names.dns?.some((one) => one.slice(1).includes("*") || (one.startsWith("*") && !one.startsWith("*."))) === true) return { wrong: "a * stands at the end of a URI, or for the first label of a DNS name" };
  const pinned = thumbprints === undefined ? undefined : new Set(thumbprints);
  const attributes = [...(subject ?? [])].map(([name, values]) => [name, new Set(values)] as const);
  const matchers = asked.map((kind) => [kind, matcherOf(kind, names[kind] ?? [])] as const);
  return {
    value: {
      holds: (reading, thumbprint) =>
        (pinned === undefined || pinned.has(thumbprint)) &&
        attributes.every(([name, values]) => reading.subject.get(name)?.some((value) => values.has(value)) === true) &&
        matchers.every(([kind, matches]) => reading.names[kind].some(matches)),
      scopes: new Set(scopes),
      claims: { ...(plan === undefined ? {} : { plan }), ...(tenant === undefined ? {} : { tenant }) },
    },
  };
});

function matcherOf(kind: NameKind, wanted: readonly string[]): (name: string) => boolean {
  if (kind === "ip") {
    const addresses = new Set(wanted.map((one) => canonicalAddress(one) ?? one));
    return (name) => addresses.has(canonicalAddress(name) ?? "");
  }
  const whole = new Set(wanted.filter((one) => !one.includes("*")).map((one) => (kind === "dns" ? one.toLowerCase() : one)));
  if (kind === "dns") {
    const parents = wanted.filter((one) => one.startsWith("*.")).map((one) => one.slice(1).toLowerCase());
    // One label: `*.shop.example` is not `a.b.shop.example`, and no certificate's own star counts as a name.
    return (name) => whole.has(name) || parents.some((parent) => name.endsWith(parent) && /^[a-z0-9-]+$/.test(name.slice(0, -parent.length)));
  }
  const beginnings = kind === "uri" ? wanted.filter((one) => one.endsWith("*")).map((one) => one.slice(0, -1)) : [];
  return (name) => whole.has(name) || beginnings.some((beginning) => name.startsWith(beginning));
}
