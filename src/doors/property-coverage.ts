/**
 * Property coverage: whether JSON goes in and out only with members that the contract names, in objects of any depth.
 *
 * Schemas may close their objects themselves, and `properties` closes what they leave ajar; who may set and see what is
 * named is a question behind that one.
 */
import path from "node:path";
import { isJsonObject, type Json } from "../contract/json-value.ts";
import type { MediaType, Operation } from "../contract/operation.ts";
import { findFree } from "../contract/sketch/find-free.ts";
import { type Closure, closureOf } from "./closed.ts";
import type { Plan } from "./plan.ts";

/** What `properties` does with members that are not named; `contract`: nothing. */
type Undeclared = "contract" | "opened" | "closed";

const CLOSED: Closure = { closed: true };
const PLACES_SHOWN_MAX = 6;

/** @returns undefined: nothing else goes in or out; else what may, and where; `not applicable` where no JSON travels */
export function findOpenProperties(plan: Plan): { readonly detail: string } | "not applicable" | undefined {
  const { operation, guards } = plan;
  const sent = jsonOf(operation.body?.media ?? []);
  const answered = jsonOf(answersOf(operation));
  if (sent.length + answered.length === 0) return "not applicable";
  const stands = (name: string): boolean => guards.some(({ guard, checks, mode }) => guard === name && checks && mode === "enforce");
  const closing = guards.find(({ guard, checks, mode }) => guard === "properties" && checks && mode === "enforce")?.options;
  const ways = { in: look(sent, stands("body"), undeclared(closing, "sent")), out: look(answered, stands("answer-body"), undeclared(closing, "answered")) };
  const open = Object.entries(ways).filter(([, found]) => found !== undefined);
  if (open.length === 0) return undefined;
  const places = [...new Set(open.flatMap(([, found]) => found ?? []))];
  return { detail: `members that the contract does not name may go ${open.map(([way]) => way).join(" and ")}${places.length === 0 ? "" : ` (${listSome(places)})`}` };
}

export function answersOf({ answers }: Operation): readonly MediaType[] {
  return [...answers.values()].flatMap(({ media }) => media);
}

/** Of each media type that is not closed the first object that leaves it open; undefined: all are closed. */
function look(media: readonly MediaType[], isHeld: boolean, how: Undeclared): readonly string[] | undefined {
  const found = media.map((one): Closure => {
    const closure = closureOf(one);
    if (closure.closed) return isHeld || how !== "contract" ? CLOSED : { closed: false, ajar: undefined };
    const sketch = one.validator?.sketch;
    if (how === "contract" || sketch === undefined) return closure;
    const free = findFree(sketch, how === "opened");
    return free === undefined ? CLOSED : { closed: false, ajar: free };
  });
  const open = found.filter((closure) => !closure.closed);
  return open.length === 0 ? undefined : open.flatMap(({ ajar }) => (ajar?.line === undefined ? [] : [`${path.basename(ajar.file)}:${ajar.line}`]));
}

function undeclared(options: Json | undefined, way: "sent" | "answered"): Undeclared {
  const list = isJsonObject(options) ? options["undeclared"] : undefined;
  const said = isJsonObject(list) ? list[way] : undefined;
  if (said === "opened") return "opened";
  return said === "refuse" || said === "remove" ? "closed" : "contract";
}

function jsonOf(media: readonly MediaType[]): readonly MediaType[] {
  return media.filter(({ kind }) => kind === "json");
}

export function listSome(texts: readonly string[]): string {
  return texts.slice(0, PLACES_SHOWN_MAX).join(", ") + (texts.length > PLACES_SHOWN_MAX ? ` and ${texts.length - PLACES_SHOWN_MAX} others` : "");
}
