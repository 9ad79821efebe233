/** Allowed: leaves out what stands in a field that may carry it. */
import { readPointer } from "../../../../contract/json-pointer.ts";
import type { Leak, LeakRule } from "../../../../detection/leaks/leak.ts";
import { isJsonObject, type Json } from "../../../../guard.ts";
import type { Allowance } from "./options.ts";

/** Values of one answer that a pointer with stars may lead to. */
export const ALLOWED_VALUES_MAX = 1_000;

/** Answers those of the leaks that no field may carry. `valueOf` gives the answer as the guard before has read it, and is asked only where there is something. */
export type Allow = (leaks: readonly Leak[], text: string, valueOf: () => Json | undefined) => readonly Leak[];

export function allowanceOf(fields: ReadonlyMap<string, Allowance>, report: (message: string, allowed?: string) => void): Allow {
  const allowances = [...fields].flatMap(([name, { rules }]) => {
    const steps = name.startsWith("/") ? readPointer(name) : undefined;
    if (steps === undefined) report(`"${name}" names no field`, "a pointer such as /access_token or /keys/*/secret");
    return steps === undefined ? [] : [{ steps, rules: new Set<LeakRule>(rules) }];
  });
  if (allowances.length === 0) return (leaks) => leaks;
  return (leaks, text, valueOf) => {
    if (leaks.length === 0) return leaks;
    const read = valueOf() ?? parse(text);
    const texts = allowances.map(({ steps, rules }) => ({ rules, texts: textsAt(read, steps, []) }));
    return leaks.filter(({ rule, from, to }) => {
      const leaked = text.slice(from, to);
      return !texts.some((allowed) => allowed.rules.has(rule) && allowed.texts.some((one) => one.includes(leaked)));
    });
  };
}

/** What does not parse has no fields. */
function parse(text: string): Json {
  try {
    return JSON.parse(Buffer.from(text, "latin1").toString("utf8")) as Json; // what JSON.parse gives is Json
  } catch {
    return null;
  }
}

/** The texts to which the steps lead; `*` is every item and every member. */
function textsAt(value: Json, steps: readonly string[], found: string[]): readonly string[] {
  const [step, ...further] = steps;
  if (found.length >= ALLOWED_VALUES_MAX) return found;
  if (step === undefined) {
    if (typeof value === "string" || typeof value === "number") found.push(String(value));
  } else if (Array.isArray(value)) {
    for (const [index, item] of (value as readonly Json[]).entries()) if (step === "*" || step === String(index)) textsAt(item, further, found);
  } else if (isJsonObject(value)) {
    for (const name of Object.keys(value)) if (step === "*" || step === name) textsAt(value[name] ?? null, further, found);
  }
  return found;
}
