/**
 * Member path: names a place inside of JSON values, or many places at once.
 *
 *     customerId                     a member
 *     account.customerId             a member of a member
 *     items[*].customerId            of each item of a list
 *     [*].customerId                 of each item, where the whole value is a list
 *     accounts.*.customerId          of each member, whatever its name
 *     ["https://bank.example/id"]    a name that is no plain word
 *     memberIds[?]                   of the items any one: the list is one answer, not many things
 *
 * There is one way to write a place, so that two paths that look different are different.
 */
import { type Json, isJsonObject } from "./json-value.ts";

/** `item`: each item of a list. `member`: each member of an object. `any`: the items as alternatives. */
export type Step = { readonly kind: "name"; readonly name: string } | { readonly kind: "item" } | { readonly kind: "member" } | { readonly kind: "any" };

export type MemberPath = readonly Step[];

export const PATH_CHARACTERS_MAX = 300;
export const PATH_STEPS_MAX = 16;

const FORMS = 'names with dots between, [*] for each item, .* for each member, [?] for any item, ["..."] for a name with other characters';
/** Characters of a plain name; one class, repeated: linear. */
const PLAIN = /^[A-Za-z0-9_$@-]+/;

/** Reads a path, or says what is wrong with it. */
export function readMemberPath(text: string): { readonly path: MemberPath } | { readonly wrong: string; readonly allowed: string } {
  const wrong = (message: string): { readonly wrong: string; readonly allowed: string } => ({ wrong: message, allowed: FORMS });
  if (text.length > PATH_CHARACTERS_MAX) return wrong(`a path of more than ${PATH_CHARACTERS_MAX} characters`);
  const path: Step[] = [];
  for (let at = 0; at < text.length; ) {
    const read = readStep(text, at);
    if (read === undefined) return wrong(`not a path: ${JSON.stringify(text.slice(at, at + 40))} is no step of one`);
    path.push(read.step);
    if (path.length > PATH_STEPS_MAX) return wrong(`a path of more than ${PATH_STEPS_MAX} steps`);
    at = read.end;
  }
  return path.length === 0 ? wrong("an empty path") : { path };
}

function readStep(text: string, at: number): { readonly step: Step; readonly end: number } | undefined {
  const rest = text.slice(at);
  if (rest.startsWith("[*]")) return { step: { kind: "item" }, end: at + 3 };
  if (rest.startsWith("[?]")) return { step: { kind: "any" }, end: at + 3 };
  if (rest.startsWith('["')) return readQuoted(text, at);
  const dot = rest.startsWith(".");
  if (dot === (at === 0)) return undefined;
  const from = at + (dot ? 1 : 0);
  if (text[from] === "*") return { step: { kind: "member" }, end: from + 1 };
  const [name] = PLAIN.exec(text.slice(from)) ?? [];
  return name === undefined ? undefined : { step: { kind: "name", name }, end: from + name.length };
}

/** A JSON string in brackets. A name that could stand without them must. */
function readQuoted(text: string, at: number): { readonly step: Step; readonly end: number } | undefined {
  for (let end = at + 2; end < text.length; end++) {
    if (text[end] === "\\") end++;
    else if (text[end] === '"') {
      if (text[end + 1] !== "]") return undefined;
      const name = parseText(text.slice(at + 1, end + 1));
      return name === undefined || PLAIN.exec(name)?.[0] === name ? undefined : { step: { kind: "name", name }, end: end + 2 };
    }
  }
  return undefined;
}

function parseText(quoted: string): string | undefined {
  try {
    return JSON.parse(quoted) as string; // it begins with a quote
  } catch {
    return undefined;
  }
}

/** The path as text; reading it gives the path again. */
export function writeMemberPath(path: MemberPath): string {
  return path.map((step, index) => writeStep(step, index === 0)).join("");
}

function writeStep(step: Step, isFirst: boolean): string {
  if (step.kind === "item") return "[*]";
  if (step.kind === "any") return "[?]";
  const dot = isFirst ? "" : ".";
  if (step.kind === "member") return `${dot}*`;
  return PLAIN.exec(step.name)?.[0] === step.name ? `${dot}${step.name}` : `[${JSON.stringify(step.name)}]`;
}

/** All values at a path of names and of `any`; where something is missing or of another kind, undefined stands in its place. */
export function valuesAt(value: Json | undefined, path: MemberPath, from = 0): readonly (Json | undefined)[] {
  const step = path[from];
  if (step === undefined) return [value];
  if (step.kind === "name") return isJsonObject(value) && Object.hasOwn(value, step.name) ? valuesAt(value[step.name], path, from + 1) : [undefined];
  const items = step.kind === "member" ? (isJsonObject(value) ? Object.values(value) : undefined) : Array.isArray(value) ? (value as readonly Json[]) : undefined; // isArray forgets readonly
  if (items === undefined) return [undefined];
  return items.flatMap((item) => valuesAt(item, path, from + 1));
}
