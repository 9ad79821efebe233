/**
 * Coverage: which aspects of protection each operation has, which it lacks, and a score.
 *
 * Worked out from the compiled plans, not from what the policy says: a guard that is posted and has nothing to check
 * protects nothing. Only what is enforced counts as held; what is observed or waived does not, whatever the reason.
 */
import type { Json } from "../contract/json-value.ts";
import type { MediaType, Operation } from "../contract/operation.ts";
import type { Guard } from "../policy/definition.ts";
import { type FreeTexts, freeTextsOf } from "./free-texts.ts";
import type { House } from "./house.ts";
import { type Level, levelsOf, speaksOfId } from "./levels.ts";
import type { Plan, PostedGuard } from "./plan.ts";
import { answersOf, comesNamed, findOpenProperties, listSome } from "./property-coverage.ts";
import { takenIds } from "./taken-ids.ts";

/** `held`: enforced. `observed`: refusals are only witnessed. `waived`: given up, with a reason. `open`: nobody looks. */
export type State = "held" | "observed" | "waived" | "open" | "not applicable";

export interface CoveredAspect {
  readonly aspect: string;
  readonly state: State;
  /** The reason of a waiver, or what is missing. */
  readonly detail?: string;
  /** Names of the guards that hold it, or would. */
  readonly guards: readonly string[];
}

export interface CoveredOperation {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly aspects: readonly CoveredAspect[];
}

/** What to do so that more is held: one advice, and the operations that it is for. */
export interface Raise {
  readonly aspect: string;
  readonly advice: string;
  readonly operations: readonly string[];
}

export interface Coverage {
  /** Operations in service: first those that take an id of which nothing holds whose it is; else in the order of the contract. */
  readonly operations: readonly CoveredOperation[];
  /** Operations that are refused because the contract could not be understood there. */
  readonly down: readonly { readonly id: string; readonly reason: string }[];
  /** Why requests that the contract does not list are forwarded all the same, where the policy says so. */
  readonly unlisted: string | undefined;
  /** 0 to 100: the share of the applicable aspects of all operations in service that is held, rounded down. */
  readonly score: number;
  readonly held: number;
  readonly applicable: number;
  readonly raise: readonly Raise[];
  /** Texts of which the contract says so little that each has to be looked through. */
  readonly freeTexts: readonly FreeTexts[];
}

interface Aspect {
  readonly name: string;
  /** One sentence for the manual. */
  readonly about: string;
  readonly holds: (guard: Pick<Guard, "name" | "stage" | "risks"> & { readonly options?: Json }) => boolean;
  readonly judge?: (plan: Plan, state: Judged) => Judged;
  readonly advice: string;
}

type Judged = Pick<CoveredAspect, "state" | "detail">;

const named = (wanted: string): Aspect["holds"] => ({ name }) => name === wanted;
const speaksOf = (level: Level): Aspect["holds"] => (guard) => levelsOf(guard).includes(level);

const ASPECT_LIST: readonly Aspect[] = [
  { name: "framing", about: "Where a request begins and ends can be read in one way only.", holds: named("framing"), advice: "post framing" },
  { name: "size", about: "Head and body are bounded.", holds: named("size"), advice: "post size" },
  { name: "authentication", about: "Strangers do not come in.", holds: named("credentials"), judge: judgeAuthentication, advice: "ask for a credential: `security` in the contract, and no `public` in the policy" },
  { name: "limit", about: "Calls are counted and bounded.", holds: ({ stage }) => stage === "throttle", advice: "post token-bucket, under `everywhere` for all" },
  { name: "function", about: "Not everybody with a good credential may call this operation (function level authorization).", holds: speaksOf("function"), judge: judgeFunction, advice: "name scopes in the contract's `security`, or post scope: { also: [...] }, role or rule" },
  { name: "object", about: "The object that the request names must be one of the caller's (object level authorization).", holds: speaksOf("object"), judge: judgeObject, advice: "" },
  { name: "property", about: "Only members that the contract names go in and out (property level authorization).", holds: speaksOf("property"), judge: judgeProperty, advice: "close the objects of the contract (additionalProperties: false), or post properties: { undeclared: { sent: refuse, answered: remove } }" },
  { name: "parameters", about: "Path, query, header and cookie parameters fit the contract, and there are no others.", holds: named("parameters"), advice: "post parameters" },
  { name: "body", about: "The body of the request fits the contract.", holds: named("body"), judge: ({ operation }, found) => loosen(found, operation.body?.media ?? []), advice: "give every media type of the request body a schema" },
  { name: "xml", about: "XML that comes in is well-formed, small and free of what leads outside, and fits the contract.", holds: named("xml"), judge: ({ operation }, found) => only(found, (operation.body?.media ?? []).some(mayBeXml)), advice: "post xml" },
  { name: "upload", about: "Files that come in are what they say they are.", holds: named("upload"), judge: ({ operation }, found) => only(found, (operation.body?.media ?? []).some(mayHoldFiles)), advice: "post upload" },
  { name: "injection", about: "Texts that the contract leaves free are looked at for attacks.", holds: named("injection"), advice: "post injection" },
  { name: "answer status", about: "The API answers only with statuses that the contract lists.", holds: named("answer-status"), advice: "post answer-status" },
  { name: "answer body", about: "What the API answers fits the contract.", holds: named("answer-body"), judge: (plan, found) => loosen(found, answersOf(plan.operation)), advice: "give every media type of the answers a schema" },
  { name: "answer xml", about: "What the API answers in XML fits the contract, and leads nobody outside.", holds: named("answer-xml"), judge: ({ operation }, found) => only(found, answersOf(operation).some(({ kind }) => kind === "xml")), advice: "post answer-xml" },
  { name: "faults", about: "Traces and messages of the API's own faults stay inside.", holds: named("faults"), advice: "post faults" },
  { name: "headers", about: "Answers carry the fields that browsers need, and not those that tell too much.", holds: named("headers"), advice: "post headers" },
];

/** The aspects with their meaning, for the manual. */
export const ASPECTS: readonly { readonly name: string; readonly about: string }[] = ASPECT_LIST.map(({ name, about }) => ({ name, about }));

/** @param guards all guards that could be posted: advice names only what there is */
export function measureCoverage(house: Pick<House, "plans" | "policy">, guards: readonly Guard[]): Coverage {
  const plans = [...house.plans.values()];
  const covered = plans.filter(({ down }) => down === undefined).map(coverOperation);
  // Whoever has little time should see these first: sorting is stable, so the contract's order stays otherwise.
  const operations = covered.toSorted((one, other) => Number(isUnowned(other)) - Number(isUnowned(one)));
  const judged = operations.flatMap(({ aspects }) => aspects).filter(({ state }) => state !== "not applicable");
  const held = judged.filter(({ state }) => state === "held").length;
  return {
    operations,
    down: plans.flatMap(({ operation, down }) => (down === undefined ? [] : [{ id: operation.id, reason: down }])),
    unlisted: house.policy.settings.unlisted?.forward,
    score: judged.length === 0 ? 0 : Math.floor((100 * held) / judged.length),
    held,
    applicable: judged.length,
    raise: adviceFor(operations, guards),
    freeTexts: plans.filter(({ down }) => down === undefined).flatMap((plan) => freeTextsOf(plan.operation, comesNamed(plan)) ?? []),
  };
}

/** It takes an id, and nothing holds whose it is. */
export function isUnowned({ aspects }: CoveredOperation): boolean {
  return aspects.some(({ aspect, state }) => aspect === "object" && state === "open");
}

/** The levels of authorization of one operation, from the function down to its properties. */
export function coverLevels(plan: Plan): readonly CoveredAspect[] {
  return coverOperation(plan).aspects.filter(({ aspect }) => aspect === "function" || aspect === "object" || aspect === "property");
}

function coverOperation(plan: Plan): CoveredOperation {
  const { id, method, path } = plan.operation;
  const aspects = ASPECT_LIST.map(({ name, holds, judge }): CoveredAspect => {
    const postings = plan.guards.filter((posted) => holds({ ...posted, name: posted.guard }));
    const found = judgePostings(postings);
    const judged = judge?.(plan, found) ?? found;
    const holding = found.state === "held" ? postings.filter(({ checks, mode }) => checks && mode === "enforce") : postings;
    return { aspect: name, ...judged, guards: [...new Set(holding.map(({ guard }) => guard))] };
  });
  return { id, method, path, aspects };
}

function judgePostings(postings: readonly PostedGuard[]): Judged {
  if (postings.some(({ checks, mode }) => checks && mode === "enforce")) return { state: "held" };
  if (postings.some(({ checks }) => checks)) return { state: "observed" };
  const waived = postings.find((posting) => posting.waived !== undefined)?.waived;
  if (waived !== undefined) return { state: "waived", detail: waived };
  return postings.length > 0 ? { state: "not applicable" } : { state: "open" };
}

/** Where strangers may come in, the guard may still check credentials that are sent; it keeps nobody out. */
function judgeAuthentication(plan: Plan, found: Judged): Judged {
  if (plan.public !== undefined && letsStrangersIn(plan.operation)) return { state: "waived", detail: `public: ${plan.public}` };
  return found.state === "not applicable" ? { state: "open" } : found;
}

function letsStrangersIn({ security = [] }: Operation): boolean {
  return security.length === 0 || security.some((all) => all.length === 0);
}

/** Where strangers come in there is nobody whose rights could be looked at. */
function isForStrangers(plan: Plan): boolean {
  return plan.public !== undefined && letsStrangersIn(plan.operation);
}

function judgeFunction(plan: Plan, found: Judged): Judged {
  if (found.state !== "not applicable" && found.state !== "open") return found;
  if (isForStrangers(plan) || letsStrangersIn(plan.operation)) return { state: "not applicable", detail: "strangers may come in" };
  return { state: "open", detail: "every good credential will do: neither contract nor policy names a scope, a role or a rule" };
}

function judgeObject(plan: Plan, found: Judged): Judged {
  const ids = takenIds(plan.operation);
  if (found.state === "held" || found.state === "observed") return { ...found, ...passedOver(plan, ids) };
  if (found.state === "waived") return found;
  if (ids.length === 0) return { state: "not applicable", detail: "it takes no id" };
  if (isForStrangers(plan)) return { state: "not applicable", detail: "strangers may come in, so nothing here is anybody's" };
  return { state: "open", detail: `object level authorization is not held: whoever guesses ${listSome(ids)} is let through to the API` };
}

/** What of these ids no rule about objects speaks of. */
function passedOver({ guards }: Plan, ids: readonly string[]): { readonly detail?: string } {
  const rules = guards.filter(({ guard: name, risks, options, checks }) => checks && levelsOf({ name, risks, options }).includes("object"));
  const missed = ids.filter((id) => !rules.some((rule) => speaksOfId(rule, id)));
  return missed.length === 0 ? {} : { detail: `no rule speaks of ${listSome(missed)}` };
}

function judgeProperty(plan: Plan, found: Judged): Judged {
  if (found.state === "observed" || found.state === "waived") return found;
  const open = findOpenProperties(plan);
  if (open === "not applicable") return found.state === "held" ? found : { state: "not applicable", detail: "no JSON goes in or out" };
  return open === undefined ? { state: "held" } : { state: "open", ...open };
}

/** A guard that is there and looks into nothing: what the contract leaves open is named. */
function loosen(found: Judged, media: readonly MediaType[]): Judged {
  if (found.state !== "held") return found;
  const loose = media.filter(({ kind, validator }) => kind !== "unsupported" && (validator === undefined || validator.open));
  if (loose.length === 0) return found;
  return { state: "open", detail: `not looked into: ${[...new Set(loose.map(({ range }) => range))].join(", ")}` };
}

/** A guard that is posted or waived everywhere says nothing of operations at which what it is for never travels. */
function only(found: Judged, travels: boolean): Judged {
  return travels ? found : { state: "not applicable" };
}

const mayBeXml = ({ kind, range }: MediaType): boolean => kind === "xml" || (kind === "opaque" && range.includes("*"));
const mayHoldFiles = ({ kind, range }: MediaType): boolean => kind === "opaque" || kind === "bytes" || range.startsWith("multipart/");

/** One advice per aspect and kind of lack, in the order of the aspects. */
function adviceFor(operations: readonly CoveredOperation[], guards: readonly Guard[]): readonly Raise[] {
  return ASPECT_LIST.flatMap((aspect) => {
    const lacks = new Map<string, string[]>();
    for (const { id, aspects } of operations) {
      const covered = aspects.find(({ aspect: name }) => name === aspect.name);
      const advice = covered === undefined ? undefined : advise(aspect, covered, guards);
      if (advice !== undefined) lacks.set(advice, [...(lacks.get(advice) ?? []), id]);
    }
    return [...lacks].map(([advice, lacking]) => ({ aspect: aspect.name, advice, operations: lacking }));
  });
}

function advise({ name, holds, advice }: Aspect, { state, detail, guards: posted }: CoveredAspect, guards: readonly Guard[]): string | undefined {
  if (state === "held" || state === "not applicable") return undefined;
  if (state === "observed") return `enforce what is only observed: ${posted.join(", ")}`;
  if (state === "waived" && detail?.startsWith("public: ") !== true) return `take away the waiver of ${posted.join(", ")}`;
  return name === "object" ? adviseObject(guards.filter(holds)) : advice;
}

function adviseObject(holders: readonly Guard[]): string {
  if (holders.length > 0) return `say whose the object is: post ${holders.map(({ name }) => name).join(" or ")}`;
  return "no guard here decides whose an object is: let the API check it, or post a guard of your own that answers API1:2023";
}
