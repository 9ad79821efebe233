/**
 * Injection: a text that some interpreter behind the API would run does not come in.
 *
 * The contract does most of it: a number, a date, a known value, or a text whose characters the contract names cannot carry
 * an attack, and is not looked at. What the contract leaves free is read the way databases, browsers, shells and the like
 * would read it, in each of the encodings that may be undone further down, and refused where it is such as only an attack
 * is. Prose may have the words of SQL; it has not its grammar. What `fields` says of single fields goes before what the contract
 * says; `code` is looked at and only written down. The caller learns which field it was; which rule and which view
 * found it is for the operator. The text itself is told to nobody.
 *
 * Answers API8:2023, security misconfiguration, and API10:2023, unsafe consumption of APIs. See CWE-74 and its kin, and the
 * OWASP Top 10 of 2021, A03.
 */
import { defineGuard, fields, type Guard, type Inspected, or, size } from "../../../guard.ts";
import { mediaChoice } from "../../media-choice.ts";
import { fieldRules } from "./injection/field-rules.ts";
import { comesFromElsewhere, lookersOf } from "./injection/grounds.ts";
import { leavesOf } from "./injection/leaves.ts";
import { refuseSuspicions, tooMuchText } from "./injection/refusal.ts";
import { Search, type Suspicion } from "./injection/search.ts";

const BODY = { in: "body" } as const;

export const injection: Guard = defineGuard({
  name: "injection",
  stage: "validate",
  risks: ["API8:2023", "API10:2023"],
  standing: true,
  options: fields({
    fields: or(fieldRules, {}),
    text: or(size("Most free text of one request that is looked at; a request with more is refused. A character counts as a byte.", { min: "1KiB", max: "64MiB" }), "4MiB"),
  }),

  compile({ fields: rules, text: characters }, { operation, posted, report }) {
    const leaves = leavesOf(operation, rules, report);
    const lookers = lookersOf(operation, leaves.parameters);
    const choose = mediaChoice(operation.body?.media);
    const sanitised = posted?.has("sanitise") ?? false;

    return (exchange) => {
      const search = new Search({ characters, sanitised, isSent: (place) => comesFromElsewhere(exchange.request.fields, place) });
      for (const look of lookers) look(exchange, search);
      const { value } = exchange.content;
      if (value !== undefined) {
        const chosen = choose(exchange.request.fields);
        search.value(value, leaves.body("wrong" in chosen ? undefined : chosen.validator), BODY);
      }
      if (search.exhausted) return tooMuchText();
      return search.found.length === 0 ? undefined : settle(search.found, exchange);
    };
  },
});

/** What is only watched is written down; the rest is refused. */
function settle(found: readonly Suspicion[], exchange: Inspected): ReturnType<typeof refuseSuspicions> | undefined {
  const [watched, refused] = [found.filter((one) => one.watched), found.filter((one) => !one.watched)];
  if (watched.length > 0) exchange.witness("injection", "validate", refuseSuspicions(watched));
  return refused.length === 0 ? undefined : refuseSuspicions(refused);
}
