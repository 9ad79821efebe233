/**
 * Leaks: what an answer gives away that no caller should have: traces and messages of databases, private keys, credentials,
 * numbers of cards, paths and addresses of the inside.
 *
 *     leaks: { rules: { token: { mode: refuse } }, allow: { "/access_token": { rules: token, reason: "this operation hands them out" } } }
 *
 * Answers of JSON, XML and text are gone through once, as they stand. What is found is covered with stars at its place, or keeps
 * the whole answer from leaving, or is written down, by rule; a field that is there to carry such a thing is named with a
 * reason. A rule may only be held less strictly than usual with a reason, too. Streams of events and of lines go on unread,
 * and so does what is no text. Failures (500 to 599) are replaced by `faults`, whatever they hold.
 *
 * Answers API3:2023, broken object property level authorization, and API8:2023, security misconfiguration. See CWE-200, CWE-209
 * and CWE-532.
 */
import { isJson } from "../../../contract/media-type.ts";
import { findLeaks } from "../../../detection/leaks/find-leaks.ts";
import { type Leak, LEAK_RULES, type LeakRule } from "../../../detection/leaks/leak.ts";
import { defineGuard, type Disclosed, fields, type Guard, type JsonObject, type Particulars, type Problem, problem } from "../../../guard.ts";
import { allowanceOf } from "./leaks/allowed.ts";
import { cover } from "./leaks/cover.ts";
import { isText, typeOf } from "./leaks/looked-at.ts";
import { type LeakMode, leakOptions } from "./leaks/options.ts";
import { spellOut } from "./leaks/spelt-out.ts";

const answerLeaks: (particulars?: Particulars) => Problem = problem("answer-leaks", 502, "The API's answer holds what must not leave", "api");
const RULES: ReadonlySet<LeakRule> = new Set(LEAK_RULES);

export const leaks: Guard = defineGuard({
  name: "leaks",
  stage: "disclose",
  risks: ["API3:2023", "API8:2023"],
  options: fields(leakOptions),

  compile({ rules, allow, size }, { mode, report }) {
    const allowed = allowanceOf(allow, report);

    return (exchange) => {
      const { answer, request } = exchange;
      const { content, fields: head } = answer;
      const type = typeOf(head);
      if (answer.from === "door" || request.method === "HEAD" || content.declared === 0 || !isText(type)) return undefined;
      if (head.all("content-encoding").some((coding) => coding.trim().toLowerCase() !== "identity")) return refuse("the answer is in a content coding");
      const judge = (bytes: Uint8Array | Problem): Problem | undefined => {
        if (!(bytes instanceof Uint8Array)) return bytes.blame === "api" ? bytes : refuse("the answer is too large to be looked through");
        const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
        const plain = isJson(type) ? spellOut(text) : undefined;
        const leaks = allowed(findLeaks(plain?.text ?? text, RULES), plain?.text ?? text, () => content.value);
        const found = plain === undefined ? leaks : leaks.map(({ rule, from, to }) => ({ rule, from: plain.at(from), to: plain.at(to) }));
        return found.length === 0 ? undefined : settle(exchange, { bytes, found, rules, json: isJson(type), observed: mode === "observe" });
      };
      content.bound(size);
      const bytes = content.read();
      return bytes instanceof Promise ? bytes.then(judge) : judge(bytes);
    };
  },
});

function refuse(reason: string): Problem {
  return answerLeaks({ because: { reason } });
}

interface Found {
  readonly bytes: Uint8Array;
  readonly found: readonly Leak[];
  readonly rules: Readonly<Record<LeakRule, LeakMode>>;
  readonly json: boolean;
  /** The guard as a whole only watches. */
  readonly observed: boolean;
}

/** One rule that refuses keeps the answer; else what is to be covered is covered, and all is written down. */
function settle(exchange: Disclosed, { bytes, found, rules, json, observed }: Found): Problem | undefined {
  const finding = answerLeaks({ because: countOf(found) });
  if (observed || found.some(({ rule }) => rules[rule] === "refuse")) return finding;
  const { answer } = exchange;
  const covered = found.filter(({ rule }) => rules[rule] === "redact");
  if (covered.length > 0) answer.replace(answer.status, cover(bytes, covered, json));
  exchange.witness("leaks", "disclose", finding);
  return undefined;
}

/** Which rules and how often; never what it was. */
function countOf(found: readonly Leak[]): JsonObject {
  const counts = Map.groupBy(found, ({ rule }) => rule);
  return { leaks: [...counts].map(([rule, list]) => ({ rule, count: list.length })) };
}
