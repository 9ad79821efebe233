/**
 * Parameters: every parameter of a request is one that the contract declares, and has a value that it allows.
 *
 * Each is decoded the way the contract says (style, explode, schema) and then checked; all that is wrong is told at
 * once, and what is wrong with a body of up to 64 KiB in the same answer. A query parameter that nobody declared is refused: behind
 * the door it may switch on what nobody thought of, `?debug=1` or `?role=admin`. Header fields that nobody declared pass,
 * for every client sends some; `strip` takes away those that must not arrive. Undeclared cookies do not reach the API either.
 *
 * Answers API3:2023, broken object property level authorization, and API8:2023, security misconfiguration. See the OpenAPI
 * Specification 3.1.1, section 4.8.12, and RFC 6265, section 4.1.1.
 */
import { defineGuard, fields, type Guard, type Problem } from "../../../guard.ts";
import { bodyJudgeAt, type BodyVerdict } from "./body/judge-body.ts";
import { type Located, refuseInvalid } from "./invalid.ts";
import { type Found, parameterReaders, undescribed } from "./parameter-readers.ts";

export const parameters: Guard = defineGuard({
  name: "parameters",
  stage: "validate",
  risks: ["API3:2023", "API8:2023"],
  standing: true,
  options: fields({}),

  compile(_options, site) {
    const { operation, report } = site;
    if (operation.listed === "unlisted") return undefined;
    for (const name of undescribed(operation)) report(`the path parameter ${name} is not described, so nothing could check it`, "a parameter with `in: path` and this name");
    const readers = parameterReaders(operation);
    const judgeBody = bodyJudgeAt(site);
    const none = operation.parameters.map(() => undefined);

    return (exchange) => {
      const found: Found = { findings: [], values: [...none] };
      for (const read of readers) read(exchange, found);
      exchange.understand(found.values);
      if (found.findings.length === 0) return undefined;
      const more = judgeBody?.(exchange);
      return more instanceof Promise ? more.then((late) => refuseAll(found.findings, late)) : refuseAll(found.findings, more);
    };
  },
});

/** What is wrong with the body is told in one go, unless it is another matter: too large, or of another type. */
function refuseAll(findings: readonly Located[], body: BodyVerdict): Problem {
  return refuseInvalid(body === undefined || "kind" in body ? findings : [...findings, ...body]);
}
