/**
 * Message faults: what is wrong with a request as a whole: where its body ends, which host it is for, and what it asks
 * of the connection. Two readers that disagree on any of these see two different requests.
 */
import { readAuthority } from "../../../../exchange/authority.ts";
import { remember } from "../../../../exchange/remember.ts";
import type { Arrival } from "../../../../guard.ts";

type Request = Arrival["request"];

// One class of characters with an upper bound each: linear.
const METHOD = /^[A-Z][A-Z0-9_-]{0,31}$/;
const LENGTH = /^[0-9]{1,15}$/;

/** Options of the connection that ordinary clients send (RFC 9110, section 7.6.1). The last two go with Upgrade. */
const CONNECTION_OPTIONS: ReadonlySet<string> = new Set(["close", "keep-alive", "te", "upgrade", "http2-settings"]);
/** Fields of one connection, which HTTP/2 does not have (RFC 9113, section 8.2.2). */
const CONNECTION_FIELDS = ["connection", "keep-alive", "proxy-connection", "transfer-encoding"] as const;

/** A sentence that never quotes the caller; undefined when nothing is wrong. */
export function messageFault(request: Request): string | undefined {
  if (!METHOD.test(request.method)) return "the method is malformed";
  return lengthFault(request) ?? hostFault(request) ?? connectionFault(request) ?? hopsFault(request);
}

/** Where the body ends (RFC 9112, section 6). One way of saying it, said once, or request smuggling begins. */
function lengthFault({ fields, version }: Request): string | undefined {
  const length = fields.one("content-length");
  const coding = fields.one("transfer-encoding");
  if (length !== undefined && !LENGTH.test(length)) return "content-length is no number";
  if (coding === undefined) return undefined;
  if (length !== undefined) return "both content-length and transfer-encoding are given";
  if (version === "1.0") return "HTTP/1.0 has no transfer-encoding";
  return coding.toLowerCase() === "chunked" ? undefined : "transfer-encoding is not chunked";
}

function hostFault({ fields, version }: Request): string | undefined {
  const host = fields.one("host");
  if (host === undefined) return version === "1.0" ? undefined : "the field host is missing";
  return readAuthority(host) === undefined ? "the field host is malformed" : undefined;
}

/**
 * `Connection: x-user` asks the next proxy to drop X-User, perhaps one that a guard here has set for the API: no
 * client needs that.
 */
function connectionFault({ fields, version }: Request): string | undefined {
  if (version === "2") return CONNECTION_FIELDS.some((name) => fields.count(name) > 0) ? "HTTP/2 has no fields of the connection" : undefined;
  return fields.all("connection").every(namesOptions) ? undefined : "the field connection names other fields";
}

/**
 * Who counts hops of OPTIONS asks the proxies on the way, not the API: one of them would have to count down, and to answer at
 * 0 (RFC 9110, section 7.6.2). Nobody is told here who stands on the way. TRACE is refused altogether (see method.ts).
 */
function hopsFault({ method, fields }: Request): string | undefined {
  return method === "OPTIONS" && fields.count("max-forwards") > 0 ? "max-forwards asks who stands on the way" : undefined;
}

const namesOptions = remember((line) => line.split(",").every((option) => CONNECTION_OPTIONS.has(option.trim().toLowerCase())));
