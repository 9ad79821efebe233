/**
 * Answer body: what the API sends is of a declared type, fits its schema, and carries the declared header fields.
 *
 * The schema of an answer is the list of what may leave: with `additionalProperties: false` a column that was added to a
 * table yesterday stays in. JSON, forms and constrained text are held until they are judged; lines, records and events
 * (JSON Lines, RFC 7464, server-sent events) are judged one by one on their way, and the first that does not fit breaks the
 * answer off; everything else streams through, but for its first bytes, which have to be those of its type. What cannot
 * be judged, because it is compressed, too large, a part of a whole or of an undeclared type, does not leave.
 * Failures (500 to 599) are replaced by `faults`, and what the doors say themselves is not verified.
 *
 * Answers API3:2023, broken object property level authorization, and API10:2023, unsafe consumption of APIs. See the OpenAPI
 * Specification 3.1.1, sections 4.8.16 and 4.8.17, and RFC 9110, sections 6.4.1 and 8.
 */
import { type Answered, defineGuard, type Guard, type Problem } from "../../../guard.ts";
import { jsonBounds } from "../../json-options.ts";
import { judgeHeaders } from "./answer-headers.ts";
import { type AnswerContent, type ContentBounds, contentJudge } from "./answer-content.ts";
import { answerOptions } from "./answer-options.ts";
import { breaksContract } from "./broken-answer.ts";
import { declaredAnswer, isBodiless, isFailure } from "./declared-answers.ts";

export const answerBody: Guard = defineGuard({
  name: "answer-body",
  stage: "verify",
  risks: ["API3:2023", "API10:2023"],
  standing: true,
  options: answerOptions,

  compile(options, { operation, mode }) {
    if (operation.listed === "unlisted") return undefined;
    const bounds: ContentBounds = { bounds: jsonBounds(options), sizeBytes: options.size, itemBytes: options.item, observed: mode === "observe" };
    const contents = new Map([...operation.answers.values()].map((answer) => [answer, contentJudge(answer.media, bounds)]));
    const undeclared: AnswerContent = contentJudge([], bounds);

    return (exchange: Answered): Problem | undefined | Promise<Problem | undefined> => {
      const { status, from, fields } = exchange.answer;
      if (from === "door" || isFailure(status)) return undefined;
      const declared = declaredAnswer(exchange);
      if (declared !== undefined) {
        const findings = judgeHeaders(declared.headers, fields);
        if (findings.length > 0) return breaksContract(status, "header fields are not as declared", findings);
      }
      if (isBodiless(exchange)) return undefined;
      const judge = (declared === undefined ? undefined : contents.get(declared)) ?? undeclared;
      return judge(exchange);
    };
  },
});
