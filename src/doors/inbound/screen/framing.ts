/**
 * Framing: a request that can be read in two ways is not read at all.
 *
 * Smuggled requests, hidden fields and poisoned caches come from two programs that take the same octets for different
 * messages. Here a target must parse; field names are tokens without `_`, values without control characters; what must
 * come once comes once; a body's length is said in one way; `Host` is there, valid, and, if `hosts` are listed, one of
 * them (a page of a stranger who points his own name at this address sends that name). An entry without a port allows
 * every port.
 *
 * Switching protocols (`Upgrade`) is refused, since nothing behind this guard would see what is inside. `upgrade: websocket` opens an operation whose contract declares an answer 101: every guard
 * judges the handshake, then the gateway carries bytes both ways unread, until one side ends, the credential ends, or
 * nothing has moved for a minute. A page of another origin opens none unless `cors` lists its origin: browsers send
 * cookies along with a WebSocket and ask nobody first. No other host than the gateway can keep this option.
 *
 * Answers API8:2023, security misconfiguration. See RFC 9110, sections 5 and 7, RFC 9112, sections 3 to 6, and RFC 6455, sections
 * 4 and 10.2.
 */
import { TARGET_BYTES_MAX } from "../../../contract/target.ts";
import { readAuthority } from "../../../exchange/authority.ts";
import { malformedRequest } from "../../../exchange/unreadable.ts";
import { type Arrival, checked, defineGuard, fields, type Guard, listOf, or, type Problem, problem, text } from "../../../guard.ts";
import { fieldFault } from "./framing/field-faults.ts";
import { judgeHandshake, protocolName } from "./framing/handshake.ts";
import { messageFault } from "./framing/message-faults.ts";
import { targetTooLong } from "./framing/target-too-long.ts";

const hostRefused = problem("host-refused", 421, "Not a host of this door");
const expectationRefused = problem("expectation-refused", 417, "The expectation cannot be met");

const host = checked(text("A host, with or without a port.", { example: "api.example" }), (written) => {
  const authority = readAuthority(written);
  return authority === undefined ? { wrong: "not a host", allowed: "host or host:port" } : { value: authority };
});

export const framing: Guard = defineGuard({
  name: "framing",
  stage: "screen",
  risks: ["API8:2023"],
  standing: true,

  options: fields({
    hosts: or(listOf("Hosts that this door answers for; all when empty.", host), []),
    upgrade: or(listOf("Protocols that the connection may be switched to.", protocolName, { max: 10 }), []),
  }),

  compile({ hosts, upgrade }, { operation, posted, report, switches }) {
    if (upgrade.length > 0 && switches === false) report("upgrade: this host cannot keep it", "the gateway, or no upgrade");
    if (upgrade.length > 0 && (operation.method !== "GET" || !operation.answers.has("101"))) report("upgrade: the contract declares no switching of protocols", "a GET with an answer 101");
    const protocols = new Set(upgrade);
    const ownPagesOnly = posted?.has("cors") !== true;
    const known = new Set(hosts.map(({ host, port }) => `${host}:${port ?? ""}`));

    return (exchange) => {
      const { request } = exchange;
      if (request.wrong !== undefined && request.target.length > TARGET_BYTES_MAX) return targetTooLong();
      const fault = request.wrong ?? fieldFault(request.fields, request.version) ?? messageFault(request);
      if (fault !== undefined) return malformedRequest({ detail: `${fault}.`, because: { fault } });
      return (known.size === 0 || isKnown(request, known) ? undefined : hostRefused()) ?? judgeHandshake(exchange, protocols, ownPagesOnly) ?? unmet(request);
    };
  },
});

function isKnown({ fields }: Arrival["request"], known: ReadonlySet<string>): boolean {
  const authority = readAuthority(fields.one("host") ?? "");
  return authority !== undefined && (known.has(`${authority.host}:`) || known.has(`${authority.host}:${authority.port ?? ""}`));
}

/** What the request asks for beyond an answer. */
function unmet({ fields }: Arrival["request"]): Problem | undefined {
  const expect = fields.one("expect");
  return expect === undefined || expect.toLowerCase() === "100-continue" ? undefined : expectationRefused();
}
