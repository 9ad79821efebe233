/**
 * Postings: which guards stand at an operation, with which options, and who said so.
 *
 * Three sources, the narrow one winning by the guard's name alone: the guard itself (standing guards are on without
 * being named), `everywhere`, and `operations.<id>`. `mode`, `waived` and `public` are words of the house and work
 * for every guard.
 */
import type { Json, JsonObject } from "../contract/json-value.ts";
import { isJsonObject } from "../contract/json-value.ts";
import type { Operation } from "../contract/operation.ts";
import type { Guard } from "./definition.ts";
import { escapePointer, misread, reason } from "./shape.ts";

export interface Posting {
  readonly guard: Guard;
  readonly options: Json;
  readonly mode: "enforce" | "observe";
  /** Why the guard does not stand here, where somebody said so. */
  readonly waived: string | undefined;
  readonly source: "standing" | "everywhere" | "operation";
  /** JSON Pointer into the policy file; empty for a standing guard. */
  readonly pointer: string;
}

export interface Postings {
  readonly list: readonly Posting[];
  /** Why strangers may come in, and where that is written. */
  readonly public: string | undefined;
}

type Complain = (pointer: string, message: string, allowed?: string) => void;

interface Named {
  readonly value: Json;
  readonly source: Posting["source"];
  readonly pointer: string;
}

const publicReason = reason("Why strangers may come in.");
const waivedReason = reason("Why this guard does not stand here.");

/** @param guards in the order in which they stand within their stage */
export function postingsOf(operation: Operation, everywhere: JsonObject, operations: JsonObject, guards: readonly Guard[], complain: Complain): Postings {
  const narrow = Object.hasOwn(operations, operation.id) ? operations[operation.id] : undefined;
  const own = isJsonObject(narrow) && operation.listed === "operation" ? narrow : {};
  const ownPointer = `/operations/${escapePointer(operation.id)}`;
  const list = guards.flatMap((guard) => {
    const named = find(guard, own, ownPointer, everywhere);
    return named === undefined ? [] : read(guard, named, complain);
  });
  const written = own["public"] ?? everywhere["public"];
  const pointer = own["public"] === undefined ? "/everywhere/public" : `${ownPointer}/public`;
  const open = written === undefined ? undefined : publicReason.read(written, { pointer, report: complain });
  return { list, public: open === misread ? undefined : open };
}

function find(guard: Guard, own: JsonObject, ownPointer: string, everywhere: JsonObject): Named | undefined {
  const { name } = guard;
  const here = Object.hasOwn(own, name) ? own[name] : undefined;
  if (here !== undefined) return { value: here, source: "operation", pointer: `${ownPointer}/${name}` };
  const there = Object.hasOwn(everywhere, name) ? everywhere[name] : undefined;
  if (there !== undefined) return { value: there, source: "everywhere", pointer: `/everywhere/${name}` };
  return guard.standing ? { value: {}, source: "standing", pointer: "" } : undefined;
}

/** A guard may be posted several times: then its options are a list. */
function read(guard: Guard, { value, source, pointer }: Named, complain: Complain): readonly Posting[] {
  if (Array.isArray(value)) {
    if (value.length === 0) complain(pointer, `${guard.name} is posted with an empty list`, "options, a list of options, or waived: <reason>");
    return value.flatMap((one: Json, index) => read(guard, { value: one, source, pointer: `${pointer}/${index}` }, complain));
  }
  if (typeof value === "string" && guard.short !== undefined) return read(guard, { value: { [guard.short]: value }, source, pointer }, complain);
  if (!isJsonObject(value)) {
    complain(pointer, `${guard.name} needs options`, guard.short === undefined ? "an object, {} for the defaults" : `an object, or a text for ${guard.short}`);
    return [];
  }
  const { mode = "enforce", waived, ...options } = value;
  if (waived !== undefined) return waive({ guard, options, mode: "enforce", waived: "", source, pointer }, waived, value, complain);
  if (mode !== "enforce" && mode !== "observe") {
    complain(`${pointer}/mode`, "unknown mode", "enforce, observe");
    return [];
  }
  return [{ guard, options, mode, waived: undefined, source, pointer }];
}

function waive(posting: Posting, waived: Json, value: JsonObject, complain: Complain): readonly Posting[] {
  const { pointer } = posting;
  if (Object.keys(value).length > 1) complain(pointer, "a waived guard takes no options", "waived alone");
  const why = waivedReason.read(waived, { pointer: `${pointer}/waived`, report: complain });
  return why === misread ? [] : [{ ...posting, waived: why }];
}

/** Names that stand for no guard and no operation: each is an error, with what it may have meant. */
export function strayNames(everywhere: JsonObject, operations: JsonObject, known: readonly Operation[], guards: readonly Guard[], complain: Complain): void {
  const words = new Set([...guards.map(({ name }) => name), "public"]);
  const ids = new Set(known.map(({ id }) => id));
  const stray = (at: JsonObject, pointer: string): void => {
    for (const name of Object.keys(at)) if (!words.has(name)) complain(`${pointer}/${escapePointer(name)}`, `unknown guard ${JSON.stringify(name)}`, [...words].join(", "));
  };
  stray(everywhere, "/everywhere");
  for (const [id, own] of Object.entries(operations)) {
    const pointer = `/operations/${escapePointer(id)}`;
    if (!ids.has(id)) complain(pointer, `the contract has no operation ${JSON.stringify(id)}`, nearest(id, [...ids]));
    else if (!isJsonObject(own)) complain(pointer, "expected names of guards with their options");
    else stray(own, pointer);
  }
}

const NAMES_SHOWN_MAX = 12;

/** The few names that begin alike, or the first few of all. */
function nearest(name: string, names: readonly string[]): string {
  const alike = names.filter((one) => one.slice(0, 3).toLowerCase() === name.slice(0, 3).toLowerCase());
  const shown = alike.length > 0 ? alike : names;
  return shown.slice(0, NAMES_SHOWN_MAX).join(", ") + (shown.length > NAMES_SHOWN_MAX ? ", ..." : "");
}
