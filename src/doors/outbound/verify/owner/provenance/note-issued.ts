/**
 * Note issued: remembers for whom an answer holds which ids, once it leaves.
 *
 * The last look at the answer, behind all that cuts: what the caller does not get is not issued to him, and nor is what is
 * refused in the end. Strangers are issued nothing.
 */
import type { Json } from "../../../../../contract/json-value.ts";
import { type MemberPath, valuesAt } from "../../../../../contract/member-path.ts";
import type { DeclaredAnswer } from "../../../../../contract/operation.ts";
import type { Trim } from "../../../../../contract/media/sequence/sequence.ts";
import { type Check, type Fields, type Particulars, type Problem, problem, type Site } from "../../../../../guard.ts";
import { readValue, type Understood } from "../../../../body-reading.ts";
import { forbidStoring } from "../../../../forbid-storing.ts";
import { type MediaChoice, mediaChoice } from "../../../../media-choice.ts";
import { trimItems } from "../../../trim-items.ts";
import { answerReading } from "../../answer-options.ts";
import { declaredAnswer, isBodiless } from "../../declared-answers.ts";
import { idOf } from "../lookup/address.ts";
import { findSource, type Source } from "../lookup/sources.ts";
import type { OwnerOptions } from "../options.ts";
import { ownerUnreadable } from "../rulebook.ts";
import { makesChosen } from "./chosen.ts";
import { findIssues, issuedName, openIssued } from "./issued.ts";
import { findLocated } from "./located.ts";

const idsNotIssued: (particulars?: Particulars) => Problem = problem("ids-not-issued", 502, "Some ids do not count as issued", "api");

export function noteIssued({ provenance }: OwnerOptions, site: Site): Check<"seal"> | undefined {
  const { operation, contract, mode } = site;
  if (provenance === undefined || (provenance.issues.length === 0 && provenance.location === undefined && provenance.chosen === undefined) || operation.listed !== "operation") return undefined;
  const { kind, keep, most, location, chosen } = provenance;
  // What does not fit has been told where the answer is verified.
  const { places } = findIssues(operation, provenance.issues);
  const located = location === undefined ? undefined : findLocated(location, contract.operations);
  const source = chosen === undefined ? undefined : findSource(chosen, operation);
  const choices = new Map<DeclaredAnswer, MediaChoice>([...operation.answers.values()].map((answer) => [answer, mediaChoice(answer.media)]));
  const { bounds, sizeBytes, itemBytes } = answerReading(site);
  const issued = openIssued(site, kind);

  return (exchange) => {
    const { answer, principal, request } = exchange;
    const { status, content, fields } = answer;
    if (principal === undefined || answer.from === "door" || status < 200 || status > 299) return undefined;
    // Whoever has it from another place than this door was issued nothing.
    if (mode !== "observe") forbidStoring(fields);
    const tell = (reason: string): undefined => {
      exchange.witness("owner", "seal", idsNotIssued({ because: { kind, reason } }));
    };
    const issue = (ids: ReadonlySet<string>, now: number): void => {
      for (const id of ids) issued.mark(issuedName(principal, id), keep, now);
    };
    const issueOnceItLeaves = (ids: ReadonlySet<string>): void => {
      if (ids.size > 0) exchange.follow({ answered: ({ now, refusedAt }) => (refusedAt === undefined ? issue(ids, now) : undefined) });
    };

    if (source !== undefined && "read" in source && makesChosen(exchange, status)) issueOnceItLeaves(asIds(source.read(exchange, undefined)));
    const told = located === undefined ? undefined : locationOf(fields);
    const made = told === undefined ? undefined : located?.(told, request.path);
    if (made !== undefined) issueOnceItLeaves(new Set([made]));
    else if (located !== undefined && (told !== undefined || status === 201)) tell("no Location that a path of the contract fits");
    if (places.size === 0 || isBodiless(exchange)) return undefined;

    const declared = declaredAnswer(exchange);
    const chosen = declared === undefined ? undefined : choices.get(declared)?.(fields);
    const place = chosen === undefined || "wrong" in chosen || chosen.validator === undefined ? undefined : places.get(chosen.validator);
    if (chosen === undefined || "wrong" in chosen || place === undefined) return tell("content in which no id is declared");
    if (place.items !== undefined) {
      const began = performance.now();
      const trim = issueEach(place.paths, most, (ids) => issue(ids, exchange.now + performance.now() - began), tell);
      const refuse = (reason: string): Problem => ownerUnreadable({ because: { kind, reason } });
      return content.pass(trimItems(place.items, trim, { bounds, itemBytes, observed: mode === "observe", refuse }));
    }

    const note = (read: Understood): Problem | undefined => {
      if ("kind" in read) {
        if (read.kind !== "unread") return tell(`content that is ${read.kind}`);
        return read.problem.blame === "api" ? read.problem : ownerUnreadable({ because: { kind, reason: "content that is unread" } });
      }
      const { ids, whole } = idsIn(read.value, place.paths, most);
      if (!whole) tell(`more than ${most} ids`);
      issueOnceItLeaves(ids);
      return undefined;
    };
    content.bound(sizeBytes);
    const read = readValue(content, chosen, bounds);
    return read instanceof Promise ? read.then(note) : note(read);
  };
}

/** One place, or none that everybody would read alike. */
function locationOf(fields: Fields): string | undefined {
  return fields.count("location") === 1 ? fields.one("location") : undefined;
}

/** Each item issues its ids as it leaves: nobody knows when a sequence ends. */
function issueEach(paths: readonly MemberPath[], most: number, issue: (ids: ReadonlySet<string>) => void, tell: (reason: string) => void): Trim {
  let left = most;
  return (value, item) => {
    const { ids, whole } = idsIn(value, paths, left);
    issue(ids);
    left -= ids.size;
    if (!whole) tell(`more than ${most} ids`);
    return item;
  };
}

function asIds(values: ReturnType<Source>): ReadonlySet<string> {
  return new Set(values === "unreadable" ? [] : values.flatMap((value) => (value === undefined ? [] : (idOf(value) ?? []))));
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
