/**
 * Injection: a text that some interpreter behind the API would run does not come in.
 *
 * The contract does most of it: a number, a date, a known value, or a text whose characters the contract names cannot carry
 * an attack, and is not looked at. What the contract leaves free is read the way databases, browsers, shells and the like
 * would read it, in each of the encodings that may be undone further down, and refused where it is such as only an attack
 * is. Prose may have the words of SQL; it has not its grammar. What `fields` says of single fields goes before what the contract
 * says; `code` is looked at and only written down.
 *
 * HTML that the API takes on purpose (`contentMediaType: text/html`, kind `rich`, a body of `text/html`) is not refused but cut down
 * to what may stay, on its way to the API, in bodies of JSON, in URL-encoded forms and as a body by itself; in a parameter, in XML and in the
 * parts of a multipart body it is looked at like any text. The caller learns which field it was; which rule and which view
 * found it is for the operator. The text itself is told to nobody.
 *
 * Answers API8:2023, security misconfiguration, and API10:2023, unsafe consumption of APIs. See CWE-74 and its kin, and the
 * OWASP Top 10 of 2021, A03.
 */
import { type Check, defineGuard, fields, type Guard, type Inspected, or, type Problem, type Read, type Site, size } from "../../../guard.ts";
import { type Chosen, mediaChoice, type Unchosen } from "../../media-choice.ts";
import { changesIn, cutsAsFindings, cuttable, rewrite } from "./injection/cut-rich.ts";
import { fieldRules } from "./injection/field-rules.ts";
import { comesFromElsewhere, lookersOf } from "./injection/grounds.ts";
import { leavesOf } from "./injection/leaves.ts";
import { refuseSuspicions, tooMuchText } from "./injection/refusal.ts";
import { cutterOf, richOptions } from "./injection/rich-text.ts";
import { Search, type Suspicion } from "./injection/search.ts";

const BODY = { in: "body" } as const;

const options = fields({
  fields: or(fieldRules, {}),
  text: or(size("Most free text of one request that is looked at; a request with more is refused. A character counts as a byte.", { min: "1KiB", max: "64MiB" }), "4MiB"),
  rich: or(richOptions, {}),
});

export const injection: Guard = defineGuard({
  name: "injection",
  stage: "validate",
  risks: ["API8:2023", "API10:2023"],
  standing: true,
  options,

  compile({ fields: rules, text: characters }, { operation, mode, report }) {
    const leaves = leavesOf(operation, rules, report);
    const lookers = lookersOf(operation, leaves.parameters);
    const choose = mediaChoice(operation.body?.media);

    const lookAtBody = (search: Search, content: Inspected["content"], chosen: Chosen | Unchosen): void => {
      const leaf = leaves.bodyOf(chosen);
      if (leaf.idle) return;
      const cut = mode !== "observe" && cuttable(chosen) !== undefined;
      // Whoever read the body may have noted where its texts stand. Who finds something in them goes back for its place.
      if (content.spots !== undefined && leaves.isDeclared(chosen) && search.sparesAll(content.spots, cut)) return;
      search.value(content.value ?? null, leaf, BODY, cut);
    };

    return (exchange) => {
      const search = new Search({ characters, isSent: (place) => comesFromElsewhere(exchange.request.fields, place) });
      for (const look of lookers) look(exchange, search);
      if (exchange.content.understood) lookAtBody(search, exchange.content, choose(exchange.request.fields));
      if (search.exhausted) return tooMuchText();
      return search.found.length === 0 ? undefined : settle(search.found, exchange);
    };
  },

  elsewhere: { prepare: cutRichTexts },
});

function cutRichTexts({ fields: rules, rich }: Read<typeof options>, { operation, mode }: Site): Check<"prepare"> | undefined {
  const leaves = leavesOf(operation, rules, () => undefined);
  if (mode === "observe" || !leaves.hasRich) return undefined;
  const cut = cutterOf(rich);
  const choose = mediaChoice(operation.body?.media);

  return (exchange) => {
    const { value } = exchange.content;
    const chosen = choose(exchange.request.fields);
    const kind = cuttable(chosen);
    if (value === undefined || kind === undefined) return undefined;
    const changes = changesIn(value, leaves.bodyOf(chosen), cut);
    if (changes.length === 0) return undefined;
    const told = refuseSuspicions(cutsAsFindings(changes));
    if (!rewrite(exchange, changes, kind)) return told;
    exchange.witness("injection", "prepare", told);
    return undefined;
  };
}

/** What is only watched is written down; the rest is refused. */
function settle(found: readonly Suspicion[], exchange: Inspected): Problem | undefined {
  const [watched, refused] = [found.filter((one) => one.watched), found.filter((one) => !one.watched)];
  if (watched.length > 0) exchange.witness("injection", "validate", refuseSuspicions(watched));
  return refused.length === 0 ? undefined : refuseSuspicions(refused);
}
