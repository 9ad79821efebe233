/**
 * Property coverage: whether JSON goes in and out only with members that the contract names, in objects of any depth.
 *
 * Schemas may close their objects themselves, and `properties` closes what they leave ajar; who may set and see what is
 * named is a question behind that one.
 */
import path from "node:path";
import type { MediaType, Operation } from "../contract/operation.ts";
import { findFree } from "../contract/sketch/find-free.ts";
import { type Closure, closureOf } from "./closed.ts";
import { misread } from "../policy/shape.ts";
import { propertyOptions } from "./outbound/disclose/properties/options.ts";
import type { Plan } from "./plan.ts";

/** What `properties` does with members that are not named; `contract`: nothing. */
type Undeclared = "contract" | "opened" | "closed";

const CLOSED: Closure = { closed: true };
const PLACES_SHOWN_MAX = 6;

/** @returns undefined: nothing else goes in or out; else what may, and where; `not applicable` where no JSON travels */
export function findOpenProperties(plan: Plan): { readonly detail: string } | "not applicable" | undefined {
  const sent = jsonOf(plan.operation.body?.media ?? []);
  const answered = jsonOf(answersOf(plan.operation));
  if (sent.length + answered.length === 0) return "not applicable";
  const ways = { in: look(sent, stands(plan, "body"), undeclared(plan, "sent")), out: look(answered, stands(plan, "answer-body"), undeclared(plan, "answered")) };
  const open = Object.entries(ways).filter(([, found]) => found !== undefined);
  if (open.length === 0) return undefined;
  const places = [...new Set(open.flatMap(([, found]) => found ?? []))];
  return { detail: `members that the contract does not name may go ${open.map(([way]) => way).join(" and ")}${places.length === 0 ? "" : ` (${listSome(places)})`}` };
}

/** Whether what comes in holds only members that the contract names. */
export function comesNamed(plan: Plan): boolean {
  return look(jsonOf(plan.operation.body?.media ?? []), stands(plan, "body"), undeclared(plan, "sent")) === undefined;
}

export function answersOf({ answers }: Operation): readonly MediaType[] {
  return [...answers.values()].flatMap(({ media }) => media);
}

/** Of each media type that is not closed the first object that leaves it open; undefined: all are closed. */
function look(media: readonly MediaType[], isHeld: boolean, how: Undeclared): readonly string[] | undefined {
  const found = media.map((one): Closure => {
    const closure = closureOf(one);
    if (closure.closed) return isHeld || how !== "contract" ? CLOSED : { closed: false, ajar: undefined };
    const sketch = (one.patched ?? one.validator)?.sketch;
    if (how === "contract" || sketch === undefined) return closure;
    const free = findFree(sketch, how === "opened");
    return free === undefined ? CLOSED : { closed: false, ajar: free };
  });
  const open = found.filter((closure) => !closure.closed);
  return open.length === 0 ? undefined : open.flatMap(({ ajar }) => (ajar?.line === undefined ? [] : [`${path.basename(ajar.file)}:${ajar.line}`]));
}

function stands({ guards }: Plan, name: string): boolean {
  return guards.some(({ guard, checks, mode }) => guard === name && checks && mode === "enforce");
}

function undeclared(plan: Plan, way: "sent" | "answered"): Undeclared {
  const posted = stands(plan, "properties") ? plan.guards.find(({ guard }) => guard === "properties") : undefined;
  // What is wrong with the options is told where they are posted.
  const options = posted === undefined ? misread : propertyOptions.read(posted.options, { pointer: "", report: () => undefined });
  const said = options === misread ? "contract" : options.undeclared[way];
  return said === "refuse" || said === "remove" ? "closed" : said;
}

function jsonOf(media: readonly MediaType[]): readonly MediaType[] {
  return media.filter(({ kind }) => kind === "json");
}

export function listSome(texts: readonly string[]): string {
  return texts.slice(0, PLACES_SHOWN_MAX).join(", ") + (texts.length > PLACES_SHOWN_MAX ? ` and ${texts.length - PLACES_SHOWN_MAX} others` : "");
}
