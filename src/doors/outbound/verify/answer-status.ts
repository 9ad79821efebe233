/**
 * Answer status: the API answers with a status that the contract declares for the operation.
 *
 * A 200 where only 202 is declared, or a redirect that nobody thought of, is a way through the API that nobody described,
 * and so that nobody checked. Statuses that follow from conditions and ranges in the request are HTTP's own and pass.
 * Failures (500 to 599) pass here, declared or not, because `faults` replaces whatever they carry. What the doors say
 * themselves is not verified.
 *
 * Answers API8:2023, security misconfiguration, API9:2023, improper inventory management, and API10:2023, unsafe consumption of
 * APIs. See the OpenAPI Specification 3.1.1, section 4.8.16, and RFC 9110, sections 13, 14 and 15.
 */
import { defineGuard, fields, type Guard } from "../../../guard.ts";
import { breaksContract } from "./broken-answer.ts";
import { declaredAnswer, isFailure } from "./declared-answers.ts";

export const answerStatus: Guard = defineGuard({
  name: "answer-status",
  stage: "verify",
  risks: ["API8:2023", "API9:2023", "API10:2023"],
  standing: true,
  options: fields({}),

  compile(_options, { operation, report }) {
    if (operation.listed === "unlisted") return undefined;
    if (operation.listed === "operation" && operation.answers.size === 0) report("the contract declares no answer, so none could ever leave", "responses with a status, a range such as 2XX, or default");

    return (exchange) => {
      const { status, from } = exchange.answer;
      if (from === "door" || isFailure(status)) return undefined;
      if (status === 101 && exchange.protocol !== undefined) return operation.answers.has("101") ? undefined : breaksContract(status, "the status is not declared");
      // No other answer of its own is below 200, and what lies above 599 means nothing to anybody.
      if (status < 200 || status > 599) return breaksContract(status, "the status is none");
      return declaredAnswer(exchange) === undefined ? breaksContract(status, "the status is not declared") : undefined;
    };
  },
});
