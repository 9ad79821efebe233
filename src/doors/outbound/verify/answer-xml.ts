/**
 * Answer xml: an XML answer is what the contract declares, and leads nobody who reads it outside.
 *
 * What the schema of an answer is for JSON it is for XML: the list of what may leave. Such an answer is held, read as `xml` reads
 * requests, without DOCTYPE and within bounds, and judged by the schema of its status, or by the XML Schema that `schema`
 * names. XML of which the contract says nothing streams through. That the content type is declared is for `answer-body` to say.
 *
 * Answers API3:2023, broken object property level authorization, and API10:2023, unsafe consumption of APIs. See RFC 7303, and
 * the OpenAPI Specification 3.1.1, sections 4.8.16 and 4.8.26.
 */
import { type Answered, defineGuard, fields, type Guard, or, type Problem, size } from "../../../guard.ts";
import { mediaChoice } from "../../media-choice.ts";
import { openXmlReading, xmlOptions } from "../../xml-options.ts";
import { readXml } from "../../xml-reading.ts";
import { settleAnswer } from "./answer-content.ts";
import { breaksContract } from "./broken-answer.ts";
import { declaredAnswer, isBodiless, isFailure } from "./declared-answers.ts";

export const answerXml: Guard = defineGuard({
  name: "answer-xml",
  stage: "verify",
  risks: ["API3:2023", "API10:2023"],
  standing: true,
  options: fields({ ...xmlOptions, elements: or(xmlOptions.elements, 100_000), size: or(size("Largest content that is held to be judged.", { min: "1B", max: "1GiB" }), "10MiB") }),

  compile(options, site) {
    const answers = [...site.operation.answers.values()];
    const judged = options.schema !== undefined || answers.some(({ media }) => media.some(({ kind, validator }) => kind === "xml" && validator !== undefined));
    if (site.operation.listed !== "operation" || !judged || !answers.some(({ media }) => media.some(({ kind }) => kind === "xml"))) return undefined;
    const choices = new Map(answers.map((answer) => [answer, mediaChoice(answer.media)]));
    const reading = openXmlReading(options, site);

    return (exchange: Answered): undefined | Problem | Promise<Problem | undefined> => {
      const { status, from, fields: given, content } = exchange.answer;
      if (from === "door" || isFailure(status) || isBodiless(exchange) || content.declared === 0) return undefined;
      const declared = declaredAnswer(exchange);
      const chosen = declared === undefined ? undefined : choices.get(declared)?.(given);
      if (declared === undefined || chosen === undefined || "wrong" in chosen || chosen.kind !== "xml" || chosen.fromXml === undefined) return undefined;
      const { fromXml, validator } = chosen;
      if (validator === undefined && reading.schema === undefined) return undefined;
      if (status === 206) return breaksContract(status, "a part of the content cannot be judged");
      content.bound(options.size);
      return readXml(content, { fromXml, validator }, reading).then((read) => settleAnswer(read, status, declared.media));
    };
  },
});
