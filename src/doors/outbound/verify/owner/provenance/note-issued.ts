/**
 * Note issued: remembers for whom an answer holds which ids, once it leaves.
 *
 * The last look at the answer, behind all that cuts: what the caller does not get is not issued to him, and nor is what is
 * refused in the end. Strangers are issued nothing.
 */
import type { Json } from "../../../../../contract/json-value.ts";
import { type MemberPath, valuesAt } from "../../../../../contract/member-path.ts";
import type { DeclaredAnswer } from "../../../../../contract/operation.ts";
import { type Check, type Particulars, type Problem, problem, type Site } from "../../../../../guard.ts";
import { readValue, type Understood } from "../../../../body-reading.ts";
import { forbidStoring } from "../../../../forbid-storing.ts";
import { type MediaChoice, mediaChoice } from "../../../../media-choice.ts";
import { answerReading } from "../../answer-options.ts";
import { declaredAnswer, isBodiless } from "../../declared-answers.ts";
import { idOf } from "../lookup/address.ts";
import type { OwnerOptions } from "../options.ts";
import { ownerUnreadable } from "../rulebook.ts";
import { findIssues, issuedName, openIssued } from "./issued.ts";

const idsNotIssued: (particulars?: Particulars) => Problem = problem("ids-not-issued", 502, "Some ids do not count as issued", "api");

export function noteIssued({ provenance }: OwnerOptions, site: Site): Check<"seal"> | undefined {
  const { operation, mode } = site;
  if (provenance === undefined || provenance.issues.length === 0 || operation.listed !== "operation") return undefined;
  const { kind, keep, most } = provenance;
  // What does not fit has been told where the answer is verified.
  const { places } = findIssues(operation, provenance.issues);
  const choices = new Map<DeclaredAnswer, MediaChoice>([...operation.answers.values()].map((answer) => [answer, mediaChoice(answer.media)]));
  const { bounds, sizeBytes } = answerReading(site);
  const issued = openIssued(site, kind);

  return (exchange) => {
    const { answer, principal } = exchange;
    const { status, content, fields } = answer;
    if (principal === undefined || answer.from === "door" || status < 200 || status > 299 || isBodiless(exchange)) return undefined;
    // Whoever has it from another place than this door was issued nothing.
    if (mode !== "observe") forbidStoring(fields);
    const tell = (reason: string): undefined => {
      exchange.witness("owner", "seal", idsNotIssued({ because: { kind, reason } }));
    };
    const declared = declaredAnswer(exchange);
    const chosen = declared === undefined ? undefined : choices.get(declared)?.(fields);
    const paths = chosen === undefined || "wrong" in chosen || chosen.validator === undefined ? undefined : places.get(chosen.validator);
    if (chosen === undefined || "wrong" in chosen || paths === undefined) return tell("content in which no id is declared");

    const note = (read: Understood): Problem | undefined => {
      if ("kind" in read) {
        if (read.kind !== "unread") return tell(`content that is ${read.kind}`);
        return read.problem.blame === "api" ? read.problem : ownerUnreadable({ because: { kind, reason: "content that is unread" } });
      }
      const { ids, whole } = idsIn(read.value, paths, most);
      if (!whole) tell(`more than ${most} ids`);
      exchange.follow({
        answered({ now, refusedAt }) {
          if (refusedAt !== undefined) return;
          for (const id of ids) issued.mark(issuedName(principal, id), keep, now);
        },
      });
      return undefined;
    };
    content.bound(sizeBytes);
    const read = readValue(content, chosen, bounds);
    return read instanceof Promise ? read.then(note) : note(read);
  };
}

function idsIn(value: Json, paths: readonly MemberPath[], most: number): { readonly ids: ReadonlySet<string>; readonly whole: boolean } {
  const ids = new Set<string>();
  for (const path of paths) {
    for (const one of valuesAt(value, path)) {
      const id = idOf(one);
      if (id === undefined || ids.has(id)) continue;
      if (ids.size >= most) return { ids, whole: false };
      ids.add(id);
    }
  }
  return { ids, whole: true };
}
