/**
 * Handshake: whether a request to switch protocols is one, and from whom it comes (RFC 9110, section 7.8, and RFC 6455,
 * section 4.2.1).
 */
import { type Arrival, checked, type Particulars, type Problem, problem, type Shape, text } from "../../../../guard.ts";
import { isSameOrigin } from "../cors/origin.ts";

type Request = Arrival["request"];

const upgradeRefused: (particulars?: Particulars) => Problem = problem("upgrade-refused", 400, "Switching protocols is not possible here");
const originRefused = problem("origin-refused", 403, "Not from this origin");

/** The only version there is (RFC 6455, section 4.1). */
const WEBSOCKET_VERSION = "13";
/** 16 bytes in base64: the last digit before the padding has four bits that are nothing. One class of fixed length: linear. */
const WEBSOCKET_KEY = /^[A-Za-z0-9+/]{21}[AQgw]==$/;

/** A token as `Upgrade` has it, in lower case. HTTP itself, in whatever form, would carry requests past the doors. */
export const protocolName: Shape<string> = checked(text("A protocol.", { max: 32, example: "websocket" }), (written) => {
  if (!/^[a-z][a-z0-9.+-]*$/.test(written)) return { wrong: "not a protocol", allowed: "a token in lower case, such as websocket" };
  return /^(?:h[0-9]|http|tls|connect)/.test(written) ? { wrong: "requests in it would pass by the doors", allowed: "a protocol that is not HTTP, such as websocket" } : { value: written };
});

/**
 * Agrees to the protocol that is asked for, where one is asked for.
 *
 * @param protocols what the policy allows, in lower case
 * @param ownPagesOnly nobody else judges `Origin`
 */
export function judgeHandshake(exchange: Arrival, protocols: ReadonlySet<string>, ownPagesOnly: boolean): Problem | undefined {
  const { request, content, secure } = exchange;
  const asked = request.fields.one("upgrade");
  if (asked === undefined) return undefined;
  const protocol = asked.toLowerCase();
  if (!protocols.has(protocol)) return upgradeRefused();
  const fault = content.declared === 0 ? handshakeFault(request, protocol) : "the request has a body";
  if (fault !== undefined) return upgradeRefused({ detail: `${fault}.`, because: { fault }, ...(protocol === "websocket" ? { headers: { "sec-websocket-version": WEBSOCKET_VERSION } } : {}) });
  const origin = request.fields.one("origin");
  if (ownPagesOnly && origin !== undefined && !isSameOrigin(origin, request.fields.one("host"), secure)) return originRefused();
  exchange.agree(protocol);
  return undefined;
}

/** A sentence that never quotes the caller; undefined when nothing is wrong. */
function handshakeFault({ fields, method, version }: Request, protocol: string): string | undefined {
  if (version !== "1.1" || method !== "GET") return "only GET in HTTP/1.1 switches protocols";
  const options = new Set(fields.all("connection").flatMap((line) => line.toLowerCase().split(",").map((option) => option.trim())));
  // Whoever wants both, to go on and to end, is read in two ways.
  if (!options.has("upgrade") || options.has("close")) return "the field connection does not ask for the upgrade";
  if (protocol !== "websocket") return undefined;
  if (fields.count("sec-websocket-version") !== 1 || fields.one("sec-websocket-version") !== WEBSOCKET_VERSION) return "sec-websocket-version is not 13";
  return fields.count("sec-websocket-key") === 1 && WEBSOCKET_KEY.test(fields.one("sec-websocket-key") ?? "") ? undefined : "sec-websocket-key is no key";
}
