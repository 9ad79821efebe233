/**
 * Address: who may come near, by network.
 *
 * `deny` wins over `allow`; an empty `allow` lets everybody else through. Compared are bits, not texts, and behind
 * proxies it is the caller's own address that counts: only proxies listed under `trust` are asked for it. When such a
 * proxy's fields cannot be read, nobody knows whose request it is, and it is refused.
 *
 * Addresses are no identities. This keeps an internal API internal; it replaces no credential.
 *
 * Answers API8:2023, security misconfiguration. See RFC 7239, sections 5.2 and 8.
 */
import { canonicalAddress, type Ranges, readRanges } from "../../../exchange/address.ts";
import { checked, defineGuard, fields, type Guard, listOf, or, problem, type Shape, text } from "../../../guard.ts";

const addressRefused = problem("address-refused", 403, "Not from this address");
const forwardingMalformed = problem("forwarding-malformed", 400, "The forwarding fields cannot be read");

function ranges(about: string): Shape<Ranges> {
  const list = listOf(about, text("An address or a range.", { max: 100, example: "10.0.0.0/8" }));
  return checked(list, (written) => {
    const read = readRanges(written);
    return "wrong" in read ? read : { value: read };
  });
}

export const address: Guard = defineGuard({
  name: "address",
  stage: "screen",
  risks: ["API8:2023"],
  standing: true,

  options: fields({
    allow: or(ranges("Addresses and ranges that may come in; everybody when empty."), []),
    deny: or(ranges("Addresses and ranges that may not."), []),
  }),

  compile({ allow, deny }) {
    const open = allow.empty && deny.empty;

    return ({ address, addressFault }) => {
      if (addressFault !== undefined) return forwardingMalformed({ because: { fault: addressFault } });
      if (open) return undefined;
      // A text that is no address is in no range, not even in one that is denied.
      const refused = canonicalAddress(address) === undefined || deny.contains(address) || !(allow.empty || allow.contains(address));
      return refused ? addressRefused() : undefined;
    };
  },
});
