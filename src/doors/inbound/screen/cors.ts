/**
 * CORS: which web pages may call this API from a browser.
 *
 * A foreign origin is refused, not only left without the fields that let its page read the answer: the effect of a
 * request is what harms. Requests without `Origin`, and those of pages from this host itself, pass. `*` is possible
 * only without credentials, and `null`, the origin of every sandboxed frame, never. Preflights are answered here, so
 * they need no credential: post this guard under `everywhere`, since a preflight asks with a method, OPTIONS, that no
 * operation of the contract stands for.
 * What the doors say themselves (why somebody is refused, when to come again, the nonce for the next proof) pages may read
 * without being told so: a client in a browser could not do without.
 * A browser sends cookies along with a WebSocket whatever stands here, so `*` lets no foreign page open one.
 *
 * Answers API8:2023, security misconfiguration. See RFC 6454, section 7, and the Fetch standard, section 3.2.
 */
import { checked, defineGuard, duration, fields, flag, type Guard, listOf, optional, or, problem } from "../../../guard.ts";
import { headerName, isSameOrigin, methodName, originText } from "./cors/origin.ts";

const originRefused = problem("origin-refused", 403, "Not from this origin");

/** Fields in which the doors speak to clients: RFC 9110, sections 10.2.3 and 11.6.1, RFC 9449, section 8, and those of limits. */
const OWN_FIELDS = ["www-authenticate", "dpop-nonce", "retry-after", "ratelimit", "ratelimit-policy"] as const;

const options = fields({
  origins: listOf('Origins that may call, exactly as a browser writes them; or "*".', originText, { min: 1 }),
  methods: optional(listOf("Methods that they may use; those of the contract for the path when left out.", methodName)),
  headers: or(listOf("Request fields that their pages may set.", headerName), ["authorization", "content-type", "dpop"]),
  expose: or(listOf("Fields of the API's answers that their pages may read, beside those of the doors themselves.", headerName), []),
  credentials: or(flag("Whether a browser may send cookies and the like along."), false),
  maxAge: or(duration("How long a browser may remember a preflight.", { min: "0s", max: "1d" }), "10m"),
});

export const cors: Guard = defineGuard({
  name: "cors",
  stage: "screen",
  risks: ["API8:2023"],

  options: checked(options, (value) => {
    const any = value.origins.includes("*");
    if (any && value.credentials) return { wrong: 'every origin, with credentials: any page could act as its visitor', allowed: "a list of origins, or credentials: false" };
    return any && value.origins.length > 1 ? { wrong: '"*" stands alone', allowed: '"*", or a list of origins' } : { value };
  }),

  compile({ origins, methods, headers, expose, credentials, maxAge }, { operation }) {
    // What the contract does not list at all is answered by path, for browsers too.
    if (operation.listed === "path") return undefined;
    const known = new Set(origins);
    const any = known.has("*");
    const exposed = [...new Set([...OWN_FIELDS, ...expose])].join(", ");
    const preflight = {
      "access-control-allow-methods": (methods ?? operation.allow).join(", "),
      "access-control-allow-headers": headers.join(", "),
      "access-control-max-age": String(Math.floor(maxAge / 1_000)),
    };

    return ({ request, reply, secure }) => {
      // Always, or a cache hands the answer for one origin to another.
      reply.append("vary", "Origin");
      const origin = request.fields.one("origin");
      if (origin === undefined || isSameOrigin(origin, request.fields.one("host"), secure)) return undefined;
      if (request.fields.count("origin") > 1 || origin === "null" || !(known.has(origin) || (any && request.fields.count("upgrade") === 0))) return originRefused();
      const asksFirst = request.method === "OPTIONS" && request.fields.count("access-control-request-method") > 0;
      // A browser asks first for unusual methods only: GET, HEAD and POST come unasked.
      if (!asksFirst && methods?.includes(request.method) === false) return originRefused({ because: { method: request.method } });
      reply.set("access-control-allow-origin", any ? "*" : origin);
      if (credentials) reply.set("access-control-allow-credentials", "true");
      if (asksFirst) return { kind: "reply", status: 204, headers: preflight };
      reply.set("access-control-expose-headers", exposed);
      return undefined;
    };
  },
});
