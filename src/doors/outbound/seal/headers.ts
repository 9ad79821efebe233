/**
 * Headers: every answer leaves with the fields that tell browsers and caches to be careful with it.
 *
 * Also refusals, for those are seen most. Answers to somebody, and problems, are not stored anywhere; no answer is
 * sniffed, framed, or run as a page: an API has no pages. Whoever serves some says so with `csp`. Fields that are about the
 * API's own connection end here, and those that guards of the first door promised the caller are added; when they speak of
 * other origins, only theirs count.
 *
 * Answers API8:2023, security misconfiguration. See RFC 9110, section 7.6.1, RFC 9111, section 5.2.2, RFC 6797, section 7.2,
 * RFC 9213, section 2, and the OWASP REST Security Cheat Sheet, security headers.
 */
import { checked, defineGuard, duration, FieldBlock, fields, type Fields, type Guard, or, text, type WritableAnswer, type WritableFields } from "../../../guard.ts";
import { fieldSet, nominated } from "../../field-set.ts";
import { forbidStoring } from "../../forbid-storing.ts";
import { replaced, replacedOrTargeted } from "./replaced-fields.ts";

const crossOrigin = fieldSet(["access-control-*", "timing-allow-origin"]);
/** Fields of which each line stands for itself. */
const LISTS: ReadonlySet<string> = new Set(["vary", "set-cookie"]);

const policyText = checked(text("Content-Security-Policy of every answer.", { max: 4_000 }), (value) =>
  /^[ -~]+$/.test(value) ? { value } : { wrong: "not a field value", allowed: "visible ASCII and spaces" },
);

export const headers: Guard = defineGuard({
  name: "headers",
  stage: "seal",
  risks: ["API8:2023"],
  standing: true,
  options: fields({
    hsts: or(duration("How long browsers shall use HTTPS alone for this host; 0s takes it back.", { min: "0s", max: "730d" }), "365d"),
    csp: or(policyText, "default-src 'none'; frame-ancestors 'none'"),
  }),

  compile({ hsts, csp }) {
    const always = ["x-content-type-options", "nosniff", "content-security-policy", csp, "x-frame-options", "DENY", "referrer-policy", "no-referrer"];
    const plain = new FieldBlock(always);
    // Over plain HTTP the field must not be sent: whoever is on the wire could forge it, and browsers ignore it.
    const encrypted = new FieldBlock([...always, "strict-transport-security", `max-age=${Math.floor(hsts / 1_000)}`]);

    return ({ answer, principal, reply, secure }) => {
      const { fields } = answer;
      const hop = nominated(fields);
      const confidential = principal !== undefined || isProblem(answer);
      const drops = confidential ? replacedOrTargeted : replaced;
      fields.removeWhere(hop.size === 0 ? drops : (name) => drops(name) || hop.has(name));
      if (confidential) forbidStoring(fields);
      if (reply.count("access-control-allow-origin") === 0) fields.set("cross-origin-resource-policy", "same-origin");
      // Half of the API's word on other origins and half of the door's would make a third that neither gave.
      if (answer.from === "api" && speaksOfOrigins(reply)) fields.removeWhere(crossOrigin);
      fields.appendAll(secure ? encrypted : plain);
      addReply(fields, reply);
      return undefined;
    };
  },
});

function isProblem({ from, status, fields }: WritableAnswer): boolean {
  return (from === "door" && status >= 400) || fields.one("content-type")?.startsWith("application/problem+") === true;
}

function speaksOfOrigins({ list }: Fields): boolean {
  for (let at = 0; at < list.length; at += 2) if (crossOrigin(list[at] ?? "")) return true;
  return false;
}

function addReply(fields: WritableFields, reply: Fields): void {
  const { list } = reply;
  for (let at = 0; at < list.length; at += 2) {
    const name = list[at] ?? "";
    const value = list[at + 1] ?? "";
    if (LISTS.has(name)) fields.append(name, value);
    else fields.set(name, value);
  }
}
