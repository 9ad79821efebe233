/**
 * Lists: takes from a value the things that are not the caller's, and what would tell of them.
 */
import { type Blade, CUT, KEEP } from "../../../../contract/carve/carve.ts";
import { NameTable } from "../../../../contract/carve/name-table.ts";
import { isJsonObject, type Json, type JsonObject } from "../../../../contract/json-value.ts";
import type { Names } from "../../../../policy/principal-value.ts";
import type { Beside, BesideTree, Wrong } from "./beside.ts";
import type { Judge } from "./judge.ts";
import type { Place } from "./places.ts";

/** One step of the way to the things. `next` is undefined at the last: what comes then are the things themselves. */
export type Level = NameLevel | { readonly kind: "item" | "member"; readonly next: Level | undefined };

interface NameLevel {
  readonly kind: "name";
  readonly name: string;
  readonly beside: Beside;
  readonly next: Level | undefined;
}

export interface Reduced {
  readonly blade: Blade;
  readonly value: Json;
  readonly left: number;
  readonly cut: number;
}

export interface Rules {
  readonly judge: Judge;
  /** What names no owner counts as somebody else's, instead of as something that cannot be read. */
  readonly hidesUnowned: boolean;
}

const NOTHING: Omit<Reduced, "value"> = { blade: KEEP, left: 0, cut: 0 };

/** The way to the things of a place, with what stands beside it at each step. */
export function levelsOf({ things, sketch }: Place, tree: BesideTree, complain: (wrong: Wrong) => void): Level | undefined {
  const levelAt = (at: number, here: Place["sketch"]): Level | undefined => {
    const step = things[at];
    if (step === undefined || step.kind === "any") return undefined;
    const inside = (step.kind === "name" ? here.member(step.name) : step.kind === "item" ? here.items : here.others?.sketch) ?? here;
    if (step.kind !== "name") return { kind: step.kind, next: levelAt(at + 1, inside) };
    return { kind: "name", name: step.name, beside: tree.at(here, things.slice(0, at), step.name, complain), next: levelAt(at + 1, inside) };
  };
  return levelAt(0, sketch);
}

/** Nobody can say whose something is. */
export interface Unreadable {
  readonly unreadable: true;
}

const UNREADABLE: Unreadable = { unreadable: true };

export function reduce(value: Json, level: Level, rules: Rules, mine: Names): Reduced | Unreadable {
  // Where there is no list there is nothing in it.
  if (value === null) return { ...NOTHING, value };
  if (level.kind === "name") return isJsonObject(value) ? reduceObject(value, level, rules, mine) : UNREADABLE;
  if (level.kind === "member") return isJsonObject(value) ? reduceMap(value, level.next, rules, mine) : UNREADABLE;
  return Array.isArray(value) ? reduceList(value as readonly Json[], level.next, rules, mine) : UNREADABLE; // isArray forgets readonly
}

/** One thing, or what holds some. */
function reducePart(part: Json, next: Level | undefined, rules: Rules, mine: Names): Reduced | "foreign" | "unreadable" {
  if (next !== undefined) {
    const reduced = reduce(part, next, rules, mine);
    return "unreadable" in reduced ? "unreadable" : reduced;
  }
  const verdict = rules.judge(part, mine);
  if (verdict === "own") return { blade: KEEP, value: part, left: 1, cut: 0 };
  return verdict === "foreign" || (verdict === "nobody" && rules.hidesUnowned) ? "foreign" : "unreadable";
}

function reduceList(items: readonly Json[], next: Level | undefined, rules: Rules, mine: Names): Reduced | Unreadable {
  const blades: Blade[] = [];
  const values: Json[] = [];
  let [left, cut, whole] = [0, 0, true];
  for (const item of items) {
    const part = reducePart(item, next, rules, mine);
    if (part === "unreadable") return UNREADABLE;
    if (part === "foreign") {
      blades.push(CUT);
      cut++;
      continue;
    }
    blades.push(part.blade);
    values.push(part.value);
    left += part.left;
    cut += part.cut;
    whole &&= part.blade === KEEP;
  }
  if (whole && values.length === items.length) return { blade: KEEP, value: items, left, cut };
  return { blade: { kind: "inside", members: undefined, rest: KEEP, items: blades }, value: values, left, cut };
}

function reduceMap(map: JsonObject, next: Level | undefined, rules: Rules, mine: Names): Reduced | Unreadable {
  const blades = new Map<string, Blade>();
  const kept: [string, Json][] = [];
  let [left, cut, whole] = [0, 0, true];
  for (const [name, member] of Object.entries(map)) {
    const part = reducePart(member, next, rules, mine);
    if (part === "unreadable") return UNREADABLE;
    whole &&= part !== "foreign" && part.blade === KEEP;
    if (part === "foreign") {
      cut++;
      continue;
    }
    blades.set(name, part.blade);
    kept.push([name, part.value]);
    left += part.left;
    cut += part.cut;
  }
  if (whole) return { blade: KEEP, value: map, left, cut };
  return { blade: { kind: "inside", members: undefined, rest: (name) => blades.get(name) ?? CUT, items: KEEP }, value: Object.fromEntries(kept), left, cut };
}

function reduceObject(value: JsonObject, level: NameLevel, rules: Rules, mine: Names): Reduced | Unreadable {
  const { name, beside, next } = level;
  const part = Object.hasOwn(value, name) ? reducePart(value[name] ?? null, next, rules, mine) : { ...NOTHING, value: null };
  if (part === "unreadable" || part === "foreign") return UNREADABLE;
  const { left, cut } = part;
  const kept = keepBeside(value, beside, left, new Map([[name, part]]));
  return { ...kept, left, cut };
}

type Kept = Pick<Reduced, "blade" | "value">;

/** @param known members that have been settled already */
function keepBeside(value: JsonObject, beside: Beside, left: number, known: ReadonlyMap<string, Kept>): Kept {
  const blades = new Map<string, Blade>();
  const members: [string, Json][] = [];
  let whole = true;
  for (const [name, member] of Object.entries(value)) {
    const kept = known.get(name) ?? settle(member, beside.get(name), left);
    whole &&= kept !== undefined && kept.blade === KEEP;
    if (kept === undefined) continue;
    blades.set(name, kept.blade);
    members.push([name, kept.value]);
  }
  if (whole) return { blade: KEEP, value };
  return { blade: { kind: "inside", members: new NameTable(blades), rest: CUT, items: KEEP }, value: Object.fromEntries(members) };
}

/** undefined: it does not leave. */
function settle(member: Json, fate: ReturnType<Beside["get"]>, left: number): Kept | undefined {
  if (fate === undefined || fate === "remove") return undefined;
  if (fate === "keep") return { blade: KEEP, value: member };
  if (fate === "recount") return { blade: member === left ? KEEP : { kind: "write", text: String(left) }, value: left };
  if (member === null) return { blade: KEEP, value: member };
  return isJsonObject(member) ? keepBeside(member, fate, left, new Map()) : undefined;
}
