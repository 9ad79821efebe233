/**
 * Mutual TLS: a certificate that an authority vouches for says which program is asking.
 *
 * The handshake proves that the caller holds the certificate's key; the authorities and revocation lists under
 * `listen.tls.clients` say whether anybody vouches for it (inside a program, its own server's do; behind a proxy, the proxy's, see
 * `certificates`). That alone opens nothing: `callers` says which subjects and names are whom, and what those may. A certificate
 * that is expired, revoked, of another authority or not for clients is refused, and the record says why. With other authorities or another
 * list all callers are asked anew, and what streams on behind the certificates of before ends.
 *
 * A connection has one certificate for all its requests. Where somebody is known already by a token, a key or a
 * password, and the contract does not ask for both, it is the channel and nothing more.
 *
 * Answers API2:2023, broken authentication. See RFC 8446, section 4.4.2, RFC 5280, and RFC 9440.
 */
import { isWithdrawn } from "../../../exchange/certificate.ts";
import { type ClientCertificate, defineGuard, fields, type Guard, listOf, oneOf, type Operation, or, type Principal } from "../../../guard.ts";
import { challenging, credentialInvalid } from "../../../keys/bearer.ts";
import { type CertificateReading, readCertificate } from "../../../keys/client-certificate.ts";
import { follow, lastingOf } from "./lasting-credential.ts";
import { callerRule } from "./mutual-tls/caller-rule.ts";
import { IDENTITIES, identityOf } from "./mutual-tls/certificate-identity.ts";

/** No registered scheme, but a 401 has to name one (RFC 9110, section 15.5.2). */
const CHALLENGE = 'ClientCertificate realm="api"';

const METHODS: readonly string[] = ["mutual-tls"];

export const mutualTls: Guard = defineGuard({
  name: "mutual-tls",
  stage: "authenticate",
  risks: ["API2:2023"],

  options: fields({
    callers: listOf("Who comes with which certificate: the first rule that holds decides.", callerRule, { min: 1, max: 1_000 }),
    identity: or(oneOf("The name by which its holder is known; of alternative names there must be exactly one of this kind.", IDENTITIES), "subject"),
  }),

  establishes: (_, { operation }) => ({ schemes: schemesOf(operation), challenges: [CHALLENGE] }),

  compile({ callers, identity }, { operation, posted, challenges }) {
    const schemes = schemesOf(operation);
    if (schemes.length === 0) return undefined;
    const together = (operation.security ?? []).some((all) => all.length > 1 && all.some(({ scheme }) => schemes.includes(scheme.name)));
    const invalid = challenging(challenges);
    const lasting = lastingOf({ operation, posted });
    const readings = new WeakMap<ClientCertificate, CertificateReading | { readonly wrong: string }>();

    function read(certificate: ClientCertificate): CertificateReading | { readonly wrong: string } {
      let reading = readings.get(certificate);
      if (reading === undefined) readings.set(certificate, (reading = readCertificate(certificate.bytes)));
      return reading;
    }

    /** Somebody, or why it is nobody. */
    function judge(certificate: ClientCertificate, now: number): Principal | string {
      if (certificate.fault !== undefined) return certificate.fault;
      const reading = read(certificate);
      if ("wrong" in reading) return reading.wrong;
      // The handshake looked at the clock, too, but connections last.
      if (now >= reading.until || now < reading.from) return "out of its time";
      if (!reading.forClients) return "not for clients";
      const { thumbprint } = certificate;
      const caller = callers.find(({ holds }) => holds(reading, thumbprint));
      if (caller === undefined) return "no rule holds for it";
      const name = identityOf(identity, reading, thumbprint);
      if (name === undefined) return `${identity}: none, or several`;
      return { kind: "principal", id: `mutual-tls#client:${name}`, issuer: "mutual-tls", party: "client", subject: name, client: name, scopes: caller.scopes, claims: caller.claims, schemes, field: undefined, methods: METHODS, until: reading.until, credential: `x5t:${thumbprint}` };
    }

    return (exchange) => {
      const { certificate, principal, now } = exchange;
      if (certificate === undefined || (principal !== undefined && !together)) return undefined;
      const judged = judge(certificate, now);
      if (typeof judged === "string") return credentialInvalid({ ...invalid, because: { certificate: judged, thumbprint: certificate.thumbprint } });
      if (lasting(exchange)) follow(exchange, () => !isWithdrawn(certificate));
      return judged;
    };
  },
});

function schemesOf({ security = [] }: Pick<Operation, "security">): readonly string[] {
  return [...new Set(security.flat().flatMap(({ scheme }) => (scheme.type === "mutualTLS" ? [scheme.name] : [])))];
}
