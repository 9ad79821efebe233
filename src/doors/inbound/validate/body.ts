/**
 * Body: what a request carries is what the contract declares, read strictly and judged by its schema.
 *
 * A body where none is declared is refused, and so is a media type that is not declared or cannot be checked: a door that
 * lets through what it cannot read is open to whoever changes the Content-Type. JSON is parsed with one meaning or none
 * (no duplicate names, no rounded numbers, bounded in depth and number), and so are forms, each member as its encoding says
 * (a name twice is a list or a refusal), and the parts of `multipart/form-data` (framed by CRLF alone, each of a declared type,
 * a file only where the contract has one). A JSON Merge Patch and the operations of a JSON Patch are held to the schema of what
 * they patch. What does not fit is answered with 400, as for parameters: one status for bad input.
 * Opaque media are bounded in size by `size` and stream through unread, but for their first bytes: an image, archive or
 * document that does not begin as its type does is none. A compressed body is refused; with `decode` it is undone, once, within
 * the bound of the body and `ratio`, and goes on as it was inside.
 *
 * Answers API3:2023, broken object property level authorization, and API4:2023, unrestricted resource consumption. See
 * RFC 8259, section 4, the WHATWG URL Standard, section 5.1, RFC 9110, sections 8.3, 8.4 and 15.5.16,
 * RFC 6902, RFC 7396, RFC 7578 and RFC 9457.
 */
import { defineGuard, type Guard, type Problem } from "../../../guard.ts";
import { bodyJudge, bodyOptions, type BodyVerdict } from "./body/judge-body.ts";
import { refuseInvalid } from "./invalid.ts";

export const body: Guard = defineGuard({
  name: "body",
  stage: "validate",
  risks: ["API3:2023", "API4:2023"],
  standing: true,
  options: bodyOptions,

  compile(options, site) {
    const judge = bodyJudge(options, site);
    return (exchange) => {
      const verdict = judge(exchange);
      return verdict instanceof Promise ? verdict.then(refuse) : refuse(verdict);
    };
  },
});

function refuse(verdict: BodyVerdict): Problem | undefined {
  return verdict === undefined || "kind" in verdict ? verdict : refuseInvalid(verdict);
}
