/**
 * Rulebook: what a posting of owner comes to at one operation: whose things are the caller's, where they stand in which
 * answer, and how it is said that they are not.
 */
import type { DeclaredAnswer } from "../../../../contract/operation.ts";
import { writeMemberPath } from "../../../../contract/member-path.ts";
import { type Answered, isJsonObject, type JsonObject, type Particulars, type Principal, type Problem, problem, type Site } from "../../../../guard.ts";
import { type Names, type PrincipalValue, principalValue } from "../../../../policy/principal-value.ts";
import { isExempt } from "../../../exemption.ts";
import { type Chosen, type MediaChoice, mediaChoice } from "../../../media-choice.ts";
import { notFound } from "../../../not-found.ts";
import { declaredAnswer } from "../declared-answers.ts";
import { BesideTree } from "./beside.ts";
import { type Level, levelsOf } from "./lists.ts";
import type { OwnerOptions } from "./options.ts";
import { type FoundPlaces, findPlaces, type Place } from "./places.ts";
import { SAFE } from "./safe.ts";

/** A place, and how the body that it is in is to be read. */
export interface Found {
  readonly place: Place;
  readonly chosen: Chosen;
  readonly declared: DeclaredAnswer;
  /** undefined: the answer is one thing. */
  readonly level: Level | undefined;
}

export interface Rulebook {
  readonly mine: (principal: Principal | undefined) => Names;
  readonly exempt: (principal: Principal | undefined) => boolean;
  /** undefined: this answer has no place for an owner. */
  readonly find: (exchange: Answered) => Found | undefined;
  readonly foreign: Problem;
  readonly missing: Problem;
  readonly unreadable: (reason: string) => Problem;
  readonly tellCut: (cut: number, left: number) => Problem;
}

export const ownerUnreadable: (particulars?: Particulars) => Problem = problem("owner-unreadable", 502, "The API does not say whose this is", "api");
const foreignItems: (particulars?: Particulars) => Problem = problem("foreign-items", 404, "Some of it belongs to somebody else", "api");

/** undefined: there is no answer to judge here. What does not fit is reported. */
export function openRulebook(options: OwnerOptions, site: Site): Rulebook | undefined {
  const { operation, report } = site;
  if (options.lookup !== undefined || options.provenance !== undefined || operation.listed === "path" || operation.listed === "method") return undefined;
  if (operation.listed === "unlisted") {
    report("of what the contract does not list nobody knows whose it is", "owner at single operations, or no `unlisted`");
    return undefined;
  }
  if (!SAFE.has(operation.method) && operation.pathNames.length > 0 && !asksFirst(site)) report("whose it is would be known only after the API has acted", "a posting of owner with lookup or provenance, beside this one or instead");
  const mine = openNames(options, site);
  if (operation.method === "HEAD") report("an answer to HEAD has no content, so it cannot say whose it is", "owner: { waived: <reason> }, or no HEAD in the contract");
  const found = findPlaces(operation, options.field);
  for (const { wrong, allowed } of found.complaints) report(wrong, allowed);
  const levels = levelsOfAll(found, options, report);
  const rule = `${options.field.map(writeMemberPath).join(" or ")} is ${options.is}`;
  const told = (outcome: string, more: JsonObject = {}): Particulars => ({ because: { rule, outcome, ...more } });
  return {
    mine,
    exempt: isExempt(options.unless, site),
    find: finderOf(operation.answers, found, levels),
    foreign: notFound(told("foreign")),
    missing: notFound(told("missing")),
    unreadable: (reason) => ownerUnreadable(told("unreadable", { reason })),
    tellCut: (cut, left) => foreignItems(told("foreign items", { cut, left })),
  };
}

/** Whether some posting of owner looks before the API does anything. */
function asksFirst({ optionsOf }: Site): boolean {
  return optionsOf?.("owner").some((options) => isJsonObject(options) && (options["lookup"] !== undefined || asksForIssued(options))) ?? false;
}

/** Whether a posting, as it is written, lets an id in only for whom it was issued to. */
export function asksForIssued({ provenance }: JsonObject): boolean {
  return isJsonObject(provenance) && (provenance["with"] !== undefined || provenance["chosen"] !== undefined);
}

/** What of a caller is compared with owners. Undefined names own nothing. */
export function openNames({ is, issuer }: OwnerOptions, { identity, optionsOf, report }: Site): PrincipalValue {
  const value = principalValue(is, identity);
  if (typeof value !== "function") {
    report(value.wrong, value.allowed);
    return () => undefined;
  }
  const issuers = new Set(["jwt", "introspection"].flatMap((guard) => optionsOf?.(guard) ?? []).map((options) => (isJsonObject(options) ? options["issuer"] : undefined)));
  if (issuers.size > 1 && issuer === undefined && is !== "principal.id") report(`callers of ${issuers.size} issuers come here, and ${is} of two of them may be the same`, "issuer: <the one whose callers are owners>, or is: principal.id");
  return issuer === undefined ? value : (principal) => (principal?.issuer === issuer ? value(principal) : undefined);
}

function levelsOfAll({ places }: FoundPlaces, { beside }: OwnerOptions, report: Site["report"]): ReadonlyMap<Place, Level> {
  const complain = ({ wrong, allowed }: { readonly wrong: string; readonly allowed: string }): void => report(wrong, allowed);
  const tree = new BesideTree(beside, complain);
  const levels = new Map<Place, Level>();
  for (const place of places.values()) {
    const level = levelsOf(place, tree, complain);
    if (level !== undefined) levels.set(place, level);
  }
  for (const stray of tree.unused()) report(`beside: ${stray} stands beside no list here`, "the path of a declared member beside the list");
  return levels;
}

function finderOf(answers: ReadonlyMap<string, DeclaredAnswer>, { places }: FoundPlaces, levels: ReadonlyMap<Place, Level>): Rulebook["find"] {
  const choices = new Map<DeclaredAnswer, MediaChoice>([...answers.values()].map((answer) => [answer, mediaChoice(answer.media)]));
  return (exchange) => {
    const declared = declaredAnswer(exchange);
    const chosen = declared === undefined ? undefined : choices.get(declared)?.(exchange.answer.fields);
    if (declared === undefined || chosen === undefined || "wrong" in chosen || chosen.validator === undefined) return undefined;
    const place = places.get(chosen.validator);
    return place === undefined ? undefined : { place, chosen, declared, level: levels.get(place) };
  };
}
